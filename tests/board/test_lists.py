"""Lists of any length: as many as the API counts, each filter, each row a way to its own page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

FILTERED = {
    "calls": [
        "call_status=failed",
        "call_type=outbound",
        "end_reason=no_answer",
        "answered=true",
        "answered_by=machine",
        "min_duration=60",
        "call_status=completed&answered=true",
    ],
    "tasks": ["status=failed", "stuck=true", "attempt=2", "status=completed"],
}
PATHS = {"calls": "call-logs/", "tasks": "tasks/"}


@pytest.mark.parametrize(
    ("name", "query"),
    [(name, query) for name, queries in FILTERED.items() for query in ("", *queries)],
)
def test_a_list_has_as_many_as_the_api(admin_page: Page, world: World, name: str, query: str):
    """With each filter; the address names it, so a link shows the same to somebody else."""
    told = world.ask("GET", f"{PATHS[name]}?{query}&page_size=1")
    admin_page.goto(f"{PAGES[name].path(HANDLE)}&{query}")
    count = admin_page.locator("h1 [data-count]")
    expect(count).to_have_attribute("data-count", str(told["count"]))
    expect(admin_page.locator("[role=grid]")).to_have_attribute("aria-rowcount", str(told["count"] + 1))
    if told["count"]:
        expect(admin_page.locator(PAGES[name].ready).first).to_be_visible()
    else:
        expect(admin_page.locator("main")).to_contain_text(re.compile("Take a filter out|Nothing is stuck"))


def test_a_call_shows_its_events_in_order_and_what_each_changed(admin_page: Page, world: World):
    """As the API tells them."""
    call_id = next(
        call["call_id"]
        for call in world.ask("GET", "call-logs/?call_status=completed&min_duration=1&page_size=50")["data"]
        if call["call_duration"]
    )
    told = world.ask("GET", f"call-logs/{call_id}/")["data"]
    admin_page.goto(PAGES["call"].path(HANDLE, call_id=call_id))
    events = admin_page.locator("ol > li")
    expect(events).to_have_count(len(told["events"]))
    for place, event in enumerate(told["events"]):
        expect(events.nth(place).locator(".changes > div")).to_have_count(len(event["changed"]))
    expect(admin_page.locator("h1")).to_have_text(call_id)


def test_from_a_row_to_its_page_and_back(admin_page: Page, world: World):
    """By the keyboard alone; one comes back to where one was."""
    admin_page.goto(PAGES["calls"].path(HANDLE))
    expect(admin_page.locator(PAGES["calls"].ready).first).to_be_visible()
    grid = admin_page.locator("[role=grid]")
    grid.focus()
    for _ in range(3):
        admin_page.keyboard.press("ArrowDown")
    chosen = admin_page.locator("[role=row][aria-selected=true] a").first
    expect(chosen).to_be_visible()
    address = chosen.get_attribute("href") or ""
    admin_page.keyboard.press("Enter")
    expect(admin_page).to_have_url(re.compile(re.escape(address.split("?")[0])))
    expect(admin_page.locator("h1")).to_be_visible()
    admin_page.go_back()
    expect(admin_page.locator("[role=row][aria-selected=true]")).to_have_attribute("aria-rowindex", "5")


def test_batches_add_up(admin_page: Page, world: World):
    """Each batch has as many tasks as the API says, and leads to them."""
    runs = world.ask("GET", f"spaces/{world.space}/runs/?page_size=5")["data"]
    admin_page.goto(f"{PAGES['batches'].path(HANDLE)}&space_token={world.space}")
    for run in runs:
        row = admin_page.locator("tbody tr", has_text=run["run_id"])
        total = row.locator("td.total a")
        expect(total).to_have_text(f"{run['total_tasks']:,}")
        listed = world.ask("GET", f"tasks/?{(total.get_attribute('href') or '').partition('?')[2]}")
        assert listed["count"] == run["total_tasks"]
