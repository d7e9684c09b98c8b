"""What a page asks the server for: counted, slowed down and answered otherwise, inside the browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_WRAPPED = """
(() => {
  const own = window.fetch.bind(window);
  const asked = {slow: %(slow_ms)d, begun: 0, aborted: 0, answered: 0, streams: [], queries: []};
  window.asked = asked;
  const later = (signal) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, asked.slow);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('', 'AbortError'));
    });
  });
  window.fetch = async (input, init) => {
    const url = new URL(input, document.baseURI);
    if (url.pathname.includes('/stream/')) {
      asked.streams.push(init?.signal);
      if (asked.slow) await later(init?.signal);
      return own(input, init);
    }
    if (!url.pathname.includes('/api/')) return own(input, init);
    asked.begun += 1;
    asked.queries.push(url.pathname + url.search);
    try {
      if (asked.slow) await later(init?.signal);
      const response = await own(input, init);
      let body = await response.text();
      if (window.otherwise && response.ok) body = JSON.stringify(window.otherwise(url, JSON.parse(body)));
      asked.answered += 1;
      const empty = [204, 304].includes(response.status);
      return new Response(empty ? null : body, {status: response.status, headers: response.headers});
    } catch (fault) {
      if (init?.signal?.aborted) asked.aborted += 1;
      throw fault;
    }
  };
})();
"""

_HIDEABLE = """
(() => {
  let state = 'visible';
  Object.defineProperty(document, 'visibilityState', {get: () => state});
  Object.defineProperty(document, 'hidden', {get: () => state === 'hidden'});
  window.look = (seen) => {
    state = seen ? 'visible' : 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
  };
})();
"""


def watch_questions(page: Page, *, slow_ms: int = 0) -> None:
    """Before the page is opened: count its questions, each as slow as a far network makes it."""
    page.add_init_script(_WRAPPED % {"slow_ms": slow_ms})


def answer_otherwise(page: Page, changed: str) -> None:
    """Before the page is opened: the page gets what `changed` makes of a question's URL and its answer."""
    watch_questions(page)
    page.add_init_script(f"window.otherwise = {changed}")


def make_hideable(page: Page) -> None:
    """Before the page is opened: let a test say that nobody sees it."""
    page.add_init_script(_HIDEABLE)


def look(page: Page, *, seen: bool) -> None:
    """Bring the tab to the front, or put another before it."""
    page.evaluate("seen => window.look(seen)", seen)


def questions(page: Page) -> dict[str, Any]:
    """How many were begun, answered and aborted so far, and how many streams are open."""
    found: dict[str, Any] = page.evaluate(
        "({...asked, streams: asked.streams.filter((signal) => !signal?.aborted).length})"
    )
    return found
