"""A month of a bank's call centre on the board: every number is the API's, and leads to as many calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.acceptance.test_real_records import HANDLE, HOW, RECORDS, SERVICES, TRUE_TOTALS
from tests.board.chromium import axe, let_in, opened
from tests.board.pages import PAGES
from tests.board.platform import AUTH_TOKEN, deliver, fields

pytestmark = [
    pytest.mark.skipif(not RECORDS.exists(), reason="the real records are not beside the project"),
    pytest.mark.timeout(300),
]
MONTH = {"start": "1999-02-01", "end": "1999-02-28", "timezone": "Asia/Jerusalem"}
OVERVIEW = f"board/{HANDLE}?" + "&".join(f"{name}={value}" for name, value in MONTH.items())
NUMBER = re.compile(r"^\d{1,3}(,\d{3})*$")


@dataclass
class Bank:
    """The records, served."""

    server: Server
    token: str

    @property
    def url(self) -> str:
        return f"{self.server.url}/"

    def ask(self, path: str, **params: str) -> Any:
        headers = {"Authorization": f"Token {self.token}", "Org-Handle": HANDLE}
        url = f"{self.server.api}{path}"
        answer = httpx.get(url, headers=headers, params=params or None, trust_env=False, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def quarantined(self) -> dict[str, str]:
        """The ids of a hook and of a delivery to it that is in quarantine, which records have none of."""
        if not self.ask("quarantine/")["data"]:
            headers = {"Authorization": f"Token {self.token}", "Org-Handle": HANDLE}
            space = self.ask("organisation/analytics/spaces/")["data"]["spaces"][0]["space_token"]
            wanted = {"platform": "twilio", "space_token": space, "secrets": {"auth_token": AUTH_TOKEN}}
            url = f"{self.server.api}hooks/"
            made = httpx.post(url, headers=headers, json=wanted, trust_env=False, timeout=30)
            assert made.status_code < 300, made.text
            assert deliver(made.json()["data"]["url"], fields("CA-unread", "dancing")) == 200
        [kept] = self.ask("quarantine/")["data"]
        return {"hook_id": str(kept["hook_id"]), "delivery_id": kept["id"]}

    def series(self, **asked: str) -> Any:
        return self.ask("organisation/analytics/series/", **MONTH, interval="total", **asked)["data"][
            "series"
        ]


@pytest.fixture(scope="module")
def bank(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    db = tmp_path_factory.mktemp("bank") / "bank.db"
    done("org", "create", "--name", "Bank", "--handle", HANDLE, db=db)
    done("import", RECORDS, *HOW, "--json", db=db, cwd=db.parent)
    made = done("token", "create", "--org", HANDLE, "--role", "admin", "--name", "Board", "--json", db=db)
    with Server(db) as server:
        yield Bank(server, made.json["token"])


@pytest.fixture
def shown(browser: Browser, bank: Bank) -> Iterator[Page]:
    """The admin signed in, with room for the whole page."""
    with opened(browser, bank.url) as (page, _):
        let_in(page, bank.url, bank.token)
        yield page


def _as_number(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


def test_the_headline_is_what_the_records_hold(shown: Page, bank: Bank):
    """To the last call: what is known of the file, and what the API answers."""
    shown.goto(OVERVIEW)
    for metric in ("total_calls", "completed_calls", "failed_calls"):
        expect(shown.locator(f"[data-metric={metric}]")).to_have_text(f"{TRUE_TOTALS[metric]:,}")
    [whole] = bank.series(metric="success_rate,avg_duration_seconds")
    rate = shown.locator("[data-metric=success_rate]").inner_text()
    assert abs(_as_number(rate) - whole["totals"]["success_rate"]) <= 0.05
    assert round(whole["totals"]["avg_duration_seconds"], 3) == TRUE_TOTALS["avg_duration_seconds"]
    expect(shown.locator("[data-metric=avg_duration_seconds]")).to_have_text("2 min 56 s")


def test_every_service_and_agent_has_its_row(shown: Page, bank: Bank):
    """The tables of campaigns and agents: as many calls as the API says, and as the file holds."""
    shown.goto(OVERVIEW)
    for said, dimension in (("Campaigns", "space_token"), ("Agents", "agent")):
        rows = shown.get_by_role("region", name=said).or_(shown.locator("section", has_text=said)).last
        for one in bank.series(metric="total_calls", group_by=dimension)[:6]:
            expect(rows.get_by_text(f"{one['totals']['total_calls']:,}", exact=True).first).to_be_visible()
    names = {each["name"]: each for each in bank.ask("organisation/analytics/spaces/")["data"]["spaces"]}
    assert {name: each["total_calls"] for name, each in names.items()} == SERVICES
    for name, calls in SERVICES.items():
        shown.goto(f"{OVERVIEW}&space_token={names[name]['space_token']}")
        expect(shown.locator("h1")).to_have_text(name)
        expect(shown.locator("[data-metric=total_calls]")).to_have_text(f"{calls:,}")


def test_every_number_leads_to_the_list_it_counts(shown: Page, bank: Bank):
    """Each link with a whole number, on each card: the list that it names has so many."""
    shown.goto(OVERVIEW)
    expect(shown.locator("[data-metric=total_calls] a")).to_be_visible()
    for title in ("Talk time", "End reasons", "Campaigns", "Agents"):
        card = shown.locator("section.card", has=shown.get_by_role("heading", name=title))
        expect(card.get_by_role("link", name=NUMBER).or_(card.locator("dd a")).first).to_be_visible()
    followed = 0
    for link in _numbers(shown.locator("main")):
        kind, query, text = link
        listed = bank.ask(f"{kind}?{query}&page_size=1")
        assert f"{listed['count']:,}" == text, query
        followed += 1
    assert followed >= 20


def _numbers(within: Locator) -> list[tuple[str, str, str]]:
    """List, query and text of each link that says a whole number."""
    found = within.locator("a").evaluate_all(
        "all => all.map(one => [one.getAttribute('href') || '', one.innerText.trim()])"
    )
    paths = {"calls": "call-logs/", "tasks": "tasks/"}
    return [
        (paths[kind], href.partition("?")[2], text)
        for href, text in found
        for kind in [href.partition("?")[0].rpartition("/")[2]]
        if kind in paths and NUMBER.match(text)
    ]


def test_percentiles_are_those_of_the_api(shown: Page, bank: Bank):
    """Of the whole month, which the API says to within 1 %."""
    told = bank.ask("organisation/analytics/durations/", **MONTH)["data"]["durations"][0]["talk_time"]
    shown.goto(OVERVIEW)
    card = shown.locator("section", has_text="Half are within").last
    expect(card.locator(".percentiles dd").first).to_be_visible()
    texts = card.locator(".percentiles dd").all_inner_texts()
    for text, name in zip(texts, ("p50", "p90", "p95", "p99"), strict=True):
        assert abs(_seconds(text) - told[name]) <= 1, (text, told[name])


def _seconds(text: str) -> float:
    units = {"h": 3600, "min": 60, "s": 1}
    return sum(float(many) * units[unit] for many, unit in re.findall(r"([\d.]+)\s*(h|min|s)\b", text))


def test_the_list_scrolls_to_the_last_of_them(shown: Page, bank: Bank):
    """33,344 calls in one list; the last row is the API's last."""
    total = sum(SERVICES.values())
    shown.goto(f"board/{HANDLE}/calls?timezone=Asia/Jerusalem")
    grid = shown.locator("[role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", str(total + 1))
    grid.focus()
    shown.keyboard.press("End")
    last = bank.ask(f"call-logs/?page_size=1&page={total}")["data"][0]["call_id"]
    expect(shown.locator(f"[role=row][aria-rowindex='{total + 1}']")).to_contain_text(last)


@pytest.mark.parametrize(
    "query", ["call_status=missed", "agent={agent}", "min_duration=600", "end_reason=unknown"]
)
def test_a_filter_of_the_list(shown: Page, bank: Bank, query: str):
    """As many as the API counts."""
    agents = bank.series(metric="total_calls", group_by="agent")
    query = query.format(
        agent=next(one["group"]["agent"] for one in agents if one["group"]["agent"] != "unknown")
    )
    shown.goto(f"board/{HANDLE}/calls?timezone=Asia/Jerusalem&{query}")
    told = bank.ask(f"call-logs/?{query}&page_size=1")["count"]
    assert told
    expect(shown.locator("h1 [data-count]")).to_have_attribute("data-count", str(told))


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("task", "import")])
def test_every_page_shows_it(shown: Page, bank: Bank, name: str):
    """Without tasks and batches the page of these says what to do; axe finds nothing on any."""
    call_id = bank.ask("call-logs/?page_size=1")["data"][0]["call_id"]
    known = {"call_id": call_id, **bank.quarantined()}
    of = PAGES[name]
    shown.goto(of.path(HANDLE, **known) if name != "overview" else OVERVIEW)
    if name in ("tasks", "batches", "attention"):
        expect(shown.locator("main h1")).to_be_visible()
        expect(shown.locator("main")).to_contain_text(re.compile("Nothing|No tasks|No batches|yet"))
    else:
        expect(shown.locator(of.ready).first).to_be_visible()
    assert axe(shown) == []
