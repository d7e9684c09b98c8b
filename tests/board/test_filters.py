"""Every filter of the board: set by its own control, in the address, and counting what the API counts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.board.pages import PAGES, ROOT
from tests.board.world import HANDLE, World

LIB = ROOT / "web" / "src" / "lib"
PATHS = {"calls": "call-logs/", "tasks": "tasks/"}

CALLS = {
    "space_token": "{space}",
    "content_type": "all",
    "call_type": "outbound",
    "call_status": "failed",
    "end_reason": "no_answer",
    "agent": "{agent}",
    "answered": "true",
    "answered_by": "machine",
    "made": "true",
    "final": "false",
    "source_number": "{source_number}",
    "destination_number": "{destination_number}",
    "duration_known": "true",
    "min_duration": "60",
    "max_duration": "30",
    "time_to_answer_known": "true",
    "min_time_to_answer": "10",
    "max_time_to_answer": "5",
    "talking_at": "{start_time}",
    "offered_at": "{start_time}",
    "unplaced": "talk",
    "task_id": "{call_task}",
    "outcome": "unknown",
    "external_id": "{external_id}",
    "has_legs": "true",
    "contradicting": "true",
}
TASKS = {
    "space_token": "{space}",
    "content_type": "contact",
    "run_id": "{run_id}",
    "status": "failed",
    "failure_reason": "{failure_reason}",
    "assignee": "{assignee}",
    "attempt": "2",
    "waiting_before": "{modified}",
    "call_ended": "true",
    "updated_before": "{modified}",
    "stuck": "true",
}
CASES = [("calls", name) for name in CALLS] + [("tasks", name) for name in TASKS]
TIMES = {"calls": ("start_date", "end_date"), "tasks": ("created_from", "created_to")}
OVERVIEW = ("call_status", "call_type", "end_reason", "agent", "answered", "answered_by")
METRICS = "total_calls,completed_calls,failed_calls"


def _listed(source: str, name: str) -> list[str]:
    """The words of a constant list of the page's source."""
    text = (LIB / source).read_text("utf-8")
    found = re.search(rf"{name}[^=]*= \[(.*?)\]", text, re.DOTALL)
    assert found, name
    return re.findall(r"'(\w+)'", found[1])


def _controls(kind: str) -> list[str]:
    """The filters that have a control of their own on the page of a list."""
    text = (LIB / "pages" / f"{kind.capitalize()}.svelte").read_text("utf-8")
    found = re.search(r"<ListFilters\s[^>]*first=\{\[(.*?)\]\}\s+more=\{\[(.*?)\]\}", text, re.DOTALL)
    assert found
    return re.findall(r"'(\w+)'", found[1] + found[2])


def test_every_filter_of_the_page_is_looked_at():
    """A new filter needs a row here."""
    assert set(CALLS) == set(_listed("list/question.ts", "CALL_FIELDS"))
    assert set(TASKS) == set(_listed("list/question.ts", "TASK_FIELDS"))
    assert set(OVERVIEW) == set(_listed("state/report_query.ts", "CALL_FILTERS"))


ELSEWHERE = "id-elsewhere"


def _give_what_the_demo_lacks(world: World, call: dict[str, Any]) -> None:
    """An id elsewhere and a leg for this call, and a call whose start and end contradict each other."""
    created = {"creation_time": call["creation_time"]}
    ended = {"type": "call", "call_status": "completed", **created}
    events = [
        {
            "type": "call",
            "call_id": call["call_id"],
            "external_ids": {"elsewhere": ELSEWHERE},
            "group_id": "group",
            "group_rank": 2,
        },
        {**ended, "call_id": "leg", "group_id": "group", "group_rank": 0},
        {
            **ended,
            "call_id": "contradicting",
            "start_time": call["start_time"],
            "end_time": "2020-01-01T00:00:00Z",
        },
    ]
    # Sent once more they are duplicates: tests of this file may begin more than once for one world.
    told = world.ask("POST", f"spaces/{world.space}/events/", json=events)["data"]
    assert told["rejected"] == 0, told
    for query in (f"external_id={ELSEWHERE}", "has_legs=true", "contradicting=true"):
        assert world.ask("GET", f"call-logs/?{query}&page_size=1")["count"] == 1, query


@pytest.fixture(scope="module")
def some(world: World) -> dict[str, str]:
    """Values that occur."""
    talked = world.ask(
        "GET",
        f"call-logs/?space_token={world.space}&call_status=completed&duration_known=true&page_size=100",
    )["data"]
    call = next(each for each in talked if each["agent"] and each["task_id"] and each["start_time"])
    tasks = world.ask("GET", "tasks/?page_size=100")["data"]
    failed = world.ask("GET", "tasks/?status=failed&page_size=1")["data"][0]
    _give_what_the_demo_lacks(world, call)
    return {
        "space": world.space,
        **{name: str(call[name]) for name in ("agent", "source_number", "destination_number", "start_time")},
        "call_task": call["task_id"],
        "run_id": next(task["run_id"] for task in tasks if task["run_id"]),
        "assignee": next((task["assignee"] for task in tasks if task["assignee"]), "unknown"),
        "modified": tasks[0]["modified"],
        "failure_reason": failed["failure_reason"],
        "external_id": ELSEWHERE,
    }


def _counted(page: Page, world: World, kind: str, query: dict[str, str]) -> int:
    """How many the list on screen counts, which is what the API counts."""
    told: int = world.ask("GET", PATHS[kind], params={**query, "page_size": "1"})["count"]
    expect(page.locator("h1 [data-count]")).to_have_attribute("data-count", str(told))
    return told


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_filter_counts_what_the_api_counts(
    admin_page: Page, world: World, some: dict[str, str], kind: str, name: str
):
    """As a link brings it; taken out again, everything is there."""
    value = (CALLS if kind == "calls" else TASKS)[name].format(**some)
    admin_page.goto(f"{PAGES[kind].path(HANDLE)}&{urlencode({name: value})}")
    _counted(admin_page, world, kind, {name: value})
    admin_page.get_by_role("button", name="Clear").click()
    _counted(admin_page, world, kind, {})
    assert name not in dict(parse_qsl(urlsplit(admin_page.url).query))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in PATHS for name in _controls(kind)])
def test_a_control_sets_its_filter(
    admin_page: Page, world: World, some: dict[str, str], kind: str, name: str
):
    """Into the address, so that its link shows the same to somebody else."""
    value = (CALLS if kind == "calls" else TASKS)[name].format(**some)
    admin_page.goto(PAGES[kind].path(HANDLE))
    more = admin_page.get_by_role("button", name="More")
    if more.get_attribute("aria-expanded") == "false":
        more.click()
    _set(admin_page, _label(name), value)
    expect(admin_page).to_have_url(re.compile(rf"[?&]{name}="))
    assert dict(parse_qsl(urlsplit(admin_page.url).query))[name] == value
    _counted(admin_page, world, kind, {name: value})


def _label(name: str) -> str:
    """What the page calls a filter."""
    text = (LIB / "words.ts").read_text("utf-8")
    named = dict(re.findall(r"(\w+): '([^']*)'", text.split("FIELDS: Record")[1].split("Words that only")[0]))
    return named[name]


def _set(page: Page, label: str, value: str) -> None:
    _choose(page.get_by_role("group", name="What is listed").get_by_label(label, exact=True).first, value)


def _choose(control: Locator, value: str) -> None:
    if control.evaluate("one => one.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)
        control.press("Enter")


@pytest.mark.parametrize("kind", list(PATHS))
def test_a_list_of_some_days(admin_page: Page, world: World, kind: str):
    """From and to, this day included, by the zone chosen."""
    last = world.ask("GET", f"{PATHS[kind]}?page_size=1")["data"][0]
    day = last["creation_time" if kind == "calls" else "created"][:10]
    admin_page.goto(PAGES[kind].path(HANDLE))
    admin_page.get_by_label("Created").first.select_option("custom")
    admin_page.get_by_label("To, this day included").fill(day)
    admin_page.get_by_label("From", exact=True).last.fill(day)
    admin_page.get_by_label("Time zone").select_option("Asia/Tokyo")
    begin, end = TIMES[kind]
    days = {begin: day, end: day, "timezone": "Asia/Tokyo"}
    expect(admin_page).to_have_url(re.compile(f"{begin}={day}"))
    _counted(admin_page, world, kind, days)


def _numbers(page: Page, told: dict[str, Any]) -> None:
    for metric in METRICS.split(","):
        expect(page.locator(f"[data-metric={metric}]")).to_have_text(f"{told[metric]:,}")


def _asked(world: World, **query: str) -> dict[str, Any]:
    params = {"interval": "total", "metric": METRICS, "timezone": "UTC", **query}
    data = world.ask("GET", "organisation/analytics/series/", params=params)["data"]
    return dict(data["series"][0]["totals"])


@pytest.mark.parametrize("name", OVERVIEW)
def test_the_overview_of_some_calls(admin_page: Page, world: World, some: dict[str, str], name: str):
    """A filter chosen there goes for its numbers, and for the lists that they lead to."""
    value = CALLS[name].format(**some)
    start = _first_day(world)
    admin_page.goto(f"{PAGES['overview'].path(HANDLE)}&start={start}")
    admin_page.get_by_role("button", name="Filter").click()
    control = admin_page.locator(".more label", has_text=_dimension(name)).locator(".field").first
    _choose(control, value)
    told = _asked(world, start=start, **{name: value})
    _numbers(admin_page, told)
    link = admin_page.locator("[data-metric=completed_calls] a").get_attribute("href") or ""
    listed = world.ask("GET", f"call-logs/?{link.partition('?')[2]}&page_size=1")
    assert listed["count"] == told["completed_calls"]


def _dimension(name: str) -> re.Pattern[str]:
    text = (LIB / "words.ts").read_text("utf-8").split("DIMENSIONS: Record")[1].split("};")[0]
    said = dict(re.findall(r"(\w+): '([^']*)'", text)).get(name, name.capitalize())
    return re.compile(rf"^\s*{said}\b")


def _first_day(world: World) -> str:
    total = world.ask("GET", "call-logs/?page_size=1")["count"]
    oldest = world.ask("GET", f"call-logs/?page_size=1&page={total}")["data"][0]
    return str(oldest["creation_time"][:10])


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/New_York"])
def test_the_overview_of_some_days_of_a_zone(admin_page: Page, world: World, zone: str):
    """Days are the civil days of the zone in the address."""
    day = world.ask("GET", "call-logs/?page_size=1")["data"][0]["creation_time"][:10]
    days = f"&start={day}&end={day}"
    admin_page.goto(PAGES["overview"].path(HANDLE).replace("timezone=UTC", f"timezone={zone}") + days)
    _numbers(admin_page, _asked(world, start=day, end=day, timezone=zone))


@pytest.mark.parametrize("group", ["space_token", "agent", "call_type", "end_reason", "answered_by"])
def test_the_chart_by_any_group(admin_page: Page, world: World, group: str):
    """Its legend has the greatest groups, and their sums lead to their lists."""
    start = _first_day(world)
    admin_page.goto(f"{PAGES['overview'].path(HANDLE)}&start={start}")
    admin_page.get_by_label("Group calls by").select_option(group)
    expect(admin_page).to_have_url(re.compile(f"group={group}"))
    params = {
        "start": start,
        "timezone": "UTC",
        "interval": "total",
        "metric": "total_calls",
        "group_by": group,
    }
    series = world.ask("GET", "organisation/analytics/series/", params=params)["data"]["series"]
    course = admin_page.locator(".course")
    for each in [one for one in series if one["totals"]["total_calls"]][:6]:
        expect(course.get_by_text(f"{each['totals']['total_calls']:,}", exact=True).first).to_be_visible()
