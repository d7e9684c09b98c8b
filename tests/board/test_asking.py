"""How the page asks: an answer that is slow comes all the same, and only what is seen asks at all."""

from __future__ import annotations

import os
import re
import signal
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.asked import look, make_hideable, questions, watch_questions
from tests.board.chromium import let_in, opened
from tests.board.pages import DOWN, LIVE, PAGES
from tests.board.world import HANDLE, World

OVERVIEW = PAGES["overview"]
_numbers = count(1)

SLOWER_THAN_THE_REFRESHES = {"overview": 600, "calls": 1500, "batches": 2500}
"""Milliseconds of latency: longer than each page waits before it asks again."""


def _happen(page: Page, world: World, times: int = 1, apart_ms: int = 200) -> None:
    """Calls end one after the other, and the stream tells of each."""
    for _ in range(times):
        call = {"type": "call", "call_id": f"asking-{next(_numbers)}", "call_status": "completed"}
        world.send(call, {**call, "call_id": f"{call['call_id']}-again"})
        page.wait_for_timeout(apart_ms)


@pytest.mark.parametrize("name", list(SLOWER_THAN_THE_REFRESHES))
def test_a_refresh_never_ends_the_question_under_way(admin_page: Page, world: World, name: str):
    """However slow the network and however many events: the answer is shown, and no request was useless."""
    slow = SLOWER_THAN_THE_REFRESHES[name]
    watch_questions(admin_page, slow_ms=slow)
    admin_page.goto(PAGES[name].path(HANDLE))
    _happen(admin_page, world, times=10 + slow // 200)
    expect(admin_page.locator(PAGES[name].ready).first).to_be_visible(timeout=2 * slow + 2000)
    assert questions(admin_page)["aborted"] == 0


def test_another_question_ends_the_one_under_way(admin_page: Page, world: World):
    """Its answer would be for a query that is no longer on screen."""
    watch_questions(admin_page, slow_ms=1500)
    admin_page.goto(OVERVIEW.path(HANDLE))
    expect(admin_page.locator(OVERVIEW.ready)).to_be_visible()
    admin_page.get_by_label("Period").select_option("7d")
    admin_page.wait_for_timeout(300)
    admin_page.get_by_label("Period").select_option("today")
    admin_page.wait_for_timeout(100)
    assert questions(admin_page)["aborted"] > 0
    expect(admin_page.locator(".stats.outdated")).to_have_count(0)
    today = admin_page.evaluate("new Date().toISOString().slice(0, 10)")
    params = {"start": today, "timezone": "UTC", "interval": "total", "metric": "total_calls"}
    (one,) = world.ask("GET", "organisation/analytics/series/", params=params)["data"]["series"]
    shown = admin_page.locator("[data-metric=total_calls]")
    expect(shown).to_have_text(f"{one['totals']['total_calls']:,}")


@pytest.mark.parametrize("name", ["overview", "calls", "batches"])
def test_a_hidden_tab_asks_nothing_and_takes_up_again(admin_page: Page, world: World, name: str):
    """Its stream is closed as well; seen again, it says how old its numbers are until new ones are here."""
    watch_questions(admin_page)
    make_hideable(admin_page)
    admin_page.goto(PAGES[name].path(HANDLE))
    expect(admin_page.locator(PAGES[name].ready).first).to_be_visible()
    expect(admin_page.locator(LIVE)).to_be_visible()
    look(admin_page, seen=False)
    admin_page.wait_for_timeout(1000)
    before = questions(admin_page)
    _happen(admin_page, world, times=6, apart_ms=400)
    hidden = questions(admin_page)
    assert (hidden["begun"], hidden["streams"]) == (before["begun"], 0)
    admin_page.evaluate("asked.slow = 1000")
    look(admin_page, seen=True)
    expect(admin_page.locator(".live")).to_contain_text(re.compile(r"as of \d+:\d+"))
    expect(admin_page.locator(LIVE)).to_be_visible()
    admin_page.wait_for_function("begun => asked.answered > begun", arg=hidden["begun"])


def test_the_seventh_window_loads(browser: Browser, world: World):
    """A browser has six connections to a server over HTTP/1.1: streams must not take all of them."""
    with opened(browser, world.url) as (first, _):
        let_in(first, world.url, world.admin)
        pages = [first, *(first.context.new_page() for _ in range(6))]
        for page in pages:
            page.goto(PAGES["trust"].path(HANDLE), wait_until="commit")
        for page in pages:
            expect(page.locator(PAGES["trust"].ready)).to_be_visible()
            expect(page.locator(LIVE)).to_be_visible()
        before = [page.locator("[data-outcome=applied]").inner_text() for page in pages]
        _happen(first, world)
        for page, applied in zip(pages, before, strict=True):
            expect(page.locator("[data-outcome=applied]")).not_to_have_text(applied)


def test_a_hung_server_is_shown_within_five_seconds(browser: Browser, own_world: World):
    """It closes no connection, and its stream just says no more: the page does not call that live."""
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        page.goto(OVERVIEW.path(HANDLE))
        expect(page.locator(LIVE)).to_be_visible()
        page.wait_for_timeout(3000)
        processes = own_world.server.processes()
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            expect(page.locator(DOWN)).to_be_visible(timeout=5000)
            expect(page.get_by_text("The live connection is down")).to_be_visible(timeout=1000)
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)
        # The page tries again after at most eight seconds.
        expect(page.locator(LIVE)).to_be_visible(timeout=15_000)


def test_silence_alone_is_no_outage(browser: Browser, own_world: World):
    """Where nothing happens the page stays live: the server says now and then that it is there."""
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        page.add_init_script(
            "addEventListener('load', () => new MutationObserver(() => {"
            "if (document.querySelector('[data-live=down]')) window.fell = true}).observe("
            "document.body, {subtree: true, childList: true, attributes: true}))"
        )
        page.goto(OVERVIEW.path(HANDLE))
        expect(page.locator(LIVE)).to_be_visible()
        page.wait_for_timeout(7000)
        assert page.evaluate("window.fell") is None
        expect(page.locator(LIVE)).to_be_visible()


def test_every_question_has_a_deadline(admin_page: Page, world: World):
    """One that hangs is given up, which is said, and asked again."""
    admin_page.clock.install()
    watch_questions(admin_page)
    admin_page.goto(PAGES["trust"].path(HANDLE), wait_until="commit")
    admin_page.wait_for_function("() => window.asked?.begun > 0")
    admin_page.clock.run_for(1000)
    expect(admin_page.locator(PAGES["trust"].ready)).to_be_visible()
    # Else the slow way would hold up the stream as well, and nothing would be told.
    expect(admin_page.locator(LIVE)).to_be_visible()
    admin_page.evaluate("asked.slow = 1e9")
    before = questions(admin_page)["begun"]
    _happen(admin_page, world)
    # The stream tells of it in its own time; the page asks a moment later, or has asked already.
    for _ in range(10):
        admin_page.clock.run_for(300)
        if questions(admin_page)["begun"] > before:
            break
        admin_page.wait_for_timeout(200)
    assert questions(admin_page)["begun"] > before
    admin_page.clock.run_for(16_000)
    expect(admin_page.get_by_text("The server does not answer").first).to_be_visible()
    assert questions(admin_page)["aborted"] > 0
