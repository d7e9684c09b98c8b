"""Call events without a status or without an id: facts, and ends said of a group; and what a call costs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callboard.clock import MINUTE
from callboard.ingest.parse import event_from_mapping, parse_events
from callboard.ingest.rejected import RejectedEvent
from callboard.model.event import CallEvent, Event, GroupEnd
from tests.stores import NOW

WHEN = "2026-01-01T00:01:00Z"


def parsed(**fields: Any) -> Event:
    """The event of a request; raises `AssertionError` with its reason where it is rejected."""
    found = parse_events(json.dumps({"type": "call", **fields}).encode(), ndjson=False, now=NOW, max_events=1)
    assert not found.rejections, (found.rejections[0].reason, found.rejections[0].message)
    return found.entries[0].event


def refused(**fields: Any) -> tuple[str, str]:
    """(reason, message)"""
    found = parse_events(json.dumps({"type": "call", **fields}).encode(), ndjson=False, now=NOW, max_events=1)
    assert not found.entries
    return found.rejections[0].reason, found.rejections[0].message


def test_an_event_without_a_status_is_a_fact() -> None:
    """Of standing 2 unless it says another."""
    fact = parsed(call_id="c", metadata={"recording": "r"}, occurred_at=WHEN)
    assert isinstance(fact, CallEvent)
    assert (fact.call_status, fact.standing, fact.occurred_at) == ("", 2, NOW + MINUTE)
    low = parsed(call_id="c", standing=0, agent="ann")
    assert isinstance(low, CallEvent)
    assert low.standing == 0


@pytest.mark.parametrize("field", ["start_time", "end_time", "creation_time", "call_duration", "end_reason"])
def test_what_needs_a_status_is_no_fact(field: str) -> None:
    """Said as null it is said too."""
    value = {"call_duration": 1, "end_reason": "busy"}.get(field, WHEN)
    for each in (value, None):
        reason, message = refused(call_id="c", **{field: each})
        assert (reason, message.startswith("call_status: is missing")) == ("missing_field", True), message


def test_a_status_of_null_is_no_fact() -> None:
    """A source that loses its status is told so."""
    assert refused(call_id="c", call_status=None)[0] == "invalid_status"


def test_a_row_of_a_file_needs_a_status() -> None:
    """An empty cell makes no fact of a call."""
    with pytest.raises(RejectedEvent) as refusal:
        event_from_mapping({"type": "call", "call_id": "c"}, now=NOW, source="import", whole=True)
    assert refusal.value.reason == "missing_field"


def test_a_call_names_one_group_or_up_to_three() -> None:
    """In whatever order, each once."""
    for sent, kept in (("g", ("g",)), (["h", "g", "h"], ("g", "h")), (None, None)):
        event = parsed(call_id="c", call_status="ringing", group_id=sent)
        assert isinstance(event, CallEvent)
        assert event.group_ids == kept
    for wrong, reason in (
        ([], "invalid_value"),
        (list("abcd"), "invalid_value"),
        ("", "invalid_id"),
        (["a", ""], "invalid_id"),
        (["a", 1], "invalid_id"),
        ("x" * 256, "invalid_id"),
        ("é" * 128, "invalid_id"),
        ("a\nb", "invalid_id"),
        (7, "invalid_id"),
    ):
        assert refused(call_id="c", call_status="ringing", group_id=wrong)[0] == reason, wrong
    assert refused(call_id="c", call_status="ringing", group_rank=3)[0] == "invalid_value"


def test_an_end_is_said_of_a_group() -> None:
    """Of standing 1 unless it says 0."""
    assert parsed(group_id="g", call_status="failed", end_reason="odd", end_time=WHEN) == GroupEnd(
        "g", "failed", 1, NOW + MINUTE, NOW + MINUTE, "unknown", "odd"
    )
    low = parsed(group_id=["g"], call_status="completed", standing=0, occurred_at=WHEN)
    assert isinstance(low, GroupEnd)
    assert (low.standing, low.occurred_at) == (0, NOW + MINUTE)


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({"call_status": "ringing"}, "invalid_status", "no end"),
        ({}, "missing_field", "call_status"),
        ({"call_status": "failed", "standing": 2}, "invalid_value", "standing"),
        ({"call_status": "failed", "group_id": ["g", "h"]}, "invalid_value", "one group"),
        ({"call_status": "failed", "event_id": "e"}, "unknown_field", "event_id"),
        ({"call_status": "failed", "group_rank": 1}, "unknown_field", "group_rank"),
        ({"call_status": "failed", "start_time": WHEN}, "unknown_field", "start_time"),
        ({"call_status": "failed", "metadata": {}}, "unknown_field", "metadata"),
        ({"call_status": "failed", "void": True}, "unknown_field", "void"),
        ({"call_status": "failed", "end_time": "yesterday"}, "invalid_time", "end_time"),
        ({"call_status": "failed", "group_id": None}, "missing_field", "call_id"),
    ],
)
def test_an_end_of_a_group_says_nothing_else(fields: dict[str, Any], reason: str, words: str) -> None:
    """What only a call can be said of is refused by name."""
    found = refused(**{"group_id": "g", **fields})
    assert (found[0], words in found[1]) == (reason, True), found


@pytest.mark.parametrize(
    ("amount", "micros"),
    [(0, 0), (1, 1_000_000), (0.0123, 12_300), (0.0000005, 0), (0.0000015, 2), (1_000_000, 10**12)],
)
def test_an_amount_is_kept_in_millionths_rounded_half_even(amount: float, micros: int) -> None:
    """From the decimal number as it was sent."""
    event = parsed(call_id="c", call_status="completed", cost={"amount": amount, "currency": "usd"})
    assert isinstance(event, CallEvent)
    assert (event.cost_micros, event.cost_currency) == (micros, "USD")


def test_a_cost_of_null_says_that_there_is_none() -> None:
    """Amount and currency go together."""
    event = parsed(call_id="c", call_status="completed", cost=None)
    assert isinstance(event, CallEvent)
    assert (event.cost_micros, event.cost_currency) == (None, None)
