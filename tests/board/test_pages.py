"""Every page, in both themes: it comes whole, axe finds nothing, and it asks nobody else."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import axe, let_in, opened
from tests.board.pages import LIVE, PAGES, listed
from tests.board.world import HANDLE, World

THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def test_every_page_of_the_board_is_in_the_table():
    """A page that is added is looked at."""
    assert set(PAGES) == listed(), "tests/board/pages.py"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(browser: Browser, world: World, name: str):
    """WCAG 2.2 AA, as far as a machine can tell; wide and narrow, light and dark."""
    board_page = PAGES[name]
    with opened(browser, world.url, color_scheme="light") as (page, _):
        let_in(page, world.url, world.admin)
        page.goto(board_page.path(HANDLE, **world.known()))
        expect(page.locator(board_page.ready).first).to_be_visible()
        page.wait_for_load_state("load")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert _wider(page) <= 0
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                assert axe(page) == [], f"{width} px, {theme}"


@pytest.mark.parametrize("theme", THEMES)
def test_the_sign_in_page_is_accessible(browser: Browser, world: World, theme: str):
    """The page without a session."""
    with opened(browser, world.url, color_scheme=theme) as (page, _):
        page.goto("")
        expect(page.get_by_label("API token")).to_be_visible()
        assert axe(page) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert _wider(page) <= 0


@pytest.mark.parametrize("name", [name for name, of in PAGES.items() if "{" not in of.rest])
def test_a_page_without_anything_says_what_to_do(browser: Browser, empty_world: World, name: str):
    """An organization in which nothing has happened: no fault, no empty screen."""
    board_page = PAGES[name]
    with opened(browser, empty_world.url) as (page, _):
        let_in(page, empty_world.url, empty_world.admin)
        page.goto(board_page.path(HANDLE))
        expect(page.locator("main h1, main h2").first).to_be_visible()
        expect(page.locator(LIVE).first).to_contain_text("Live")
        assert axe(page) == []


def _wider(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found
