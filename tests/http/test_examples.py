"""The examples of the reference and the how-to pages are run: what a page shows is what is answered.

Each page is run from its top on a campaign of a few calls and tasks. A request with a reply behind it must
answer that reply; ids and secrets differ each time and are compared by their form.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from callboard.clock import micros
from tests.http.board import ON, Board, call, task
from tests.pages import DOCS, REFERENCE, ROOT, Example, examples

SERVER = "http://127.0.0.1:8321"
ANOTHER_CAMPAIGN = {ROOT / "README.md", REFERENCE / "get-analytics.md"}
"""Their reply is that of 1,250 calls, which `test_reference_page.py` sends: here they are only asked."""
PAGES = sorted({*REFERENCE.glob("*.md"), *(DOCS / "how-to").glob("*.md"), *ANOTHER_CAMPAIGN})
FORMS = (
    (re.compile(r"\b(spc|org)_[0-9a-f]{16}"), r"\1_…"),
    (re.compile(r"\bcb_[A-Za-z0-9_-]{8,}"), "cb_…"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "…"),
    (re.compile(r"\b[0-9a-f]{12}-[0-9a-f]+\b"), "…"),
)
"""What differs each time, and what is compared in its place."""


def a_campaign(board: Board) -> None:
    """The few calls and tasks that the examples are about."""
    board.now = micros(datetime(2026, 2, 7, 6, 0, tzinfo=UTC))
    told = {"answered_by": "human", "agent": "renewals", "task_id": "t-7"}
    board.send(
        call("c-1001", "ringing", occurred_at="2026-02-07T05:57:45Z", destination_number="+12025550123"),
        call("c-1001", occurred_at="2026-02-07T05:57:45Z", **_ANSWERED, **told),
        call("c-1002", "missed", creation_time="2026-02-07T05:56:30Z", end_reason="no_answer"),
        call("c-1003", "failed", creation_time="2026-02-07T05:55:10Z", end_reason="invalid_number"),
        call("c-1004", "queued", creation_time="2026-02-07T05:59:00Z"),
        task("t-7", "completed", run_id="r-spring-1", assignee="renewals", created="2026-02-07T05:30:00Z"),
        task(
            "t-8", "failed", run_id="r-spring-1", created="2026-02-07T05:30:00Z", failure_reason="no_answer"
        ),
        task("t-9", "processing", run_id="r-spring-1", assignee="renewals", **_LONG_AGO),
    )
    board.now = micros(datetime(2026, 2, 7, 6, 10, tzinfo=UTC))


_ANSWERED = {
    "call_type": "outbound",
    "creation_time": "2026-02-07T05:57:45Z",
    "start_time": "2026-02-07T05:57:52Z",
    "end_time": "2026-02-07T06:00:10Z",
    "end_reason": "customer_hangup",
}
_LONG_AGO = {"created": "2026-02-07T05:30:00Z", "occurred_at": "2026-02-07T05:40:00Z"}


class Asked(msgspec.Struct):
    """One `curl` of an example."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None


def asked(text: str, variables: dict[str, str]) -> Asked:
    """The request that a `curl` line makes. Only what our examples use is understood."""
    for name, value in variables.items():
        text = re.sub(rf"\$\{{?{name}\b\}}?", value, text)
    words = shlex.split(text.replace("\\\n", " "))
    found = Asked("GET", "", {}, None)
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            found.method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            found.headers[name] = value
        elif word == "-d":
            found.body = next(rest)
        elif word != "-s":
            assert word.startswith("http"), f"an example with {word!r}: say here how it is run"
            found.url = word
    assert "$" not in found.url, f"an example with an unknown variable: {found.url}"
    return found


def requests(page: Path) -> Iterator[tuple[Example, Example | None]]:
    """The page's `curl` blocks, each with the JSON behind it, if there is one."""
    shown = examples(page)
    for place, example in enumerate(shown):
        if example.language == "sh" and example.text.startswith("curl "):
            after = shown[place + 1] if place + 1 < len(shown) else None
            is_reply = after is not None and after.language == "json" and after.section == example.section
            yield example, after if is_reply else None


def answer_of(board: Board, example: Example, variables: dict[str, str]) -> httpx.Response:
    wanted = asked(example.text, variables)
    split = urlsplit(wanted.url)
    path = f"{split.path}?{split.query}" if split.query else split.path
    body: dict[str, Any] = {} if wanted.body is None else {"content": wanted.body.encode()}
    return board.ask(wanted.method, path, headers=wanted.headers, **body)


def formed(text: str) -> Any:
    """A JSON text with what differs each time in one form."""
    for pattern, form in FORMS:
        text = pattern.sub(form, text)
    return json.loads(text, object_hook=lambda found: {**found, "id": 0} if "id" in found else found)


def variables_of(board: Board) -> dict[str, str]:
    dialler = board.token(board.acme, role="member")
    return {
        "URL": f"{SERVER}/api/v2/platform",
        "TOKEN_ID": str(board.token_of(dialler).id),
        "TOKEN": board.admin,
        "SPACE": board.spring.token,
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_the_examples_of_a_page_answer_what_it_shows(board, page):
    """From its top to its end, each request of the page is answered as the page says."""
    if ON != "sqlite" and page.stem == "service":
        pytest.skip("/readyz is shown of a file")
    a_campaign(board)
    variables = variables_of(board)
    for example, shown_reply in requests(page):
        reply = None if page in ANOTHER_CAMPAIGN else shown_reply
        answer = answer_of(board, example, variables)
        where = f"docs/{page.parent.name}/{page.name}, line {example.line}"
        expected = (200, 201, 204) if reply is None else (json.loads(reply.text).get("status_code", 200),)
        assert answer.status_code in expected, f"{where}: {answer.text}"
        if reply is not None:
            assert formed(answer.text) == formed(reply.text), f"{where}:\n{shown(answer.text)}"
            assert list(answer.json()) == list(json.loads(reply.text)), where


def shown(text: str) -> str:
    """An answer as a page shows it."""
    return msgspec.json.format(text, indent=2)


def test_there_are_examples_to_run():
    """Every page about an endpoint shows at least one request with its reply."""
    about_endpoints = {"organizations", "spaces", "runs", "tasks", "call-logs", "events", "tokens", "service"}
    assert about_endpoints == {
        page.stem
        for page in PAGES
        if any(reply for _, reply in requests(page)) and page.stem in about_endpoints
    }
