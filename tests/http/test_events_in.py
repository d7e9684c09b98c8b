"""Events in: every form of body, and every bad one: the answer names the fault, and valid events are kept."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
import zstandard

from tests.http.board import Board, call, task

GOOD = [call("c-1"), call("c-2", "failed"), task("t-1")]


def post(board: Board, content: bytes, media: str = "application/json", **headers: str) -> httpx.Response:
    return board.ask(
        "POST",
        f"spaces/{board.spring.token}/events/",
        token=board.member,
        content=content,
        headers={"Content-Type": media, **headers},
    )


def _ndjson(*events: Any) -> bytes:
    return "\n".join(json.dumps(event) for event in events).encode()


@pytest.mark.parametrize(
    ("content", "media", "encoding"),
    [
        (json.dumps(GOOD).encode(), "application/json", ""),
        (json.dumps({"events": GOOD}).encode(), "application/json; charset=utf-8", ""),
        (b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "application/json", ""),
        (json.dumps(GOOD).encode(), "", ""),
        (_ndjson(*GOOD), "application/x-ndjson", ""),
        (_ndjson(*GOOD) + b"\r\n\n", "application/ndjson", ""),
        (gzip.compress(json.dumps(GOOD).encode()), "application/json", "gzip"),
        (zstandard.compress(_ndjson(*GOOD)), "application/x-ndjson", "zstd"),
        (json.dumps(GOOD).encode(), "application/json", "identity"),
    ],
)
def test_every_form_of_body_says_the_same(board: Board, content: bytes, media: str, encoding: str):
    """An array, an envelope, lines; plain, gzip or zstd."""
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = post(board, content, media, **headers)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["status_code", "message", "data"]
    assert body["data"] == {
        "batch_id": "b1",
        "received": 3,
        "applied": 3,
        "duplicate": 0,
        "stale": 0,
        "rejected": 0,
        "rejections": [],
    }
    assert board.data("organisation/analytics/")["total_calls"] == 2


def test_one_event_needs_no_array(board: Board):
    """An object with a type is one event."""
    assert post(board, json.dumps(call("c-1")).encode()).json()["data"]["applied"] == 1


def test_good_events_are_kept_when_others_are_rejected(board: Board):
    """Each rejection says which, why, and where; the parts add up to what was received."""
    events = [
        call("c-1"),
        call("c-2", "vanished"),
        call("", "completed"),
        call("c-3", call_duration=-1),
        call("c-4", creation_time="1999-12-31T23:59:59Z"),
        "nonsense",
        {"type": "call"},
        call("c-1"),
        call("c-5", surprise=1),
    ]
    data = post(board, json.dumps(events).encode()).json()["data"]
    assert (data["received"], data["applied"], data["duplicate"], data["rejected"]) == (9, 1, 1, 7)
    assert [(each["index"], each["reason"]) for each in data["rejections"]] == [
        (1, "invalid_status"),
        (2, "invalid_id"),
        (3, "invalid_duration"),
        (4, "time_out_of_range"),
        (5, "invalid_type"),
        (6, "missing_field"),
        (8, "unknown_field"),
    ]
    assert all(each["message"] for each in data["rejections"])
    assert board.data("organisation/analytics/")["total_calls"] == 1


def test_a_duplicate_key_costs_only_its_event(board: Board):
    """It is unknown which of the two values was meant."""
    content = (
        b'[{"type":"call","call_id":"a","call_id":"b","call_status":"failed"},' + _ndjson(call("c")) + b"]"
    )
    data = post(board, content).json()["data"]
    assert [(each["index"], each["reason"]) for each in data["rejections"]] == [(0, "duplicate_key")]
    assert data["applied"] == 1


BAD_BODIES: list[tuple[str, bytes, dict[str, str], int]] = [
    ("empty", b"", {}, 400),
    ("blank", b" \n ", {}, 400),
    ("not JSON", b"call,c-1,completed", {}, 400),
    ("cut off", b'[{"type": "call"', {}, 400),
    ("two values", b"{} {}", {}, 400),
    ("not UTF-8", b'[{"type": "call", "call_id": "\xff"}]', {}, 400),
    ("NaN", b'[{"type": "call", "call_duration": NaN}]', {}, 400),
    ("infinity", b'[{"type": "call", "call_duration": Infinity}]', {}, 400),
    ("nested deeply and cut off", b"[" * 100_000, {}, 400),
    ("a number", b"42", {}, 422),
    ("null", b"null", {}, 422),
    ("an envelope of none", b'{"events": 5}', {}, 422),
    ("an envelope with more", b'{"events": [], "other": 1}', {}, 422),
    ("truncated gzip", gzip.compress(b"[" + b" " * 4000 + b"]")[:-9], {"Content-Encoding": "gzip"}, 400),
    ("no gzip", b"[]", {"Content-Encoding": "gzip"}, 400),
    ("no zstd", b"[]", {"Content-Encoding": "zstd"}, 400),
    ("another encoding", b"[]", {"Content-Encoding": "br"}, 415),
    ("two encodings", b"[]", {"Content-Encoding": "gzip, gzip"}, 415),
    ("a form", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ("another charset", b"[]", {"Content-Type": "application/json; charset=utf-16"}, 415),
    ("no media type", b"[]", {"Content-Type": "nonsense"}, 415),
]


@pytest.mark.parametrize(
    ("content", "headers", "status"), [each[1:] for each in BAD_BODIES], ids=[each[0] for each in BAD_BODIES]
)
def test_a_body_that_cannot_be_read_keeps_nothing(
    board: Board, content: bytes, headers: dict[str, str], status: int
):
    """The status that says what is wrong, in words; and nothing of it is counted."""
    answer = post(board, content, **{"media": "application/json", **_renamed(headers)})
    assert answer.status_code == status, answer.text
    assert len(answer.json()["message"]) > 10
    assert board.data("organisation/analytics/")["total_calls"] == 0
    assert board.store.outcomes(board.acme.id) == {}


def _renamed(headers: dict[str, str]) -> dict[str, str]:
    return {("media" if name == "Content-Type" else name): value for name, value in headers.items()}


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_a_body_over_the_bound_is_413(board_with_small_bodies: Board, encoding: str):
    """As sent, and decoded: a bomb of a few bytes is stopped while it unfolds."""
    bomb = b"[" + b" " * 5_000_000 + b"]"
    content = {"": bomb, "gzip": gzip.compress(bomb), "zstd": zstandard.compress(bomb)}[encoding]
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert post(board_with_small_bodies, content, **headers).status_code == 413


def test_a_length_that_lies_or_is_missing_does_not_help(board_with_small_bodies: Board):
    """What counts is what arrives; a length that is too much is refused before anything arrives."""

    async def parts() -> Any:
        for _ in range(50):
            yield b"[" + b" " * 1000

    board = board_with_small_bodies
    assert post(board, parts()).status_code == 413
    assert post(board, b"[]", **{"Content-Length": "999999999999999"}).status_code == 413
    assert post(board, b" " * 5000, **{"Content-Length": "2"}).status_code == 413


def test_too_many_events_are_413_and_none_is_kept(board_with_small_bodies: Board):
    """The bound is on the request, so that it can be sent again in parts."""
    board = board_with_small_bodies
    assert (
        post(board, _ndjson(*[call(f"c{number}") for number in range(9)]), "application/x-ndjson").status_code
        == 413
    )
    assert board.data("organisation/analytics/")["total_calls"] == 0
    assert (
        post(board, _ndjson(*[call(f"c{number}") for number in range(8)]), "application/x-ndjson").status_code
        == 200
    )


def test_one_event_id_with_two_contents_is_a_conflict(board: Board):
    """The first stays; the second is told."""
    board.send(call("c-1", event_id="e-1"))
    data = post(board, json.dumps(call("c-1", "failed", event_id="e-1")).encode()).json()["data"]
    assert [each["reason"] for each in data["rejections"]] == ["event_id_conflict"]
    assert board.data("organisation/analytics/")["completed_calls"] == 1


def test_an_empty_batch_is_no_error(board: Board):
    """The answer to an empty list says that nothing was received."""
    assert post(board, b"[]").json()["data"]["received"] == 0
    assert post(board, b'{"events": []}').json()["data"]["received"] == 0


def test_a_large_body_is_taken_as_well_as_a_small_one(board: Board):
    """Parsed and decompressed on a thread; the answer is the same kind."""
    events = [call(f"c-{number}", agent="a" * 100) for number in range(2000)]
    answer = post(
        board, gzip.compress(_ndjson(*events)), "application/x-ndjson", **{"Content-Encoding": "gzip"}
    )
    assert answer.json()["data"]["applied"] == 2000
    assert board.data("organisation/analytics/")["total_calls"] == 2000


def test_a_server_that_is_stopping_says_so(board: Board):
    """503 with when to come back; nothing of the request is kept."""
    board.loop.run(board.client.finish())
    answer = post(board, json.dumps(GOOD).encode())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
