"""What may happen to a database while events come in: each request gets its result or 503 with `Retry-After`,
nothing acknowledged is lost, nothing is counted twice when it is sent again.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from callboard.errors import MAY_BE_KEPT
from tests.acceptance.command import callboard, done
from tests.cluster import Cluster, free_port
from tests.postgres.feeding import Feed, served
from tests.postgres.proxy import Proxy
from tests.stores import on_postgres

pytestmark = [pytest.mark.timeout(240), on_postgres]


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


def test_no_number_while_the_database_is_away(own_cluster: Cluster, feed: Feed) -> None:
    """A number read a moment ago may be out of date: 503 instead, and the number once the database is
    back.
    """
    with feed.running():
        feed.wait_for(20)
    assert feed.total_calls() == len(feed.acknowledged)
    own_cluster.stop("fast")
    try:
        for _ in range(5):
            answer = feed.analytics()
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text
    finally:
        own_cluster.start()
    feed.check()


def test_connections_run_dry(database: str, feed: Feed) -> None:
    """Somebody locks the tables that lists read and the rows that commits begin with: each waits for as long
    as it may and gets 503; the numbers, which need neither, are answered all the while.
    """
    with feed.running(clients=2):
        feed.wait_for(20)
        with psycopg.connect(database) as other:
            other.execute("SELECT 1 FROM organization_clock FOR UPDATE")
            other.execute("LOCK TABLE call")
            with ThreadPoolExecutor(24) as askers:
                lists = list(askers.map(lambda _: feed.calls(), range(24)))
                assert {each.status_code for each in lists} == {503}, [each.text for each in lists][:3]
                assert all("retry-after" in each.headers for each in lists)
            assert feed.analytics().status_code == 200
            other.rollback()
        feed.wait_for(50)
    feed.check()


def test_cut_half_way_through_a_commits_answer(tmp_path: Path) -> None:
    """The database has committed and cannot say so: 503, and sent again it is a duplicate."""
    cluster = Cluster(port=free_port())
    proxy = Proxy(cluster.port)
    try:
        url = f"postgresql://callboard@127.0.0.1:{proxy.port}/postgres"
        with served(url, tmp_path) as feed:
            with feed.running():
                for cuts in range(2, 8, 2):
                    feed.wait_for(20)
                    proxy.cut(2)
                    feed.until(lambda wanted=cuts: proxy.cuts >= wanted)  # type: ignore[misc]
                feed.wait_for(50)
            assert feed.statuses[503] > 0
            assert any(MAY_BE_KEPT in each for each in feed.refusals), feed.refusals
            assert all("kept" in each for each in feed.refusals), feed.refusals
            feed.check()
    finally:
        proxy.close()
        cluster.destroy()


def test_an_import_cut_behind_its_commits_counts_each_row_once(tmp_path: Path) -> None:
    """The database has committed and cannot say so, several times on the way: the import asks where it stands
    and goes on from there, with the numbers of its file.
    """
    rows = 30_000
    file = tmp_path / "calls.csv"
    lines = (
        f"c{number},{'asleep' if number % 1000 == 7 else 'completed'},2026-02-07T10:00:00Z,{number % 600}\n"
        for number in range(rows)
    )
    file.write_text("id,status,at,talk\n" + "".join(lines))
    cluster = Cluster(port=free_port())
    proxy = Proxy(cluster.port)
    try:
        url = f"postgresql://callboard@127.0.0.1:{proxy.port}/postgres"
        done("db", "upgrade", db=url)
        done("org", "create", "--name", "Acme", "--handle", "acme.example", db=url)
        made = done("space", "create", "--org", "acme.example", "--name", "Spring", "--json", db=url).json
        mapped = "call_id=id,call_status=status,creation_time=at,call_duration=talk"
        how = ("--org", "acme.example", "--space", made["token"], "--map", mapped, "--json")
        with ThreadPoolExecutor(1) as runner:
            running = runner.submit(callboard, "import", file, *how, db=url, cwd=tmp_path)
            for number in range(4):
                taken = "SELECT coalesce(max(applied + duplicate), 0) FROM batch"
                while cluster.ask(taken)[0][0] < number * 6_000 and not running.done():
                    time.sleep(0.01)
                proxy.cut(1)
            outcome = running.result()
        assert outcome.code == 0, outcome.err
        assert proxy.cuts == 4
        report = outcome.json
        told = [report[what] for what in ("received", "applied", "duplicate", "stale", "rejected")]
        assert told == [rows, rows - 30, 0, 0, 30]
        numbers = done("analytics", "--org", "acme.example", "--json", db=url).json["data"]
        assert numbers["total_calls"] == rows - 30
        assert done("verify", "--deep", "--json", db=url).json["drift"] == 0
    finally:
        proxy.close()
        cluster.destroy()


def test_a_full_disk(tmp_path: Path) -> None:
    """The tables' disk is full: 503 until somebody makes room; nothing of it was kept, nothing is lost."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system can only be mounted by root")
    cluster = Cluster()
    small = cluster.folder / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        cluster.destroy()
        pytest.skip("a small file system cannot be mounted here")
    try:
        cluster.own(small / "tables")
        cluster.ask(f"CREATE TABLESPACE small LOCATION '{small / 'tables'}'")
        cluster.ask("CREATE DATABASE small TABLESPACE small")
        with served(cluster.url + "small", tmp_path) as feed:
            with feed.running():
                feed.wait_for(20)
                ballast = small / "ballast"
                with ballast.open("wb", buffering=0) as file, suppress(OSError):
                    while file.write(b"\0" * 4096):
                        pass
                feed.until(lambda: feed.statuses.get(503, 0) > 0)
                assert feed.analytics().status_code == 200
                ballast.unlink()
                feed.wait_for(50)
            feed.check()
    finally:
        cluster.stop("immediate")
        subprocess.run(["umount", small], check=True)
        cluster.destroy()


def test_a_synchronous_standby_is_promoted(tmp_path: Path) -> None:
    """The primary dies; its synchronous standby holds all that was acknowledged, and takes over."""
    primary = Cluster(port=free_port())
    primary.ask("CREATE DATABASE calls")
    standby = Cluster("hot_standby=on", port=free_port(), clone_of=primary)
    try:
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.ask("SELECT pg_reload_conf()")
        url = f"postgresql://callboard@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/calls"
        with served(url, tmp_path) as feed:
            ready = httpx.get(feed.url + "/readyz", timeout=30).json()
            assert ready["store"]["durable"].endswith("synchronous standbys: *"), ready
            with feed.running():
                feed.wait_for(100)
                primary.stop("immediate")
                standby.promote()
                feed.wait_for(100)
            feed.check()
    finally:
        standby.destroy()
        primary.destroy()
