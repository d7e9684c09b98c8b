"""Bad input at the events' door: what is wrong is said and where, and nothing good beside it is lost.

Everything goes to a real server, which must be alive after each, with no drift and no fault of its own.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
import zstandard

from tests.http.board import call, task
from tests.http.door import BASE, Door, new_call, refused


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


# (what is wrong with the event, as JSON; the reason; the field; words of the message)
EVENTS: dict[str, tuple[Any, str, str, str]] = {
    "empty id": (call(""), "invalid_id", "call_id", "is empty"),
    "id of 10 kB": (call("x" * 10_240), "invalid_id", "call_id", "10,240 bytes; at most 255"),
    "id of 256 bytes": (call("ü" * 128), "invalid_id", "call_id", "256 bytes; at most 255"),
    "empty task id": (task(""), "invalid_id", "task_id", "is empty"),
    "task id of 10 kB": (task("x" * 10_240), "invalid_id", "task_id", "10,240 bytes"),
    "event id of 10 kB": (call("b", event_id="x" * 10_240), "invalid_id", "event_id", "10,240 bytes"),
    "id that is a number": (call(5), "invalid_id", "call_id", "5 is not a text"),  # type: ignore[arg-type]
    "id that is null": (call(None), "invalid_id", "call_id", "null"),  # type: ignore[arg-type]
    "id with a NUL": (call("a\0b"), "invalid_id", "call_id", "NUL"),
    "id with a line break": (call("a\nb"), "invalid_id", "call_id", "control character"),
    "agent with a NUL": (call("b", agent="a\0b"), "invalid_value", "agent", "NUL"),
    "metadata with a NUL": (call("b", metadata={"a": ["\0"]}), "invalid_value", "metadata", "NUL"),
    "half a pair as id": (
        '{"type":"call","call_id":"\\ud800","call_status":"missed"}',
        "invalid_id",
        "call_id",
        "pair",
    ),
    "half a pair deep inside": (
        '{"type":"call","call_id":"b","call_status":"missed","metadata":{"a":["\\udc00"]}}',
        "invalid_value",
        "metadata",
        "half a surrogate pair",
    ),
    "pair the wrong way round": (
        '{"type":"call","call_id":"\\udc00\\ud800","call_status":"missed"}',
        "invalid_id",
        "call_id",
        "half a surrogate pair",
    ),
    "no object": (5, "invalid_type", "event", "5 is not an object"),
    "null": (None, "invalid_type", "event", "null is not an object"),
    "an array": ([[]], "invalid_type", "event", "an array is not an object"),
    "no type": ({"call_id": "b", "call_status": "missed"}, "missing_field", "type", "call or task"),
    "another type": ({"type": "sms"}, "invalid_type", "type", "'sms' is neither call nor task"),
    "no id": ({"type": "call", "call_status": "missed"}, "missing_field", "call_id", "is missing"),
    "no status": (
        {"type": "call", "call_id": "b", "end_reason": "busy"},
        "missing_field",
        "call_status",
        "is missing",
    ),
    "unknown status": (call("b", "done"), "invalid_status", "call_status", "'done' is none of queued"),
    "status of another case": (call("b", "Completed"), "invalid_status", "call_status", "'Completed'"),
    "unknown task status": (task("b", "done"), "invalid_status", "status", "'done' is none of pending"),
    "unknown field": (call("b", colour="red"), "unknown_field", "colour", "no such field"),
    "task field of a call": (call("b", attempt=1), "unknown_field", "attempt", "call event"),
    "key twice": (
        '{"type":"call","call_id":"b","call_status":"missed","call_status":"failed"}',
        "duplicate_key",
        "call_status",
        "there twice",
    ),
    "key twice, once escaped": (
        '{"type":"call","call_id":"b","call_status":"missed","call_st\\u0061tus":"failed"}',
        "duplicate_key",
        "call_status",
        "there twice",
    ),
    "key twice deep inside": (
        '{"type":"call","call_id":"b","call_status":"missed","metadata":{"a":{"b":1,"b":2}}}',
        "duplicate_key",
        "metadata",
        "'b' is there twice",
    ),
    "negative duration": (
        call("b", call_duration=-1),
        "invalid_duration",
        "call_duration",
        "-1 is not 0 to 604800",
    ),
    "duration of eight days": (
        call("b", call_duration=691_200),
        "invalid_duration",
        "call_duration",
        "691200",
    ),
    "absurd duration": (call("b", call_duration=1e300), "invalid_duration", "call_duration", "1e+300"),
    "infinite duration": (
        '{"type":"call","call_id":"b","call_status":"completed","call_duration":1e400}',
        "invalid_duration",
        "call_duration",
        "not a finite number",
    ),
    "duration as text": (
        call("b", call_duration="5"),
        "invalid_duration",
        "call_duration",
        "'5' is not a number",
    ),
    "duration as flag": (call("b", call_duration=True), "invalid_duration", "call_duration", "true"),
    "before 2000": (
        call("b", creation_time="1999-12-31T23:59:59.999Z"),
        "time_out_of_range",
        "creation_time",
        "before 2000",
    ),
    "far ahead": (
        call("b", end_time="2999-01-01T00:00:00Z"),
        "time_out_of_range",
        "end_time",
        "too far ahead",
    ),
    "task made far ahead": (
        task("b", created="2999-01-01T00:00:00Z"),
        "time_out_of_range",
        "created",
        "too far ahead",
    ),
    "no offset": (call("b", start_time="2026-01-01T00:00:00"), "invalid_time", "start_time", "offset"),
    "no such day": (
        call("b", occurred_at="2026-02-30T00:00:00Z"),
        "invalid_time",
        "occurred_at",
        "2026-02-30",
    ),
    "time as number": (call("b", occurred_at=1_767_225_600), "invalid_time", "occurred_at", "not a text"),
    "sequence below 0": (call("b", sequence=-1), "invalid_value", "sequence", "-1"),
    "sequence of 64 bits": (call("b", sequence=2**63), "invalid_value", "sequence", "9223372036854775808"),
    "attempt 0": (task("b", attempt=0), "invalid_value", "attempt", "0 is no whole number from 1"),
    "standing 3": (call("b", standing=3), "invalid_value", "standing", "from 0 to 2"),
    "void as text": (call("b", void="yes"), "invalid_value", "void", "neither true nor false"),
    "unknown direction": (
        call("b", call_type="fax"),
        "invalid_value",
        "call_type",
        "'fax' is none of inbound",
    ),
    "unknown answerer": (
        call("b", answered_by="dog"),
        "invalid_value",
        "answered_by",
        "'dog' is none of human",
    ),
    "long number": (call("b", source_number="1" * 65), "too_large", "source_number", "65 bytes; at most 64"),
    "metadata that is an array": (call("b", metadata=[1]), "invalid_value", "metadata", "not an object"),
    "metadata of 20 kB": (call("b", metadata={"a": "x" * 20_000}), "too_large", "metadata", "at most 16,384"),
    "metadata nested deeply": (call("b", metadata=_nested(17)), "too_large", "metadata", "deeper than 16"),
    "number of 65 bits": (call("b", metadata={"a": 2**64}), "invalid_value", "metadata", "64 bits"),
    "number of thousands of digits": (
        '{"type":"call","call_id":"b","call_status":"missed","sequence":' + "9" * 5000 + "}",
        "invalid_value",
        "event",
        "thousands of digits",
    ),
    "external id that is a number": (
        call("b", external_ids={"a": 1}),
        "invalid_value",
        "external_ids",
        "text",
    ),
    "input that is a text": (task("b", input="x"), "invalid_value", "input", "not an object"),
}


@pytest.mark.parametrize(("event", "reason", "field", "words"), EVENTS.values(), ids=EVENTS)
def test_a_bad_event_costs_only_itself(door: Door, event: Any, reason: str, field: str, words: str):
    """Rejected with its place, its reason and the field it is about; both its neighbours count."""
    calls, _ = door.counted()
    bad = event if isinstance(event, str) else json.dumps(event)
    for form in ("array", "envelope", "lines"):
        events = [json.dumps(new_call()), bad, json.dumps(new_call())]
        listed = "\n".join(events) if form == "lines" else f"[{','.join(events)}]"
        body = f'{{"events": {listed}}}' if form == "envelope" else listed
        answer = door.send(body.encode(), "application/x-ndjson" if form == "lines" else "application/json")
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert (data["received"], data["applied"], data["rejected"]) == (3, 2, 1)
        (rejection,) = data["rejections"]
        assert (rejection["index"], rejection["reason"]) == (1, reason)
        assert rejection["message"].startswith(f"{field}: ")
        assert words in rejection["message"]
        assert len(rejection["message"]) < 400
    assert door.counted()[0] == calls + 6


GOOD = json.dumps(call("never-kept")).encode()
# (the body; the status; words of the message)
BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "empty"),
    "blanks": (b" \r\n\t", 400, "empty"),
    "CSV": (b"call_id,status\n1,completed\n", 400, "not JSON: invalid character (byte 0)"),
    "XML": (b"<calls/>", 400, "not JSON"),
    "cut off": (b"[" + GOOD + b',{"type":"ca', 400, "in the middle of a value"),
    "a comma too many": (b"[" + GOOD + b",]", 400, "trailing comma"),
    "two values": (b"[" + GOOD + b"][]", 400, "trailing characters"),
    "lines said to be JSON": (GOOD + b"\n" + GOOD, 400, "application/x-ndjson"),
    "not UTF-8": (b"[" + GOOD + b',"\xff"]', 400, "not UTF-8"),
    "UTF-16": (json.dumps([call("never-kept")]).encode("utf-16"), 400, "not UTF-8"),
    "surrogates as bytes": (b"[" + GOOD + b',"\xed\xa0\x80"]', 400, "not UTF-8"),
    "NaN": (b"[" + GOOD + b',{"call_duration":NaN}]', 400, "NaN and Infinity are no JSON numbers"),
    "infinity": (b"[" + GOOD + b',{"call_duration":-Infinity}]', 400, "NaN and Infinity"),
    "a bare NUL": (b"[" + GOOD + b',"a\0b"]', 400, "invalid character"),
    "100,000 brackets": (b"[" * 100_000, 400, "in the middle of a value"),
    "100,000 objects": (b'{"a":' * 100_000, 400, "in the middle of a value"),
    "a bracket too many behind 100,000": (b"[" * 99_999 + b"]" * 100_000, 400, "trailing characters"),
    "a number": (b"42", 422, "one event, an array of events"),
    "a text": (b'"call"', 422, "one event, an array of events"),
    "null": (b"null", 422, "one event, an array of events"),
    "no events in events": (b'{"events":{}}', 422, "events: is not an array"),
    "events twice": (b'{"events":[' + GOOD + b'],"events":[]}', 422, "events: is there twice"),
    "something beside events": (b'{"events":[' + GOOD + b'],"x":1}', 422, "x: not known"),
}


@pytest.mark.parametrize(("body", "status", "words"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_read_is_refused_whole(door: Door, body: bytes, status: int, words: str):
    """The message says what is wrong and where; nothing of it is kept, and the sender may try again."""
    before = door.counted()
    refused(door.send(body), status, words)
    assert door.counted() == before
    assert door.send(json.dumps(new_call())).json()["data"]["applied"] == 1


@pytest.mark.parametrize("depth", [17, 64, 65, 500, 950, 975, 990, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("form", ["array", "envelope", "lines", "alone"])
def test_metadata_nested_too_deeply_rejects_its_event_alone(door: Door, depth: int, form: str):
    """However deep, in whichever form: a typed rejection, and the neighbours are kept. Never 500."""
    deep = b'{"type":"call","call_id":"deep","call_status":"queued","metadata":'
    deep += b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    good = json.dumps(new_call()).encode()
    body, media = {
        "array": (b"[" + good + b"," + deep + b"," + good + b"]", "application/json"),
        "envelope": (b'{"events":[' + good + b"," + deep + b"]}", "application/json"),
        "lines": (good + b"\n" + deep + b"\n", "application/x-ndjson"),
        "alone": (deep, "application/json"),
    }[form]
    answer = door.send(body, media)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [(each["index"], each["reason"]) for each in data["rejections"]] == [
        (0 if form == "alone" else 1, "too_large")
    ]
    assert "nested" in data["rejections"][0]["message"]
    assert data["applied"] == (0 if form == "alone" else 1)


def test_a_line_that_cannot_be_read_is_named(door: Door):
    """Lines are counted from 1, blank ones too."""
    before = door.counted()
    refused(door.send(GOOD + b"\n\nnonsense\n", "application/x-ndjson"), 400, "Line 3 is not JSON")
    refused(door.send(GOOD + b"\n" + b"[" * 9999, "application/x-ndjson"), 400, "Line 2 is not JSON")
    assert door.counted() == before


# (the encoding; the bytes sent; the status; words of the message)
PACKED = gzip.compress(b"[" + GOOD + b"]")
FRAMES = zstandard.compress(b"[" + GOOD + b"]")
COMPRESSED: dict[str, tuple[str, bytes, int, str]] = {
    "truncated gzip": ("gzip", PACKED[:-9], 400, "truncated"),
    "gzip without its checksum": ("gzip", PACKED[:-8] + b"\0" * 8, 400, "damaged"),
    "gzip of half a header": ("gzip", PACKED[:5], 400, "truncated"),
    "gzip with a wrong byte": ("gzip", PACKED[:20] + b"\xff\xff\xff" + PACKED[23:], 400, "gzip"),
    "rubbish behind gzip": ("gzip", PACKED + b"rubbish", 400, "gzip"),
    "no gzip": ("gzip", b"[]", 400, "gzip"),
    "nothing as gzip": ("gzip", b"", 400, "gzip"),
    "truncated zstd": ("zstd", FRAMES[:-3], 400, "truncated"),
    "no zstd": ("zstd", b"[]", 400, "zstd"),
    "zstd said to be gzip": ("gzip", FRAMES, 400, "gzip"),
    "brotli": ("br", b"\x0b", 415, "gzip or zstd"),
    "gzip twice": ("gzip, gzip", gzip.compress(PACKED), 415, "gzip or zstd"),
}


@pytest.mark.parametrize(("encoding", "body", "status", "words"), COMPRESSED.values(), ids=COMPRESSED)
def test_a_body_that_cannot_be_unpacked_is_refused(
    door: Door, encoding: str, body: bytes, status: int, words: str
):
    """Half a body is no body, even when its first half could be read."""
    before = door.counted()
    refused(door.send(body, Content_Encoding=encoding), status, words)
    assert door.counted() == before


def test_one_event_id_has_one_content(door: Door):
    """The first content stays, whatever sends another: the same request, a later one, even a task."""
    before = door.counted()[0]
    first = call("conflict-1", "missed", event_id="e-1")
    other = call("conflict-2", "missed", event_id="e-1")
    data = door.send(json.dumps([first, other, first, new_call()])).json()["data"]
    assert (data["applied"], data["duplicate"], data["rejected"]) == (2, 1, 1)
    assert (data["rejections"][0]["index"], data["rejections"][0]["reason"]) == (1, "event_id_conflict")
    assert "event_id" in data["rejections"][0]["message"]
    for again in (
        {**first, "call_status": "failed"},
        {**first, "agent": None},
        task("conflict-3", event_id="e-1"),
    ):
        data = door.send(json.dumps([again, new_call()])).json()["data"]
        assert [each["reason"] for each in data["rejections"]] == ["event_id_conflict"]
        assert data["applied"] == 1
    assert door.counted()[0] == before + 2 + 3


def test_events_for_a_space_of_another_organization_go_nowhere(door: Door):
    """404 as if it were not there, 403 when the handle is another's; neither side counts them."""
    before = door.counted(), door.counted(door.stranger, "other.example")
    body = json.dumps([new_call()])
    foreign = f"{BASE}spaces/{door.elsewhere}/events/"
    for target, headers, status, message in (
        (foreign, {"Authorization": f"Token {door.admin}"}, 404, "Space not found."),
        (
            foreign,
            {"Authorization": f"Token {door.admin}", "Org-Handle": "acme.example"},
            404,
            "Space not found.",
        ),
        (foreign, {"Authorization": f"Token {door.admin}", "Org-Handle": "other.example"}, 403, "Invalid"),
        (door.events, {"Authorization": f"Token {door.stranger}"}, 404, "Space not found."),
        (
            door.events,
            {"Authorization": f"Token {door.admin}", "Org-Handle": "none.example"},
            404,
            "Organization",
        ),
    ):
        with httpx.Client(base_url=door.server.url, trust_env=False) as client:
            refused(client.post(target, content=body, headers=headers), status, message)
    assert (door.counted(), door.counted(door.stranger, "other.example")) == before
