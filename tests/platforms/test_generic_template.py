"""The template of a generic hook: where in a JSON body each field lies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.generic import translate
from callboard.ingest.sources.platforms.generic_template import FIELDS_MAX, Template
from tests.platforms.manifests import RECEIVED

TEMPLATE = {
    "call_id": "data.call.id | data.id",
    "call_status": "data.state",
    "call_status:Wrapped up": "completed agent_hangup",
    "occurred_at": "sent_at",
    "start_time": "data.answered_at",
    "end_time": "data.ended_at",
    "call_duration": "data.talk:ms",
    "end_reason": "data.why",
    "call_type": "=outbound",
    "source_number": "data.legs.0.number",
    "destination_number": "data.legs.1.number",
    "agent": "data.agent",
    "cost.amount": "data.price",
    "cost.currency": "=EUR",
    "external_ids.crm": "data.crm",
    "metadata.campaign": "data.campaign",
}
CALL = {
    "id": 7,
    "answered_at": "2026-03-05 10:00:00",
    "ended_at": "2026-03-05 10:01:00",
    "talk": "60000",
    "legs": [{"number": "+12025550101"}, {"number": "+12025550102"}],
    "agent": "Ada",
    "price": "-0.05",
    "crm": 12,
    "campaign": "spring",
}


def read(body: Any, template: dict[str, str], **settings: Any) -> Translation:
    delivery = Delivery(body=json.dumps(body).encode(), received_at=RECEIVED)
    return translate(delivery, HookSettings(template=template, **settings))


def one(body: Any, template: dict[str, str] = TEMPLATE, **settings: Any) -> dict[str, Any]:
    found = read(body, template, **settings)
    assert found.quarantined == []
    (event,) = found.events
    return event


def test_each_field_is_read_where_the_template_says():
    event = one({"data": CALL | {"state": "Ended"}}, timezone="Europe/Berlin")
    assert event == {
        "type": "call",
        "call_id": "7",
        "call_status": "completed",
        "start_time": "2026-03-05T09:00:00Z",
        "end_time": "2026-03-05T09:01:00Z",
        "call_duration": 60,
        "end_reason": "hangup",
        "source_end_reason": "Ended",
        "call_type": "outbound",
        "source_number": "+12025550101",
        "destination_number": "+12025550102",
        "agent": "Ada",
        "cost": {"amount": 0.05, "currency": "EUR"},
        "external_ids": {"crm": "12"},
        "metadata": {"campaign": "spring"},
    }


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({"state": "wrapped-up"}, "completed", "agent_hangup"),
        ({"state": "answered"}, "completed", "hangup"),
        ({"state": "answered", "ended_at": None, "talk": None}, "in_progress", None),
        ({"state": "No answer"}, "missed", "no_answer"),
        ({"state": "failed", "why": "carrier error"}, "failed", "carrier_error"),
        ({"state": "failed", "why": "gremlins"}, "failed", "unknown"),
    ],
)
def test_words_are_those_of_the_template_and_then_the_common_ones(said, status, reason):
    event = one({"data": CALL | said})
    assert (event["call_status"], event.get("end_reason")) == (status, reason)


def test_a_reason_outside_the_list_is_counted():
    (word,) = read({"data": CALL | {"state": "failed", "why": "gremlins"}}, TEMPLATE).unknown_words
    assert (word.field, word.word) == ("end_reason", "gremlins")


def test_the_first_path_that_is_there_counts():
    assert one({"data": {"id": "b", "call": {"id": "a"}, "state": "queued"}})["call_id"] == "a"
    assert one({"data": {"id": "b", "call": [], "state": "queued"}})["call_id"] == "b"


def test_a_record_without_a_status_is_a_fact():
    event = one({"data": {"id": "a", "campaign": "spring"}})
    assert "call_status" not in event
    assert event["metadata"] == {"campaign": "spring"}


def test_records_lie_in_a_list():
    found = read(
        {"items": [{"id": "a", "s": "busy"}, {"s": "busy"}, {"id": "b", "s": "odd"}, "c"]},
        {"each": "items", "call_id": "id", "call_status": "s"},
    )
    assert [event["call_id"] for event in found.events] == ["a"]
    assert [(each.reason, each.part) for each in found.quarantined] == [
        ("missing_id", 1),
        ("unknown_status", 2),
        ("missing_id", 3),
    ]


@pytest.mark.parametrize("each", ["call", "data.call", "calls.0.parts"])
@pytest.mark.parametrize(
    "body",
    [{"calls": [{"id": "a", "s": "busy"}]}, {"call": None, "data": {"call": None}}, {}, [], None, "call"],
)
def test_a_body_without_the_records_that_a_template_names_is_kept(each, body):
    found = read(body, {"each": each, "call_id": "id", "call_status": "s"})
    assert (found.events, found.ignored) == ([], [])
    (kept,) = found.quarantined
    assert kept.reason == "unreadable"
    assert each in kept.message


def test_a_line_without_records_costs_none_of_its_neighbours():
    lines = [{"items": [{"id": "a", "s": "busy"}]}, {"item": []}, {"items": [{"id": "b", "s": "busy"}]}]
    delivery = Delivery(body="\n".join(map(json.dumps, lines)).encode(), received_at=RECEIVED)
    template = {"each": "items", "call_id": "id", "call_status": "s"}
    found = translate(delivery, HookSettings(template=template))
    assert [event["call_id"] for event in found.events] == ["a", "b"]
    assert [(kept.reason, kept.part) for kept in found.quarantined] == [("unreadable", 1)]


@pytest.mark.parametrize("body", [{"items": []}, {"items": [], "more": 1}])
def test_only_a_list_that_is_there_and_empty_is_ignored(body):
    found = read(body, {"each": "items", "call_id": "id", "call_status": "s"})
    assert (found.ignored, found.quarantined) == (["empty"], [])


def test_a_cloud_event_is_read_from_its_data():
    event = one(
        {"specversion": "1.0", "id": "e", "source": "/x", "type": "t", "data": {"id": "a", "s": "busy"}},
        {"call_id": "id", "call_status": "s"},
    )
    assert (event["call_id"], event["end_reason"]) == ("a", "busy")


def test_a_template_may_be_of_tasks():
    template = {
        "type": "=task", "task_id": "id", "status": "state", "status:won": "completed", "attempt": "try",
        "created": "at", "input.name": "who", "output.sum": "sum",
    }  # fmt: skip
    body = {"id": "T-1", "state": "won", "try": "2", "at": 1772704800, "who": "Ada", "sum": 12}
    assert one(body, template) == {
        "type": "task",
        "task_id": "T-1",
        "status": "completed",
        "attempt": 2,
        "created": "2026-03-05T10:00:00Z",
        "input": {"name": "Ada"},
        "output": {"sum": 12},
    }
    assert read(body | {"state": "lost"}, template).quarantined[0].reason == "unknown_status"
    assert read(body | {"state": None}, template).quarantined[0].reason == "invalid"


def test_the_id_of_an_envelope_is_the_events_only_where_the_hook_says_so():
    body = {
        "specversion": "1.0", "id": "e-1", "source": "/x", "type": "t",
        "data": {"type": "call", "call_id": "a", "call_status": "queued"},
    }  # fmt: skip
    delivery = Delivery(body=json.dumps(body).encode(), received_at=RECEIVED)
    assert "event_id" not in translate(delivery, HookSettings()).events[0]
    assert translate(delivery, HookSettings(envelope_ids=True)).events[0]["event_id"] == "e-1"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("talk", 90, 90), ("talk", "0:01:30", 90), ("talk:s", "1:30", 90), ("talk:seconds", 90, 90),
        ("talk:ms", 90_500, 90.5), ("no|talk : ms", "90500", 90.5), ("talk:milliseconds", 90_500, 90.5),
        ("talk:us", 90_500_000, 90.5), ("talk:microseconds", 1, 0), ("talk:min", 1.5, 90),
        ("talk:minutes", "1.5", 90), ("talk:h", 0.025, 90), ("talk:hours", 2, 7_200), ("talk:h", -1, None),
        ("talk_ms:s", 90, 90), ("ns:talk:min", 1.5, 90), ("params.items", 90, 90), ("=90", None, 90),
    ],
)  # fmt: skip
def test_a_length_is_in_the_unit_behind_its_path_or_in_seconds(path, value, told):
    names = {"talk": value, "talk_ms": value, "ns:talk": value, "params": {"items": value}}
    template = {"call_id": "id", "call_duration": path, "billed_seconds": path}
    event = one({"id": "a", **names}, template)
    assert event.get("billed_seconds") == told
    over = one({"id": "a", "s": "ended", **names}, {**template, "call_status": "s"})
    assert over.get("call_duration") == told


START = 1_772_704_800


@pytest.mark.parametrize("unit", [1_000, 1_000_000, 60, 3_600])
@given(span=st.integers(10, 160), ring=st.floats(0, 0.99))
def test_a_length_of_another_unit_than_the_template_says_is_not_counted(unit, span, ring):
    """Told too long by a hundred times or more; what is longer than 7 days is none anyway."""
    template = {"call_id": "id", "call_status": "s", "start_time": "a", "end_time": "b", "call_duration": "n"}
    body = {"id": "x", "s": "ended", "a": START, "b": START + span, "n": (span - ring) * unit}
    found = read(body, template)
    if unit == 60:
        assert found.events  # may be a start that is told late
    else:
        assert [each.reason for each in found.quarantined] == ["invalid"]
    thousandth = read({**body, "n": span - ring}, {**template, "call_duration": "n:ms"})
    assert [each.reason for each in thousandth.quarantined] == ["invalid"]


@given(span=st.integers(0, 700_000), talk=st.integers(0, 604_800))
def test_a_length_that_may_be_true_is_counted(span, talk):
    """No longer than the time from start to end and a second."""
    template = {"call_id": "id", "call_status": "s", "start_time": "a", "end_time": "b", "call_duration": "n"}
    talk = min(talk, span + 1)
    one({"id": "x", "s": "ended", "a": START, "b": START + span, "n": talk}, template)
    one({"id": "x", "s": "ended", "a": START, "n": talk}, template)
    one({"id": "x", "s": "missed", "a": START, "b": START, "n": 0}, template)


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"call_status": "s"},
        {"call_id": ""},
        {"call_id": "a..b"},
        {"call_id": "id", "colour": "c"},
        {"call_id": "id", "metadata": "m"},
        {"call_id": "id", "call_status:done": "finished"},
        {"call_id": "id", "call_status:done": "completed bored"},
        {"call_id": "id", "type": "=chat"},
        {"call_id": "id", "call_duration": "len:parsecs"},
        {"call_id": "id", "call_duration": "len:minute s"},
        {"call_id": "id", "call_duration": "len:"},
        {"call_id": "id", "billed_seconds": "len:ns"},
        {"call_id": "id", "call_duration": "a:ms|b:s"},
        {"call_id": "id", "call_duration": "a:ms|b"},
        {"call_id": "id", "call_duration": "a|ms"},
        {"call_id": "id", "call_duration": "talk_ms"},
        {"call_id": "id", "call_duration": "data.talk|data.talkMillis"},
        {"call_id": "id", "billed_seconds": "billed-minutes"},
        {"call_id": "id", "call_duration": "=60:ms"},
        {"call_id": "id", "start_time": "at:ms"},
        {"call_id": "id", "metadata.length": "len:s"},
        {"call_id": "id", "end_reason:gone": "hangup"},
        {"call_id": "id", "end_time": "=yesterday"},
        {"call_id": "id", "sequence": "=first"},
        {"call_id": "id", "call_status": "=sparkling"},
        {"type": "=task", "task_id": "id"},
        {"type": "=task", "task_id": "id", "status": "=sparkling"},
        {"call_id": "id"} | {f"metadata.m{number}": "m" for number in range(FIELDS_MAX)},
    ],
)
def test_a_template_that_says_nothing_is_refused(template):
    """And a delivery to a hook that has one is kept, not dropped."""
    with pytest.raises(ValueError, match=r"."):
        Template(template)
    found = read({"id": "a"}, template)
    assert [each.reason for each in found.quarantined] == ["invalid"]
    assert found.events == []
