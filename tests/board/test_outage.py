"""An outage never looks like an empty campaign: every page says which numbers are unknown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

EMPTY = re.compile(
    r"No (event|calls?|tasks|batches|campaign) yet|No calls|No completed calls|"
    r"Nothing (needs you|is stuck)|is like that|^0$"
)
TOLD = re.compile("The server does not answer|No answer yet")


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_without_an_answer_says_so_and_comes_back(admin_page: Page, world: World, name: str):
    """Nothing on it looks like an answer; when the server answers again, it is there without a click."""
    of, known = PAGES[name], world.known()
    admin_page.route("**/api/v2/platform/**", lambda route: route.abort("connectionrefused"))
    admin_page.goto(of.path(HANDLE, **known))
    main = admin_page.locator("main")
    expect(main.get_by_text(TOLD).first).to_be_visible()
    assert main.get_by_text(EMPTY).all_inner_texts() == []
    # Said once at its length: the command to try stands there a single time.
    expect(main.locator("code", has_text="curl")).to_have_count(1)
    admin_page.unroute("**/api/v2/platform/**")
    expect(admin_page.locator(of.ready).first).to_be_visible(timeout=20_000)
    expect(main.get_by_text(TOLD)).to_have_count(0, timeout=20_000)
