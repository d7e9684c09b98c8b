"""What calls stand after some events, by the rules of the contract for groups, told plainly.

Single calls are folded by the product; heads, legs and ends of groups are told here a second time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from callboard.clock import exact
from callboard.fold.call import CallFold
from callboard.fold.task import fold_task
from callboard.ingest.parse import event_from_mapping
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.model.fields import event_fields
from callboard.model.words import FINAL_CALL

Told = tuple[dict[str, Any], int]
"""An event as a translation gives it, and when it was received."""

FOLDED = {field.name for field in event_fields("call")} | {"type", "call_id", "call_status"}
"""What the fold knows; `group_id`, `group_rank`, `cost` and the like are looked at here."""
_TIMES = ("creation_time", "start_time", "end_time")


def distinct(told: list[Told]) -> list[Told]:
    """Each event once, as it was first received."""
    first: dict[str, Told] = {}
    for event, at in told:
        first.setdefault(repr(sorted(event.items())), (event, at))
    return list(first.values())


def calls_of(told: list[Told]) -> list[dict[str, Any]]:
    """The calls that count, each with its `legs`."""
    events = distinct(told)
    own: dict[str, list[Told]] = defaultdict(list)
    for each in events:
        if "call_id" in each[0] and each[0].get("call_status"):
            own[each[0]["call_id"]].append(each)
    groups = {call_id: _said(of_call, "group_id") for call_id, of_call in own.items()}
    # An end that is said of a group closes what is live, and changes nothing else.
    ended = {
        call_id: any(
            event["call_status"] in FINAL_CALL and event.get("standing", 2) > 0 for event, _ in of_call
        )
        for call_id, of_call in own.items()
    }
    for event, at in events:
        if "call_id" not in event and event["type"] == "call":
            for call_id, ids in groups.items():
                if event["group_id"] in ids and not ended[call_id]:
                    own[call_id].append(({"standing": 1} | event | {"call_id": call_id}, at))
    rows = {call_id: _row(of_call) for call_id, of_call in own.items()}
    _add_facts(rows, events)
    found = []
    for member_ids in _components(groups):
        members = sorted(
            member_ids,
            key=lambda call_id: (
                rows[call_id]["call_status"] == "queued",
                -max(_said(own[call_id], "group_rank") or {1}),
                rows[call_id]["_creation"],
                call_id,
            ),
        )
        head, *legs = (rows[call_id] for call_id in members)
        found.append(head | {"legs": legs})
    return found


def tasks_of(told: list[Told]) -> dict[str, dict[str, Any]]:
    """The tasks, by their ids, as the product folds them."""
    own: dict[str, list[Entry]] = defaultdict(list)
    for event, at in distinct(told):
        if event["type"] == "task":
            entry = event_from_mapping(event, now=at, source="hook:test")
            own[event["task_id"]].append(entry)
    rows = {task_id: fold_task(entries) for task_id, entries in own.items()}
    return {
        task_id: {name: getattr(task, name) for name in task.__struct_fields__}
        for task_id, task in rows.items()
    }


def _said(events: list[Told], field: str) -> set[Any]:
    values: set[Any] = set()
    for event, _ in events:
        value = event.get(field)
        values |= set(value) if isinstance(value, list | tuple) else {value} - {None}
    return values


def _components(groups: dict[str, set[str]]) -> list[set[str]]:
    found: list[tuple[set[str], set[str]]] = []
    for call_id, ids in groups.items():
        joined = ({call_id}, set(ids))
        apart = []
        for members, of in found:
            if of & joined[1]:
                joined = (joined[0] | members, joined[1] | of)
            else:
                apart.append((members, of))
        found = [*apart, joined]
    return [members for members, _ in found]


def row_of(call: Call) -> dict[str, Any]:
    """A call as manifests tell it."""
    shown: dict[str, Any] = {name: getattr(call, name) for name in call.__struct_fields__}
    shown["_creation"] = call.creation_time
    for name in _TIMES:
        shown[name] = exact(shown[name])
    shown["call_duration"] = None if call.duration_ms is None else call.duration_ms / 1000
    shown["group_ids"] = set(call.group_ids or ())
    micros = call.cost_micros
    shown["cost"] = None if micros is None else {"amount": micros / 1_000_000, "currency": call.cost_currency}
    shown["billed_seconds"] = None if call.billed_ms is None else call.billed_ms / 1000
    return shown


def _row(events: list[Told]) -> dict[str, Any]:
    fold = CallFold()
    for event, at in events:
        known = {field: value for field, value in event.items() if field in FOLDED}
        entry = event_from_mapping(known, now=at, source="hook:test")
        assert isinstance(entry.event, CallEvent)
        fold.add(entry)
    shown = row_of(fold.row())
    shown["group_ids"] = _said(events, "group_id")
    for field in ("cost", "billed_seconds"):
        stated = [event[field] for event, _ in events if field in event]
        shown[field] = stated[-1] if stated else None
    return shown


def _add_facts(rows: dict[str, dict[str, Any]], events: list[Told]) -> None:
    """What is told of a call by events without a status: the latest word on each counts."""
    facts = [event for event, _ in events if "call_id" in event and not event.get("call_status")]
    for event in sorted(facts, key=lambda event: str(event.get("occurred_at", ""))):
        if (row := rows.get(event["call_id"])) is not None:
            row |= {field: event[field] for field in ("cost", "billed_seconds", "outcome") if field in event}
            row["metadata"] = ((row["metadata"] or {}) | event.get("metadata", {})) or None
