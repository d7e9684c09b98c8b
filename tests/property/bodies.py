"""Bodies that somebody might send: events good, nearly good and bad, JSON of any shape, and plain bytes."""

from __future__ import annotations

import gzip
import json
from typing import Any

import zstandard
from hypothesis import strategies as st

from callboard.model.field import Field
from callboard.model.fields import ROUGH_NAMES, event_fields
from callboard.model.words import CALL_STATUSES, END_REASONS, TASK_WORDS

ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=8),  # half surrogate pairs too
    st.sampled_from(["", "\0", "unknown", "ü" * 128, "x" * 256, "2026-01-01T00:00:00Z", "1e5", "null"]),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400, 604_800, 1_000_000]),
    st.floats(),
    ANY_TEXT,
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def mostly(good: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One in twenty is odd: enough of it over all fields of an event, and most events are taken."""
    return st.integers(0, 19).flatmap(lambda drawn: odd if drawn == 19 else good)


PLAIN_TEXT = st.sampled_from(["ann", "bot", "a/b", "ü", "unknown", "x" * 64, ""])
TEXT = mostly(PLAIN_TEXT, ANY_TEXT)
TIMES = mostly(
    st.sampled_from(
        [
            "2025-12-31T23:00:00Z",
            "2025-12-31T23:00:00.000001+05:45",
            "2026-01-01T12:00:00z",
            "20251231T230000-0330",
        ]
    ),
    st.sampled_from(
        [
            "1999-12-31T23:59:59Z",
            "2026-01-02T00:00:00.000001Z",
            "2025-12-31T23:00:00",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "2025-02-29T00:00:00Z",
        ]
    )
    | ANY_TEXT,
)
IDS = mostly(st.sampled_from(["a", "b", "c", "a\u0301", "x" * 255]), ANY_TEXT)
OBJECTS = mostly(
    st.dictionaries(PLAIN_TEXT, st.one_of(st.integers(-5, 5), PLAIN_TEXT, st.none()), max_size=3),
    st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3),
)
OF_A_KIND: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "text": TEXT,
    "phone": TEXT,
    "time": TIMES,
    "duration": mostly(st.integers(0, 600_000) | st.floats(0, 600), SCALARS),
    "whole": mostly(st.integers(0, 3), SCALARS),
    "flag": st.booleans(),
    "ids": mostly(IDS | st.lists(IDS, min_size=1, max_size=3), ANY_JSON),
    "money": mostly(
        st.fixed_dictionaries({"amount": st.floats(0, 9) | st.integers(0, 9), "currency": PLAIN_TEXT}),
        OBJECTS,
    ),
    "document": OBJECTS,
    "texts": mostly(st.dictionaries(PLAIN_TEXT, PLAIN_TEXT, max_size=3), OBJECTS),
    "names": mostly(
        st.lists(st.sampled_from(ROUGH_NAMES), max_size=12), st.lists(IDS, max_size=2) | ANY_JSON
    ),
}
CHOICES = {
    "standing": mostly(st.integers(0, 2), SCALARS),
    "destination_number": st.sampled_from(["+12025550123", "+12025550124"]),
    "end_reason": st.sampled_from(END_REASONS) | TEXT,
    "attempt": mostly(st.integers(1, 3), SCALARS),
}
"""Of fields whose values matter more than their kind says."""


def _drawn(field: Field) -> st.SearchStrategy[Any]:
    if field.kind == "word":
        return mostly(st.sampled_from(field.words), SCALARS)
    return CHOICES[field.name] if field.name in CHOICES else OF_A_KIND[field.kind]


CALL_FIELDS, TASK_FIELDS = (
    {each.name: _drawn(each) for each in event_fields(noun) if not each.required} for noun in ("call", "task")
)


@st.composite
def _event(
    draw: st.DrawFn, fields: dict[str, st.SearchStrategy[Any]], needed: dict[str, Any]
) -> dict[str, Any]:
    """Its fields each as they should be, null, or anything at all; sometimes with one too many."""
    event = draw(st.fixed_dictionaries(needed))
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=5, unique=True)):
        event[name] = draw(mostly(mostly(fields[name], st.none()), ANY_JSON))
    return {**event, **draw(mostly(st.just({}), st.dictionaries(ANY_TEXT, ANY_JSON, max_size=1)))}


CALLS = _event(
    CALL_FIELDS, {"type": st.just("call"), "call_id": IDS, "call_status": st.sampled_from(CALL_STATUSES)}
)
TASKS = _event(
    TASK_FIELDS, {"type": st.just("task"), "task_id": IDS, "status": st.sampled_from(sorted(TASK_WORDS))}
)
EVENTS = mostly(CALLS | TASKS, ANY_JSON)


def _dumped(value: Any) -> bytes:
    """As JSON in either spelling: escaped, or as it is, where half a surrogate pair is no UTF-8."""
    return json.dumps(value).encode()


def _spelt(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


@st.composite
def event_lists(draw: st.DrawFn) -> tuple[list[Any], bytes, str]:
    """Some events, how they are sent, and as what."""
    events = draw(st.lists(EVENTS, max_size=6))
    spell = draw(st.sampled_from([_dumped, _dumped, _spelt]))
    form = draw(st.sampled_from(["array", "envelope", "lines"]))
    if form == "lines":
        return events, b"\n".join(spell(each) for each in events), "application/x-ndjson"
    return events, spell(events if form == "array" else {"events": events}), "application/json"


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, str]:
    """A body of events with a few bytes taken out, put in or doubled; or bytes of any kind."""
    _, body, media = draw(event_lists())
    if draw(st.integers(0, 3)) == 0:
        body = draw(st.binary(max_size=64) | ANY_JSON.map(_dumped))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 20)))
        middle = draw(st.one_of(st.just(b""), st.just(body[start:end] * 2), st.binary(max_size=4)))
        body = body[:start] + middle + body[end:]
    return body, media


@st.composite
def packed(draw: st.DrawFn, body: bytes) -> tuple[bytes, dict[str, str]]:
    """The body as it is or compressed, at times damaged after that; and the header that says so."""
    encoding = draw(st.sampled_from(["", "", "gzip", "zstd"]))
    if not encoding:
        return body, {}
    sent = gzip.compress(body, 1) if encoding == "gzip" else zstandard.compress(body)
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(sent) - 1))
        sent = sent[:at] + draw(st.binary(max_size=2)) + sent[at + 1 :]
    return sent, {"Content-Encoding": encoding}
