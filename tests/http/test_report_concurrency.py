"""Calls at once over HTTP: every number leads to its list."""

from __future__ import annotations

import pytest

from callboard.clock import HOUR, MINUTE, SECOND, iso
from tests.http.board import Board, call
from tests.http.report_links import count

PATH = "organisation/analytics/concurrency/"


def at(board: Board, before: int) -> str:
    text = iso(board.now - before)
    assert text is not None
    return text


@pytest.mark.parametrize("kind", ["talk", "offered"])
def test_the_peak_leads_to_the_calls_of_that_moment(board: Board, kind: str):
    """The number of calls whose time is unknown links to those calls."""
    calls = [
        call(
            f"c-{number}",
            call_status="completed",
            creation_time=at(board, 3 * HOUR + number * MINUTE),
            start_time=at(board, 3 * HOUR + number * MINUTE - 10 * MINUTE),
            end_time=at(board, 3 * HOUR - 30 * MINUTE - number * MINUTE),
        )
        for number in range(30)
    ]
    calls.append(
        call(
            "c-live",
            call_status="in_progress",
            start_time=at(board, 3 * HOUR),
            creation_time=at(board, 3 * HOUR),
        )
    )
    calls.append(call("c-lost", call_status="completed", call_duration=5, creation_time=at(board, 2 * HOUR)))
    board.send(*calls)
    params = {"kind": kind, "start": at(board, 6 * HOUR), "end": at(board, 0)}
    data = board.data(PATH, params=params)
    assert data["peak"] > 5
    assert max(data["values"]["peak"]) == data["peak"]
    assert count(board, data["peak_link"]) == data["peak"]
    for peak, moment in zip(data["values"]["peak"], data["peaks_at"], strict=True):
        assert count(board, data["peaks_link"], peak_at=moment) == peak
    assert count(board, data["unplaced_link"]) == data["unplaced"]
    assert data["unplaced"] == 1
    assert data["open_calls"] == count(board, data["open_link"]) == 1
    for bucket, mean in zip(data["buckets"], data["values"]["mean"], strict=True):
        link = data["means_link"].format(start=bucket["start"], end=bucket["end"])
        assert bool(count(board, link)) == bool(mean)


def test_without_a_question_it_is_today_by_the_hour(board: Board):
    """Without calls the peak is 0 and has no moment."""
    board.pass_minutes(150)
    data = board.data(PATH)
    assert (data["kind"], data["interval"], len(data["buckets"])) == ("talk", "hour", 3)
    assert (data["peak"], data["peak_at"], data["peak_link"]) == (0, None, None)
    assert data["values"] == {"peak": [0, 0, 0], "mean": [0, 0, 0]}


def test_more_calls_than_may_be_read_are_refused(board: Board, monkeypatch):
    """The seven days before the period are among them."""
    monkeypatch.setattr("callboard.query.reports.tabulate.MAX_ROWS", 3)
    board.send(
        *[call(f"c-{number}", call_status="completed", creation_time=at(board, HOUR)) for number in range(5)]
    )
    answer = board.get(PATH, params={"start": at(board, 30 * MINUTE), "end": at(board, 0)})
    assert answer.status_code == 422
    assert "take a shorter period or one space" in answer.json()["message"]
    assert board.get(PATH, params={"kind": "ringing"}).status_code == 400


@pytest.mark.parametrize("name", ["talking_at", "offered_at"])
def test_a_span_of_time_is_requested_with_a_slash(board: Board, name: str):
    """Half-open; a date as end includes the day; a span that ends before it begins finds nothing."""
    began, ended = at(board, HOUR), at(board, HOUR - 10 * MINUTE)
    board.send(call("c-1", call_status="completed", creation_time=began, start_time=began, end_time=ended))
    for begin, end, expected in (
        (at(board, 2 * HOUR), began, 0),
        (at(board, 2 * HOUR), at(board, HOUR - SECOND), 1),
        (ended, at(board, 0), 0),
        (at(board, HOUR - 10 * MINUTE + SECOND), ended, 1),
        (began[:10], began[:10], 1),
        (ended, began, 0),
        (at(board, HOUR - 5 * MINUTE), began, 0),
    ):
        answer = board.get("call-logs/", params={name: f"{begin}/{end}"})
        assert answer.json()["count"] == expected, (begin, end)
