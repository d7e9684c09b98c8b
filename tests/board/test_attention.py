"""What needs attention: each cause with its count, each count leading to its list."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World


def test_every_cause_is_there_with_its_count(admin_page: Page, world: World):
    """As the API tells them; a number leads to the list that it counts."""
    told = world.ask("GET", "organisation/analytics/attention/")["data"]
    admin_page.goto(PAGES["attention"].path(HANDLE))
    expect(admin_page.locator("h1 [data-count]")).to_have_attribute("data-count", str(told["count"]))
    causes = list(dict.fromkeys(item["cause"] for item in told["items"]))
    assert causes, "the demo's month has something that needs attention"
    for cause in causes:
        part = admin_page.locator(f"[data-cause={cause}]")
        expect(part.locator("[data-of]")).to_have_attribute("data-of", str(told["counts"][cause]))
        items = [item for item in told["items"] if item["cause"] == cause]
        expect(part.locator("li")).to_have_count(len(items))
        if cause == "success_rate_fell":
            continue
        for place, item in enumerate(items):
            number = part.locator("li").nth(place).locator("a.many")
            expect(number).to_have_text(f"{item['count']:,}")
            kind, query = (number.get_attribute("href") or "").split("/")[-1].split("?")
            path = "call-logs/" if kind == "calls" else "tasks/"
            assert world.ask("GET", f"{path}?{query}")["count"] == item["count"], cause


def test_a_task_that_gets_stuck_shows_by_itself(browser: Browser, own_world: World):
    """Without a reload; its id leads to it; and it goes when its source says that it is done."""
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        page.goto(PAGES["attention"].path(HANDLE))
        expect(page.locator("main")).to_contain_text("Nothing needs you")
        event = {
            "type": "task",
            "task_id": "t-1",
            "status": "running",
            "occurred_at": "2026-01-05T10:00:00Z",
        }
        own_world.send(event)
        stuck = page.locator("[data-cause=task_running_too_long] .ids a")
        expect(stuck).to_have_text("t-1")
        stuck.click()
        expect(page.locator("h1")).to_have_text("t-1")
        page.go_back()
        expect(stuck).to_be_visible()
        own_world.send({**event, "status": "completed", "occurred_at": "2026-01-05T11:00:00Z"})
        expect(page.locator("main")).to_contain_text("Nothing needs you")
