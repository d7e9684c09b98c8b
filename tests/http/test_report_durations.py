"""The durations report over HTTP: every number leads to its list, and what it refuses."""

from __future__ import annotations

import pytest

from tests.http.board import Board
from tests.http.report_links import count
from tests.http.test_report_series import busy  # noqa: F401 - a fixture

PATH = "organisation/analytics/durations/"
DAYS = {"start": "2025-12-30", "end": "2025-12-31"}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"group_by": "call_status,agent"},
        {"group_by": "answered,space_token", "content_type": "all"},
        {"group_by": "end_reason", "agent": "unknown", "answered": "false"},
        {"call_status": "missed", "timezone": "Asia/Kathmandu"},
    ],
    ids=str,
)
def test_every_number_leads_to_the_list_it_counts(busy: Board, params: dict[str, str]):  # noqa: F811
    """Calls, those left out, and each bar."""
    data = busy.data(PATH, params={**DAYS, **params})
    assert data["durations"]
    for each in data["durations"]:
        for spread in (each["talk_time"], each["time_to_answer"]):
            assert count(busy, spread["link"]) == spread["calls"], spread["link"]
            assert count(busy, spread["unknown_link"]) == spread["unknown"], spread["unknown_link"]
            for bin_ in spread["histogram"]:
                assert count(busy, bin_["link"]) == bin_["calls"], bin_["link"]


def test_the_mean_is_the_endpoints_average(busy: Board):  # noqa: F811
    """Over the same calls."""
    talk = busy.data(PATH, params=DAYS)["durations"][0]["talk_time"]
    assert talk["mean"] == busy.data("organisation/analytics/")["avg_duration_seconds"]


def test_nothing_is_null_and_not_0(board: Board):
    """No call in the period: no percentile of it."""
    [each] = board.data(PATH, params=DAYS)["durations"]
    for spread in (each["talk_time"], each["time_to_answer"]):
        assert (spread["calls"], spread["unknown"], spread["histogram"]) == (0, 0, [])
        assert all(spread[name] is None for name in ("min", "max", "mean", "p50", "p90", "p95", "p99"))


@pytest.mark.parametrize(
    ("params", "status", "message"),
    [
        ({"group_by": "luck"}, 400, "group_by: must be one or more of space_token"),
        ({"interval": "day"}, 400, "interval: not a parameter of this path"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, 422, "end: must be later than start"),
    ],
    ids=str,
)
def test_an_unanswerable_query_is_refused(board: Board, params, status, message):
    """By the parameter's name."""
    answer = board.get(PATH, params=params)
    assert answer.status_code == status
    assert message in answer.json()["message"]
