"""Unpod: `GET /api/v2/platform/call-logs/`, newest first, in numbered pages.

Filters `start_date` and `end_date` as `DD-MM-YYYY HH:MM:SS` in the zone of the server, which is not told: a
day more is asked for on either side. Answers `{"count", "status_code", "message", "data"}`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from callboard.clock import DAY, SECOND, Micros
from callboard.ingest.sources.platforms.listing.lister import Key, Lister, Question, Window, two_parts


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    query = (
        ("start_date", _written(window.since - DAY)),
        ("end_date", _written(window.until + DAY)),
        ("page", (cursor or "1").partition(":")[0]),
        ("page_size", str(rows)),
    )
    headers = {"Authorization": f"Token {key.secret}", "Org-Handle": key.account}
    return Question(path="/api/v2/platform/call-logs/", query=query, headers=headers)


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:
    page, _, size = (cursor or "1").partition(":")
    told, listed = answer.get("count"), len(answer["data"])
    if not listed:
        return None
    # A server may give fewer rows in a page than it is asked for: the first page shows how many.
    rows = int(size) if size else (listed if told is not None and listed < int(told) else rows)
    more = listed == rows if told is None else int(page) * rows < int(told)
    return f"{int(page) + 1}:{rows}" if more else None


def _written(at: Micros) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%d-%m-%Y %H:%M:%S}"


UNPOD: Final = Lister(
    base_url="https://api.unpod.ai",
    key_form="OrgHandle:ApiToken",
    read_key=two_parts,
    ask=_ask,
    follow=_follow,
    rows=("data", "results"),
    page_rows=100,
    per_second=5,
)
