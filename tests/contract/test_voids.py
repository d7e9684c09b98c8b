"""`void: true` withdraws a call or task from lists and numbers; a later `void: false` brings it back."""

from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from tests.events import call, send, task
from tests.stores import bits, dump

ALL = Window(limit=100)


def test_a_void_call_is_in_no_list_and_no_number_until_it_is_brought_back(store, acme, space):
    """As if it had never been, but for its events."""
    empty = bits(dump(store, acme.id))
    send(store, space, call("c1", duration_ms=1000, agent="ann"), task("t1", run_id="r1"))
    full = bits(dump(store, acme.id))
    send(store, space, call("c1", at=1, void=True), task("t1", at=1, void=True))
    assert store.call(acme.id, space.id, "c1") is None
    assert store.task(acme.id, space.id, "t1") is None
    assert store.calls(Scope(acme.id), CallFilter(), ALL) == []
    assert store.tasks(Scope(acme.id), TaskFilter(), ALL) == []
    assert (
        store.count_calls(Scope(acme.id), CallFilter()),
        store.count_tasks(Scope(acme.id), TaskFilter()),
    ) == (
        0,
        0,
    )
    void = bits(dump(store, acme.id))
    assert {what: void[what] for what in ("cells", "totals", "runs")} == {
        what: empty[what] for what in ("cells", "totals", "runs")
    }
    assert len(store.call_entries(acme.id, space.id, "c1")) == 2
    send(store, space, call("c1", at=2, void=False), task("t1", at=2, void=False))
    back = bits(dump(store, acme.id))
    assert {what: back[what] for what in ("cells", "totals")} == {
        what: full[what] for what in ("cells", "totals")
    }
    assert store.run(acme.id, space.id, "r1").completed == 1


def test_an_event_of_a_call_that_was_never_counted_may_void_it(store, acme, space):
    """A test call that is declared by a single event."""
    assert send(store, space, call("c1", void=True)).applied == 1
    assert store.call(acme.id, space.id, "c1") is None
    assert store.changes_since(acme.id, -1).totals[space.id].calls_completed == 0


def test_a_void_call_goes_on_being_told_of(store, acme, space):
    """Words that say nothing of it being void leave it void."""
    send(store, space, call("c1", "ringing", void=True), call("c1", "completed", at=9))
    assert store.call(acme.id, space.id, "c1") is None
    assert store.verify(deep=True).drift == 0
