"""Rules of the fold changed: rows of before are folded anew, to the bit what the rules of now make of their
events, whatever happens on the way.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import apsw
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import StoreFileError, StoreUnavailableError, StoreVersionError
from callboard.fold.version import FOLD_VERSION
from callboard.model.event import from_canonical
from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.postgres import upgrade as postgres_upgrade
from callboard.store.postgres.store import PostgresStore
from callboard.store.sql import refold
from callboard.store.sql.store import SqlStore
from callboard.store.sqlite.connection import open_connection
from callboard.store.sqlite.store import SqliteStore
from tests import cluster
from tests.acceptance.command import callboard
from tests.crash.sending import the_seed
from tests.migration.older import SQLITE_SCHEMA, older_database, older_file
from tests.migration.upgrading import Printing
from tests.property.plain_fold import PlainSpace, SentEvent, plain_dump
from tests.stores import behind, bits, dump, on_postgres

ROOT = Path(__file__).parents[2]
KILLS = 8

Older = Callable[[], str]


def opened(name: str, observer: refold.UpgradeObserver | None = None) -> SqlStore:
    return open_store(Settings(db=name, lock_timeout_ms=400), upgrade=True, observer=observer)


def content(store: SqlStore) -> list[Any]:
    """All that is kept, organization by organization; registered runs are there without any task."""
    kept = [dump(store, organization.id) for organization in store.organizations()]
    for each in kept:
        each["runs"] = {key: run for key, run in each["runs"].items() if run.batch_count == 0}
    return [bits(each) for each in kept]


def expected(store: SqlStore) -> list[Any]:
    """What the events make that are kept, by the plain fold, which shares no code with the product."""
    made = []
    for organization in store.organizations():
        spaces = store.spaces(organization.id)
        told: dict[int, list[SentEvent]] = {space.id: [] for space in spaces}
        with behind(store) as db:
            rows = db.select(
                "SELECT space_id, body, received_at, source FROM event "
                "WHERE org_id = :org_id AND withdrawn = 0 ORDER BY seq",
                {"org_id": organization.id},
            )
        for space_id, body, received_at, source in rows:
            event = from_canonical(bytes(body))
            occurred = event.occurred_at
            told[space_id].append(
                SentEvent(event, occurred if isinstance(occurred, int) else received_at, source)
            )
        plain = {space.id: PlainSpace(space.id, space.home_zone, told[space.id]) for space in spaces}
        contact = [plain[space.id] for space in spaces if space.content_type == "contact"]
        made.append(bits(plain_dump(list(plain.values()), contact)))
    return made


def check(store: SqlStore) -> None:
    """Rows and counters are those of the events, to the plain fold and to the store itself."""
    assert content(store) == expected(store)
    assert store.verify(deep=True).differences == []


def rows_before(name: str) -> list[Any]:
    """What the older version had made of its tasks."""
    sql = "SELECT org_id, no, failure_reason, waiting_since FROM task ORDER BY org_id, no"
    if name.startswith("postgresql:"):
        return list(cluster.asked(name, sql))
    with closing(apsw.Connection(name)) as db:
        return db.execute(sql).fetchall()


def test_rows_of_an_older_version_are_folded_anew(older: str) -> None:
    """Rows, counters, runs; drift is zero, and rows are not what they were."""
    before = rows_before(older)
    with closing(opened(older)) as store:
        assert rows_before(older) != before
        check(store)


def test_a_new_store_has_nothing_to_fold_anew(tmp_path: Path) -> None:
    """It is of this version's rules from the beginning; opened again, it is left alone."""
    watch = Telling()
    for _ in range(2):
        SqliteStore(str(tmp_path / "new.db"), observer=watch).close()
    assert watch.told == []


def child(name: str, events: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.migration.upgrading", name, str(events)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_killed_at_any_moment_it_goes_on_where_it_was(older: str) -> None:
    """SIGKILL after a drawn number of commits, and a drawn while: nothing is lost, none of it done twice in
    the numbers, and what was done is not begun again.
    """
    random = Random(the_seed())
    reached = 0
    for _ in range(KILLS):
        with child(older, events=5) as process:
            assert process.stdout is not None
            for _ in range(random.randrange(1, 9)):
                line = process.stdout.readline()
                if line.startswith("done"):
                    now = int(line.split()[1])
                    assert now >= reached
                    reached = now
            time.sleep(random.uniform(0, 0.01))
            process.kill()
    assert reached > 0
    with closing(opened(older)) as store:
        check(store)


def test_broken_off_between_any_two_commits_it_goes_on(older: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each single commit that does work, until all of it is done."""
    monkeypatch.setattr(refold, "EVENTS_PER_COMMIT", 60)
    for rounds in range(100):
        try:
            # Two are told without work: what was done before.
            store = opened(older, Telling(stop_after=2))
        except KeyboardInterrupt:
            continue
        with closing(store):
            check(store)
        assert rounds > 3
        return
    pytest.fail("it never ends")


def test_of_two_at_once_one_does_it(older: str) -> None:
    """The other waits, or fails because the store is locked; both end with the same store."""
    processes = [child(older, events=40) for _ in range(2)]
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert sum("begin" in each for each in told) == 1, told
    assert sum("end" in each for each in told) == 1, told
    with closing(opened(older)) as store:
        check(store)


class Telling(Printing):
    """Records the progress it receives, and may raise."""

    def __init__(self, stop_after: int = 10**9, at_progress: Callable[[], None] | None = None) -> None:
        self.told: list[str] = []
        self.spoilt: list[str] = []
        self._left = stop_after
        self._at_progress = at_progress

    def begin(self, items: int, needs: str) -> None:
        self.told.append(f"{items} {needs}")

    def progress(self, done: int, total: int) -> None:
        assert 0 <= done <= total
        if self._at_progress is not None:
            self._at_progress()
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1

    def skipped(self, what: str) -> None:
        self.spoilt.append(what)

    def end(self) -> None:
        self.told.append("end")


def test_what_it_needs_is_told_before_it_begins(older: str) -> None:
    """How many calls and tasks, and how much of the disk."""
    watch = Telling()
    opened(older, watch).close()
    [begun, ended] = watch.told
    count, _, needs = begun.partition(" ")
    assert int(count) >= len(rows_before(older))
    assert "MiB" in needs
    assert "disk" in needs
    assert ended == "end"


def test_an_event_that_cannot_be_read_leaves_its_row_as_it_was(older: str) -> None:
    """The store opens all the same, and the row is named."""
    spoil = "UPDATE event SET body = {} WHERE org_id = 1 AND seq = (SELECT min(seq) FROM event WHERE {})"
    of_task = "org_id = 1 AND withdrawn = 0 AND item_no = (SELECT min(no) FROM task WHERE org_id = 1)"
    before = rows_before(older)[0]
    if older.startswith("postgresql:"):
        cluster.asked(older, spoil.format("'\\x00'::BYTEA", of_task))
    else:
        with closing(apsw.Connection(older)) as db:
            db.execute(spoil.format("x'00'", of_task))
    watch = Telling()
    opened(older, watch).close()
    assert watch.spoilt == [f"number {before[1]} of organization 1"]
    after = rows_before(older)
    assert after[0] == before
    assert after[1:] != before


def test_columns_of_events_are_filled_before_rows_are_folded(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event of the log once, withdrawn ones too, also when it is broken off in between."""
    filled: list[tuple[int, int]] = []

    def fill(db: Any, org_id: int, first: int, last: int) -> None:
        found = db.select(
            "SELECT seq FROM event WHERE org_id = :org AND seq BETWEEN :first AND :last ORDER BY seq",
            {"org": org_id, "first": first, "last": last},
        )
        filled.extend((org_id, row[0]) for row in found)

    monkeypatch.setattr(refold, "EVENT_FILLS", (*refold.EVENT_FILLS, fill))
    monkeypatch.setattr(refold, "EVENTS_PER_COMMIT", 50)
    with pytest.raises(KeyboardInterrupt):
        opened(older, Telling(stop_after=2))
    with closing(opened(older)) as store:
        check(store)
        with behind(store) as db:
            every = db.select("SELECT org_id, seq FROM event ORDER BY org_id, seq")
    assert filled == [tuple(row) for row in every]


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 40)), max_size=30), st.integers(1, 12))
def test_a_commit_is_bounded_in_events_and_bytes(drawn: list[tuple[int, int]], most: int) -> None:
    """Whatever calls and tasks are like: several together keep within both bounds, one alone is taken."""
    events = sorted(drawn, key=lambda row: row[0])
    looked = events[:most]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refold, "EVENTS_PER_COMMIT", most)
        patch.setattr(refold, "BYTES_PER_COMMIT", 50)
        taken = refold.within_bounds(looked)
    assert bool(taken) == bool(events)
    whole = [row for row in events if row[0] in taken]
    assert whole == events[: len(whole)]
    if len(taken) > 1:
        assert len(whole) <= most
        assert sum(size for _, size in whole) <= 50


# files


def schema_of(path: str) -> int:
    with closing(apsw.Connection(path)) as db:
        return int(db.pragma("user_version"))


def test_until_it_has_ended_nobody_else_reads_the_file(tmp_path: Path) -> None:
    """No connection of any version gets a number out of it; afterwards it is open to all."""
    path = str(older_file(tmp_path / "older.db"))
    looked = []

    def look() -> None:
        with closing(apsw.Connection(path)) as old, pytest.raises(apsw.BusyError):
            old.execute("SELECT sum(calls_completed) FROM totals").fetchall()
        with pytest.raises(StoreUnavailableError, match="locked"):
            SqliteStore(path, Settings(lock_timeout_ms=1))
        looked.append(1)

    opened(path, Telling(at_progress=look)).close()
    assert looked
    with closing(apsw.Connection(path)) as db:
        assert db.execute("SELECT count(*) FROM totals").get == 4


def test_a_file_that_is_open_elsewhere_is_not_touched(tmp_path: Path) -> None:
    """A server of the version before would go on answering from it: it has to be stopped."""
    path = str(older_file(tmp_path / "older.db"))
    server = open_connection(path, Settings(), writer=False)
    server.execute("SELECT count(*) FROM call").fetchall()
    with pytest.raises(StoreUnavailableError, match="stop every server"):
        opened(path)
    server.close()
    assert schema_of(path) == SQLITE_SCHEMA
    with closing(opened(path)) as store:
        check(store)


def test_a_disk_that_is_too_small_is_told_before_anything_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file still opens with the program that wrote it."""
    path = str(older_file(tmp_path / "older.db"))
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil's
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**30, 2**30 - 2**20, 2**20))
    with pytest.raises(StoreFileError, match=r"needs 1\d\d MiB of free disk, and 1 MiB are free"):
        opened(path)
    assert schema_of(path) == SQLITE_SCHEMA


def test_a_file_by_newer_rules_is_refused(tmp_path: Path) -> None:
    """Also when its schema is the same: this program would fold its rows by older ones."""
    path = str(tmp_path / "calls.db")
    SqliteStore(path).close()
    for name in ("fold_rules", "refold_rules"):
        with closing(apsw.Connection(path)) as db:
            db.execute("DELETE FROM meta WHERE name <> 'directory_version'")
            db.execute("INSERT INTO meta VALUES (?, ?)", (name, FOLD_VERSION + 1))
        with pytest.raises(StoreVersionError, match="newer version"):
            SqliteStore(path)


def test_a_command_that_opens_an_older_file_says_what_it_does(tmp_path: Path) -> None:
    """On standard error, with the need of disk; what it prints is what was asked for."""
    path = older_file(tmp_path / "older.db")
    done = callboard("analytics", "--org", "acme.example", "--json", db=path)
    assert done.code == 0, done.err
    assert "calls and tasks are folded anew. It needs up to" in done.err
    assert "The store is up to date" in done.err
    assert done.json["data"]["total_calls"] > 0
    again = callboard("analytics", "--org", "acme.example", "--json", db=path)
    assert (again.json, again.err) == (done.json, "")


# databases


@pytest.fixture
def database() -> Iterator[str]:
    url = older_database(cluster.empty_database())
    yield url
    cluster.drop(url)


@on_postgres
def test_a_database_that_is_not_up_to_date_is_served_by_nobody(database: str) -> None:
    """Before, and when it was broken off: `serve` and every command refuse it and say what to do."""
    refused = callboard("serve", "--port", "0", db=database)
    assert (refused.code, "callboard db upgrade" in refused.err) == (1, True)
    with pytest.raises(KeyboardInterrupt):
        opened(database, Telling(stop_after=0))
    for command in (("serve", "--port", "0"), ("analytics", "--org", "acme.example"), ("verify",)):
        refused = callboard(*command, db=database)
        assert (refused.code, "callboard db upgrade" in refused.err) == (1, True)
    upgraded = callboard("db", "upgrade", db=database)
    assert upgraded.code == 0
    assert "calls and tasks are folded anew. The database's disk needs up to" in upgraded.err
    assert callboard("verify", "--deep", db=database).code == 0


@on_postgres
def test_a_server_whose_database_is_being_brought_up_to_date_is_not_ready(database: str) -> None:
    """It was idle, or lost its connections, when that began: it answers 503, and says why."""
    with closing(opened(database)) as store:
        store.ready()
        cluster.asked(database, "UPDATE meta SET value = 1 WHERE name = 'fold_rules'")
        with pytest.raises(StoreUnavailableError, match="brought up to date"):
            store.ready()
    with pytest.raises(StoreVersionError, match="callboard db upgrade"):
        PostgresStore(database)


@on_postgres
def test_a_database_that_servers_use_is_not_touched(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would answer from rows of two kinds: they have to be stopped."""
    monkeypatch.setattr(postgres_upgrade, "RETRY_FOR_S", 0.1)
    with (
        psycopg.connect(database, application_name="callboard"),
        pytest.raises(StoreUnavailableError, match="stop every server"),
    ):
        opened(database)
    assert cluster.asked(database, "SELECT max(version) FROM callboard_schema") == [(2,)]
    opened(database).close()


@on_postgres
def test_while_it_goes_on_nobody_else_writes(database: str) -> None:
    """A server of the version before that was idle and wakes up waits, and keeps nothing."""
    looked = []

    def look() -> None:
        with (
            psycopg.connect(database, options="-c lock_timeout=50") as old,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            old.execute("UPDATE outcome SET events = events + 1")
        looked.append(1)

    opened(database, Telling(at_progress=look)).close()
    assert looked


def test_spaces_whose_zone_was_utc_count_as_without(older: str) -> None:
    """They follow their organization from then on; others keep their own, and no counter moves."""
    with closing(opened(older)) as store:
        acme = next(each for each in store.organizations() if each.domain_handle == "acme.example")
        zones = {each.id: each.settings.timezone for each in store.spaces(acme.id)}
        without = [space_id for space_id, zone in zones.items() if zone is None]
        assert without
        assert set(zones.values()) <= {None, "Asia/Kolkata", "Australia/Lord_Howe"}
        assert {each.home_zone for each in store.spaces(acme.id) if each.id in without} == {"UTC"}
        check(store)
        store.set_organization_zone(acme.id, "Asia/Tokyo")
        assert {each.home_zone for each in store.spaces(acme.id) if each.id in without} == {"Asia/Tokyo"}
        check(store)
