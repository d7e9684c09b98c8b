"""The series report over HTTP: defaults, links, bounds, and what it refuses."""

from __future__ import annotations

import random
from typing import Any

import pytest

from callboard.query.metrics import METRICS
from tests.http.board import Board, call, task
from tests.http.report_links import count, is_counted, over

PATH = "organisation/analytics/series/"
ALL = ",".join(metric.name for metric in METRICS if metric.of == "call")
TASKS = ",".join(metric.name for metric in METRICS if metric.of == "task")


@pytest.fixture
def busy(board: Board) -> Board:
    """Calls and tasks of two days, in three spaces."""
    draw = random.Random(5)
    for space in (board.spring, board.summer, board.mail, board.elsewhere):
        events = []
        for number in range(25):
            at = f"2025-12-{draw.choice((30, 31))}T{draw.randrange(24):02d}:{draw.randrange(60):02d}:07Z"
            fields = {"creation_time": at}
            if draw.random() < 0.6:
                fields["agent"] = draw.choice(("ann", "bob & co", "unknown", "+1"))
            if draw.random() < 0.5:
                fields["start_time"] = at.replace(":07Z", ":09Z")
            if draw.random() < 0.5:
                fields["end_reason"] = draw.choice(("busy", "no_answer", "unknown"))
            status = draw.choice(("completed", "completed", "missed", "failed", "queued", "ringing"))
            duration: dict[str, Any] = (
                {"call_duration": draw.choice((0, 12.5, 61))} if status == "completed" else {}
            )
            events.append(call(f"c-{number}", call_status=status, **fields, **duration))
            word = draw.choice(("pending", "running", "completed", "failed"))
            events.append(task(f"t-{number}", status=word, created=at))
        board.send(*events, space=space)
    return board


def series(board: Board, **params: str):
    answer = board.get(PATH, params={"start": "2025-12-30", "end": "2025-12-31", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_without_a_question_it_is_thirty_days_of_the_endpoints_numbers(busy: Board):
    """By day in UTC, up to now, of the contact spaces."""
    data = busy.data(PATH)
    assert data["interval"] == "day"
    assert data["timezone"] == "UTC"
    assert len(data["buckets"]) == 30
    totals = data["series"][0]["totals"]
    whole = busy.data("organisation/analytics/")
    for name in ("total_calls", "completed_calls", "failed_calls", "avg_duration_seconds"):
        assert totals[name] == whole[name]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"group_by": "agent"},
        {"group_by": "end_reason,call_status"},
        {"group_by": "space_token,answered"},
        {"group_by": "answered_by,call_type", "agent": "unknown"},
        {"group_by": "call_status", "answered": "true", "content_type": "all"},
        {"agent": "bob & co", "end_reason": "unknown"},
    ],
    ids=str,
)
def test_every_number_leads_to_the_list_it_counts(busy: Board, params: dict[str, str]):
    """Of each group and bucket, and of the whole period; of ratios and means, what they are over."""
    data = series(busy, metric=ALL, interval="day", timezone="Asia/Kathmandu", **params)
    assert data["series"]
    for one in data["series"]:
        places = [(data["start"], data["end"], one["totals"])]
        for place, bucket in enumerate(data["buckets"]):
            numbers = {name: values[place] for name, values in one["values"].items()}
            places.append((bucket["start"], bucket["end"], numbers))
        for begin, end, numbers in places:
            for name, number in numbers.items():
                counted = count(busy, one["links"][name], start=begin, end=end)
                expected = number if is_counted(name) else over(name, numbers)
                assert expected is None or counted == expected, (name, one["links"][name], begin, end)


@pytest.mark.parametrize("params", [{}, {"group_by": "space_token"}, {"content_type": "all"}], ids=str)
def test_numbers_of_tasks_lead_to_tasks(busy: Board, params: dict[str, str]):
    """By bucket."""
    data = series(busy, metric=TASKS, interval="day", **params)
    for one in data["series"]:
        for place, bucket in enumerate(data["buckets"]):
            for name, values in one["values"].items():
                assert (
                    count(busy, one["links"][name], start=bucket["start"], end=bucket["end"]) == values[place]
                )


def test_a_report_can_be_about_one_space(busy: Board):
    """Whatever its content type."""
    mail = series(busy, space_token=busy.mail.token)["series"][0]["totals"]
    assert (
        mail["total_calls"]
        == busy.data("organisation/analytics/", params={"space_token": busy.mail.token})["total_calls"]
    )


def test_the_parts_of_a_group_add_up(busy: Board):
    """With a separate group for calls of which the value is unknown."""
    whole = series(busy, metric="total_calls")["series"][0]["totals"]["total_calls"]
    for group in (
        "call_status",
        "agent",
        "end_reason",
        "answered",
        "answered_by",
        "call_type",
        "space_token",
    ):
        parts = series(busy, metric="total_calls", group_by=group)["series"]
        assert sum(each["totals"]["total_calls"] for each in parts) == whole
        assert sorted((each["totals"]["total_calls"] for each in parts), reverse=True) == [
            each["totals"]["total_calls"] for each in parts
        ]


def test_a_comparison_has_the_previous_period_and_the_difference(busy: Board):
    """Value by value."""
    data = busy.data(
        PATH,
        params={"start": "2025-12-31", "end": "2025-12-31", "compare": "previous", "metric": "total_calls"},
    )
    assert data["previous"]["start"] == "2025-12-30T00:00:00Z"
    one = data["series"][0]
    now, before = one["totals"]["total_calls"], one["previous"]["totals"]["total_calls"]
    assert before == series(busy, end="2025-12-30")["series"][0]["totals"]["total_calls"]
    assert one["difference"]["totals"]["total_calls"] == now - before
    assert one["difference"]["values"]["total_calls"] == [now - before]


@pytest.mark.parametrize(
    ("params", "status", "message"),
    [
        ({"start": "2026-01-02", "end": "2026-01-01"}, 422, "end: must be later than start"),
        ({"start": "yesterday"}, 400, "start: not a time"),
        ({"interval": "fortnight"}, 400, "interval: must be one of 15m, hour"),
        ({"timezone": "Mars/Olympus"}, 400, "timezone: not the name of a time zone"),
        ({"group_by": "colour"}, 400, "group_by: must be one or more of space_token"),
        ({"group_by": "agent,agent"}, 400, "group_by: names one of them twice"),
        ({"group_by": "agent,call_type,call_status"}, 400, "group_by: names more than 2"),
        ({"metric": "sum_calls"}, 400, "metric: must be one or more of total_calls"),
        ({"metric": "total_tasks", "group_by": "agent"}, 422, "group_by: tasks have no agent"),
        ({"metric": "total_tasks", "agent": "ann"}, 422, "agent: tasks have no agent"),
        ({"compare": "next"}, 400, "compare: must be one of previous"),
        ({"space_token": ""}, 400, "space_token: must not be empty"),
        ({"space_token": "spc_0"}, 404, "Space not found."),
        ({"interval": "15m", "start": "2000-01-01", "end": "2026-01-01"}, 422, "take a longer interval"),
    ],
    ids=str,
)
def test_an_unanswerable_query_is_refused_with_what_to_change(board: Board, params, status, message):
    """By the parameter's name."""
    answer = board.get(PATH, params=params)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["message"]


def test_more_rows_than_may_be_read_are_refused_and_never_cut(busy: Board, monkeypatch):
    """422 says what to narrow; what counters hold is answered all the same."""
    monkeypatch.setattr("callboard.query.reports.tabulate.MAX_ROWS", 10)
    answer = busy.get(PATH, params={"start": "2025-12-01", "group_by": "answered_by"})
    assert answer.status_code == 422
    assert "take a shorter period or one space" in answer.json()["message"]
    assert busy.get(PATH, params={"start": "2025-12-01", "group_by": "agent"}).status_code == 200


def test_more_groups_than_the_limit_are_refused(busy: Board, monkeypatch):
    """Rather than cut."""
    monkeypatch.setattr("callboard.query.reports.series.MAX_GROUPS", 2)
    answer = busy.get(PATH, params={"start": "2025-12-30", "group_by": "agent"})
    assert answer.status_code == 422
    assert "take another group, or a filter" in answer.json()["message"]


def test_a_repeated_query_reads_only_changes(busy: Board, monkeypatch: pytest.MonkeyPatch):
    """The answer contains what was committed in between."""
    read: list[tuple[int, int]] = []
    reading = busy.store.sums_since

    def sums_since(org_id: int, parts: Any, changes: Any) -> Any:
        read.append((len(parts), len(changes)))
        return reading(org_id, parts, changes)

    monkeypatch.setattr(busy.store, "sums_since", sums_since)
    params = {"metric": "total_calls", "interval": "hour"}
    before = series(busy, **params)["series"][0]["totals"]["total_calls"]
    busy.send(call("c-new", call_status="completed", creation_time="2025-12-30T12:00:00Z"), space=busy.spring)
    assert series(busy, **params)["series"][0]["totals"]["total_calls"] == before + 1
    assert read == [(1, 0), (0, 1)]
