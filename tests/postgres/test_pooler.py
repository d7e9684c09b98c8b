"""A pooler before the database: one that keeps a session for a connection is used, any other is refused."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest

from callboard.errors import StoreFileError
from callboard.store.postgres.store import PostgresStore
from tests.acceptance.command import callboard
from tests.cluster import Cluster, free_port
from tests.events import call, send
from tests.stores import make_organization, make_space, on_postgres

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

pytestmark = [
    on_postgres,
    pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer here: no pooler stands before a database"),
]


@contextmanager
def pooled(own_cluster: Cluster, database: str, mode: str, **settings: int) -> Iterator[str]:
    """The same database behind PgBouncer."""
    port, name = free_port(), database.rsplit("/", 1)[1]
    folder = own_cluster.folder / f"pooler-{port}"
    own_cluster.own(folder)
    given = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": mode,
        "default_pool_size": 30,
        **settings,
    }
    lines = [f"{key} = {value}" for key, value in given.items()]
    target = f"{name} = host={own_cluster.folder} port={own_cluster.port} dbname={name} user=callboard"
    (folder / "ini").write_text("\n".join(["[databases]", target, "[pgbouncer]", *lines, ""]))
    (folder / "ini").chmod(0o644)
    assert PGBOUNCER is not None
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PGBOUNCER, folder / "ini"], stdout=log, stderr=log, cwd="/", **own_cluster._as()
        )
    try:
        _until_it_listens(port, process)
        yield f"postgresql://callboard@127.0.0.1:{port}/{name}"
    finally:
        process.terminate()
        process.wait(20)


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            assert process.poll() is None, "pgbouncer has ended"
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("others", [0, 3])
@pytest.mark.parametrize("in_turn", [0, 1])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_gives_each_transaction_another_session_is_refused(
    own_cluster: Cluster, database: str, mode: str, in_turn: int, others: int
) -> None:
    """Whether it gives the session that came back last or each in turn, and whoever else uses it."""
    with pooled(own_cluster, database, mode, server_round_robin=in_turn) as url, ExitStack() as stack:
        busy = [stack.enter_context(closing(psycopg.connect(url, autocommit=True))) for _ in range(others)]
        if mode == "transaction":
            for each in busy:  # as many sessions as transactions at once
                each.execute("BEGIN")
                each.execute("SELECT 1")
            for each in busy:
                each.execute("COMMIT")
        with pytest.raises(StoreFileError, match="session mode"):
            PostgresStore(url)


def test_a_refused_pooler_is_told_in_one_line(own_cluster: Cluster, database: str) -> None:
    """By `serve` and by any other command, which change nothing."""
    with pooled(own_cluster, database, "transaction") as url:
        for command in (("serve", "--port", "0"), ("db", "upgrade"), ("analytics",)):
            refused = callboard(*command, db=url)
            assert (refused.code, "pool_mode" in refused.err) == (1, True), refused.err


def test_a_pooler_in_session_mode_is_used(own_cluster: Cluster, database: str) -> None:
    """Whatever number it puts into the handshake."""
    with pooled(own_cluster, database, "session") as url, closing(PostgresStore(url)) as store:
        space = make_space(store, make_organization(store))
        assert send(store, space, call("c-1")).applied == 1
