"""Events → their one form: defaults, times, durations, synonyms; equal events have equal canonical bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, convert, structs

from callboard.clock import MINUTE, SECOND, micros
from callboard.ingest.explain import _RULES
from callboard.ingest.instants import DURATION_MS_MAX, duration_ms, instant
from callboard.ingest.parse import event_from_mapping, parse_events, task_event
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.texts import CALL_TEXTS, TASK_TEXTS
from callboard.ingest.wire import CallIn, TaskIn
from callboard.model.event import (
    CURRENT_ATTEMPT,
    CURRENT_STATUS,
    CallEvent,
    Entry,
    TaskEvent,
    from_canonical,
)
from callboard.model.words import CALL_STATUSES, END_REASONS, TASK_WORDS
from tests.stores import NOW

WHEN = "2025-12-31T10:00:00Z"
AT = 1_767_175_200_000_000


def entry_of(**fields: Any) -> Entry:
    [entry] = parse_events(json.dumps(fields).encode(), ndjson=False, now=NOW, max_events=1).entries
    return entry


def call(**fields: Any) -> CallEvent:
    event = entry_of(**{"type": "call", "call_id": "c1", "call_status": "completed", **fields}).event
    assert isinstance(event, CallEvent)
    return event


def task(**fields: Any) -> TaskEvent:
    event = entry_of(**{"type": "task", "task_id": "t1", "status": "completed", **fields}).event
    assert isinstance(event, TaskEvent)
    return event


# --- calls -----------------------------------------------------------------------------------------


def test_every_field_of_a_call_event_arrives() -> None:
    """Each field of the contract is kept, in the units of the house."""
    event = call(
        event_id="e1",
        occurred_at="2025-12-31T10:05:00.000001Z",
        sequence=7,
        standing=1,
        call_type="outbound",
        source_number="+12025550101",
        destination_number="+12025550102",
        creation_time=WHEN,
        start_time="2025-12-31T11:00:05+01:00",
        end_time="2025-12-31T15:32:05.250+05:30",
        call_duration=120.25,
        end_reason="agent_hangup",
        source_end_reason="agent-ended",
        answered_by="human",
        agent="ava",
        task_id="t1",
        outcome="call_back",
        cost={"amount": 0.0123, "currency": "usd"},
        billed_seconds=180,
        external_ids={"crm": "4711", "none": None},
        metadata={"score": 3, "tags": ["a"]},
        void=False,
    )
    assert event == CallEvent(
        call_id="c1",
        call_status="completed",
        standing=1,
        occurred_at=AT + 5 * MINUTE + 1,
        event_id="e1",
        sequence=7,
        call_type="outbound",
        source_number="+12025550101",
        destination_number="+12025550102",
        creation_time=AT,
        start_time=AT + 5 * SECOND,
        end_time=AT + 2 * MINUTE + 5 * SECOND + 250_000,
        duration_ms=120_250,
        end_reason="agent_hangup",
        source_end_reason="agent-ended",
        answered_by="human",
        agent="ava",
        task_id="t1",
        outcome="call_back",
        cost_micros=12_300,
        cost_currency="USD",
        billed_ms=180_000,
        external_ids={"crm": "4711", "none": None},
        metadata={"score": 3, "tags": ["a"]},
        void=False,
    )


def test_a_field_left_out_says_nothing_and_null_says_there_is_none() -> None:
    """`null` is kept; what only orders or identifies an event is left out either way."""
    facts = [
        *("call_type", "source_number", "destination_number", "creation_time", "start_time", "end_time"),
        *("end_reason", "source_end_reason", "answered_by", "agent", "task_id", "outcome"),
        *("external_ids", "metadata"),
    ]
    nothing, none = call(), call(**dict.fromkeys([*facts, "call_duration"]))
    assert {getattr(nothing, field) for field in [*facts, "duration_ms"]} == {UNSET}
    assert {getattr(none, field) for field in [*facts, "duration_ms"]} == {None}
    order = dict.fromkeys(["event_id", "occurred_at", "sequence", "standing", "void"])
    assert call(**order) == nothing


@pytest.mark.parametrize("status", CALL_STATUSES)
def test_standing_left_out_follows_from_the_status(status: str) -> None:
    """0 while it lives, 2 when it ended; said, it is kept."""
    final = status in ("completed", "missed", "failed")
    assert call(call_status=status).standing == (2 if final else 0)
    assert [call(call_status=status, standing=standing).standing for standing in (0, 1, 2)] == [0, 1, 2]


def test_an_event_without_its_own_time_occurred_at_the_latest_time_it_tells() -> None:
    """End, start and creation, whichever is latest; without any it is left to the receipt."""
    one, two, three = ("2025-12-31T10:00:00Z", "2025-12-31T10:01:00Z", "2025-12-31T10:02:00Z")
    assert call(creation_time=one, start_time=two, end_time=three).occurred_at == AT + 2 * MINUTE
    assert call(creation_time=three, start_time=two).occurred_at == AT + 2 * MINUTE
    assert call(start_time=two, end_time=None).occurred_at == AT + MINUTE
    assert call(creation_time=one, occurred_at=None).occurred_at == AT
    assert call(creation_time=three, occurred_at=one).occurred_at == AT
    assert call().occurred_at is UNSET
    assert task(created=two).occurred_at == AT + MINUTE
    assert task(created=None, scheduled_at=two).occurred_at is UNSET


def test_an_empty_optional_text_is_none() -> None:
    """An empty cell of a form is not a fact."""
    empty = (
        "source_number",
        "destination_number",
        "end_reason",
        "source_end_reason",
        "agent",
        "task_id",
        "event_id",
    )
    assert call(**dict.fromkeys(empty, "")) == call(**dict.fromkeys(empty))
    empty_of_task = ("event_id", "run_id", "assignee", "execution_type", "failure_reason")
    assert task(**dict.fromkeys(empty_of_task, "")) == task(**dict.fromkeys(empty_of_task))


def test_a_word_outside_the_closed_list_is_kept_as_the_sources_own() -> None:
    """Under `unknown`, unless the source's word is given besides."""
    assert [call(end_reason=reason).end_reason for reason in END_REASONS] == list(END_REASONS)
    assert call(end_reason="busy").source_end_reason is UNSET
    assert call(end_reason="no_agent").end_reason == "no_agent"
    odd = call(end_reason="Normal Clearing")
    assert (odd.end_reason, odd.source_end_reason) == ("unknown", "Normal Clearing")
    both = call(end_reason="Normal Clearing", source_end_reason="16")
    assert (both.end_reason, both.source_end_reason) == ("unknown", "16")
    assert call(end_reason="Normal Clearing", source_end_reason=None).source_end_reason == "Normal Clearing"


# --- tasks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "status"), TASK_WORDS.items())
def test_task_words_mean_one_of_the_four_statuses(word: str, status: str) -> None:
    """The synonyms of task runners; the word received is kept."""
    event = task(status=word)
    assert (event.status, event.source_status) == (status, word)
    assert event.standing == (2 if status in ("completed", "failed") else 0)


def test_a_cancelled_task_says_so_as_its_reason() -> None:
    """Unless the runner gives a reason of its own."""
    assert task(status="cancelled").failure_reason == "cancelled"
    assert task(status="canceled", failure_reason=None).failure_reason == "cancelled"
    assert task(status="canceled", failure_reason="").failure_reason == "cancelled"
    assert task(status="cancelled", failure_reason="no budget").failure_reason == "no budget"
    assert task(status="failed").failure_reason is UNSET


def test_every_field_of_a_task_event_arrives() -> None:
    """Each field of the contract is kept; only `scheduled_at` may lie far ahead."""
    event = task(
        status="hold",
        event_id="e1",
        occurred_at=WHEN,
        sequence=0,
        attempt=3,
        run_id="r1",
        assignee="ava",
        execution_type="call",
        created=WHEN,
        scheduled_at="2031-01-01T00:00:00Z",
        failure_reason="why",
        input={"name": "Ann"},
        output={},
        void=True,
    )
    assert event == TaskEvent(
        task_id="t1",
        status="pending",
        source_status="hold",
        attempt=3,
        standing=0,
        occurred_at=AT,
        event_id="e1",
        sequence=0,
        run_id="r1",
        assignee="ava",
        execution_type="call",
        created=AT,
        scheduled_at=micros(datetime(2031, 1, 1, tzinfo=UTC)),
        failure_reason="why",
        input={"name": "Ann"},
        output={},
        void=True,
    )
    assert task().attempt == task(attempt=None).attempt == 1


# --- equal events ----------------------------------------------------------------------------------


def test_events_that_say_the_same_have_the_same_canonical_form() -> None:
    """Defaults said or not, any offset, any spelling of numbers and JSON, any order of keys."""
    plain = entry_of(
        type="call",
        call_id="c1",
        call_status="completed",
        end_time=WHEN,
        call_duration=5,
        metadata={"b": [1, {"y": 1, "x": 2}], "a": "é"},
    )
    wordy = parse_events(
        b'{"metadata" : {"a":"\\u00e9", "b":[1,{"x":2,"y":1}]}, "call_duration": 5.0, "standing":2, '
        b'"end_time":"2025-12-31 05:00:00.0000004-05:00", "occurred_at":"20251231T100000Z", "void":null, '
        b'"call_status":"completed","call_id":"c1","type":"call","event_id":"","sequence":null}',
        ndjson=False,
        now=NOW + 5 * SECOND,
        max_events=1,
    )
    assert [entry.body for entry in wordy.entries] == [plain.body]
    different = entry_of(
        type="call", call_id="c1", call_status="completed", end_time=WHEN, call_duration=5.001
    )
    assert different.body != plain.body


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
times = st.datetimes(datetime(2000, 1, 2), datetime(2025, 12, 31)).map(lambda at: at.isoformat() + "Z")  # noqa: DTZ001
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, width=32),
        texts,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
finite = json_values.filter(lambda value: "Infinity" not in json.dumps(value))
calls = st.fixed_dictionaries(
    {"type": st.just("call"), "call_id": texts, "call_status": st.sampled_from(CALL_STATUSES)},
    optional={
        "occurred_at": st.none() | times,
        "creation_time": st.none() | times,
        "end_time": st.none() | times,
        "sequence": st.none() | st.integers(0, 2**63 - 1),
        "call_duration": st.none() | st.floats(0, 604_800) | st.integers(0, 604_800),
        "end_reason": st.none() | st.sampled_from(END_REASONS) | texts,
        "agent": st.none() | texts,
        "external_ids": st.none() | st.dictionaries(texts, st.none() | texts, max_size=3),
        "metadata": st.none() | st.dictionaries(texts, finite, max_size=3),
        "void": st.none() | st.booleans(),
    },
)


@given(calls)
def test_what_is_kept_reads_back_as_the_same_event(fields: dict[str, Any]) -> None:
    """The canonical form is the event, whole; a mapping and its JSON make the same."""
    entry = entry_of(**fields)
    assert from_canonical(entry.body) == entry.event
    assert event_from_mapping(fields, now=NOW, source="events") == entry


# --- times and durations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-31T10:00:00Z",
        "2025-12-31T10:00:00.000000999Z",
        "2025-12-31T10:00:00+00:00",
        "2025-12-31T10:00:00-00:00",
        "2025-12-31T15:30:00+05:30",
        "2025-12-31T15:30:00+0530",
        "2025-12-31 10:00:00z",
        "2025-12-31t10:00:00,0Z",
        "20251231T100000Z",
        "2025-12-31T10:00Z",
        "2025-12-31T10Z",
        "2025-W01-1T10:00:00Z".replace("2025-W01-1", "2026-W01-3"),
    ],
)
def test_times_are_read_in_the_forms_of_iso_8601(text: str) -> None:
    """Any offset, date and time in either form, fractions to the microsecond; the rest is cut."""
    assert instant(text) == AT


@pytest.mark.parametrize(
    "text",
    ["", "now", "2025-12-31", "2025-12-31T10:00:00", "10:00:00Z", "1767175200", "2025-12-31T10:00:00 UTC"],
)
def test_a_time_that_is_none_is_no_time(text: str) -> None:
    """A time without an offset could be any of 38 instants; it is refused, never guessed."""
    with pytest.raises((ValueError, TypeError)):
        instant(text)


@given(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from("T t"),
)
def test_times_are_exact_to_the_microsecond(naive: datetime, offset_minutes: int, between: str) -> None:
    """No float is on the way, at any date."""
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    assert instant(aware.isoformat(between)) == micros(aware)


@given(
    st.one_of(
        st.integers(0, 604_800),
        st.floats(0, 604_800),
        st.integers(0, DURATION_MS_MAX * 10).map(lambda tenths: float(Decimal(tenths) / 10_000)),
        st.integers(0, DURATION_MS_MAX - 1).map(lambda ms: float(Decimal(ms) / 1000 + Decimal("0.0005"))),
    )
)
def test_durations_are_rounded_half_even_from_the_number_written(seconds: float) -> None:
    """As decimal arithmetic has it, although a float is on the way."""
    exact = (Decimal(repr(seconds)) * 1000).to_integral_value(ROUND_HALF_EVEN)
    assert duration_ms("call_duration", seconds) == exact


@pytest.mark.parametrize(
    ("seconds", "ms"),
    [
        (0, 0),
        (-0.0, 0),
        (145.3, 145_300),
        (0.0005, 0),
        (0.0015, 2),
        (1.0015, 1002),
        (1e-9, 0),
        (604_800, DURATION_MS_MAX),
    ],
)
def test_durations_by_hand(seconds: float, ms: int) -> None:
    """Ties go to the even millisecond."""
    assert duration_ms("call_duration", seconds) == ms


@pytest.mark.parametrize(
    "seconds", [-1, -1e-9, 604_800.0005, float("nan"), float("inf"), -float("inf"), 10**400]
)
def test_a_duration_that_is_none_is_rejected(seconds: float) -> None:
    """Negative, not finite, more than seven days."""
    with pytest.raises(RejectedEvent) as caught:
        duration_ms("call_duration", seconds)
    assert caught.value.reason == "invalid_duration"


# --- mappings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"call_status": "done"}, "invalid_status"),
        ({"call_duration": float("nan")}, "invalid_duration"),
        ({"call_duration": "5"}, "invalid_duration"),
        ({"agent": "a\udcff"}, "invalid_value"),
        ({"agent": "\0"}, "invalid_value"),
        ({"agent": 5}, "invalid_value"),
        ({"metadata": {"a": "\ud800"}}, "invalid_value"),
        ({"metadata": {"a": {1, 2}, "b": object()}}, "invalid_value"),
        ({"metadata": [1]}, "invalid_value"),
        ({"metadata": {"a": 2**64}}, "invalid_value"),
        ({"external_ids": {"a": 5}}, "invalid_value"),
        ({"nonsense": 1}, "unknown_field"),
        ({"call_id": ""}, "invalid_id"),
        ({"type": "cal"}, "invalid_type"),
    ],
)
def test_a_mapping_is_held_to_the_same_rules(fields: dict[str, Any], reason: str) -> None:
    """What a file's row or a request's object says is checked as JSON is."""
    raw = {"type": "call", "call_id": "c1", "call_status": "queued", **fields}
    with pytest.raises(RejectedEvent) as caught:
        event_from_mapping(raw, now=NOW, source="import")
    assert caught.value.reason == reason
    assert caught.value.errors[0][0] in caught.value.message


def test_an_update_of_a_task_is_about_its_current_attempt_and_now() -> None:
    """Whatever is left out stays as it is; the receipt says when."""
    event = task_event({"output": {"a": 1}}, task_id="t1", now=NOW).event
    assert isinstance(event, TaskEvent)
    assert (event.task_id, event.status, event.source_status) == ("t1", CURRENT_STATUS, CURRENT_STATUS)
    assert (event.attempt, event.occurred_at, event.output) == (CURRENT_ATTEMPT, NOW, {"a": 1})


def test_what_an_update_of_a_task_says_is_taken() -> None:
    """Status, attempt and time said are those of any task event."""
    said = {"status": "cancelled", "attempt": 2, "occurred_at": WHEN, "task_id": "t1", "type": "task"}
    assert task_event(said, task_id="t1", now=NOW).event == task(**said)
    created = task_event({"status": "running", "created": WHEN}, task_id="t1", now=NOW).event
    assert (created.occurred_at, created.status) == (NOW, "running")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": None}, "invalid_status"),
        ({"status": "done"}, "invalid_status"),
        ({"attempt": 0}, "invalid_value"),
        ({"call_id": "c1"}, "unknown_field"),
        ({"task_id": "t2"}, "invalid_id"),
        ({"type": "call"}, "invalid_type"),
        ({"occurred_at": "now"}, "invalid_time"),
    ],
)
def test_an_update_that_is_none_is_rejected(fields: dict[str, Any], reason: str) -> None:
    """Also one that names another task than its path."""
    with pytest.raises(RejectedEvent) as caught:
        task_event(fields, task_id="t1", now=NOW)
    assert caught.value.reason == reason


# --- the tables agree ------------------------------------------------------------------------------


def test_the_wire_form_and_its_rules_name_the_same_fields() -> None:
    """A field added to one and forgotten in the other is noticed here."""
    for form, rules, texts_of, id_field in (
        (CallIn, _RULES["call"], CALL_TEXTS, "call_id"),
        (TaskIn, _RULES["task"], TASK_TEXTS, "task_id"),
    ):
        fields = [field.name for field in structs.fields(form)]
        assert list(rules) == fields
        assert {name for name, _, _ in texts_of} <= set(fields)
        minimal = {"type": "call", "call_id": "a", "call_status": "queued"}
        if id_field == "task_id":
            minimal = {"type": "task", "task_id": "a", "status": "pending"}
        checked = {name for name, _, _ in texts_of} | {"status"}
        for name in fields:
            try:
                convert({**minimal, name: "é" * 64}, form)
            except ValueError:
                continue  # msgspec itself sees that this is none of the field's texts
            assert name in checked or rules[name].__name__ in ("_time", "_ids"), (
                f"nobody looks at the text of {name}"
            )
