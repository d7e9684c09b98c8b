"""Promise 6, whatever is sent: nothing is a fault of ours, and nothing is dropped silently."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.model.directory import Space
from callboard.model.words import REJECT_REASONS
from tests.http.board import Board
from tests.property.bodies import damaged, event_lists, packed
from tests.property.lengths import examples, long_examples

REFUSED = (400, 413, 415, 422)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """A Callboard for all the bodies of a test. At the end nothing drifted."""
    with Board(tmp_path) as board:
        yield board
        verification = board.store.verify(deep=True)
        assert (verification.drift, verification.differences) == (0, [])


def _sent(board: Board, space: Space, body: bytes, media: str, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = board.ask(
        "POST",
        f"spaces/{space.token}/events/",
        token=board.member,
        content=body,
        headers={"Content-Type": media, **headers},
    )
    said: dict[str, Any] = answer.json()
    assert said["status_code"] == answer.status_code
    assert said["message"]
    if answer.status_code != 200:
        assert answer.status_code in REFUSED, said
        assert said["request_id"] == answer.headers["X-Request-Id"]
    return answer.status_code, said


def _adds_up(result: dict[str, Any]) -> Counter[str]:
    """Every event received is reported once; returns the outcomes."""
    ended = Counter({name: result[name] for name in ("applied", "duplicate", "stale", "rejected")})
    assert ended.total() == result["received"]
    places = [each["index"] for each in result["rejections"]]
    assert len(places) == result["rejected"]
    assert places == sorted(set(places))
    assert all(0 <= place < result["received"] for place in places)
    for each in result["rejections"]:
        assert each["reason"] in REJECT_REASONS
        assert 0 < len(each["message"]) < 1000
    return ended


def _strict(body: bytes) -> bool:
    """Whether a body is JSON that the world can hold: UTF-8, no NaN, no Infinity."""
    try:
        json.loads(body.decode(), parse_constant=_no_number)
    except ValueError:
        return False
    return True


def _no_number(word: str) -> None:
    raise ValueError(word)


def _any_events(board: Board, drawn: tuple[list[Any], bytes, str], ended: Counter[str]) -> None:
    events, body, media = drawn
    space = board.space(board.acme, "Drawn")
    status, said = _sent(board, space, body, media)
    lines = body.split(b"\n") if media == "application/x-ndjson" else [body]
    readable = bool(events or media == "application/json") and all(map(_strict, lines))
    assert (status == 200) == readable, said
    if readable:
        assert said["data"]["received"] == len(events)
        ended.update(_adds_up(said["data"]))
        # A known event is known: whatever was taken before is told to be, the second time.
        again = _sent(board, space, body, media)[1]["data"]
        assert (again["applied"], again["stale"]) == (0, 0)
        assert [each["index"] for each in again["rejections"]] == [
            each["index"] for each in said["data"]["rejections"]
        ]
    counted = board.store.outcomes(board.acme.id, space.id)
    assert sum(counted.values()) == (2 * len(events) if readable else 0)


def test_every_event_sent_is_told_of(board: Board, record_property: Any):
    """Applied, duplicate, stale or rejected: together what was sent, and counted; sent again, known."""
    ended: Counter[str] = Counter()

    @examples(2)
    @given(event_lists())
    def over(drawn: tuple[list[Any], bytes, str]) -> None:
        _any_events(board, drawn, ended)

    over()
    record_property("drawn", dict(ended))
    assert min(ended["applied"], ended["rejected"]) * 10 >= ended.total()


def test_any_bytes_are_answered(board: Board, record_property: Any):
    """Damaged bodies, damaged compression, plain rubbish: read or refused, and never a fault of ours."""
    statuses: Counter[int] = Counter()

    @examples(3)
    @given(st.data(), damaged())
    def over(data: st.DataObject, drawn: tuple[bytes, str]) -> None:
        body, headers = data.draw(packed(drawn[0]))
        status, said = _sent(board, board.spring, body, drawn[1], **headers)
        statuses[status] += 1
        if status == 200:
            _adds_up(said["data"])

    over()
    record_property("drawn", dict(statuses))
    assert min(statuses[200], statuses[400]) * 20 >= statuses.total()


@pytest.mark.long
@pytest.mark.timeout(0)
def test_every_event_sent_is_told_of_at_length(board: Board, record_property: Any):
    """The same, with many more bodies."""
    ended: Counter[str] = Counter()

    @long_examples()
    @given(event_lists())
    def over(drawn: tuple[list[Any], bytes, str]) -> None:
        _any_events(board, drawn, ended)

    over()
    record_property("drawn", dict(ended))
