"""One call with its events: what was said when, and what each word changed."""

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
    """When it happened at its source; when received, if the source did not say."""
    source: str
    batch_id: str
    event: dict[str, Any]
    """As it was understood, in the fields it can be sent in."""
    changed: dict[str, tuple[Any, Any]]
    """Field → before, after. Empty: it changed nothing, because a later event said otherwise."""


class CallWithEvents(CallItem, frozen=True, kw_only=True):
    """A call and its events, in the order they were received."""

    events: list[CallWord]


def call_with_events(entries: Sequence[Entry], call: Call, space_token: str) -> CallWithEvents:
    """The call, and what each of its events changed. `entries` as received, first to last."""
    words: list[CallWord] = []
    before: dict[str, Any] = {}
    fold = CallFold()
    for entry in entries:
        fold.add(entry)
        after = _facts(fold.row(), space_token)
        words.append(_word(entry, _changes(before, after)))
        before = after
    # The folded call where there are events: read a moment after the row, they may be one event ahead of it.
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
    # That a time is inferred follows from what was said, and is no word of anybody's.
    for name in ("call_id", "space_token", "source", "inferred"):
        del facts[name]
    return {**facts, "void": call.void}


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    unset = {"void": False}
    return {
        name: (old, value)
        for name, value in after.items()
        if (old := before.get(name, unset.get(name))) != value
    }
