"""The comparison of spaces, and the catalogue of metrics, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from callboard.http.routes.reports import spaces as route
from callboard.query.metrics import METRICS
from callboard.query.reports.spaces import SORTS
from tests.http.board import Board
from tests.http.report_links import count
from tests.http.test_report_series import busy  # noqa: F401 - a fixture

PATH = "organisation/analytics/spaces/"


@pytest.fixture(autouse=True)
def time_passes(board: Board):
    """Some of the tasks are stuck by now."""
    board.pass_minutes(120)


def test_each_space_has_the_endpoints_numbers(busy: Board):  # noqa: F811
    """The sum over all spaces equals the organization's numbers."""
    data = busy.data(PATH)
    assert data["count"] == 2
    for each in [*data["spaces"], data["all"]]:
        params = {"space_token": each["space_token"]} if "space_token" in each else {}
        one = busy.data("organisation/analytics/", params=params)
        assert {name: each[name] for name in one} == one
        assert each["success_rate"] == one["completed_calls"] / one["total_calls"] * 100


def test_every_number_leads_to_the_list_it_counts(busy: Board):  # noqa: F811
    """Also the stuck tasks, and what rates are over."""
    data = busy.data(PATH, params={"content_type": "all"})
    assert data["count"] == 3
    for each in data["spaces"]:
        for name, link in each["links"].items():
            counted = count(busy, link)
            if name.startswith("tasks_"):
                assert counted == each["task_status_breakdown"][name.removeprefix("tasks_")]
            elif name == "success_rate":
                assert counted == each["total_calls"]
            elif name not in ("answer_rate", "avg_duration_seconds"):
                assert counted == each[name], (name, link)
    assert sum(each["stuck_tasks"] for each in data["spaces"]) == data["all"]["stuck_tasks"] > 0


@pytest.mark.parametrize("sort", SORTS)
def test_it_sorts_by_every_number_both_ways(busy: Board, sort: str):  # noqa: F811
    """Spaces without a value come last in both directions."""
    busy.space(busy.acme, "Nothing yet")
    for falling in ("", "-"):
        spaces = busy.data(PATH, params={"sort": falling + sort, "content_type": "all"})["spaces"]
        values = [each.get(sort) for each in spaces if sort != "created_at"]
        known = [
            value.casefold() if isinstance(value, str) else value for value in values if value is not None
        ]
        if sort == "avg_duration_seconds":
            known = known[:-1]
        assert known == sorted(known, reverse=bool(falling))


def test_pages_add_up_to_the_list(busy: Board):  # noqa: F811
    """Count and sums stay those of all."""
    whole = busy.data(PATH, params={"content_type": "all", "sort": "name"})
    pages = [
        busy.data(PATH, params={"content_type": "all", "sort": "name", "page": page, "page_size": 2})
        for page in (1, 2, 3)
    ]
    assert [each for page in pages for each in page["spaces"]] == whole["spaces"]
    assert all((page["count"], page["all"]) == (whole["count"], whole["all"]) for page in pages)


@pytest.mark.parametrize("falling", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
def test_cursors_walk_the_whole_list(busy: Board, sort: str, falling: str):  # noqa: F811
    """By any sort, each space once, with numbers or without, also where names are the same."""
    for name in ("Nothing yet", "Nothing yet", "nothing yet", "Ω" * 255, "Ω" * 255):
        busy.space(busy.acme, name)
    asked = {"content_type": "all", "sort": falling + sort}
    whole = busy.data(PATH, params=asked)
    assert whole["count"] == len(whole["spaces"]) == 8
    assert whole["next_cursor"] is None
    for page_size in (1, 3, 8):
        walked: list[dict[str, Any]] = []
        following: dict[str, Any] | None = {}
        while following is not None:
            page = busy.data(PATH, params={**asked, "page_size": page_size, **following})
            assert (page["count"], page["all"]) == (whole["count"], whole["all"])
            walked += page["spaces"]
            following = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert walked == whole["spaces"]


def test_an_answer_that_is_a_part_says_so(busy: Board, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    """A script that asks for no page does not take a part for the whole."""
    params = {"content_type": "all"}
    assert busy.get(PATH, params=params).json()["message"] == "Spaces fetched successfully"
    monkeypatch.setattr(route, "MAX_SPACES", 2)
    answer = busy.get(PATH, params=params).json()
    assert answer["message"] == "Spaces fetched successfully: 2 of 3; next_cursor leads to the rest"
    following = {**params, "cursor": answer["data"]["next_cursor"]}
    assert [each["name"] for each in busy.data(PATH, params=following)["spaces"]] == ["Mail"]
    assert busy.get(PATH, params={**params, "page_size": 2}).json()["message"] == (
        "Spaces fetched successfully"
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"sort": "luck"}, "sort: must be one of name"),
        ({"page": "0"}, "page: must be a whole number from 1"),
        ({"page_size": "1001"}, "page_size: must be a whole number from 1 to 1000"),
        ({"cursor": "x"}, "cursor: not a cursor; send a next_cursor as it came"),
        ({"space_token": "spc_1"}, "space_token: not a parameter of this path"),
    ],
    ids=str,
)
def test_an_unanswerable_query_is_refused(board: Board, params, message):
    """By the parameter's name."""
    answer = board.get(PATH, params=params)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_every_metric_is_defined(board: Board):
    """With unit, denominator and the time that places it."""
    data = board.data("organisation/analytics/metrics/")
    assert [each["name"] for each in data["metrics"]] == [metric.name for metric in METRICS]
    for each in data["metrics"]:
        assert each["definition"].endswith(".")
        assert each["unit"]
        assert (each["denominator"] is None) == (
            each["unit"] != "percent" and each["name"] != "avg_duration_seconds"
        )
        assert each["placed_by"] == {"call": "creation_time", "task": "created"}[each["of"]]
