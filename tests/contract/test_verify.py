"""Verification finds what is wrong, says where, and mends it."""

from contextlib import contextmanager

import pytest

from callboard.model.directory import SpaceSettings
from callboard.store.sqlite.store import SqliteStore
from tests.contract.drift import PLANTS, plant
from tests.events import call, send, task
from tests.stores import NOW, bits, dump, make_organization, make_space

ROWS = ("call", "marks", "task", "lost call")
"""Rows that do not follow from their events: found by a deep verification."""


@pytest.fixture
def told(store, acme, space, other_space, foreign_space):
    """A store with something of everything in it."""
    for where in (space, other_space, foreign_space):
        send(
            store,
            where,
            call("c1", duration_ms=1000, agent="ann"),
            call("c2", "missed", at=9),
            call("c3", void=True),
            task("t1", "completed", run_id="r1"),
            task("t2", "pending"),
        )
    receipt = send(store, space, call("c9"), task("t9", run_id="r9"))
    store.withdraw(acme.id, receipt.batch_no, NOW)
    return store


@pytest.mark.parametrize("deep", [False, True])
def test_a_store_that_is_right_has_no_drift(told, deep):
    """And says what it compared."""
    found = told.verify(deep=deep)
    assert (found.drift, found.differences, found.repaired) == (0, [], 0)
    assert found.checked["spaces"] == 3
    assert found.checked["totals"] == 3
    assert found.checked["runs"] == 3
    assert found.checked["cells"] > 0
    if deep:
        assert found.checked["calls"] == 9
        assert found.checked["tasks"] == 6
        assert found.checked["events"] == 15


@pytest.mark.parametrize("what", PLANTS)
def test_planted_drift_is_found_located_and_mended(told, acme, what):
    """Afterwards the store is bit for bit what it was before."""
    before = bits(dump(told, acme.id))
    plant(told, what)
    deep = what in ROWS
    found = told.verify(deep=deep)
    assert found.drift >= 1
    assert found.repaired == 0
    first = found.differences[0]
    assert (first.org_id, first.space_id) == (acme.id, 1)
    assert first.what == what.removeprefix("lost ").removeprefix("stray ").replace("marks", "call")
    assert first.kept != first.expected
    assert bits(dump(told, acme.id)) != before

    mended = told.verify(deep=deep, repair=True)
    assert mended.drift >= 1
    assert mended.repaired >= 1
    assert told.verify(deep=True).drift == 0
    assert bits(dump(told, acme.id)) == before


def test_repairing_tells_readers_that_totals_changed(told, acme):
    """Or they would go on answering with what was wrong."""
    plant(told, "totals")
    version = told.changes_since(acme.id, -1).version
    told.verify(repair=True)
    assert told.changes_since(acme.id, version).totals[1].calls_completed == 1


def test_a_deep_repair_mends_counters_that_follow_wrong_rows(told, acme):
    """Counters that agree with wrong rows are wrong, too."""
    before = bits(dump(told, acme.id))
    plant(told, "call")
    told.verify(repair=True)  # counters now say what the wrong row says
    assert bits(dump(told, acme.id)) != before
    assert told.verify(deep=True, repair=True).drift >= 1
    assert bits(dump(told, acme.id)) == before


def test_verifying_tells_how_far_it_is(told):
    """(done, in all) spaces."""
    progress = []
    told.verify(progress=lambda done, in_all: progress.append((done, in_all)))
    assert progress[-1] == (3, 3)


def test_a_store_says_what_it_is(store):
    """Its engine, its version, and how durable it is."""
    assert store.ready().keys() - {"weak"} == {"engine", "version", "durable"}


def test_a_home_zone_changed_while_it_runs_is_no_drift(store, acme):
    """Each space is checked, and repaired, by the zone it has at that moment."""
    spaces = [make_space(store, acme, name) for name in ("Spring", "Summer")]
    for each in spaces:
        send(store, each, *[call(f"c{hour}", at=hour * 3600) for hour in range(30)])

    def meanwhile(*_):
        for each in spaces:
            store.update_space(acme.id, each.id, {"settings": SpaceSettings(timezone="Asia/Kathmandu")})

    assert store.verify(deep=True, repair=True, progress=meanwhile).drift == 0
    assert store.verify(deep=True).drift == 0


def test_a_repaired_row_and_what_counts_it_are_repaired_together(tmp_path):
    """At no moment of a repair does a count differ from the list it counts."""
    seen: list[int] = []

    class Watched(SqliteStore):
        @contextmanager
        def _writing(self):
            with super()._writing() as db:
                yield db
            if watching:
                seen.append(recounted(store))

    def recounted(store):
        return store.verify().drift

    watching = False
    store = Watched(str(tmp_path / "callboard.db"))
    acme = make_organization(store)
    space = make_space(store, acme)
    send(store, space, call("c1"), call("c2", "failed"))
    # As an older fold might have left it: row and counters agree with each other, not with the events.
    with store._writing() as db:
        db.run("UPDATE call SET call_status = 'failed' WHERE call_id = 'c1'")
    store.verify(repair=True)
    watching = True
    assert store.verify(deep=True, repair=True).drift > 0
    assert seen
    assert set(seen) == {0}
    assert store.verify(deep=True).drift == 0
    store.close()
