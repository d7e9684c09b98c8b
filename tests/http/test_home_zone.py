"""A question that names no zone means the home zone of what it is about, and every answer says which."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from callboard.clock import HOUR
from tests.http.board import API, Board, call, task
from tests.stores import NOW

KOLKATA, TOKYO = "Asia/Kolkata", "Asia/Tokyo"
ANALYTICS = "organisation/analytics/"
REPORTS = ("series/", "durations/", "concurrency/", "attention/", "trust/", "spaces/")


@pytest.fixture
def abroad(board: Board) -> Board:
    """Acme is at home in Kolkata, its space Summer in Tokyo; a call and a task each hour of two days."""
    board.store.set_organization_zone(board.acme.id, KOLKATA)
    board.patch(f"spaces/{board.summer.token}/", {"settings": {"timezone": TOKYO}})
    for space in (board.spring, board.summer):
        hours = [f"2025-12-{30 + hour // 24}T{hour % 24:02}:20:00Z" for hour in range(48)]
        board.send(
            *[call(f"c{at}", creation_time=at, call_duration=5) for at in hours],
            *[task(f"t{at}", created=at, run_id="r") for at in hours],
            space=space,
        )
    return board


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_says_which_zone_it_used(abroad: Board, report: str):
    """The organization's; of one space its own, or the organization's where it has none; or the one named."""
    path = f"{ANALYTICS}{report}"
    assert abroad.data(path)["timezone"] == KOLKATA
    if report == "spaces/":
        return
    assert abroad.data(path, params={"space_token": abroad.summer.token})["timezone"] == TOKYO
    assert abroad.data(path, params={"space_token": abroad.spring.token})["timezone"] == KOLKATA
    assert abroad.data(path, params={"space_token": abroad.mail.token})["timezone"] == KOLKATA
    if report not in ("attention/", "trust/"):
        assert abroad.data(path, params={"timezone": "UTC"})["timezone"] == "UTC"


@pytest.mark.parametrize("report", ["series/", "durations/", "concurrency/"])
@pytest.mark.parametrize("space", ["spring", "summer", None])
def test_a_report_without_a_zone_is_that_of_the_home_zone(abroad: Board, report: str, space: str | None):
    """To the last number, also without a period."""
    asked: dict[str, Any] = {} if space is None else {"space_token": getattr(abroad, space).token}
    home = TOKYO if space == "summer" else KOLKATA
    for period in ({}, {"start": "2025-12-30", "end": "2025-12-30"}, {"start": "2025-12-31T01:00:00"}):
        path = f"{ANALYTICS}{report}"
        told = abroad.data(path, params={**asked, **period})
        assert told == abroad.data(path, params={**asked, **period, "timezone": home})


def test_a_list_without_a_zone_is_that_of_the_home_zone(abroad: Board):
    """Each list that takes times; and it says which zone it was, beside its count."""
    spring, summer = abroad.spring.token, abroad.summer.token
    lists = (
        ("call-logs/", "start_date", "end_date", None),
        ("tasks/", "created_from", "created_to", None),
        ("call-logs/", "start_date", "end_date", summer),
        ("tasks/", "created_from", "created_to", summer),
        (f"spaces/{spring}/tasks/", "created_from", "created_to", spring),
        (f"spaces/{summer}/tasks/", "created_from", "created_to", summer),
        (f"spaces/{summer}/runs/r/tasks/", "created_from", "created_to", summer),
    )
    for path, start, end, space in lists:
        home = TOKYO if space == summer else KOLKATA
        named = {} if space is None or path.startswith("spaces/") else {"space_token": space}
        asked = {start: "2025-12-30", end: "2025-12-30T18:00:00", **named}
        told = abroad.get(path, params=asked).json()
        assert told == abroad.get(path, params={**asked, "timezone": home}).json()
        assert [*told][:2] == ["count", "timezone"]
        assert told["timezone"] == home
        elsewhere = abroad.get(path, params={**asked, "timezone": "UTC"}).json()
        assert (elsewhere["timezone"], elsewhere["count"] != told["count"]) == ("UTC", True)
        # The pages behind, and the same as a file.
        first = abroad.get(path, params={**asked, "page_size": 5}).json()
        following = abroad.get(
            path, params={**asked, "page_size": 1000, "cursor": first["next_cursor"]}
        ).json()
        assert first["data"] + following["data"] == told["data"] or len(told["data"]) == 20
        assert following["timezone"] == home
        lines = abroad.get(path, params={**asked, "format": "ndjson"}).text.splitlines()
        assert len(lines) == told["count"]


@pytest.mark.parametrize("path", ["call-logs/", "tasks/"])
def test_a_list_requested_without_a_time_names_no_zone(abroad: Board, path: str):
    """There is none to tell."""
    assert "timezone" not in abroad.get(path).json()
    assert "timezone" not in abroad.get(path, params={"timezone": "UTC"}).json()


def test_a_zone_that_moves_is_in_the_next_answer(abroad: Board):
    """The organization's as well as a space's; and the numbers of all time do not move."""
    whole = abroad.data(ANALYTICS)
    abroad.store.set_organization_zone(abroad.acme.id, "America/New_York")
    assert abroad.data(f"{ANALYTICS}series/")["timezone"] == "America/New_York"
    path = f"spaces/{abroad.summer.token}/"
    assert abroad.patch(path, {"settings": {"timezone": None}}).json()["data"]["settings"]["timezone"] is None
    asked = {"space_token": abroad.summer.token, "start": "2025-12-30", "end": "2025-12-31"}
    told = abroad.data(f"{ANALYTICS}series/", params=asked)
    assert told["timezone"] == "America/New_York"
    assert [each["local_start"] for each in told["buckets"]] == [
        "2025-12-30T00:00:00-05:00",
        "2025-12-31T00:00:00-05:00",
    ]
    assert abroad.data(ANALYTICS) == whole


def test_settings_are_returned_as_sent(board: Board):
    """What is read can be sent again: also that a space has no zone of its own."""
    path = f"spaces/{board.spring.token}/"
    before = board.data(path)
    assert before["settings"]["timezone"] is None
    assert board.patch(path, {"settings": before["settings"]}).json()["data"] == before


def test_of_many_patches_of_one_space_at_once_none_is_lost(board: Board):
    """Each says one setting, all are under way together."""
    settings = {
        "timezone": TOKYO,
        "stuck_running_after": 61,
        "stuck_pending_after": 62,
        "live_call_limit": 63,
    }
    path = f"{API}spaces/{board.spring.token}/"
    headers = {"Authorization": f"Token {board.admin}", "Org-Handle": board.acme.domain_handle}

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(board.app, client=("203.0.113.7", 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
            bodies: list[Any] = [{"settings": {name: value}} for name, value in settings.items()]
            sent = [
                client.patch(path, json=body, headers=headers) for body in [*bodies, {"description": "x"}]
            ]
            return [answer.status_code for answer in await asyncio.gather(*sent)]

    assert board.loop.run(all_at_once()) == [200] * 5
    assert board.data(f"spaces/{board.spring.token}/")["settings"] == settings
    assert board.data(f"spaces/{board.spring.token}/")["description"] == "x"


# --- compared with the period before


def compared(board: Board, **asked: str) -> Any:
    return board.data(f"{ANALYTICS}series/", params={"compare": "previous", "metric": "total_calls", **asked})


def test_today_so_far_is_compared_with_yesterday_so_far(abroad: Board):
    """By the home zone's clock, cut where this day is cut; every part is told, and all add up."""
    abroad.now = NOW - 12 * HOUR + 36 * 60_000_000  # Wednesday, 31 December, 18:06 in Kolkata
    told = compared(abroad, start="2025-12-31", interval="hour")
    before = told["previous"]
    assert (before["start"], before["end"]) == ("2025-12-29T18:30:00Z", "2025-12-30T12:36:00Z")
    [one] = told["series"]
    assert (
        len(told["buckets"]) == len(before["buckets"]) == len(one["previous"]["values"]["total_calls"]) == 19
    )
    clocks = [[each["local_start"][11:16] for each in part["buckets"]] for part in (told, before)]
    assert clocks[0] == clocks[1] == [f"{hour:02}:00" for hour in range(19)]
    values = one["previous"]["values"]["total_calls"] + one["previous"]["unmatched"]["total_calls"]
    assert sum(values) == one["previous"]["totals"]["total_calls"]
    # Spring and Summer have no call before the 30th in UTC.
    assert before["partial"] is True
    assert before["unmatched"] == []


def test_a_period_that_ends_in_the_future_is_compared_as_far_as_it_has_come(abroad: Board):
    """Asked for as a whole day."""
    abroad.now = NOW - 12 * HOUR
    told = compared(abroad, start="2025-12-31", end="2025-12-31", interval="hour", timezone="UTC")
    assert told["previous"]["end"] == "2025-12-30T12:00:00Z"
    assert told["previous"]["buckets"][12:] == [None] * 12
    [one] = told["series"]
    assert one["difference"]["values"]["total_calls"] == [0] * 12 + [None] * 12
    assert one["previous"]["totals"]["total_calls"] == 24


def test_a_period_before_the_first_call_is_marked_partial(abroad: Board):
    """Of the spaces that are asked about; of tasks by the first task; and where there is nothing at all."""
    asked = {"start": "2025-12-31", "end": "2025-12-31", "timezone": "UTC"}
    assert compared(abroad, **asked)["previous"]["partial"] is True
    abroad.send(call("first", creation_time="2025-12-29T23:59:00Z"), space=abroad.spring)
    assert compared(abroad, **asked)["previous"]["partial"] is False
    assert compared(abroad, **asked, space_token=abroad.summer.token)["previous"]["partial"] is True
    assert compared(abroad, **asked, space_token=abroad.mail.token)["previous"]["partial"] is True
    assert compared(abroad, **{**asked, "metric": "total_tasks"})["previous"]["partial"] is True
    abroad.send(
        call("first", creation_time="2025-12-29T23:59:00Z", void=True, occurred_at="2025-12-31T23:00:00Z")
    )
    assert compared(abroad, **asked)["previous"]["partial"] is True


def test_hours_that_only_the_previous_day_has_are_shown(board: Board):
    """The day after Havana's clocks went back."""
    hours = [f"2025-11-0{2 + hour // 24}T{hour % 24:02}:20:00Z" for hour in range(4, 72)]
    board.send(*[call(f"c{at}", creation_time=at) for at in hours])
    told = compared(board, start="2025-11-03", end="2025-11-03", interval="hour", timezone="America/Havana")
    assert [each["start"] for each in told["previous"]["unmatched"]] == ["2025-11-02T05:00:00Z"]
    [one] = told["series"]
    assert one["previous"]["unmatched"] == {"total_calls": [1]}
    assert one["difference"]["totals"] == {"total_calls": -1}
    assert one["difference"]["values"]["total_calls"] == [0] * 24
