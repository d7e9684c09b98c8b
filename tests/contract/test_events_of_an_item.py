"""One call or task also has its events, in order, with their receipt."""

from tests.events import call, entry, send, task
from tests.stores import NOW


def test_a_calls_events_come_in_the_order_received(store, acme, space):
    """Not in the order they happened; with when and by which door they came."""
    late = call("c1", "completed", at=60, metadata={"b": [1, {"x": None}], "a": 1.5})
    early = call("c1", "ringing", at=0, agent=None)
    late.received_at, late.source = NOW + 5, "import"
    receipt = send(store, space, late, early, call("c2"))
    found = store.call_entries(acme.id, space.id, "c1")
    assert [each.event for each in found] == [late.event, early.event]
    assert [(each.received_at, each.source) for each in found] == [(NOW + 5, "import"), (NOW, "events")]
    assert [each.body for each in found] == [late.body, early.body]
    assert {each.batch_no for each in found} == {receipt.batch_no}


def test_duplicates_are_not_among_them_and_stale_ones_are(store, acme, space):
    """Every event once."""
    send(store, space, task("t1", "completed", at=60, created=1), task("t1", "completed", at=60, created=1))
    send(store, space, task("t1", "running", at=1))
    assert [each.event.status for each in store.task_entries(acme.id, space.id, "t1")] == [
        "completed",
        "running",
    ]


def test_a_call_and_a_task_of_one_id_are_two_things(store, acme, space):
    """Each has its own events."""
    send(store, space, call("x"), task("x"))
    assert len(store.call_entries(acme.id, space.id, "x")) == 1
    assert len(store.task_entries(acme.id, space.id, "x")) == 1


def test_what_is_not_there_has_no_events(store, acme, space, other_space, globex):
    """Nor has another space's, nor another tenant's."""
    send(store, space, call("c1"), task("t1"))
    assert store.call_entries(acme.id, space.id, "c2") == []
    assert store.call_entries(acme.id, other_space.id, "c1") == []
    assert store.call_entries(globex.id, space.id, "c1") == []
    assert store.task_entries(globex.id, space.id, "t1") == []


def test_an_event_without_any_time_happened_when_it_was_received(store, acme, space):
    """And first received counts."""
    first, second = call("c1", at=None), call("c1", at=None)
    first.received_at, second.received_at = NOW + 3, NOW + 1
    send(store, space, first)
    assert send(store, space, second).duplicate == 1
    row = store.call(acme.id, space.id, "c1")
    assert (row.creation_time, row.end_time) == (NOW + 3, NOW + 3)
    assert store.verify(deep=True).drift == 0


def test_every_text_an_event_may_hold_comes_back_as_it_was(store, acme, space):
    """Any language, quotes, NUL inside documents, long ids."""
    odd = {"ключ": 'a"b\\c', "n": "\u0000", "😀": ["ß", 2**53, -0.5, True, False, None]}
    event = call("é" * 120, agent="O'Neil; DROP TABLE call --", external_ids={"x": "%_"}, metadata=odd)
    send(store, space, event)
    row = store.call(acme.id, space.id, "é" * 120)
    assert (row.agent, row.external_ids, row.metadata) == (
        "O'Neil; DROP TABLE call --",
        {"x": "%_"},
        odd,
    )
    assert store.call_entries(acme.id, space.id, "é" * 120)[0].event == entry(event.event).event
