"""The bytes of events in the log never change: what earlier versions kept is read and recognised for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callboard.model.event import CallEvent, GroupEnd, TaskEvent, canonical, from_canonical
from tests.unit import record_events
from tests.unit.record_events import KINDS, recorded

RECORDED = recorded()
"""Events with each field alone and all together, with values and null, as version 0.1 kept them."""


def _event(recorded: dict[str, Any]) -> CallEvent | TaskEvent:
    # JSON knows no tuples.
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in recorded["fields"].items()
    }
    return KINDS[recorded["kind"]](**fields)


def test_the_end_of_a_group_has_the_bytes_it_always_had() -> None:
    """Under the short names of calls."""
    event = GroupEnd("g", "failed", 1, 5, None, "unknown", "odd")
    body = bytes.fromhex(
        "88a16ba167a169a167a173a66661696c6564a16701a16f05a166c0a172a7756e6b6e6f776ea27372a36f6464"
    )
    assert canonical(event) == body
    assert from_canonical(body) == event


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_recorded(kind: str) -> None:
    """A new field of an event is recorded in the commit that adds it."""
    named = {name for each in RECORDED if each["kind"] == kind for name in each["fields"]}
    assert named == set(KINDS[kind].__struct_fields__)


@pytest.mark.parametrize(("of", "name"), [("call", "agent"), ("call", "call_type"), ("task", "left")])
def test_what_is_not_recorded_yet_is_added(
    of: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make record` appends a new field's bytes, and changes none that were recorded."""
    kept = [each for each in RECORDED if each["kind"] != of or name not in each["fields"]]
    file = tmp_path / "recorded_events.json"
    file.write_text(json.dumps(kept), "utf-8")
    monkeypatch.setattr(record_events, "RECORDED", file)
    record_events.record()
    after = recorded()
    assert after[: len(kept)] == kept
    assert all(name in each["fields"] or each["kind"] != of for each in after[len(kept) :])
    assert len(after) >= len(kept) + 2
    assert not record_events.missing(after)


@pytest.mark.parametrize("one", RECORDED, ids=lambda each: f"{each['kind']}-{[*each['fields']][-1]}")
def test_an_event_has_the_bytes_it_always_had(one: dict[str, Any]) -> None:
    """An event stored before has the same canonical bytes after, and is read from them as it was."""
    event = _event(one)
    assert canonical(event).hex() == one["bytes"]
    assert from_canonical(bytes.fromhex(one["bytes"])) == event
