"""One question, one number: period, zone and filters are the same on every page, and are named."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.asked import answer_otherwise
from tests.board.chromium import let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

OVERVIEW = PAGES["overview"]
HOME = "Asia/Kathmandu"
AT_HOME = f"""(url, body) => {{
  const named = url.searchParams.has('timezone') || !body.data?.timezone;
  return named ? body : {{...body, data: {{...body.data, timezone: '{HOME}'}}}};
}}"""
"""As a server answers a report whose organization is at home there."""
CHANGES = ".stats [role=note]"


def _compared(page: Page, change: dict[str, Any]) -> None:
    """The answers of the server, with this about the period before; few calls were in it."""
    answer_otherwise(
        page,
        f"""(url, body) => {{
          if (!body.data?.previous) return body;
          Object.assign(body.data.previous, {json.dumps(change)});
          for (const one of body.data.series) {{
            one.previous.totals.total_calls = 3;
            one.difference.totals.total_calls = one.totals.total_calls - 3;
          }}
          return body;
        }}""",
    )


def test_no_change_is_made_of_a_period_that_is_not_known_whole(admin_page: Page):
    """Neither in the headline nor beside campaigns and agents, and it is said why."""
    _compared(admin_page, {"partial": True})
    admin_page.goto(OVERVIEW.path(HANDLE))
    expect(admin_page.locator("[data-against]")).to_contain_text("not known whole")
    table = admin_page.get_by_role("region", name="Campaigns, table")
    expect(table.locator("tbody tr").first).to_be_visible()
    assert admin_page.locator(CHANGES).count() == 0
    assert admin_page.locator("td.change [role=note]").count() == 0


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("2026-02-10T04:36:00Z", "1 Feb 2026, 00:00 \N{EN DASH} 10 Feb 2026, 04:36"),
        ("2026-02-11T00:00:00Z", "1 Feb 2026 \N{EN DASH} 10 Feb 2026"),
    ],
)
def test_the_label_names_the_stretch_that_was_compared(admin_page: Page, end: str, told: str):
    """To the minute where it is cut in the middle of a day, and by its days where it is not."""
    _compared(admin_page, {"start": "2026-02-01T00:00:00Z", "end": end, "partial": False})
    admin_page.goto(OVERVIEW.path(HANDLE))
    expect(admin_page.locator("[data-against]")).to_contain_text(f"Against {told}")
    for change in (admin_page.locator(CHANGES).first, admin_page.locator("td.change [role=note]").first):
        expect(change).to_have_attribute("aria-label", re.compile(re.escape(told)))


@pytest.mark.parametrize(
    "query", ["", "&period=7d", "&call_type=outbound&answered=true", "&start={day}&end={day}"]
)
def test_two_pages_have_one_number(admin_page: Page, world: World, query: str):
    """From the overview to the lists and back by the navigation: period and filters go along."""
    # What only one of them would count: a call from before the period, and one that waits to be made.
    before = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    old = {"type": "call", "call_id": f"old{len(query)}", "call_status": "completed", "occurred_at": before}
    world.send(old, {"type": "call", "call_id": f"waits{len(query)}", "call_status": "queued"})
    newest = world.ask("GET", "call-logs/?made=true&page_size=1")["data"][0]
    admin_page.goto(OVERVIEW.path(HANDLE) + query.format(day=newest["creation_time"][:10]))
    number = admin_page.locator(OVERVIEW.ready)
    expect(number).to_be_visible()
    calls, tasks = number.inner_text(), admin_page.locator("[data-metric=total_tasks]").inner_text()
    for name, told in (("Calls", calls), ("Tasks", tasks), ("Needs attention", None), ("Calls", calls)):
        admin_page.get_by_role("link", name=name, exact=True).first.click()
        if told is not None:
            count = admin_page.locator("h1 [data-count]")
            expect(count).to_have_attribute("data-count", told.replace(",", ""))
    admin_page.get_by_role("link", name="Overview", exact=True).click()
    expect(number).to_have_text(calls)


def test_the_days_of_a_list_go_along(admin_page: Page, world: World):
    """Chosen on the list of calls, they are the period of the overview."""
    day = world.ask("GET", "call-logs/?made=true&page_size=1")["data"][0]["creation_time"][:10]
    admin_page.goto(f"{PAGES['calls'].path(HANDLE)}&made=true&start_date={day}&end_date={day}")
    count = admin_page.locator("h1 [data-count]")
    expect(count).to_have_attribute("data-count", re.compile(r"\d"))
    calls = int(count.get_attribute("data-count") or "")
    admin_page.get_by_role("link", name="Overview", exact=True).click()
    expect(admin_page.locator(OVERVIEW.ready)).to_have_text(f"{calls:,}")


@pytest.mark.parametrize("name", ["overview", "calls"])
def test_without_a_zone_the_home_zone_is_meant(browser: Browser, world: World, name: str):
    """Never that of whoever looks: a link shows everybody the same. It is named, and asked for."""
    with opened(browser, world.url, timezone_id="America/New_York") as (page, _):
        let_in(page, world.url, world.admin)
        answer_otherwise(page, AT_HOME)
        page.goto(PAGES[name].path(HANDLE).replace("?timezone=UTC", "?period=7d"))
        expect(page.locator(PAGES[name].ready).first).to_be_visible()
        expect(page.locator("[data-zone]")).to_have_text(HOME)
        expect(page.get_by_label("Time zone").locator("option:checked")).to_have_text(f"{HOME} (home)")
        assert "timezone" not in page.url
        asked = [parse_qs(urlsplit(url).query) for url in page.evaluate("asked.queries")]
        assert {zone for query in asked for zone in query.get("timezone", [])} == {HOME}
