"""Connecting a platform: what to paste is shown once, deliveries as they come, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import axe, let_in, opened
from tests.board.pages import PAGES
from tests.board.platform import AUTH_TOKEN, deliver, fields
from tests.board.world import HANDLE, World

CONNECT = PAGES["connect"].path(HANDLE)


@pytest.fixture
def own_page(browser: Browser, own_world: World) -> Iterator[Page]:
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        yield page


def _state(page: Page, state: str) -> None:
    # A busy machine answers late: what is asked is whether it shows, not how soon.
    expect(page.locator(f"[data-delivery={state}]")).to_be_visible(timeout=20_000)


def _counts(page: Page, **counts: int) -> None:
    for name, count in counts.items():
        expect(page.locator(f"[data-count={name}]")).to_have_text(str(count))


def _connect(page: Page, world: World, platform: str, **secrets: str) -> str:
    """By the form; the URL that is shown."""
    page.goto(CONNECT)
    page.get_by_role("button", name="Connect a platform").click()
    form = page.get_by_role("form", name="Connect a platform")
    form.get_by_label("Platform").select_option(platform)
    form.get_by_label("Campaign").select_option(world.space)
    for name, secret in secrets.items():
        form.get_by_label(name).fill(secret)
    form.get_by_role("button", name="Make the hook").click()
    return page.locator("[data-secret]").first.inner_text()


def test_a_platform_is_connected_and_its_first_delivery_shows_as_it_comes(own_page: Page, own_world: World):
    """What to paste where stands there with the URL; nobody clicks until the first call is on screen."""
    url = _connect(own_page, own_world, "twilio", auth_token=AUTH_TOKEN)
    expect(own_page.locator("[data-setup]")).to_contain_text("Call status changes")
    expect(own_page.locator("[data-setup] pre").first).to_have_text(url)
    _state(own_page, "waiting")
    _counts(own_page, accepted=0, refused=0)
    assert axe(own_page) == []
    assert deliver(url, fields("CA-first")) == 200
    _state(own_page, "taking")
    _counts(own_page, accepted=1, refused=0, quarantined=0)
    call = own_page.locator("[data-call='CA-first']")
    expect(call).to_contain_text("Completed")
    expect(call).to_contain_text("42 s")
    call.get_by_role("link").click()
    expect(own_page.locator("h1")).to_have_text("CA-first")
    expect(own_page.locator("section.facts")).to_contain_text("Hook: twilio")


def test_url_and_secret_are_shown_once_and_never_again(own_page: Page, own_world: World):
    """Neither after a way away and back, nor after a reload, nor in anything that the browser keeps."""
    url = _connect(own_page, own_world, "vapi")
    texts = own_page.locator("[data-secret]").all_inner_texts()
    assert len(texts) == 2
    secret = texts[1]
    assert len(secret) >= 40
    token = url.rstrip("/").split("/")[-1]
    assert secret not in own_page.url
    assert token not in own_page.url
    kept = own_page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
    assert secret not in kept
    assert token not in kept

    own_page.get_by_role("link", name="← Connect").click()
    own_page.locator("[data-hook] a").first.click()
    expect(own_page.locator("[data-check=secrets]")).to_be_visible()
    assert secret not in own_page.content()
    assert token not in own_page.content()
    own_page.reload()
    expect(own_page.locator("[data-check=secrets]")).to_be_visible()
    expect(own_page.locator("[data-secret]")).to_have_count(0)
    assert token not in own_page.content()


def test_a_secret_that_is_given_is_not_shown(own_page: Page, own_world: World):
    """Not even once: whoever gave it has it. The form forgets it."""
    _connect(own_page, own_world, "twilio", auth_token=AUTH_TOKEN)
    assert AUTH_TOKEN not in own_page.content()
    own_page.get_by_role("link", name="← Connect").click()
    own_page.get_by_role("button", name="Connect a platform").click()
    form = own_page.get_by_role("form", name="Connect a platform")
    form.get_by_label("Platform").select_option("twilio")
    expect(form.get_by_label("auth_token")).to_have_value("")


def test_a_refused_delivery_says_what_it_was_compared_with(own_page: Page, own_world: World):
    """By itself: the URL that the signature was checked for, the one that it fits, and what to do."""
    url = _connect(own_page, own_world, "twilio", auth_token=AUTH_TOKEN)
    behind = url.replace("http://", "https://")
    assert deliver(url, fields("CA-1"), signed_for=behind) == 401
    _state(own_page, "refused")
    refusal = own_page.locator("[data-refusal=wrong]")
    expect(refusal).to_contain_text("Checked for the URL")
    expect(refusal).to_contain_text("It was made for the URL")
    expect(refusal).to_contain_text("https://")
    expect(refusal).to_contain_text("set CALLBOARD_PUBLIC_URL")
    expect(refusal).to_contain_text("x-twilio-signature")
    assert url.rstrip("/").split("/")[-1] not in refusal.inner_text()
    assert AUTH_TOKEN not in own_page.content()
    assert axe(own_page) == []
    assert deliver(url, fields("CA-1")) == 200
    _state(own_page, "taking")


def test_a_hook_that_lacks_its_secret_says_so_and_is_given_it(own_page: Page, own_world: World):
    """Some platforms show theirs only once they know the URL."""
    url = _connect(own_page, own_world, "twilio")
    secrets = own_page.locator("[data-check=secrets]")
    expect(secrets).to_have_attribute("data-finding", "bad")
    own_page.get_by_role("button", name="Rotate").click()
    form = own_page.get_by_role("form", name="Rotate")
    form.get_by_role("button", name="Rotate it").click()
    expect(form.get_by_role("alert").first).to_contain_text("auth_token")
    form.get_by_label("auth_token").fill(AUTH_TOKEN)
    form.get_by_role("button", name="Rotate it").click()
    expect(form).to_have_count(0)
    expect(secrets).to_have_attribute("data-finding", "good")
    assert deliver(url, fields("CA-late")) == 200
    _counts(own_page, accepted=1)


def test_a_url_is_rotated_and_a_hook_revoked(own_page: Page, own_world: World):
    """The old URL ends when that was asked for; a revoked hook takes nothing, and is not among the others."""
    old = _connect(own_page, own_world, "twilio", auth_token=AUTH_TOKEN)
    own_page.get_by_role("button", name="I have pasted it").click()
    expect(own_page.locator("[data-secret]")).to_have_count(0)
    own_page.get_by_role("button", name="Rotate").click()
    form = own_page.get_by_role("form", name="Rotate")
    form.get_by_label("What is new").select_option("url")
    form.get_by_label("What it had before is taken").select_option("0")
    form.get_by_role("button", name="Rotate it").click()
    expect(own_page.locator("[data-secret]").first).to_be_visible()
    new = own_page.locator("[data-secret]").first.inner_text()
    assert new != old
    assert (deliver(old, fields("CA-2")), deliver(new, fields("CA-2"))) == (404, 200)
    own_page.get_by_role("button", name="Revoke").click()
    assert deliver(new, fields("CA-3")) == 200
    own_page.get_by_role("button", name="Revoke it").click()
    _state(own_page, "revoked")
    assert deliver(new, fields("CA-4")) == 404
    expect(own_page.get_by_role("button", name="Rotate")).to_have_count(0)
    own_page.get_by_role("link", name="← Connect").click()
    expect(own_page.locator("summary")).to_contain_text("1 revoked")
    expect(own_page.locator("[data-hook]")).to_have_count(0)


def test_what_the_server_refuses_stands_in_the_form(own_page: Page, own_world: World):
    """And what was typed stays."""
    own_page.goto(CONNECT)
    own_page.get_by_role("button", name="Connect a platform").click()
    form = own_page.get_by_role("form", name="Connect a platform")
    form.get_by_label("Platform").select_option("twilio")
    form.get_by_label("Campaign").select_option(own_world.space)
    form.locator("summary").click()
    for further, why in (("{", "must be a JSON object"), ('{"timezon": "UTC"}', "unknown field")):
        form.get_by_label("Further settings").fill(further)
        form.get_by_role("button", name="Make the hook").click()
        expect(form.get_by_role("alert").first).to_contain_text(why)
    expect(form.get_by_label("Further settings")).to_have_value('{"timezon": "UTC"}')
    assert own_world.ask("GET", "hooks/")["data"] == []


def test_hooks_of_a_campaign_are_listed_by_it(own_page: Page, own_world: World):
    """The campaign in the address, as on other pages."""
    other = own_world.ask("POST", "spaces/", json={"name": "Other calls"})["data"]["token"]
    ours, theirs = own_world.hook(), own_world.hook(space_token=other)
    own_page.goto(CONNECT)
    expect(own_page.locator("[data-hook]")).to_have_count(2)
    own_page.get_by_label("Campaign").select_option(other)
    expect(own_page.locator("[data-hook]")).to_have_count(1)
    expect(own_page.locator(f"[data-hook='{theirs['id']}']")).to_be_visible()
    expect(own_page.locator(f"[data-hook='{ours['id']}']")).to_have_count(0)


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_other_roles_see_no_hook(browser: Browser, world: World, role: str):
    """Neither in the navigation nor behind the addresses, and nothing is asked for."""
    _, token = world.token(role)
    known = world.known()
    with opened(browser, world.url) as (page, _):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        let_in(page, world.url, token)
        for name in ("connect", "hook", "quarantine", "delivery"):
            page.goto(PAGES[name].path(HANDLE, **known))
            expect(page.locator("main")).to_contain_text("For admins")
        expect(page.get_by_role("link", name="Connect", exact=True)).to_have_count(0)
        assert [url for url in asked if "/hooks/" in url or "/quarantine/" in url] == []
