"""A call or task that is full of events can still end, be tried again and be withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.fold import event_quota
from callboard.fold.event_quota import (
    EVENTS_PER_ITEM,
    EXTRA_END_EVENTS,
    EXTRA_RETRY_EVENTS,
    EXTRA_VOID_EVENTS,
    MAX_EVENTS_PER_ITEM,
    EventQuota,
)
from callboard.model.event import Entry, Event
from callboard.store.questions import Scope, TaskFilter
from tests.events import call, ended, send, task


def live(kind: str, number: int, **fields: Any) -> Entry:
    """One of very many words that tell nothing new."""
    if kind == "call":
        return call("c1", "ringing", at=number, **fields)
    return task("c1", "running", at=number, **fields)


def end(kind: str, number: int, **fields: Any) -> Entry:
    make = call if kind == "call" else task
    return make("c1", "completed" if number % 2 else "failed", at=5000 + number, **fields)


@pytest.mark.parametrize("kind", ["call", "task"])
def test_after_a_thousand_live_events_it_can_still_end_and_be_withdrawn(store, acme, space, kind):
    """100 that end it, 10 with `void`, each kind counted by itself, and not one more; live ones are rejected
    all the while.
    """
    find = store.call if kind == "call" else store.task
    assert ended(send(store, space, *(live(kind, number) for number in range(1001))))[3] == 1
    ends = [end(kind, number) for number in range(EXTRA_END_EVENTS + 1)]
    assert send(store, space, *ends).rejected == 1
    row = find(acme.id, space.id, "c1")
    assert (row.call_status if kind == "call" else row.status) in ("completed", "failed")
    voids = [live(kind, 9000 + number, void=number % 2 == 0) for number in range(EXTRA_VOID_EVENTS + 1)]
    receipt = send(store, space, *voids, live(kind, 2000), end(kind, 9999))
    assert [each.reason for each in receipt.rejections] == ["too_many_events"] * 3
    assert "1,110 events" in receipt.rejections[0].message
    # Those that are known are still known, of whatever kind.
    assert ended(send(store, space, live(kind, 0), ends[0], voids[0])) == (0, 3, 0, 0)
    entries = store.call_entries if kind == "call" else store.task_entries
    assert len(entries(acme.id, space.id, "c1")) == EVENTS_PER_ITEM + EXTRA_END_EVENTS + EXTRA_VOID_EVENTS
    assert store.verify(deep=True).drift == 0


def test_a_task_full_of_events_can_be_withdrawn_and_is_then_in_no_number(store, acme, space):
    """The last word is heard."""
    send(store, space, *(live("task", number) for number in range(1000)))
    assert ended(send(store, space, live("task", 2000, void=True))) == (1, 0, 0, 0)
    assert store.count_tasks(Scope(acme.id, space.id), TaskFilter()) == 0


def test_a_task_full_of_events_can_be_tried_again(store, acme, space):
    """100 events of higher attempts than 1, and their ends beside those of ends."""
    send(store, space, *(live("task", number) for number in range(1000)))
    again = [live("task", number, attempt=2 + number % 3) for number in range(EXTRA_RETRY_EVENTS)]
    assert send(store, space, *again).rejected == 0
    receipt = send(store, space, live("task", 5000, attempt=9), end("task", 1, attempt=9))
    assert [each.reason for each in receipt.rejections] == ["too_many_events"]
    row = store.task(acme.id, space.id, "c1")
    assert (row.status, row.attempt) == ("completed", 9)


def test_no_item_ever_has_more_events_than_there_are_places(store, acme, space):
    """Whatever they are: what one commit loads of a task is bounded."""
    every = [end("task", number, attempt=2, void=True) for number in range(1300)]
    assert send(store, space, *every).rejected == 1300 - MAX_EVENTS_PER_ITEM
    assert len(store.task_entries(acme.id, space.id, "c1")) == MAX_EVENTS_PER_ITEM


KINDS = [
    {"word": word, "attempt": attempt, **void}
    for word in ("running", "completed")
    for attempt in (1, 2)
    for void in ({}, {"void": False})
]
PLACES = {"any": 4, "end": 3, "retry": 2, "void": 1}


@given(st.lists(st.sampled_from(KINDS), max_size=14), st.sampled_from(KINDS))
def test_what_there_is_room_for_does_not_depend_on_the_order_of_arrival(came, last):
    """Compared with placing the events one by one, moving those that are placed already: there is room for
    one more exactly when all of them find a place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_quota, "EVENTS_PER_ITEM", PLACES["any"])
        patch.setattr(
            event_quota,
            "_EXTRA_QUOTA",
            event_quota.extra_quota(PLACES["end"], PLACES["retry"], PLACES["void"]),
        )
        taken: list[dict[str, Any]] = []
        counted = EventQuota([])
        for kind in came:
            fits = counted.has_room(event_of(kind))
            assert fits == all_placed([*taken, kind])
            if fits:
                counted.add(event_of(kind))
                taken.append(kind)
        again = EventQuota(event_of(kind) for kind in sorted(taken, key=str))
        assert again.has_room(event_of(last)) == counted.has_room(event_of(last))


def event_of(kind: dict[str, Any]) -> Event:
    fields = {name: value for name, value in kind.items() if name != "word"}
    return task("t", kind["word"], **fields).event


def all_placed(kinds: list[dict[str, Any]]) -> bool:
    """Whether each has a place."""
    held: dict[str, list[dict[str, Any]]] = {name: [] for name in PLACES}
    return all(_place(kind, held, set()) for kind in kinds)


def _place(kind: dict[str, Any], held: dict[str, list[dict[str, Any]]], tried: set[str]) -> bool:
    fits = {"end": kind["word"] == "completed", "retry": kind["attempt"] > 1, "void": "void" in kind}
    for name in [each for each, does in fits.items() if does] + ["any"]:
        if name in tried:
            continue
        tried.add(name)
        if len(held[name]) < PLACES[name]:
            held[name].append(kind)
            return True
        for other in list(held[name]):
            if _place(other, held, tried):
                held[name].remove(other)
                held[name].append(kind)
                return True
    return False
