"""Settings: campaigns and their limits, tokens that are shown once; for admins."""

from __future__ import annotations

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

SETTINGS = PAGES["settings"].path(HANDLE)


def test_a_campaign_is_made_and_changed(admin_page: Page, world: World):
    """With its kind, zone and limits; what the server refuses stands beside its field."""
    admin_page.goto(SETTINGS)
    admin_page.get_by_role("button", name="New campaign").click()
    form = admin_page.get_by_role("form", name="New campaign")
    form.get_by_role("textbox", name="Name").fill("Autumn renewals")
    form.get_by_label("Home time zone").fill("Asia/Kolkata")
    form.get_by_role("button", name="Create the campaign").click()
    row = admin_page.locator("[data-space]", has_text="Autumn renewals")
    expect(row).to_contain_text("Asia/Kolkata")
    token = row.get_attribute("data-space")
    row.get_by_role("button", name="Edit Autumn renewals").click()
    form = admin_page.get_by_role("form", name="Edit Autumn renewals")
    form.get_by_label("Stuck when running").fill("1800")
    form.get_by_label("Longest call").fill("9999999")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert").first).to_be_visible()
    form.get_by_label("Longest call").fill("7200")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    kept = world.ask("GET", f"spaces/{token}/")["data"]
    assert (kept["settings"]["stuck_running_after"], kept["settings"]["live_call_limit"]) == (1800, 7200)
    assert kept["settings"]["timezone"] == "Asia/Kolkata"


def test_a_token_is_shown_once_rotated_and_revoked(admin_page: Page, world: World):
    """It works, its old secret ends when it is rotated, and it ends at once when it is revoked."""
    admin_page.goto(SETTINGS)
    admin_page.get_by_role("button", name="New token").click()
    form = admin_page.get_by_role("form", name="New token")
    form.get_by_label("What it is for").fill("A dialler")
    form.get_by_label("Role").select_option("member")
    form.get_by_role("button", name="Create the token").click()
    secret = admin_page.locator("[data-secret]")
    expect(secret).to_be_visible()
    first = secret.inner_text()
    assert _status(world, first) == 200
    admin_page.get_by_role("button", name="I have kept it").click()
    expect(secret).to_have_count(0)
    row = admin_page.locator("[data-token]", has_text="A dialler")
    row.get_by_role("button", name="Rotate A dialler").click()
    row.get_by_role("button", name="Rotate it").click()
    expect(secret).to_be_visible()
    second = secret.inner_text()
    assert (_status(world, first), _status(world, second)) == (401, 200)
    row.get_by_role("button", name="Revoke A dialler").click()
    row.get_by_role("button", name="Revoke it").click()
    expect(row).to_have_count(0)
    assert _status(world, second) == 401


def test_other_roles_see_that_it_is_for_admins(browser: Browser, world: World):
    """Neither in the navigation nor behind the address."""
    _, viewer = world.token("viewer")
    with opened(browser, world.url) as (page, _):
        let_in(page, world.url, viewer)
        page.goto(SETTINGS)
        expect(page.locator("main")).to_contain_text("For admins")
        expect(page.get_by_role("link", name="Settings")).to_have_count(0)


def _status(world: World, token: str) -> int:
    headers = {"Authorization": f"Token {token}", "Org-Handle": HANDLE}
    return httpx.get(
        f"{world.server.api}organisation/analytics/", headers=headers, trust_env=False
    ).status_code


def test_revoking_ones_own_token_warns_first(browser: Browser, world: World):
    """It names what will happen, and does nothing before that is agreed to by a step of its own."""
    token_id, secret = world.token("admin")
    with opened(browser, world.url) as (page, _):
        let_in(page, world.url, secret)
        page.goto(SETTINGS)
        row = page.locator(f"[data-token='{token_id}']")
        row.get_by_role("button", name="Revoke A admin").click()
        expect(row.get_by_role("alert")).to_contain_text("You are signed in with this token")
        expect(row.get_by_role("alert")).to_contain_text("ends this session")
        revoke = row.get_by_role("button", name="Revoke it")
        expect(revoke).to_be_disabled()
        row.get_by_role("button", name="Leave it").click()
        assert _status(world, secret) == 200
        row.get_by_role("button", name="Revoke A admin").click()
        expect(revoke).to_be_disabled()
        row.get_by_label("End this session").check()
        revoke.click()
        expect(page.get_by_label("API token")).to_be_visible()
    assert _status(world, secret) == 401


def test_rotating_ones_own_token_keeps_session_and_secret(browser: Browser, world: World):
    """The new secret is shown only once: it must not be lost with the session of the old one."""
    token_id, secret = world.token("admin")
    with opened(browser, world.url) as (page, _):
        let_in(page, world.url, secret)
        page.goto(SETTINGS)
        row = page.locator(f"[data-token='{token_id}']")
        row.get_by_role("button", name="Rotate A admin").click()
        expect(row.get_by_role("alert")).to_contain_text("You are signed in with this token")
        row.get_by_role("button", name="Rotate it").click()
        shown = page.locator("[data-secret]")
        expect(shown).to_be_visible()
        new = shown.inner_text()
        assert (_status(world, secret), _status(world, new)) == (401, 200)
        page.wait_for_timeout(2500)  # the old token's stream has ended meanwhile
        expect(shown).to_be_visible()
        page.reload()
        expect(page.locator(f"[data-token='{token_id}']")).to_be_visible()
