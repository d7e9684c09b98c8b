"""Quarantine on the board: what could not be read, by its reason; read again, or dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import axe, let_in, opened
from tests.board.pages import PAGES
from tests.board.platform import deliver, fields
from tests.board.world import HANDLE, World

QUARANTINE = PAGES["quarantine"].path(HANDLE)


@pytest.fixture
def own_page(browser: Browser, own_world: World) -> Iterator[Page]:
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        yield page


def _kept(world: World) -> list[str]:
    return sorted(each["reason"] for each in world.ask("GET", "quarantine/")["data"])


def test_deliveries_are_listed_by_their_reason(own_page: Page, own_world: World):
    """Each with its fault, also of one hook alone; the page of hooks counts them."""
    first, second = own_world.hook(), own_world.hook()
    for number in range(3):
        deliver(first["url"], fields(f"CA-{number}", "dancing"))
    deliver(second["url"], fields("CA-9", Timestamp="the day before yesterday"))
    own_page.goto(PAGES["connect"].path(HANDLE))
    expect(own_page.locator("[data-quarantined]")).to_have_text("4")
    own_page.get_by_role("link", name="Quarantine").click()
    expect(own_page.locator("h1 [data-count]")).to_have_attribute("data-count", "4")
    unknown = own_page.locator("[data-reason=unknown_status]")
    expect(unknown.locator("li")).to_have_count(3)
    expect(unknown.locator("li").first).to_contain_text("dancing")
    expect(own_page.locator("[data-reason=bad_time] li")).to_have_count(1)
    assert axe(own_page) == []
    own_page.get_by_label("Hook").select_option(str(second["id"]))
    expect(unknown).to_have_count(0)
    expect(own_page.locator("[data-reason] li")).to_have_count(1)


def test_a_delivery_shows_its_body_redacted_with_its_faults(own_page: Page, own_world: World):
    """Its fields one by one; no secret, and no link to a recording."""
    hook = own_world.hook()
    link = "https://recordings.example/RE1"
    deliver(hook["url"], fields("CA-1", "dancing", RecordingUrl=link))
    own_page.goto(QUARANTINE)
    own_page.locator("[data-reason] li a").click()
    expect(own_page.locator("[data-fault=unknown_status]")).to_contain_text("dancing")
    body = own_page.get_by_label("The body, redacted")
    expect(body).to_contain_text("CallStatus = dancing")
    expect(body).to_contain_text("To = +12025550123")
    assert link not in own_page.content()
    assert axe(own_page) == []


def test_a_delivery_is_replayed_and_stays_while_it_cannot_be_read(own_page: Page, own_world: World):
    """It says so, and keeps its fault; nothing is counted."""
    deliver(own_world.hook()["url"], fields("CA-1", "dancing"))
    own_page.goto(QUARANTINE)
    own_page.locator("[data-reason] li a").click()
    own_page.get_by_role("button", name="Replay").click()
    expect(own_page.locator("[data-replayed=false]")).to_contain_text("still cannot be read")
    expect(own_page.locator("[data-fault=unknown_status]")).to_be_visible()
    assert _kept(own_world) == ["unknown_status"]


def test_all_of_a_reason_are_replayed(own_page: Page, own_world: World):
    """And what became of them is said."""
    hook = own_world.hook()
    for number in range(3):
        deliver(hook["url"], fields(f"CA-{number}", "dancing"))
    own_page.goto(QUARANTINE)
    own_page.get_by_role("button", name="Replay these 3").click()
    expect(own_page.get_by_text("0 read, 3 still cannot be read")).to_be_visible()
    assert _kept(own_world) == ["unknown_status"] * 3


def test_a_delivery_is_dropped_after_it_was_agreed_to(own_page: Page, own_world: World):
    """By a step of its own."""
    deliver(own_world.hook()["url"], fields("CA-1", "dancing"))
    own_page.goto(QUARANTINE)
    own_page.locator("[data-reason] li a").click()
    own_page.get_by_role("button", name="Drop", exact=True).click()
    own_page.get_by_role("button", name="Leave it").click()
    assert _kept(own_world) == ["unknown_status"]
    own_page.get_by_role("button", name="Drop", exact=True).click()
    own_page.get_by_role("button", name="Drop it").click()
    expect(own_page.get_by_text("It was dropped, unread.")).to_be_visible()
    assert _kept(own_world) == []
    own_page.get_by_role("link", name="← Quarantine").click()
    expect(own_page.locator("main")).to_contain_text("Nothing is in quarantine here.")


def test_the_list_is_bounded_and_goes_on_page_by_page(own_page: Page, own_world: World):
    """A hundred a page; the address names the page."""
    hook = own_world.hook()
    for number in range(103):
        assert deliver(hook["url"], fields(f"CA-{number}", "dancing")) == 200
    own_page.goto(QUARANTINE)
    expect(own_page.locator("[data-reason] li")).to_have_count(100)
    own_page.get_by_role("link", name="Older").click()
    expect(own_page.locator("[data-reason] li")).to_have_count(3)
    assert "page=2" in own_page.url
    own_page.get_by_role("link", name="Newer").click()
    expect(own_page.locator("[data-reason] li")).to_have_count(100)
