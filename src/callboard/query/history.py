"""One call with its events, and what each event changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from callboard.clock import iso
from callboard.fold.call import CallFold
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.query.items import CallItem, call_item, seconds
from callboard.store.interface import batch_id

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
    """A call and its events, in the order they were received."""

    events: list[CallWord]


def call_with_events(entries: Sequence[Entry], call: Call, space_token: str) -> CallWithEvents:
    """The call, and what each of its events changed. `entries` must be in the order of receipt."""
    words: list[CallWord] = []
    before: dict[str, Any] = {}
    fold = CallFold()
    for entry in entries:
        fold.add(entry)
        after = _facts(fold.row(), space_token)
        words.append(_word(entry, _changes(before, after)))
        before = after
    # Shown from the events, not from the row: the events were read after the row and may include a newer one.
    shown = call_item(fold.row() if entries else call, space_token)
    return CallWithEvents(**msgspec.structs.asdict(shown), events=words)


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
    assert isinstance(event, CallEvent)
    sent: dict[str, Any] = {"type": "call"}
    for name, value in msgspec.structs.asdict(event).items():
        if value is UNSET:
            continue
        if name == "duration_ms":
            sent["call_duration"] = seconds(value)
        else:
            sent[name] = iso(value) if name in _TIMES else value
    return sent


def _facts(call: Call, space_token: str) -> dict[str, Any]:
    facts = msgspec.structs.asdict(call_item(call, space_token))
    # `inferred` is no fact of an event, and the others are the same for the whole history or for no event.
    for name in ("call_id", "space_token", "source", "inferred"):
        del facts[name]
    return {**facts, "void": call.void}


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    # Before the first event all fields are None, but `void` is false: it is never null.
    unset = {"void": False}
    return {
        name: (old, value)
        for name, value in after.items()
        if (old := before.get(name, unset.get(name))) != value
    }
