"""What may happen to a database while events come in: each request gets its result or 503 with `Retry-After`,
nothing acknowledged is lost, nothing is counted twice when it is sent again.
"""

from __future__ import annotations

import os
import signal
import time

import psycopg
import pytest

from tests.cluster import Cluster
from tests.postgres.feeding import Feed

pytestmark = pytest.mark.timeout(240)


def test_stopped_and_started(own_cluster: Cluster, feed: Feed) -> None:
    """The database goes and comes back in the middle of it, in each of the ways it can be stopped."""
    with feed.running():
        for how in ("fast", "immediate"):
            feed.wait_for(50)
            own_cluster.stop(how)
            time.sleep(0.3)
            own_cluster.start()
        feed.wait_for(50)
    feed.check()


def test_backends_terminated(own_cluster: Cluster, database: str, feed: Feed) -> None:
    """An administrator ends all our connections, whatever they are at, several times."""
    name = database.rsplit("/", 1)[1]
    with feed.running():
        for _ in range(8):
            feed.wait_for(20)
            own_cluster.ask(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
        feed.wait_for(50)
    feed.check()


def test_processes_killed(own_cluster: Cluster, database: str, feed: Feed) -> None:
    """A backend is killed outright: the server ends all the others and recovers from its log."""
    name = database.rsplit("/", 1)[1]
    with feed.running():
        for _ in range(3):
            feed.wait_for(40)
            found = own_cluster.ask(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' LIMIT 1")
            os.kill(found[0][0], signal.SIGKILL)
            time.sleep(0.5)
        feed.wait_for(50)
    feed.check()


def test_a_lock_held_by_somebody_else(own_cluster: Cluster, database: str, feed: Feed) -> None:
    """The organization's row is locked for longer than we wait; then it is let go."""
    with feed.running():
        feed.wait_for(20)
        with psycopg.connect(database) as other:
            other.execute("SELECT 1 FROM organization_clock FOR UPDATE")
            feed.until(lambda: feed.statuses.get(503, 0) > 0)
            other.rollback()
        feed.wait_for(50)
    feed.check()
