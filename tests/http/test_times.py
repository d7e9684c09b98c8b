"""No time that can be written is a fault of ours: not at the ends of the calendar, nor where a zone skips."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callboard.query.civil import zone_names
from callboard.query.reports.period import INTERVALS
from tests.http.board import Board, call, task

PARAMETERS = {
    "organisation/analytics/series/": ("start", "end"),
    "organisation/analytics/durations/": ("start", "end"),
    "organisation/analytics/concurrency/": ("start", "end"),
    "call-logs/": ("start_date", "end_date", "talking_at", "offered_at"),
    "tasks/": ("created_from", "created_to", "updated_before", "waiting_before"),
}
REPORTS = tuple(PARAMETERS)[:3]

EDGES = (
    "0001-01-01",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00-23:59",
    "01-01-0001 00:00:00",
    "1969-12-31",
    "1970-01-01",
    "1970-01-01T00:00:00+14:00",
    "1972-01-06T23:59:59",  # Monrovia's clocks had seconds
    "1993-08-20",  # skipped in Kwajalein, or the day beside it
    "1993-08-21",
    "2011-12-29T23:59:59.999999",
    "2011-12-30",  # skipped in Apia
    "2011-12-30T12:00:00",
    "2011-12-31",
    "2026-03-08T02:30:00",
    "2026-04-24",
    "2026-01-01T00:00:00Z",
    "9999-12-30",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59-23:59",
    "31-12-9999 23:59:59",
)
ZONES = (
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Africa/Monrovia",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Africa/Cairo",
)
times = st.one_of(
    st.sampled_from(EDGES),
    st.dates().map(lambda day: day.isoformat()),
    st.datetimes().map(lambda at: at.isoformat()),
    st.builds(
        lambda at, hours, sign: f"{at.isoformat()}{sign}{hours:02}:{hours % 60:02}",
        st.datetimes(),
        st.integers(0, 23),
        st.sampled_from("+-"),
    ),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A path that takes times, and some of them."""
    path = draw(st.sampled_from(list(PARAMETERS)))
    names = draw(st.lists(st.sampled_from(PARAMETERS[path]), min_size=1, unique=True))
    asked = {name: draw(times) for name in names}
    if draw(st.booleans()):
        asked = {
            name: f"{text}/{draw(times)}" if name.endswith("_at") else text for name, text in asked.items()
        }
    zone = draw(st.one_of(st.none(), st.sampled_from(ZONES), st.sampled_from(zone_names())))
    if zone is not None:
        asked["timezone"] = zone
    if path in REPORTS and not path.endswith("durations/"):
        asked["interval"] = draw(st.sampled_from(INTERVALS))
    if path.endswith("series/") and draw(st.booleans()):
        asked["compare"] = "previous"
    return path, asked


@pytest.fixture
def some(board: Board) -> Board:
    """Calls and tasks, one of each scheduled at the end of what may be written."""
    board.send(
        *[
            call(f"c{year}", creation_time=f"{year}-12-30T10:00:00Z", call_duration=5)
            for year in (2000, 2011, 2025)
        ],
        task("t1", created="2011-12-30T10:00:00Z", scheduled_at="9998-12-31T23:59:59Z"),
    )
    return board


def test_no_time_in_a_question_is_a_fault_of_ours(some: Board):
    """Drawn over paths, parameters, zones and the whole calendar: answered, or refused with what is wrong."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(questions())
    def holds(question: tuple[str, dict[str, str]]) -> None:
        path, asked = question
        answer = some.get(path, params=asked)
        assert answer.status_code in (200, 400, 422), (asked, answer.text)

    holds()


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York", "Etc/GMT+12"])
def test_a_far_end_is_answered_like_any_later_end(some: Board, path: str, zone: str):
    """It holds what an end of tomorrow holds."""
    asked = {"start": "2000-01-01", "timezone": zone}
    if not path.endswith("durations/"):
        asked["interval"] = "total"

    def numbers(end: str) -> Any:
        data = some.data(path, params={**asked, "end": end})
        return [
            each.get("totals") or (each["talk_time"]["calls"], each["time_to_answer"]["unknown"])
            for each in data.get("series") or data.get("durations") or []
        ] or (data["peak"], data["open_calls"], data["unplaced"])

    assert numbers("9999-12-31") == numbers("2026-01-02")
    assert numbers("9999-12-31T23:59:59-14:00") == numbers("2026-01-02")


def test_a_far_end_in_too_many_buckets_is_refused_as_any_is(some: Board):
    """With what to do."""
    answer = some.get(REPORTS[0], params={"start": "2000-01-01", "end": "9999-12-31", "interval": "month"})
    assert answer.status_code == 422
    assert "take a longer interval" in answer.json()["message"]


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21"), ("Pacific/Fakaofo", "2011-12-30")],
)
def test_a_day_that_a_zone_skipped_is_an_empty_period_without_a_bucket(
    some: Board, path: str, zone: str, day: str
):
    """By itself; and among others no bucket is of no length."""
    data = some.data(path, params={"start": day, "end": day, "timezone": zone})
    assert data["start"] == data["end"]
    assert data.get("buckets", []) == []
    if path.endswith("series/"):
        compared = some.data(path, params={"start": day, "end": day, "timezone": zone, "compare": "previous"})
        assert compared["series"][0]["totals"]["total_calls"] == 0
    if not path.endswith("durations/"):
        year = day[:4]
        around = some.data(
            path,
            params={"start": f"{year}-01-01", "end": f"{year}-12-31", "timezone": zone, "interval": "day"},
        )
        starts = [each["local_start"][:10] for each in around["buckets"]]
        assert len(starts) == 364
        assert day not in starts
        assert all(each["start"] < each["end"] for each in around["buckets"])


def test_the_list_of_a_skipped_day_is_empty(some: Board):
    """And is no error."""
    asked = {"start_date": "2011-12-30", "end_date": "2011-12-30", "timezone": "Pacific/Apia"}
    assert some.get("call-logs/", params=asked).json()["count"] == 0


def test_an_instant_that_ends_where_it_begins_is_refused(some: Board):
    """Only days may be empty, and only those that were skipped."""
    for asked in (
        {"start": "2011-12-30", "end": "2011-12-29", "timezone": "Pacific/Apia"},
        {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"},
    ):
        assert some.get(REPORTS[0], params=asked).status_code == 422


def test_no_time_of_an_event_is_a_fault_of_ours(board: Board):
    """Kept, or rejected by name."""
    fields = ("creation_time", "start_time", "end_time", "occurred_at", "created", "scheduled_at")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.sampled_from(fields), times.map(lambda text: text if text[-6:-5] in "+-" else f"{text}Z"))
    def holds(field: str, text: str) -> None:
        event = (
            task("t", created="2025-12-30T10:00:00Z") if field in ("created", "scheduled_at") else call("c")
        )
        answer = board.post(f"spaces/{board.spring.token}/events/", [{**event, field: text}])
        assert answer.status_code == 200, answer.text

    holds()
    assert board.get("call-logs/").status_code == board.get("tasks/").status_code == 200


def test_no_cursor_is_a_fault_of_ours(some: Board):
    """Whatever moment it names."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.binary(min_size=16, max_size=40), st.sampled_from(["call-logs/", "tasks/", "spaces/"]))
    def holds(raw: bytes, path: str) -> None:
        assert some.get(path, params={"cursor": raw.hex()}).status_code == 200

    holds()
