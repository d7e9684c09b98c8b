"""One Chromium and one served demo for each process of the tests."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop, _get_running_loop, _set_running_loop
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from callboard.http.board_files import board_files
from tests.board.chromium import AXE, executable, launch, let_in, opened
from tests.board.world import World, begin


def _missing() -> str | None:
    if executable() is None:
        return "no Chromium on this machine (apt-get install chromium): the board is not looked at"
    if not board_files("") or not AXE.exists():
        return "the board's page is not built (make page): it is not looked at"
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if (why := _missing()) is not None:
        # Where a build counts, what cannot be looked at is not good.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        its_loop = _get_running_loop()
        _set_running_loop(None)
        yield browser
        _set_running_loop(its_loop)
        browser.close()


@pytest.fixture(autouse=True)
def loop_of_the_browser(browser: Browser) -> Iterator[None]:
    """The driver leaves its event loop running beneath whoever uses it: other tests of this process, which
    run loops of their own, must not see it.
    """
    its_loop: AbstractEventLoop = browser._loop
    _set_running_loop(its_loop)
    yield
    _set_running_loop(None)


@pytest.fixture(scope="session")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = begin(tmp_path_factory.mktemp("board"))
    yield world
    world.server.stop()


@pytest.fixture(scope="session")
def empty_world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with nothing in it but organizations and campaigns, for tests that only look at it."""
    world = begin(tmp_path_factory.mktemp("empty_board"), fill=False)
    before = _held(world)
    yield world
    after = _held(world)
    world.server.stop()
    assert after == before, "a test that was only to look has changed what the next one sees"


def _held(world: World) -> dict[str, int]:
    """How much there is of each kind of thing that a page shows."""
    of_the_space = f"spaces/{world.space}/imports/"
    lists = ("call-logs/", "hooks/", "mappings/", "quarantine/", "spaces/", "tasks/", "tokens/", of_the_space)
    return {path: len(world.ask("GET", path)["data"]) for path in lists}


@pytest.fixture
def own_world(browser: Browser, tmp_path: Path) -> Iterator[World]:
    """A server that a test may stop: nothing in it but organizations and campaigns."""
    world = begin(tmp_path, fill=False)
    yield world
    if world.server.running:
        world.server.stop()


@pytest.fixture
def page(browser: Browser, world: World) -> Iterator[Page]:
    """Nobody signed in."""
    with opened(browser, world.url) as (page, _):
        yield page


@pytest.fixture
def admin_page(page: Page, world: World) -> Page:
    """The admin signed in."""
    let_in(page, world.url, world.admin)
    return page
