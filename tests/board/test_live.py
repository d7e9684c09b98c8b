"""What happens is on screen when it has happened; what is lost is marked, and comes back."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import let_in, opened
from tests.board.pages import LIVE, PAGES
from tests.board.world import HANDLE, World

OVERVIEW = PAGES["overview"]


def event(call_id: str) -> dict[str, str]:
    return {"type": "call", "call_id": call_id, "call_status": "completed"}


def shown(page: Page) -> int:
    """The number of calls on screen."""
    return int(page.locator(OVERVIEW.ready).inner_text().replace(",", ""))


def test_an_event_is_on_screen_without_a_click(admin_page: Page, world: World):
    """The number goes up by one, where it is."""
    admin_page.goto(OVERVIEW.path(HANDLE))
    expect(admin_page.locator(LIVE).first).to_contain_text("Live")
    before = shown(admin_page)
    world.send(event("seen-at-once"))
    expect(admin_page.locator(OVERVIEW.ready)).to_have_text(f"{before + 1:,}")


def test_a_server_that_goes_away_is_shown_and_comes_back(browser: Browser, own_world: World):
    """The lost stream is marked, the old numbers stay, and at the end what happened meanwhile is there."""
    world = own_world
    world.send(event("before"))
    with opened(browser, world.url) as (page, _):
        let_in(page, world.url, world.admin)
        page.goto(OVERVIEW.path(HANDLE))
        expect(page.locator(OVERVIEW.ready)).to_have_text("1")
        world.server.stop()
        expect(page.get_by_text("The live connection is down")).to_be_visible()
        expect(page.locator(OVERVIEW.ready)).to_have_text("1")
        world.server.start()
        world.send(event("meanwhile"))
        expect(page.get_by_text("The live connection is down")).to_be_hidden()
        expect(page.locator(OVERVIEW.ready)).to_have_text("2")
