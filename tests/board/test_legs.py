"""Legs, groups, money and other ids of a call, and the list that is asked by them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.chromium import axe, let_in, opened
from tests.board.pages import PAGES
from tests.board.world import HANDLE, World

CALLS = PAGES["calls"].path(HANDLE)
HEAD = {
    "type": "call",
    "call_id": "head",
    "call_status": "completed",
    "call_type": "outbound",
    "call_duration": 42,
    "group_id": "twilio:CA1",
    "group_rank": 2,
    "cost": {"amount": 0.0123, "currency": "USD"},
    "billed_seconds": 60,
    "external_ids": {"vapi": "vapi-1", "twilio": "CA1"},
}
LEG = {
    "type": "call",
    "call_id": "leg",
    "call_status": "completed",
    "call_type": "outbound",
    "call_duration": 41,
    "group_id": "twilio:CA1",
    "group_rank": 1,
    "cost": {"amount": 0.0077, "currency": "USD"},
    "external_ids": {"twilio": "CA1"},
}
OTHER = {"type": "call", "call_id": "alone", "call_status": "missed"}


@pytest.fixture
def own_page(browser: Browser, own_world: World) -> Iterator[Page]:
    own_world.send(HEAD, LEG, OTHER)
    with opened(browser, own_world.url) as (page, _):
        let_in(page, own_world.url, own_world.admin)
        yield page


def _field(page: Page, name: str) -> str:
    row = page.locator("section.facts dl > div", has=page.locator("dt", has_text=re.compile(f"^{name}$")))
    return row.locator("dd").inner_text()


def test_a_call_shows_its_legs_its_groups_and_its_money(own_page: Page, own_world: World):
    """As the API tells them; a leg leads to its own page, and back."""
    own_page.goto(PAGES["call"].path(HANDLE, call_id="head"))
    expect(own_page.locator("[data-leg]")).to_have_count(1)
    leg = own_page.locator("[data-leg=leg]")
    expect(leg).to_contain_text("0.0077")
    expect(leg).to_contain_text("41 s")
    assert "0.0123" in _field(own_page, "Cost")
    assert "0.02" in _field(own_page, "Cost with its legs")
    assert _field(own_page, "Billed time") == "1 min"
    assert "twilio:CA1" in _field(own_page, "Groups")
    assert "vapi: vapi-1" in _field(own_page, "Other ids")
    assert axe(own_page) == []
    leg.get_by_role("link").click()
    expect(own_page.locator("h1")).to_have_text("leg")
    expect(own_page.locator("[data-leg]")).to_have_count(0)
    own_page.get_by_role("link", name="head", exact=True).click()
    expect(own_page.locator("h1")).to_have_text("head")


def test_a_call_without_legs_shows_no_group(own_page: Page, own_world: World):
    """No empty fields of what most calls do not have."""
    own_page.goto(PAGES["call"].path(HANDLE, call_id="alone"))
    expect(own_page.locator("section.facts dl")).to_be_visible()
    expect(own_page.locator("main")).not_to_contain_text("Legs")
    expect(own_page.locator("section.facts dl")).not_to_contain_text("Groups")


def test_a_list_is_asked_by_another_id_and_by_having_legs(own_page: Page, own_world: World):
    """By the controls; the address names the filter."""
    own_page.goto(CALLS)
    count = own_page.locator("h1 [data-count]")
    expect(count).to_have_attribute("data-count", "2")
    own_page.get_by_role("button", name="More").click()
    own_page.get_by_label("Has legs").select_option("true")
    expect(count).to_have_attribute("data-count", "1")
    expect(own_page.locator("[role=row].body a")).to_have_text("head")
    assert "has_legs=true" in own_page.url
    own_page.get_by_label("Has legs").select_option("false")
    expect(own_page.locator("[role=row].body a")).to_have_text("alone")
    own_page.get_by_label("Has legs").select_option("")
    own_page.get_by_label("Id elsewhere").fill("vapi-1")
    own_page.get_by_label("Id elsewhere").press("Enter")
    expect(count).to_have_attribute("data-count", "1")
    expect(own_page.locator("[role=row].body a")).to_have_text("head")
