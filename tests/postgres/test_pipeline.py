"""In a pipeline each question gets its own answer, whenever the answers arrive."""

from __future__ import annotations

import time

import psycopg

from callboard.store.postgres.database import PostgresDatabase
from tests import cluster
from tests.stores import on_postgres


@on_postgres
def test_an_answer_that_arrives_late_is_not_the_next_ones() -> None:
    """The server sends answers when it likes: here that of a change while the question behind it is sent."""
    url = cluster.new_database()
    with psycopg.connect(url) as connection, connection.pipeline():
        database = PostgresDatabase(connection)
        database.run("SELECT set_config('callboard.test', 'earlier', true)")
        connection.pgconn.send_flush_request()
        connection.pgconn.flush()
        time.sleep(0.2)
        assert database.select_value("SELECT 'later'") == "later"
    cluster.drop(url)
