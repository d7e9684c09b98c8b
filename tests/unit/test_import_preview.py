"""The preview of an import counts calls as the store would after it, in any order of rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
from msgspec import structs

from callboard.fold.call import fold_call
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources import preview
from callboard.ingest.sources.preview import Numbers, Preview, key_of
from callboard.model.event import Entry

NOW = 1_770_000_000_000_000


def leg(call: int, status: str = "completed", minute: int = 0, **more: Any) -> Entry:
    event = {
        "type": "call",
        "call_id": f"call-{call}",
        "call_status": status,
        "creation_time": f"2026-01-{call % 28 + 1:02d}T09:{minute:02d}:00Z",
        **more,
    }
    return event_from_mapping(event, now=NOW, source="import")


def counted(entries: list[Entry], space: str = "") -> Numbers:
    shown = Preview("call")
    try:
        for entry in entries:
            shown.add(space, entry)
        # What is usual is told by rows, not by calls.
        return structs.replace(shown.finish(), usual_length=None, lengths=0, jump=None)
    finally:
        shown.close()


def expected(entries: list[Entry]) -> Numbers:
    """By the rows that the store would keep, all at once in memory."""
    by_call: dict[str, dict[bytes, Entry]] = {}
    for entry in entries:
        by_call.setdefault(entry.event.item_id, {}).setdefault(entry.body, entry)
    numbers = Numbers("call", events=len(entries), statuses={}, agents={})
    for said in by_call.values():
        row = fold_call(list(said.values()))
        numbers.items += 1
        numbers.apart += 1
        numbers.statuses[row.call_status] = numbers.statuses.get(row.call_status, 0) + 1
        agent = row.agent or ""
        numbers.agents[agent] = numbers.agents.get(agent, 0) + 1
        if row.call_status == "completed" and row.duration_ms is not None:
            numbers.durations += 1
            numbers.duration_ms += row.duration_ms
        numbers.first = min(numbers.first or row.creation_time, row.creation_time)
        numbers.last = max(numbers.last or 0, row.creation_time)
    numbers.repeated = len(entries) - sum(map(len, by_call.values()))
    return numbers


@pytest.mark.parametrize("batch", [2, 7, 2_000])
def test_rows_of_one_call_count_once_wherever_they_stand(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_FLUSH_EVENTS", batch)
    draw = random.Random(batch)
    entries = [
        leg(
            draw.randrange(60),
            draw.choice(["completed", "missed", "failed"]),
            draw.randrange(3),
            call_duration=draw.randrange(2) * 30,
            agent=draw.choice(["", "kim", "lee"]),
        )
        for _ in range(200)
    ]
    assert counted(entries) == expected(entries)


def test_one_id_of_all_rows_is_one_call_and_kept_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_FLUSH_EVENTS", 10)
    entries = [leg(1, minute=minute, agent=f"agent {number}") for number in range(60) for minute in range(2)]
    numbers = counted(entries + entries)
    assert (numbers.items, numbers.events, numbers.repeated) == (1, 240, 120)
    assert list(numbers.agents.values()) == [1]


def test_equal_ids_of_two_spaces_are_two_calls() -> None:
    shown = Preview("call")
    for space in ("sales", "support"):
        shown.add(space, leg(1))
    assert shown.finish().items == 2
    assert not shown.repeated_keys
    shown.close()


def test_the_calls_that_several_rows_say_different_things_of_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preview, "_FLUSH_EVENTS", 2)
    shown = Preview("call")
    rows = [leg(1), leg(2), leg(1), leg(3), leg(2, "missed"), leg(4)]
    for entry in rows:
        shown.add("", entry)
    shown.finish()
    assert shown.repeated_keys == {key_of("", leg(2))}
    shown.close()


@pytest.mark.parametrize("batch", [1, 2_000])
def test_a_call_of_rows_without_a_time_counts_at_the_time_of_the_import(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "_FLUSH_EVENTS", batch)
    untimed = [
        event_from_mapping(
            {"type": "call", "call_id": "a", "call_status": "missed", "agent": agent},
            now=NOW,
            source="import",
        )
        for agent in ("kim", "lee")
    ]
    numbers = counted([*untimed, leg(1)])
    assert (numbers.undated, numbers.items, numbers.last) == (2, 2, NOW)
