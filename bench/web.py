"""The board in a real Chromium: size of its scripts, time to first content, smoothness of scrolling."""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench import files
from bench.figures import spread, target, write
from bench.server import Server
from tests.board.chromium import launch
from tests.board.pages import PAGES

BOARD = Path(__file__).parents[1] / "src" / "callboard" / "board"
KIB = 1000
SLOWER = 4
ROUNDS, SHORT_ROUNDS = 9, 3
CALLS, SHORT_CALLS = 1_000_000, 10_000
SCROLLS = 120
SCROLL_PX = 900
LONG_TASK_MS = 50
_OBSERVE = """
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({type: 'longtask', buffered: true});
"""
_FIRST_CONTENT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def measure(*, short: bool) -> None:
    """Take the figures."""
    of = files.board(SHORT_CALLS if short else CALLS)
    copied = files.copy(of, "web")
    try:
        with Server(copied.path, twins=False) as server, sync_playwright() as playwright:
            browser = launch(playwright)
            rounds = SHORT_ROUNDS if short else ROUNDS
            shown = [_first_content(browser, server, copied) for _ in range(rounds)]
            first = [each["first_content_ms"] for each in shown]
            numbers = [each["first_number_ms"] for each in shown]
            scrolled = _scroll(browser, server, copied) if "calls" in PAGES else None
            browser.close()
    finally:
        files.discard(copied)
    script = _compressed("*.js")
    targets = [
        target("script, kB compressed", sum(script.values()) / KIB, at_most=200),
        target(f"first content, ms, CPU {SLOWER} times slower", statistics.median(first), at_most=1000),
    ]
    if scrolled is not None:
        longest = max(scrolled["long_tasks_ms"], default=0)
        what = f"longest task while scrolling {of.calls:,} calls, ms"
        targets.append(target(what, longest, at_most=LONG_TASK_MS))
    write(
        "web",
        "The board in a real Chromium: its script as it goes out (gzip); from the address to the first "
        f"content and to the first number of the overview, CPU slowed down {SLOWER} times, nothing cached; "
        "tasks of the main thread longer than 50 ms while the list of calls is scrolled, CPU as it is",
        short=short,
        targets=targets,
        script_bytes=script,
        style_bytes=_compressed("*.css"),
        first_content_ms=spread(first),
        first_number_ms=spread(numbers),
        scrolling=scrolled if scrolled is not None else "the board has no list of calls",
    )


def _compressed(pattern: str) -> dict[str, int]:
    """The size of each file compressed with gzip, as it is sent, by its name."""
    return {
        path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in sorted(BOARD.rglob(pattern))
    }


@contextmanager
def _page(browser: Browser, server: Server, of: files.Board) -> Iterator[Page]:
    """A page in a new browser context: signed in, with nothing cached."""
    context = browser.new_context(base_url=f"{server.url}/", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "callboard_session", "value": of.secrets[0], "url": server.url}])
    context.add_init_script(_OBSERVE)
    try:
        yield context.new_page()
    finally:
        context.close()


def _first_content(browser: Browser, server: Server, of: files.Board) -> dict[str, float]:
    overview = PAGES["overview"]
    with _page(browser, server, of) as page:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{overview.path(of.handle)}&start=2025-04-01&end=2025-06-29")
        page.locator(overview.ready).first.wait_for(timeout=60_000)
        number = page.evaluate("performance.now()")
        page.wait_for_function(f"({_FIRST_CONTENT}) !== null")
        return {"first_content_ms": page.evaluate(_FIRST_CONTENT), "first_number_ms": number}


def _scroll(browser: Browser, server: Server, of: files.Board) -> dict[str, Any]:
    calls = PAGES["calls"]
    with _page(browser, server, of) as page:
        page.goto(calls.path(of.handle))
        page.locator(calls.ready).first.wait_for(timeout=60_000)
        page.wait_for_timeout(1_000)
        page.evaluate("window.longTasks.length = 0")
        page.mouse.move(640, 500)
        for _ in range(SCROLLS):
            page.mouse.wheel(0, SCROLL_PX)
            page.wait_for_timeout(33)
        page.wait_for_timeout(500)
        return {
            "wheel_turns": SCROLLS,
            "pixels_each": SCROLL_PX,
            "long_tasks_ms": page.evaluate("window.longTasks"),
        }
