"""The bytes of events in the log never change: what earlier versions kept is read and recognised for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callboard.model.event import CallEvent, TaskEvent, canonical, from_canonical

RECORDED: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("recorded_events.json").read_text(encoding="utf-8")
)
"""Events with each field alone and all together, with values and null, as version 0.1 kept them."""
KINDS = {"call": CallEvent, "task": TaskEvent}


def _event(recorded: dict[str, Any]) -> CallEvent | TaskEvent:
    return KINDS[recorded["kind"]](**recorded["fields"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_recorded(kind: str) -> None:
    """A new field of an event is recorded in the commit that adds it."""
    named = {name for each in RECORDED if each["kind"] == kind for name in each["fields"]}
    assert named == set(KINDS[kind].__struct_fields__)


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: f"{each['kind']}-{[*each['fields']][-1]}")
def test_an_event_has_the_bytes_it_always_had(recorded: dict[str, Any]) -> None:
    """An event stored before has the same canonical bytes after, and is read from them as it was."""
    event = _event(recorded)
    assert canonical(event).hex() == recorded["bytes"]
    assert from_canonical(bytes.fromhex(recorded["bytes"])) == event
