"""A real Chromium, and a page in it that notes whatever must not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_NOTE_VIOLATIONS = """
  addEventListener('securitypolicyviolation', (event) =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
"""

_RUN_AXE = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: tags});
  // How wide a bar is drawn is what the chart says: WCAG excepts it ("essential"). All else has 24 px.
  const inChart = (node) => document.querySelector(node.target[0])?.closest('[data-chart]');
  const isBar = (rule, node) => rule.id === 'target-size' && inChart(node);
  for (const rule of found.violations) rule.nodes = rule.nodes.filter((node) => !isBar(rule, node));
  return found;
}"""


def executable() -> str | None:
    """The Chromium of this machine."""
    named = os.environ.get("CALLBOARD_CHROMIUM")
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


def launch(playwright: Playwright) -> Browser:
    """Start it. Its own flags of Playwright stay."""
    return playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))


@dataclass
class Watched:
    """What a page did that none may do."""

    host: str
    strangers: list[str] = field(default_factory=list)
    """Requests to anybody but the server."""
    faults: list[str] = field(default_factory=list)
    """Errors of scripts, and violations of the Content-Security-Policy."""

    def watch(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != self.host and parts.scheme not in ("data", "blob"):
            self.strangers.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        # An answer of 401 or a connection refused is the network's; a script that fails is ours.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)


@contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[tuple[Page, Watched]]:
    """A page of a fresh context, with no session. It must have asked nobody else, and have no fault."""
    context: BrowserContext = browser.new_context(
        base_url=url,
        locale="en-GB",
        **{"viewport": {"width": 1280, "height": 800}, "timezone_id": "UTC", **options},
    )
    context.set_default_timeout(20_000)
    context.add_init_script(_NOTE_VIOLATIONS)
    page = context.new_page()
    watched = Watched(urlsplit(url).netloc)
    watched.watch(page)
    try:
        yield page, watched
    finally:
        context.close()
    assert watched.strangers == [], "a request to somebody else"
    assert watched.faults == [], "a script failed, or broke the Content-Security-Policy"


def sign_in(page: Page, token: str) -> None:
    """By the page's own form."""
    page.goto("")
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def let_in(page: Page, url: str, token: str) -> None:
    """The session's cookie without the form."""
    page.context.add_cookies([{"name": "callboard_session", "value": token, "url": url}])


def axe(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2 AA, and by best practice."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(_RUN_AXE)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for each in found["violations"]
        for node in each["nodes"]
    ]
