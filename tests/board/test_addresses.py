"""Any address: the page names what it does not understand, and the navigation stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

NONSENSE = (
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "Mars/Base",
    "banana",
    "-1",
    "9" * 400,
    "2026-13-45",
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "2026-01-01T25:61",
    "T12:00",
    "../../x?y=1#z",
    "<script>alert(1)</script>",
    "null",
    " ",
    "'\"`;",
    "\u202eabc\u0000",
)
NAMES = (
    "timezone",
    "period",
    "start",
    "end",
    "group",
    "space_token",
    "start_date",
    "end_date",
    "created_from",
    "created_to",
    "talking_at",
    "waiting_before",
    "call_status",
    "end_reason",
    "content_type",
    "min_duration",
    "attempt",
    "stuck",
    "in",
    "constructor",
    "__proto__",
    "page_size",
)
BROKEN = ("%E0%A4%A", "%", "%zz", "%C3%28", "%F0%9F", "%00")
ODD_IDS = ("../../x?y=1#z", "a/b", "100%", "%2e%2e", "?#&=", "//x")
SAID = "Not everything in this address was understood."


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("?timezone=Mars/Base", "timezone=Mars/Base"),
        ("/call/%E0%A4%A", "%E0%A4%A"),
        ("?period=constructor", "period=constructor"),
        ("/calls?period=__proto__", "period=__proto__"),
        ("?start=2026-02-30", "start=2026-02-30"),
        ("?end=2026-01-01", "end=2026-01-01"),
        ("?period=7d&period=30d", "period"),
        ("?group=toString", "group=toString"),
    ],
)
def test_an_address_that_is_not_understood_is_reported(admin_page: Page, address: str, what: str):
    """By its name, beside a page that goes on and a navigation that works."""
    admin_page.goto(f"board/{HANDLE}{address}")
    told = admin_page.get_by_role("alert").filter(has_text=SAID)
    expect(told.locator("code").first).to_have_text(what)
    admin_page.get_by_role("link", name="Trust", exact=True).first.click()
    expect(admin_page.locator(PAGES["trust"].ready)).to_be_visible()


def test_a_page_that_is_none_keeps_the_navigation(admin_page: Page):
    """Also where every object has something of that name."""
    for name in ("nowhere", "constructor", "__proto__"):
        admin_page.goto(f"board/{HANDLE}/{name}")
        expect(admin_page.get_by_role("heading", name="Nothing here")).to_be_visible()
        expect(admin_page.get_by_role("link", name="Overview", exact=True)).to_be_visible()


values = st.one_of(st.sampled_from(NONSENSE).map(lambda text: quote(text, safe="")), st.sampled_from(BROKEN))
places = st.one_of(
    st.sampled_from(sorted(PAGES)),
    st.sampled_from(["nowhere", "constructor", "__proto__", "call/constructor"]),
    values,
    values.map(lambda text: f"call/{text}"),
    values.map(lambda text: f"task/{text}/x"),
)
addresses = st.tuples(places, st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=4)).map(
    lambda drawn: f"{drawn[0]}?" + "&".join(f"{name}={value}" for name, value in drawn[1])
)


@pytest.fixture
def board(browser: Browser, world: World) -> Iterator[Page]:
    """One page for all drawn addresses; at its end it must have had no fault."""
    with opened(browser, world.url) as (page, _):
        let_in(page, world.url, world.admin)
        page.goto(PAGES["trust"].path(HANDLE))
        expect(page.locator(PAGES["trust"].ready)).to_be_visible()
        yield page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=addresses)
def test_no_address_ends_in_a_white_page(board: Page, address: str):
    """Drawn pages, parameters and values: there is something to read, and the way to every page."""
    board.evaluate(
        "to => {history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate'))}",
        f"/board/{HANDLE}/{address}",
    )
    board.wait_for_function(
        "() => document.querySelectorAll('nav[aria-label=Pages] a').length >= 6"
        " && document.querySelector('main')?.innerText.trim().length > 0",
        timeout=5000,
    )
    assert board.get_by_role("heading", name="This page cannot be shown").count() == 0


def test_links_escape_every_id(browser: Browser, own_world: World):
    """From the list to the call, to its task and to its calls, whatever their ids look like."""
    for each in ODD_IDS:
        own_world.send({"type": "task", "task_id": each, "run_id": each, "status": "completed"})
        own_world.send({"type": "call", "call_id": each, "task_id": each, "call_status": "completed"})
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        title, facts = page.get_by_role("heading", level=1), page.get_by_role("region", name="Fields")
        for each in ODD_IDS:
            page.goto(PAGES["calls"].path(HANDLE))
            page.get_by_role("link", name=each, exact=True).click()
            expect(title).to_have_text(each)
            page.reload()
            facts.get_by_role("link", name=each, exact=True).click()
            expect(page).to_have_url(re.compile("/task/"))
            expect(title).to_have_text(each)
            calls = page.get_by_role("region", name="Its calls")
            expect(calls.get_by_role("link", name=each, exact=True)).to_be_visible()


def test_an_id_that_no_path_can_hold_leads_nowhere_else(browser: Browser, own_world: World):
    """Browsers take these out of every path: the page says that there is no such call, and asks no other."""
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        for each in (".", ".."):
            own_world.send({"type": "call", "call_id": each, "call_status": "completed"})
            page.goto(PAGES["calls"].path(HANDLE))
            page.get_by_role("link", name=each, exact=True).click()
            expect(page).to_have_url(re.compile("/call/"))
            expect(page.get_by_role("status").filter(has_text="404")).to_be_visible()
