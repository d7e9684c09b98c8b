"""Whether to trust the numbers: every figure is the API's."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.acceptance.command import callboard
from tests.board.chromium import let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World


def test_outcomes_add_up_as_the_api_says(admin_page: Page, world: World):
    """Applied, repeated, overtaken and rejected."""
    admin_page.goto(PAGES["trust"].path(HANDLE))
    told = world.ask("GET", "organisation/analytics/trust/")["data"]
    for outcome in ("applied", "duplicate", "stale", "rejected"):
        part = admin_page.locator(f"[data-outcome={outcome}]")
        expect(part).to_contain_text(f"{told['outcomes'][outcome]:,}")
    for one in told["outcomes"]["rejected_by_reason"]:
        expect(admin_page.locator(f"[data-reason={one['reason']}]")).to_have_text(f"{one['events']:,}")
    if told["durations_unknown"]:
        expect(admin_page.locator("[data-unknown] a")).to_contain_text(f"{told['durations_unknown']:,}")


def test_what_is_rejected_and_verified_shows(browser: Browser, own_world: World):
    """A rejection with its reason the moment it is told; a verification after the next event."""
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        page.goto(PAGES["trust"].path(HANDLE))
        expect(page.locator("main")).to_contain_text("No event yet")
        expect(page.locator("main")).to_contain_text("Not verified yet")
        assert callboard("verify", "--deep", db=own_world.demo_store.db).code == 0
        mixed = [
            {"type": "call", "call_id": "c-1", "call_status": "completed"},
            {"type": "call", "call_id": "c-2", "call_duration": 5},
        ]
        own_world.ask("POST", f"spaces/{own_world.space}/events/", json=mixed)
        expect(page.locator("[data-outcome=applied]")).to_contain_text("1")
        expect(page.locator("[data-reason=missing_field]")).to_have_text("1")
        expect(page.locator("main")).to_contain_text("Every number was what a recount gives")
        expect(page.locator("[data-unknown] a")).to_have_text("1 call")
