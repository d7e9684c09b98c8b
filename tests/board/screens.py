"""`make screens`: every page, wide and narrow, light and dark, full, empty and without a server, as PNG.

The pictures go to `screens/`, which is not committed: they are for looking at, one by one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.board.chromium import executable, launch, let_in, opened
from tests.board.pages import PAGES, BoardPage
from tests.board.world import HANDLE, World, begin

FOLDER = Path(__file__).parents[2] / "screens"
SIZES = {360: 800, 768: 1024, 1280: 800}
THEMES = ("light", "dark")
SETTLED_MS = 700
SIGN_IN = "sign-in"


def main(chosen: list[str]) -> None:
    """All pages, or those named."""
    if executable() is None:
        sys.exit("screens: no Chromium on this machine (apt-get install chromium)")
    if unknown := set(chosen) - {*PAGES, SIGN_IN}:
        sys.exit(f"screens: no page {', '.join(sorted(unknown))}; there are {', '.join([*PAGES, SIGN_IN])}")
    names = chosen or [*PAGES, SIGN_IN]
    FOLDER.mkdir(exist_ok=True)
    taken = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright)
        for state in ("full", "empty", "error"):
            place = Path(folder) / state
            place.mkdir()
            world = begin(place, fill=state != "empty")
            try:
                for width in SIZES:
                    for theme in THEMES:
                        taken += _take(browser, world, names, state, width, theme)
            finally:
                if world.server.running:
                    world.server.stop()
        browser.close()
    print(f"{taken} pictures in {FOLDER.name}/")


def _take(browser: Browser, world: World, names: list[str], state: str, width: int, theme: str) -> int:
    """One picture of each page in this state, at this width, in this theme."""
    taken = 0
    size = {"width": width, "height": SIZES[width]}
    known = {} if state == "empty" else world.known()
    for name in names:
        if state == "empty" and name in PAGES and "{" in PAGES[name].rest:
            continue
        with opened(browser, world.url, viewport=size, color_scheme=theme) as (page, _):
            if name == SIGN_IN:
                _sign_in(page, state)
            else:
                let_in(page, world.url, world.admin)
                _show(page, PAGES[name], state, known)
            page.screenshot(path=FOLDER / f"{name}-{state}-{width}-{theme}.png", full_page=True)
            taken += 1
    return taken


def _sign_in(page: Page, state: str) -> None:
    page.goto("")
    expect(page.get_by_label("API token")).to_be_visible()
    if state == "error":
        page.get_by_label("API token").fill("cb_wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).not_to_be_empty()


def _show(page: Page, of: BoardPage, state: str, known: dict[str, str]) -> None:
    if state == "error":
        # Who is signed in is still answered; of all that is asked then nothing comes.
        page.route("**/api/**", lambda route: route.abort("connectionrefused"))
    page.goto(of.path(HANDLE, **known))
    try:
        page.locator(of.ready if state == "full" else "main").first.wait_for(timeout=8_000)
    except Error:
        print(f"screens: {of.name} ({state}) is not ready after 8 s; the picture shows what there is")
    page.wait_for_timeout(SETTLED_MS)


if __name__ == "__main__":
    main(sys.argv[1:])
