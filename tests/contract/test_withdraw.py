"""A batch withdrawn leaves no trace in any number; what it brought may come again."""

from collections.abc import Callable
from contextlib import contextmanager

import pytest

from callboard.errors import NotFoundError
from callboard.store.interface import Receipt
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, ended, send, task
from tests.stores import NOW, bits, dump, make_organization, make_space


def test_a_withdrawn_request_leaves_no_trace(store, acme, space):
    """Rows, counters and runs are as if it had never come."""
    send(store, space, call("c1", "ringing", agent="ann"), task("t1", "pending", run_id="r1"))
    before = bits(dump(store, acme.id))
    receipt = send(
        store,
        space,
        call("c1", "completed", at=5, agent="ben", duration_ms=1000),
        call("c2"),
        task("t1", "running", at=5, run_id="r2"),
        task("t2"),
    )
    assert bits(dump(store, acme.id)) != before
    done = store.withdraw(acme.id, receipt.batch_no, NOW + 9)
    assert (done.batch_no, done.events, done.calls, done.tasks) == (receipt.batch_no, 4, 2, 2)
    assert bits(dump(store, acme.id)) == before
    assert store.call(acme.id, space.id, "c2") is None
    assert store.call_entries(acme.id, space.id, "c2") == []
    assert len(store.call_entries(acme.id, space.id, "c1")) == 1
    assert store.verify(deep=True).drift == 0


def test_what_was_withdrawn_may_be_imported_again(store, acme, space):
    """Its events, and its event ids, are unknown again; even an id with other content."""
    entries = [call("c1", event_id="e1"), call("c2"), task("t1", "running")]
    first = send(store, space, *entries)
    full = bits(dump(store, acme.id))
    store.withdraw(acme.id, first.batch_no, NOW)
    again = [call("c1", event_id="e1"), call("c2"), task("t1", "running")]
    second = send(store, space, *again)
    assert ended(second) == (3, 0, 0, 0)
    assert bits(dump(store, acme.id)) == full
    store.withdraw(acme.id, second.batch_no, NOW)
    assert ended(send(store, space, call("c3", agent="ben", event_id="e1"))) == (1, 0, 0, 0)
    assert store.verify(deep=True).drift == 0


def test_an_event_stays_with_the_batch_that_brought_it_first(store, acme, space):
    """A batch that only repeated it takes nothing away."""
    send(store, space, call("c1"))
    second = send(store, space, call("c1"), call("c2"))
    done = store.withdraw(acme.id, second.batch_no, NOW)
    assert (done.events, done.calls) == (1, 1)
    assert store.call(acme.id, space.id, "c1") is not None


def test_withdrawing_again_does_nothing(store, acme, space):
    """It is on record, with when it was withdrawn first."""
    receipt = send(store, space, call("c1"))
    store.withdraw(acme.id, receipt.batch_no, NOW + 1)
    before = bits(dump(store, acme.id))
    done = store.withdraw(acme.id, receipt.batch_no, NOW + 2)
    assert (done.events, done.calls, done.tasks) == (0, 0, 0)
    assert bits(dump(store, acme.id)) == before
    assert store.find_import(acme.id, receipt.batch_no).withdrawn_at == NOW + 1


def test_a_batch_that_is_not_the_tenants_cannot_be_withdrawn(store, acme, globex, space, foreign_space):
    """Batch numbers are an organization's own."""
    send(store, foreign_space, call("c1"))
    foreign = send(store, foreign_space, call("c2"))
    for batch_no in (foreign.batch_no, 999):
        with pytest.raises(NotFoundError):
            store.withdraw(acme.id, batch_no, NOW)
    assert store.call(globex.id, foreign_space.id, "c2") is not None


def test_an_import_is_one_batch_over_many_requests_and_spaces(store, acme, space, other_space):
    """Begun, carried on under its label, finished, and withdrawn whole."""
    begun = store.begin_import(acme.id, "calls.csv", NOW)
    assert store.begin_import(acme.id, "calls.csv", NOW + 1) == begun
    assert store.begin_import(acme.id, "other.csv", NOW).batch_no != begun.batch_no
    send(store, space, call("c1"), import_no=begun.batch_no)
    send(store, other_space, call("c2"), task("t2"), import_no=begun.batch_no)
    receipt = send(store, space, call("c1"), call("c3"), import_no=begun.batch_no)
    assert receipt.batch_no == begun.batch_no
    kept = store.find_import(acme.id, begun.batch_no)
    assert (kept.label, kept.received_at, kept.finished_at) == ("calls.csv", NOW, None)
    assert (kept.applied, kept.duplicate, kept.stale, kept.rejected) == (4, 1, 0, 0)
    finished = store.finish_import(acme.id, begun.batch_no, NOW + 5)
    assert finished.finished_at == NOW + 5
    assert store.finish_import(acme.id, begun.batch_no, NOW + 6).finished_at == NOW + 5
    assert store.begin_import(acme.id, "calls.csv", NOW + 7).batch_no != begun.batch_no
    done = store.withdraw(acme.id, begun.batch_no, NOW + 8)
    assert (done.events, done.calls, done.tasks) == (4, 3, 1)
    assert dump(store, acme.id)["calls"] == {}


def test_an_import_withdrawn_while_it_runs_brings_nothing_more(store, acme, space):
    """Its later requests are rejected, event by event, and say why; begun again it is another import."""
    begun = store.begin_import(acme.id, "calls.csv", NOW)
    send(store, space, call("c1"), import_no=begun.batch_no)
    store.withdraw(acme.id, begun.batch_no, NOW)
    receipt = send(store, space, call("c2"), call("c3"), import_no=begun.batch_no)
    assert [(each.index, each.reason) for each in receipt.rejections] == [
        (0, "withdrawn_import"),
        (1, "withdrawn_import"),
    ]
    assert store.call(acme.id, space.id, "c2") is None
    assert store.begin_import(acme.id, "calls.csv", NOW).batch_no != begun.batch_no


def test_withdrawing_tells_how_far_it_is(store, acme, space):
    """(done, in all), and in the end all of it."""
    receipt = send(store, space, *[call(f"c{number}") for number in range(2500)])
    told = []
    store.withdraw(acme.id, receipt.batch_no, NOW, lambda done, in_all: told.append((done, in_all)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert store.changes_since(acme.id, -1).totals[space.id].calls_completed == 0


def test_imports_are_a_tenants_own(store, acme, globex):
    """The same label, another import; the same number, another batch."""
    mine = store.begin_import(acme.id, "calls.csv", NOW)
    store.begin_import(globex.id, "first.csv", NOW)
    theirs = store.begin_import(globex.id, "calls.csv", NOW)
    assert store.find_import(acme.id, theirs.batch_no + 10) is None
    assert store.find_import(acme.id, mine.batch_no).label == "calls.csv"
    with pytest.raises(NotFoundError):
        store.finish_import(acme.id, theirs.batch_no + 10, NOW)


def test_what_a_running_import_sends_after_it_was_withdrawn_is_refused(store, acme, space):
    """However the two meet, an import undone leaves nothing behind."""
    begun = store.begin_import(acme.id, "calls.csv", NOW)
    send(store, space, *[call(f"c{place}") for place in range(1_500)], import_no=begun.batch_no)
    refused: list[Receipt] = []

    def meanwhile(*_):
        refused.append(send(store, space, call(f"late-{len(refused)}"), import_no=begun.batch_no))

    store.withdraw(acme.id, begun.batch_no, NOW, meanwhile)
    assert refused
    assert {rejection.reason for late in refused for rejection in late.rejections} == {"withdrawn_import"}
    assert dump(store, acme.id)["calls"] == {}
    assert store.verify(deep=True).drift == 0


def test_the_withdrawal_is_on_record_before_its_range_is_read(tmp_path):
    """A chunk that comes in between would lie behind the range, and stay."""

    class Interrupted(SqliteStore):
        between: Callable[[], object] = staticmethod(lambda: None)

        @contextmanager
        def _writing(self):
            with super()._writing() as db:
                yield db
            once, self.between = self.between, lambda: None
            once()

    store = Interrupted(str(tmp_path / "callboard.db"))
    acme = make_organization(store)
    space = make_space(store, acme)
    begun = store.begin_import(acme.id, "calls.csv", NOW)
    send(store, space, call("c1"), import_no=begun.batch_no)
    store.between = lambda: send(store, space, call("c2"), import_no=begun.batch_no)
    store.withdraw(acme.id, begun.batch_no, NOW)
    assert dump(store, acme.id)["calls"] == {}
    store.close()


def test_what_another_batch_brought_as_well_stays_whichever_came_first(store, acme, space):
    """Undoing an import removes only events that no other batch sent, with event ids and without."""
    known = [call("c1"), call("c2", event_id="e2"), task("t1", run_id="r1")]
    first = send(store, space, *known, call("c3"))
    second = send(store, space, *known, call("c4"), received_at=NOW + 9)
    assert (second.applied, second.duplicate) == (1, 3)
    done = store.withdraw(acme.id, first.batch_no, NOW + 10)
    assert (done.events, done.calls, done.tasks) == (1, 1, 0)
    assert {call_id for _, call_id in dump(store, acme.id)["calls"]} == {"c1", "c2", "c4"}
    assert store.verify(deep=True).drift == 0
    assert ended(send(store, space, call("c2", event_id="e2"))) == (0, 1, 0, 0)
    store.withdraw(acme.id, second.batch_no, NOW + 11)
    assert {call_id for _, call_id in dump(store, acme.id)["calls"]} == {"c2"}
    assert store.verify(deep=True).drift == 0


def test_an_heir_folds_as_if_the_withdrawn_batch_had_never_come(store, acme, space):
    """An event that does not say when it happened, happened when it was first received by who is left."""
    early, late = call("c1", "ringing", at=None), call("c1", "ringing", at=None)
    late.received_at = NOW + 5_000_000
    first = send(store, space, early)
    send(store, space, late)
    store.withdraw(acme.id, first.batch_no, NOW + 9)
    assert store.call(acme.id, space.id, "c1").creation_time == NOW + 5_000_000


def test_of_several_heirs_the_first_that_stands_has_the_event(store, acme, space):
    """A withdrawn batch inherits nothing."""
    batches = [send(store, space, call("c1")).batch_no for _ in range(4)]
    store.withdraw(acme.id, batches[1], NOW)
    store.withdraw(acme.id, batches[0], NOW)
    assert [entry.batch_no for entry in store.call_entries(acme.id, space.id, "c1")] == [batches[2]]
    store.withdraw(acme.id, batches[2], NOW)
    store.withdraw(acme.id, batches[3], NOW)
    assert dump(store, acme.id)["calls"] == {}
    assert ended(send(store, space, call("c1"))) == (1, 0, 0, 0)
