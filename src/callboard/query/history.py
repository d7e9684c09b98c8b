"""One call with its events, and what each event changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from callboard.clock import iso
from callboard.fold.call import CallFold
from callboard.fold.groups import USUAL_RANK
from callboard.model.call import NO_STATUS, WITHDRAWN, Call
from callboard.model.event import CallEvent, Entry, GroupEnd
from callboard.model.money import Money, money, summed
from callboard.query.items import CallItem, call_item, seconds
from callboard.store.interface import batch_id

_LENGTHS = {"duration_ms": "call_duration", "billed_ms": "billed_seconds"}
_TIMES = frozenset({"occurred_at", "creation_time", "start_time", "end_time"})


class CallWord(Struct, frozen=True, kw_only=True):
    """One event of a call."""

    received_at: str | None
    occurred_at: str | None
    """When it happened at its source; when it was received, if the source did not say."""
    source: str
    batch_id: str
    event: dict[str, Any]
    """The event as it was normalised, in the fields of a request."""
    changed: dict[str, tuple[Any, Any]]
    """Field → (before, after). Empty for an event that changed nothing, because greater events decide."""


class CallWithEvents(CallItem, frozen=True, kw_only=True):
    """A call with its legs, and its events in the order they were received."""

    group_ids: list[str]
    """The ids of groups that its events name."""
    group_rank: int | None
    """How much it speaks for its group; null when it names none."""
    leg_of: str | None
    """The id of the call that it is a leg of; null for a call that counts."""
    legs: list[CallItem]
    """Its legs, earliest first."""
    group_cost: list[Money]
    """What it and its legs cost together, by currency."""
    events: list[CallWord]


def call_with_events(
    entries: Sequence[Entry], call: Call, space_token: str, legs: Sequence[Call] = ()
) -> CallWithEvents:
    """The call, its legs, and what each of its events changed. `entries` must be in the order of receipt,
    with the ends that were said of its group.
    """
    words: list[CallWord] = []
    before: dict[str, Any] = {}
    fold = CallFold()
    for entry in _from_its_first(entries):
        fold.add(entry)
        after = _facts(fold.row(), space_token)
        words.append(_word(entry, _changes(before, after)))
        before = after
    # Shown from the events, not from the row: the events were read after the row and may include a newer one.
    row = fold.row() if entries else call
    ids = row.group_ids or ()
    rank = USUAL_RANK if row.group_rank is None else row.group_rank
    return CallWithEvents(
        **msgspec.structs.asdict(call_item(row, space_token)),
        group_ids=[*ids],
        group_rank=rank if ids else None,
        leg_of=call.leg_of,
        legs=[call_item(leg, space_token) for leg in legs],
        group_cost=summed((each.cost_micros, each.cost_currency) for each in (row, *legs)),
        events=words,
    )


def _from_its_first(entries: Sequence[Entry]) -> list[Entry]:
    """The entries from the first of the call's own on: ends of its group that came before it did could not
    change anything yet. They come with it.
    """
    own = next((at for at, entry in enumerate(entries) if isinstance(entry.event, CallEvent)), 0)
    return [entries[own], *entries[:own], *entries[own + 1 :]] if entries else []


def _word(entry: Entry, changed: dict[str, tuple[Any, Any]]) -> CallWord:
    return CallWord(
        received_at=iso(entry.received_at),
        occurred_at=iso(entry.occurred_at),
        source=entry.source,
        batch_id=batch_id(entry.batch_no),
        event=_as_sent(entry),
        changed=changed,
    )


def _as_sent(entry: Entry) -> dict[str, Any]:
    event = entry.event
    assert isinstance(event, CallEvent | GroupEnd)
    sent: dict[str, Any] = {"type": "call"}
    for name, value in msgspec.structs.asdict(event).items():
        if value is UNSET:
            continue
        if name in _LENGTHS:
            sent[_LENGTHS[name]] = seconds(value)
        elif name == "group_ids":
            sent["group_id"] = value[0] if value is not None and len(value) == 1 else value
        elif name == "cost_micros":
            sent["cost"] = money(value, event.cost_currency)  # type: ignore[union-attr, arg-type]
        elif name != "cost_currency" and not (name == "call_status" and not value):
            sent[name] = iso(value) if name in _TIMES else value
    return sent


def _facts(call: Call, space_token: str) -> dict[str, Any]:
    facts = msgspec.structs.asdict(call_item(call, space_token))
    # `inferred` is no fact of an event, and the others are the same for the whole history or for no event.
    for name in ("call_id", "space_token", "source", "inferred"):
        del facts[name]
    if call.void == NO_STATUS:  # there is no call yet
        facts |= {"call_status": None, "creation_time": None}
    facts |= {"group_ids": call.group_ids, "group_rank": call.group_rank}
    return {**facts, "void": call.void == WITHDRAWN}


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    # Before the first event all fields are None, but `void` is false: it is never null.
    unset = {"void": False}
    return {
        name: (old, value)
        for name, value in after.items()
        if (old := before.get(name, unset.get(name))) != value
    }
