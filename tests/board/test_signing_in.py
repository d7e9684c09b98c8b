"""Signing in and out, and being thrown out."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import let_in, opened, sign_in
from tests.board.pages import LIVE, PAGES
from tests.board.world import HANDLE, World, begin

OVERVIEW = PAGES["overview"]


def test_a_token_opens_the_board(page: Page, world: World):
    """The form leads to the overview; scripts never see the token; a copied link opens without signing in."""
    sign_in(page, world.admin)
    expect(page.locator(OVERVIEW.ready)).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find(world.admin) < 0
    assert world.admin not in page.url
    page.goto(OVERVIEW.path(HANDLE))
    expect(page.locator(OVERVIEW.ready)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API token")).to_be_visible()
    assert page.context.cookies() == []


def test_a_wrong_token_opens_nothing(page: Page):
    """It says so beside the field, which keeps the focus."""
    sign_in(page, "cb_wrong")
    expect(page.get_by_role("alert")).to_contain_text("unknown, expired or revoked")
    expect(page.get_by_label("API token")).to_be_focused()
    assert page.context.cookies() == []


def test_a_revoked_token_is_thrown_out(page: Page, world: World):
    """By the stream that ends, without a click."""
    token_id, secret = world.token()
    let_in(page, world.url, secret)
    page.goto(OVERVIEW.path(HANDLE))
    expect(page.locator(LIVE).first).to_contain_text("Live")
    world.ask("DELETE", f"tokens/{token_id}/")
    expect(page.get_by_label("API token")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("revoked")


def test_an_organization_of_others_is_not_shown(page: Page, world: World):
    """A link to it says what this token does open."""
    other = next(handle for handle in world.demo_store.tokens if handle != HANDLE)
    let_in(page, world.url, world.admin)
    page.goto(f"board/{other}")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_under_a_path_prefix_the_board_is_the_same(browser: Browser, tmp_path: Path):
    """Files, API, session and addresses are all below it."""
    world = begin(tmp_path, prefix="/x/callboard", fill=False)
    try:
        with opened(browser, world.url) as (page, _):
            sign_in(page, world.admin)
            expect(page.locator(LIVE).first).to_contain_text("Live")
            assert page.url.startswith(f"{world.url}board/{HANDLE}")
            assert [each.get("path") for each in page.context.cookies()] == ["/x/callboard"]
            page.reload()
            expect(page.locator(LIVE).first).to_contain_text("Live")
    finally:
        world.server.stop()
