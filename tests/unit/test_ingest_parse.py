"""Bodies → events: what is taken, what is refused, and what is said of it."""

from __future__ import annotations

import contextlib
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import DAY, iso
from callboard.errors import BodyTooLargeError, InvalidInputError, UnreadableBodyError
from callboard.ingest import items
from callboard.ingest import parse as parse_module
from callboard.ingest.documents import refuse_repeated_keys
from callboard.ingest.parse import VALUES_MAX, Parsed, parse_events
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.slices import SLICE_BYTES
from callboard.model.words import REJECT_REASONS
from tests.stores import NOW

CALL = {"type": "call", "call_id": "c1", "call_status": "queued"}
TASK = {"type": "task", "task_id": "t1", "status": "pending"}


def parse(body: bytes | str | Any, *, ndjson: bool = False, max_events: int = 100) -> Parsed:
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return parse_events(body, ndjson=ndjson, now=NOW, max_events=max_events)


def refused(body: Any, **more: Any) -> tuple[str, str]:
    """(reason, message) of the one event of a body."""
    [rejection] = parse(body, **more).rejections
    return rejection.reason, rejection.message


def call_with(json_of_fields: str) -> bytes:
    return b'{"type":"call","call_id":"c1","call_status":"queued",' + json_of_fields.encode() + b"}"


# --- forms of a body -------------------------------------------------------------------------------

FORMS = [
    (json.dumps(CALL), False),
    (json.dumps([CALL]), False),
    (json.dumps({"events": [CALL]}), False),
    (json.dumps({"events": [CALL]}, indent=2), False),
    ("\n \t" + json.dumps([CALL], indent=1) + "\r\n", False),
    (json.dumps(CALL), True),
    (json.dumps(CALL) + "\r\n", True),
    ("\n\n" + json.dumps(CALL) + "\n \n", True),
    ("\ufeff" + json.dumps(CALL), False),
    ("\ufeff" + json.dumps(CALL) + "\n", True),
]


@pytest.mark.parametrize(("body", "ndjson"), FORMS)
def test_each_form_of_a_body_is_the_same_event(body: str, ndjson: bool) -> None:
    """One event, an array, {"events": […]} and NDJSON say the same, whatever blanks are around."""
    parsed = parse(body, ndjson=ndjson)
    assert [entry.body for entry in parsed.entries] == [entry.body for entry in parse(CALL).entries]
    assert parsed.indexes == [0]
    assert parsed.rejections == []


@pytest.mark.parametrize("body", ["[]", '{"events": []}', " [ ] "])
def test_no_events_are_no_fault(body: str) -> None:
    """An empty array is a readable body of nothing."""
    assert parse(body).received == 0


@pytest.mark.parametrize("ndjson", [False, True])
@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf"])
def test_an_empty_body_cannot_be_read(body: bytes, ndjson: bool) -> None:
    """Nothing at all is most often a client's mistake, and said so."""
    with pytest.raises(UnreadableBodyError, match="empty"):
        parse(body, ndjson=ndjson)


def test_good_events_are_kept_when_others_are_rejected() -> None:
    """Each bad event costs only itself, under its own index; blank lines are not counted."""
    lines = [json.dumps(CALL), "", json.dumps({**CALL, "call_status": "done"}), "5", "  ", json.dumps(TASK)]
    parsed = parse("\n".join(lines), ndjson=True)
    assert parsed.indexes == [0, 3]
    assert [(each.index, each.reason) for each in parsed.rejections] == [
        (1, "invalid_status"),
        (2, "invalid_type"),
    ]
    assert parsed.received == 4


def test_in_one_go_and_one_by_one_make_the_same_entries() -> None:
    """A bad neighbour changes nothing of how the good ones are read."""
    good = [
        {**CALL, "call_id": f"c{n}", "metadata": {"né": ["\n", n, None]}, "call_duration": n}
        for n in range(9)
    ]
    alone, beside = parse(good), parse([*good, {"type": "call"}])
    assert alone.entries == beside.entries
    assert len(beside.rejections) == 1


# --- bodies that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "ndjson", "said"),
    [
        (b"{", False, "ends in the middle"),
        (b"[1", False, "ends in the middle"),
        (b'{"a" 1}', False, "byte 5"),
        (b"nope", False, "byte 1"),
        (json.dumps(CALL).encode() * 2, False, "trailing characters"),
        (b'{"type":"call"}\n{"type":"call"}', False, "application/x-ndjson"),
        (b'{"type":"call"}\n\n{"type":]\n', True, "Line 3 .*byte 8"),
        (b'{"type":"call"}\n{"type":"ca', True, "Line 2 .*middle"),
        (b'{"type":"call"} {"type":"call"}\n', True, "Line 1 .*trailing"),
        (b'{"type":\n"call"}\n', True, "Line 1 .*middle"),
        (b'{"type":"call","call_id":"\xff"}', False, "UTF-8.*byte 26"),
        (b'{"type":"call"}\n\xc3\x28', True, "UTF-8.*byte 16"),
        (call_with('"call_duration":NaN'), False, "NaN"),
        (call_with('"call_duration":-Infinity'), False, "Infinity"),
        (call_with('"metadata":{"a":NaN}'), False, "NaN"),
        (b"[" * 100_000, False, "middle of a value .byte 100000"),
        (b'{"a":' * 100_000, False, "middle of a value .byte 500000"),
        (b"1\n" + b"[" * 100_000, True, "Line 2 .*middle of a value"),
        (b"1\n" + b"[" * 9999 + b"]" * 9999 + b"]", True, "trailing characters"),
        (b"[" * 9999 + b"]" * 9999 + b"]", False, "trailing characters"),
        (b'{"type":"call","call_id":"a\tb"}', False, "byte 27"),
        (b'["\\q"]', False, "escape"),
    ],
)
def test_what_cannot_be_read_is_refused_whole_and_says_where(body: bytes, ndjson: bool, said: str) -> None:
    """No JSON, no UTF-8, truncated, NaN, nested without end: 400, and nothing of the body is kept."""
    with pytest.raises(UnreadableBodyError, match=said):
        parse(body, ndjson=ndjson)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"events": 5}', "not an array"),
        ('{"events": {}}', "not an array"),
        ('{"events": [], "events": []}', "twice"),
        ('{"events": [], "more": 1}', "more: not known"),
    ],
)
def test_an_envelope_that_is_none_is_invalid(body: str, said: str) -> None:
    """What cannot be told apart event by event is refused whole, naming the field."""
    with pytest.raises(InvalidInputError, match=said) as caught:
        parse(body)
    assert caught.value.errors


@pytest.mark.parametrize(
    ("body", "ndjson"),
    [
        (json.dumps([CALL] * 6), False),
        (json.dumps({"events": [CALL] * 6}), False),
        ("\n".join([json.dumps(CALL)] * 6), True),
        ("[1,1,1,1,1,1]", False),
        ("1\n" * 6, True),
    ],
)
def test_too_many_events_are_refused_whole(body: str, ndjson: bool) -> None:
    """One more than the bound is 413, good or bad; the bound itself is taken."""
    assert parse(body, ndjson=ndjson, max_events=6).received == 6
    with pytest.raises(BodyTooLargeError, match="more than 5 events"):
        parse(body, ndjson=ndjson, max_events=5)


def test_a_body_of_nothing_but_commas_is_refused_before_it_is_decoded() -> None:
    """What a small body can make of memory has a bound of its own."""
    with pytest.raises(BodyTooLargeError, match="2,000,000 values"):
        parse(b"[" + b"1," * (VALUES_MAX + 1) + b"1]")


# --- events that cannot be taken -------------------------------------------------------------------

BAD_FIELDS = [
    # Ids and texts
    ('"call_id2":1', "unknown_field", "call_id2"),
    ('"attempt":1', "unknown_field", "attempt"),
    ('"task_id":7', "invalid_id", "task_id"),
    ('"event_id":"a\\u0000b"', "invalid_id", "event_id"),
    ('"event_id":"a\\nb"', "invalid_id", "event_id"),
    ('"event_id":"a\x7fb"', "invalid_id", "event_id"),
    ('"event_id":"a\x85b"', "invalid_id", "event_id"),
    (f'"event_id":"{"x" * 256}"', "invalid_id", "256 bytes"),
    (f'"event_id":"{"é" * 128}"', "invalid_id", "256 bytes"),
    (f'"task_id":"{"x" * 10_240}"', "invalid_id", "10,240 bytes"),
    ('"agent":["x"]', "invalid_value", "agent"),
    ('"agent":"\\u0000"', "invalid_value", "agent"),
    ('"agent":"\\ud800"', "invalid_value", "agent"),
    ('"agent":"\\uDC00\\ud800"', "invalid_value", "agent"),
    (f'"agent":"{"x" * 256}"', "too_large", "256 bytes"),
    (f'"agent":"{"é" * 128}"', "too_large", "256 bytes"),
    (f'"source_number":"{"1" * 65}"', "too_large", "65 bytes"),
    (f'"outcome":"{"x" * 65}"', "too_large", "65 bytes"),
    (f'"outcome":"{"é" * 33}"', "too_large", "66 bytes"),
    ('"cost":0.5', "invalid_value", "cost"),
    ('"cost":{"amount":1}', "invalid_value", "cost"),
    ('"cost":{"amount":true,"currency":"USD"}', "invalid_value", "true is not an amount"),
    ('"cost":{"amount":1,"currency":"US"}', "invalid_value", "three letters"),
    ('"cost":{"amount":1,"currency":"USD","per":1}', "invalid_value", "cost"),
    ('"cost":{"amount":-0.1,"currency":"USD"}', "invalid_value", "no amount from 0 to 1,000,000"),
    ('"cost":{"amount":1000000.5,"currency":"USD"}', "invalid_value", "no amount"),
    ('"billed_seconds":-1', "invalid_duration", "billed_seconds"),
    ('"outcome":["interested"]', "invalid_value", "outcome"),
    (f'"source_end_reason":"{"x" * 1001}"', "too_large", "1,001 bytes"),
    # Words
    ('"call_type":"fax"', "invalid_value", "'fax' is none of inbound"),
    ('"call_type":""', "invalid_value", "call_type"),
    ('"answered_by":true', "invalid_value", "answered_by"),
    ('"end_reason":5', "invalid_value", "end_reason"),
    # Numbers and flags
    ('"sequence":-1', "invalid_value", "sequence: -1"),
    ('"sequence":1.5', "invalid_value", "sequence"),
    ('"sequence":1.0', "invalid_value", "sequence"),
    ('"sequence":true', "invalid_value", "sequence: true"),
    ('"sequence":9223372036854775808', "invalid_value", "sequence"),
    ('"sequence":1e400', "invalid_value", "sequence"),
    ('"standing":3', "invalid_value", "standing: 3"),
    ('"standing":"2"', "invalid_value", "standing"),
    ('"void":1', "invalid_value", "void"),
    ('"void":"true"', "invalid_value", "void"),
    # Durations
    ('"call_duration":-1', "invalid_duration", "call_duration: -1"),
    ('"call_duration":-0.0001', "invalid_duration", "call_duration"),
    ('"call_duration":604800.001', "invalid_duration", "7 days"),
    ('"call_duration":1e400', "invalid_duration", "call_duration"),
    ('"call_duration":1e300', "invalid_duration", "call_duration"),
    (f'"call_duration":{"9" * 400}', "invalid_duration", "call_duration"),
    (f'"call_duration":{"9" * 5000}', "invalid_value", "digits"),
    ('"call_duration":true', "invalid_duration", "true"),
    ('"call_duration":"60"', "invalid_duration", "'60'"),
    # Times
    ('"creation_time":"yesterday"', "invalid_time", "'yesterday'"),
    ('"creation_time":"2025-12-31T10:00:00"', "invalid_time", "offset"),
    ('"creation_time":"2025-12-31"', "invalid_time", "creation_time"),
    ('"creation_time":"2025-02-30T10:00:00Z"', "invalid_time", "creation_time"),
    ('"creation_time":1767225600', "invalid_time", "creation_time"),
    ('"creation_time":""', "invalid_time", "creation_time"),
    ('"creation_time":"2025-12-31_10:00:00Z"', "invalid_time", "creation_time"),
    (f'"creation_time":"2025-12-31T10:00:00.{"0" * 60}Z"', "invalid_time", "creation_time"),
    ('"start_time":"1999-12-31T23:59:59.999999Z"', "time_out_of_range", "start_time"),
    ('"end_time":"2026-01-02T00:00:00.000001Z"', "time_out_of_range", "end_time"),
    ('"occurred_at":"9999-12-31T23:59:59Z"', "time_out_of_range", "occurred_at"),
    # Documents
    ('"metadata":[1]', "invalid_value", "metadata: is not an object"),
    ('"metadata":"x"', "invalid_value", "metadata"),
    ('"metadata":{"a":"\\u0000"}', "invalid_value", "metadata"),
    ('"metadata":{"a\\u0000":[1]}', "invalid_value", "metadata"),
    ('"metadata":{"a":[{"b":"\\udfff"}]}', "invalid_value", "metadata"),
    ('"metadata":{"a":1e400}', "invalid_value", "metadata"),
    ('"metadata":{"a":18446744073709551616}', "invalid_value", "64 bits"),
    ('"metadata":{"a":-9223372036854775809}', "invalid_value", "64 bits"),
    (f'"metadata":{{"a":"{"x" * 16_384}"}}', "too_large", "metadata"),
    ('"metadata":' + '{"a":' * 17 + "1" + "}" * 17, "too_large", "deeper than 16"),
    ('"metadata":{"a":' + "[" * 16 + "]" * 16 + "}", "too_large", "deeper than 16"),
    ('"external_ids":{"a":1}', "invalid_value", "external_ids"),
    ('"external_ids":"x"', "invalid_value", "external_ids"),
    # Keys
    ('"agent":"a","agent":"a"', "duplicate_key", "agent"),
    ('"type":"call"', "duplicate_key", "type"),
    ('"metadata":{"a":1,"a":1}', "duplicate_key", "metadata"),
    ('"metadata":{"b":[{"a":1,"a":2}]}', "duplicate_key", "metadata"),
    ('"metadata":{"a\\u0022":1,"a\\u0022":2}', "duplicate_key", "twice"),
    ('"\\u0061gent":"a","agent":"a"', "duplicate_key", "agent"),
]


@pytest.mark.parametrize(("fields", "reason", "said"), BAD_FIELDS)
def test_a_bad_field_rejects_its_event_and_no_other(fields: str, reason: str, said: str) -> None:
    """The reason is from the closed list; the message names the field and is short; neighbours are kept."""
    bad, good = call_with(fields), json.dumps(CALL).encode()
    parsed = parse(b"[" + good + b"," + bad + b"," + good + b"]")
    [rejection] = parsed.rejections
    assert (rejection.index, rejection.reason) == (1, reason)
    assert rejection.reason in REJECT_REASONS
    assert said in rejection.message
    assert len(rejection.message) < 200
    assert rejection.message.isprintable()
    assert parsed.indexes == [0, 2]
    alone = parse(good + b"\n" + bad, ndjson=True)
    assert [(each.reason, each.message) for each in alone.rejections] == [(reason, rejection.message)]


@pytest.mark.parametrize(
    ("event", "reason", "said"),
    [
        (5, "invalid_type", "5 is not an object"),
        (None, "invalid_type", "null"),
        ([], "invalid_type", "an array"),
        ("call", "invalid_type", "'call'"),
        ({}, "missing_field", "type"),
        ({"type": "cal"}, "invalid_type", "'cal'"),
        ({"type": 1}, "invalid_type", "type: 1"),
        ({"type": "call", "call_status": "queued"}, "missing_field", "call_id"),
        ({"type": "call", "call_id": "a", "start_time": None}, "missing_field", "call_status"),
        ({"type": "task", "task_id": "a"}, "missing_field", "status"),
        ({**CALL, "call_id": ""}, "invalid_id", "call_id: is empty"),
        ({**CALL, "call_id": None}, "invalid_id", "call_id: null"),
        ({**CALL, "call_status": "done"}, "invalid_status", "'done' is none of queued, ringing"),
        ({**CALL, "call_status": "Completed"}, "invalid_status", "'Completed'"),
        ({**CALL, "call_status": None}, "invalid_status", "null"),
        ({**TASK, "status": "Pending"}, "invalid_status", "'Pending'"),
        ({**TASK, "status": 1}, "invalid_status", "status: 1"),
        ({**TASK, "attempt": 0}, "invalid_value", "attempt"),
        ({**TASK, "attempt": 1_000_001}, "invalid_value", "attempt"),
        ({**TASK, "standing": 1}, "unknown_field", "standing"),
        ({**TASK, "run_id": "a\nb"}, "invalid_id", "run_id"),
        ({**TASK, "created": "2027-01-01T00:00:00Z"}, "time_out_of_range", "created"),
        ({**TASK, "scheduled_at": "9999-01-01T00:00:01Z"}, "time_out_of_range", "scheduled_at"),
        ({**TASK, "scheduled_at": "soon"}, "invalid_time", "scheduled_at"),
        ({**TASK, "failure_reason": "x" * 1001}, "too_large", "failure_reason"),
        ({**TASK, "input": {"a": "x" * 65_536}}, "too_large", "input"),
        ({**TASK, "output": [1]}, "invalid_value", "output"),
        ({**CALL, "metadata": {"a": "x" * 1_100_000}, "more": 1}, "too_large", "event"),
    ],
)
def test_an_event_that_is_none_is_rejected(event: Any, reason: str, said: str) -> None:
    """What is missing, misnamed or of another kind is said; a lone event is told like one in an array."""
    assert refused([event])[0] == reason
    assert said in refused([event])[1]
    if not isinstance(event, list):
        assert refused(json.dumps(event)) == refused([event])


@pytest.mark.parametrize(
    "text", ["\ud83d\ude00", "é", "\\ud800", 'say "hi"', "\\u0000", "tab\there", "😀" * 63]
)
def test_odd_but_good_texts_are_kept_as_they_are(text: str) -> None:
    """Surrogate pairs, escaped backslashes, quotes and line breaks are texts like any other."""
    [entry] = parse({**CALL, "agent": text, "metadata": {text: [text]}}).entries
    assert entry.event.agent == text.encode("utf-16", "surrogatepass").decode("utf-16")  # type: ignore[union-attr]
    assert list(entry.event.metadata.values()) == [[entry.event.agent]]  # type: ignore[union-attr]


halves = st.sampled_from(
    ["\\ud800", "\\uDBFF", "\\udc00", "\\uDfff", "\\\\", "\\n", "\\u0041", "ud800", "x", "é"]
)


@given(st.lists(halves, max_size=8))
def test_half_a_surrogate_pair_is_found_wherever_it_stands(parts: list[str]) -> None:
    """A text with one is rejected, naming its field; a text with whole pairs only is kept as it is."""
    body = call_with(f'"agent":"{"".join(parts)}"')
    meant = json.loads(f'"{"".join(parts)}"')
    parsed = parse(body)
    if meant.isascii() or not any("\ud800" <= character <= "\udfff" for character in meant):
        assert [entry.event.agent for entry in parsed.entries] == [meant or None]  # type: ignore[union-attr]
    else:
        assert [(each.reason, each.message[:6]) for each in parsed.rejections] == [
            ("invalid_value", "agent:")
        ]


def test_bounds_themselves_are_taken() -> None:
    """Every bound is inclusive."""
    fields = {
        "call_id": "é" * 127 + "x",
        "agent": "x" * 255,
        "source_number": "1" * 64,
        "source_end_reason": "x" * 1000,
        "sequence": 2**63 - 1,
        "call_duration": 604_800,
        "creation_time": "2000-01-01T00:00:00Z",
        "end_time": iso(NOW + DAY),
        "metadata": {"a": "x" * (16_384 - len('{"a": ""}'))},
        "external_ids": {"a": None, "b": ""},
    }
    assert parse({**CALL, **fields}).rejections == []
    deep: Any = 1
    for _ in range(16):
        deep = {"a": deep}
    task = {"input": deep, "output": {"a": "x" * (65_536 - len('{"a": ""}'))}, "attempt": 1_000_000}
    assert parse({**TASK, **task}).rejections == []


# --- keys that are there twice ---------------------------------------------------------------------

keys = st.sampled_from(
    ["agent", "task_id", "source_number", "event_id", "call_id", "type", "metadata", '"', "q\\"]
)
scalars = st.one_of(
    st.none(), st.integers(0, 9), st.text(max_size=4), st.sampled_from(['"', '""', "\\", "\\u0022", ",", ":"])
)


class Pairs(list[tuple[str, Any]]):
    """An object whose keys may repeat."""


def written(value: Any, ascii_only: bool, gap: str) -> str:
    if isinstance(value, Pairs):
        return (
            "{"
            + f",{gap}".join(
                f"{written(key, ascii_only, gap)}{gap}:{written(each, ascii_only, gap)}"
                for key, each in value
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(written(each, ascii_only, gap) for each in value) + "]"
    if ascii_only and isinstance(value, str):  # with quotes written the long way too
        return json.dumps(value.replace('"', "\ue000")).replace("\\ue000", "\\u0022")
    return json.dumps(value, ensure_ascii=ascii_only)


documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(st.tuples(keys, inner), max_size=4).map(Pairs)
    ),
    max_leaves=8,
)
fields_of_calls = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["agent", "task_id", "event_id", "source_number"]),
            st.sampled_from(["", "a", '"']),
        ),
        st.tuples(st.just("metadata"), st.lists(st.tuples(keys, documents), max_size=4).map(Pairs)),
    ),
    max_size=4,
)


@given(
    st.lists(fields_of_calls, min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from(["", " "]),
    st.booleans(),
)
def test_repeated_keys_are_found_wherever_they_are(
    events: list[list[tuple[str, Any]]], ascii_only: bool, gap: str, ndjson: bool
) -> None:
    """Counting quotes finds exactly the events in which a slow reader finds a key twice, at any depth."""
    texts = [
        written(
            Pairs([("type", "call"), ("call_id", "c"), ("call_status", "queued"), *fields]), ascii_only, gap
        )
        for fields in events
    ]
    body = "\n".join(texts) if ndjson else f"[{','.join(texts)}]"
    parsed = parse(body, ndjson=ndjson)
    found = {each.index for each in parsed.rejections if each.reason == "duplicate_key"}
    others = {each.index for each in parsed.rejections} - found
    assert found == {index for index, text in enumerate(texts) if repeats_a_key(text)} - others
    assert all(
        each.reason in ("invalid_value", "too_large") for each in parsed.rejections if each.index in others
    )


def repeats_a_key(text: str) -> bool:
    try:
        refuse_repeated_keys(text.encode())
    except RejectedEvent:
        return True
    return False


# --- anything at all -------------------------------------------------------------------------------

any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = [
    "type",
    "call_id",
    "call_status",
    "task_id",
    "status",
    "event_id",
    "occurred_at",
    "sequence",
    "standing",
    "attempt",
    "call_type",
    "source_number",
    "creation_time",
    "start_time",
    "call_duration",
    "end_reason",
    "answered_by",
    "agent",
    "external_ids",
    "metadata",
    "void",
    "input",
    "created",
    "scheduled_at",
    "failure_reason",
    "nonsense",
]
values = st.one_of(
    any_json,
    st.sampled_from(
        ["call", "task", "queued", "completed", "pending", "2025-12-01T00:00:00Z", 0, 1, True, {}, ""]
    ),
)
any_events = st.one_of(
    any_json,
    st.dictionaries(st.sampled_from(NAMES), values, max_size=6),
    st.dictionaries(st.sampled_from(NAMES), values, max_size=4).map(lambda fields: {**CALL, **fields}),
    st.dictionaries(st.sampled_from(NAMES), values, max_size=4).map(lambda fields: {**TASK, **fields}),
)


@given(st.lists(any_events, max_size=5))
def test_every_event_sent_is_either_taken_or_told_why_not(events: list[Any]) -> None:
    """Whatever JSON comes, each event is one entry or one rejection, and both are of the closed lists."""
    try:
        parsed = parse(json.dumps(events))
    except UnreadableBodyError:
        assert "NaN" in json.dumps(events) or "Infinity" in json.dumps(events)
        return
    indexes = [*parsed.indexes, *(each.index for each in parsed.rejections)]
    assert sorted(indexes) == list(range(len(events)))
    assert all(each.reason in REJECT_REASONS and each.message for each in parsed.rejections)
    assert parsed.indexes == sorted(parsed.indexes)


@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_break_the_reader(body: bytes, ndjson: bool) -> None:
    """Any bytes are read, or refused as unreadable or invalid."""
    with contextlib.suppress(UnreadableBodyError, InvalidInputError):
        parse(body, ndjson=ndjson)


class _Noted:
    """A decoder that notes how much it is given at once."""

    def __init__(self, decoder: Any, sizes: list[int]) -> None:
        self._decoder = decoder
        self._sizes = sizes

    def decode(self, body: bytes) -> Any:
        self._sizes.append(len(body))
        return self._decoder.decode(body)

    def decode_lines(self, body: bytes) -> Any:
        self._sizes.append(len(body))
        return self._decoder.decode_lines(body)


@pytest.mark.parametrize("ending", ["", ",1", ",{", "]"])
@pytest.mark.parametrize("form", ["list", "envelope", "lines", "deep"])
def test_no_decoder_sees_more_than_a_slice_of_a_large_body(
    monkeypatch: pytest.MonkeyPatch, form: str, ending: str
) -> None:
    """A decode holds the interpreter: good or bad, a large body is decoded in parts."""
    sizes: list[int] = []
    for module, names in (
        (parse_module, ("_one", "_many", "_enveloped")),
        (items, ("_raw", "_raws", "_raw_fields")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, _Noted(getattr(module, name), sizes))
    event = json.dumps({**CALL, "metadata": {"a": "x" * 5000}})
    if form == "lines":
        body = "\n".join([event] * 400) + "\n" + ending
    elif form == "deep":
        body = "[" + "[" * 1_000_000 + "]" * 1_000_000 + "]" + ending
    else:
        body = "[" + ",".join([event] * 400) + ending + "]"
        body = '{"events":' + body + "}" if form == "envelope" else body
    with suppress(UnreadableBodyError):
        assert parse(body.encode(), ndjson=form == "lines", max_events=1000).received >= 1
    assert max(sizes, default=0) <= 2 * SLICE_BYTES
