"""The shape of a body, and where it may be cut: told without decoding it, as a decoder finds it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callboard.errors import BodyTooLargeError, InvalidInputError, UnreadableBodyError
from callboard.http import json_slices
from callboard.http.json_body import read_json
from callboard.http.json_slices import read_json_in_slices
from callboard.ingest import items, parse, shape, slices, spans
from callboard.ingest.parse import Parsed, parse_events
from callboard.ingest.shape import Bounds, check_shape, is_deeper
from callboard.ingest.spans import Elements, Slices

NOW = 1_767_225_600_000_000
BOUNDS = Bounds(values=10, keys=8, keys_of_one=5, depth=4)
texts = st.text(st.sampled_from('ab"\\[]{},: \n\u00e9'), max_size=6)
documents = st.recursive(
    st.none() | st.integers(-99, 99) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=30,
)


def _levels(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_levels, inner), default=0)


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that what is drawn here is cut at every place there is."""
    monkeypatch.setattr(shape, "WINDOW", 7)
    monkeypatch.setattr(shape.windows, "__defaults__", (0, 7))
    monkeypatch.setattr(spans, "_SMALL", 5)
    monkeypatch.setattr(spans, "_FAST_LEVELS", 2)


@pytest.mark.parametrize(
    ("body", "one_more"),
    [
        ("[" + "1," * 10 + "1]", "[" + "1," * 11 + "1]"),
        (
            '{"a":{"a":1,"b":1,"c":1},"b":{"a":1,"b":1,"c":1}}',
            '{"a":{"a":1,"b":1,"c":1},"b":{"a":1,"b":1,"c":1,"d":1}}',
        ),
        ('{"a":1,"b":2,"c":3,"d":4,"e":5}', '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}'),
        ("[[[[1]]]]", "[[[[[1]]]]]"),
        ('{"a":[{"a":{}}]}', '{"a":[{"a":{"a":{}}}]}'),
    ],
)
def test_a_body_is_taken_at_its_bounds_and_refused_beyond(body: str, one_more: str):
    """Values, keys, keys of one object, levels."""
    check_shape(body.encode(), BOUNDS)
    with pytest.raises((BodyTooLargeError, UnreadableBodyError)):
        check_shape(one_more.encode(), BOUNDS)


def test_what_stands_in_a_text_is_no_structure():
    """Brackets, commas, colons and escaped quotes between quotes count for nothing."""
    check_shape(json.dumps(["[{,:" * 99, '\\"[[[[[[' * 99, "\\" * 99]).encode(), BOUNDS)


@given(documents, st.integers(1, 6))
def test_levels_are_told_as_a_decoder_finds_them(value: Any, levels: int):
    """Whatever the texts in it hold, and wherever a window ends."""
    assert is_deeper(json.dumps(value).encode(), levels) == (_levels(value) > levels)


@given(st.lists(documents, max_size=12), st.integers(1, 40), st.sampled_from([None, 1]))
def test_a_list_is_cut_between_its_elements(values: list[Any], size: int, indent: int | None):
    """All elements, each once, in order; and how deep each is, never told less than it is."""
    body = b" " + json.dumps(values, indent=indent).encode() + b" 1"
    cuts = Slices(body, 1, size)
    assert [each for begin, end in cuts for each in json.loads(b"[" + body[begin:end] + b"]")] == values
    elements = Elements(body, 1)
    found = list(elements)
    assert [json.loads(body[span.begin : span.end]) for span in found] == values
    assert all(span.depth >= _levels(value) for span, value in zip(found, values, strict=True))
    assert body[cuts.after :] == body[elements.after :] == b" 1"


@given(st.lists(documents, min_size=1, max_size=5), st.integers(1, 60))
def test_a_list_without_its_end_is_none(values: list[Any], cut: int):
    """However it is cut off: told, never taken for a shorter one."""
    body = json.dumps(values).encode()[: -min(cut, 1)]
    for reader in (Elements(body, 0), Slices(body, 0, 5)):
        with pytest.raises(UnreadableBodyError):
            list(reader)


# --- events, in one go and in slices

QUEUED = {"type": "call", "call_id": "a", "call_status": "queued"}
words = st.text(st.sampled_from('ab"\\]}[{,\u00e9\0'), max_size=5)
events = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("call"),
            "call_id": st.sampled_from(["a", "b", ""]),
            "call_status": st.just("queued"),
        },
        optional={
            "agent": words,
            "metadata": st.dictionaries(
                words, st.lists(st.dictionaries(words, documents, max_size=2), max_size=3), max_size=2
            ),
            "odd": st.just(1),
        },
    ),
    documents,
)


def _said(body: bytes, *, ndjson: bool) -> Any:
    try:
        parsed: Parsed = parse_events(body, ndjson=ndjson, now=NOW, max_events=20)
    except (BodyTooLargeError, UnreadableBodyError, InvalidInputError) as error:
        return type(error)
    return [entry.body for entry in parsed.entries], parsed.indexes, parsed.rejections


@given(
    st.lists(events, max_size=22), st.integers(1, 400), st.sampled_from(["list", "envelope", "lines", "cut"])
)
@example(sent=[QUEUED] * 22, size=1, form="cut")  # too many, and no JSON
@example(sent=[*[QUEUED] * 21, {}], size=60, form="lines")
def test_a_body_in_slices_says_what_it_says_in_one(sent: list[Any], size: int, form: str):
    """The same events, places, rejections and refusals, wherever it is cut."""
    body = json.dumps(sent).encode()
    if form == "envelope":
        body = b'{ "events" : ' + body + b" }\n"
    elif form == "lines":
        body = b"\n".join(json.dumps(each).encode() for each in sent)
    elif form == "cut":
        body = body[:-2]
    whole = _said(body, ndjson=form == "lines")
    with pytest.MonkeyPatch.context() as patch:
        for module in (slices, parse, items):
            patch.setattr(module, "SLICE_BYTES", size)
        patch.setattr(slices, "_LOOK_BACK", size)
        assert _said(body, ndjson=form == "lines") == whole


@given(
    st.dictionaries(
        st.sampled_from(["documents", "pilot", "context", "more"]),
        documents | st.lists(documents),
        max_size=4,
    ),
    st.integers(20, 200),
)
def test_an_object_in_slices_says_what_it_says_in_one(value: Any, size: int):
    """What `read_json` reads, or a refusal of a part that is larger than a slice and no list."""
    body = json.dumps(value).encode()
    bounds = Bounds(values=1000, keys=1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_slices, "SLICE_BYTES", size)
        try:
            read = read_json_in_slices(body, bounds, "documents", 1000)
        except InvalidInputError as error:
            read = error.message
    assert read == read_json(body, bounds) or (isinstance(read, str) and "is larger than" in read)


def test_the_digest_of_a_request_is_that_of_earlier_versions():
    """An Idempotency-Key kept before an upgrade still knows its request."""
    import hashlib

    import msgspec

    from callboard.http.routes.task_creation import _digest

    raw = {"pilot": "p", "documents": [{"b": 1, "a": ["\u00e9"]}, {}], "context": {"z": 1, "y": 2}}
    assert _digest(raw) == hashlib.sha256(msgspec.json.Encoder(order="deterministic").encode(raw)).digest()
