"""Every number on screen is the API's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

OVERVIEW = PAGES["overview"]
METRICS = "total_calls,completed_calls,failed_calls,avg_duration_seconds,success_rate,total_tasks"


def _api(world: World, start: str, **more: str) -> dict[str, Any]:
    params = {"start": start, "timezone": "UTC", "interval": "total", "metric": METRICS, **more}
    (one,) = world.ask("GET", "organisation/analytics/series/", params=params)["data"]["series"]
    return dict(one["totals"])


@pytest.mark.parametrize("of_one_campaign", [False, True], ids=["organization", "campaign"])
def test_the_overview_has_the_numbers_of_the_api(admin_page: Page, world: World, of_one_campaign: bool):
    """Of the organization and of one campaign, over the days that the address names."""
    start = world.ask("GET", "call-logs/?page_size=100")["data"][-1]["creation_time"][:10]
    scope = {"space_token": world.space} if of_one_campaign else {}
    told = _api(world, start, **scope)
    query = "".join(f"&{name}={value}" for name, value in {"start": start, **scope}.items())
    admin_page.goto(OVERVIEW.path(HANDLE) + query)
    for metric in ("total_calls", "completed_calls", "failed_calls", "total_tasks"):
        expect(admin_page.locator(f"[data-metric={metric}]")).to_have_text(f"{told[metric]:,}")
    rate = admin_page.locator("[data-metric=success_rate]")
    expect(rate).to_have_text(re.compile(r"\d"))
    assert abs(float(re.sub(r"[^\d.]", "", rate.inner_text())) - told["success_rate"]) <= 0.05


def test_a_number_leads_to_its_list(admin_page: Page, world: World):
    """The link names what is counted; the list it names has so many."""
    admin_page.goto(OVERVIEW.path(HANDLE))
    link = admin_page.locator("[data-metric=failed_calls] a")
    expect(link).to_be_visible()
    href = link.get_attribute("href") or ""
    assert href.startswith(f"/board/{HANDLE}/calls?")
    listed = world.ask("GET", f"call-logs/?{href.partition('?')[2]}")
    assert f"{listed['count']:,}" == link.inner_text()
