"""Vapi: `GET /call`, a plain list by creation, newest first; the next page is of calls no later than its
last.

As vapi-server-sdk lists calls: `limit`, `createdAtGe`, `createdAtLe`; it has no cursor.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.listing.lister import (
    Key,
    Lister,
    Question,
    Window,
    iso_millis,
    one_part,
)

_BEFORE: Final = "<"
"""Begins a cursor that means calls before a time, not also at it."""


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    latest = ("createdAtLe", cursor or iso_millis(window.until + SECOND))
    if cursor is not None and cursor.startswith(_BEFORE):
        latest = ("createdAtLt", cursor.removeprefix(_BEFORE))
    query = (("limit", str(rows)), ("createdAtGe", iso_millis(window.since)), latest)
    return Question(path="/call", query=query, headers=_headers(key))


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    if len(answer) < rows:
        return None
    times = sorted(str(row["createdAt"]) for row in answer)
    # Calls of the earliest moment come again, so that none of them is passed over; where a page is of one
    # moment alone, go on behind it.
    return f"{_BEFORE}{times[0]}" if times[0] == times[-1] else times[0]


def _one(key: Key, call_id: str) -> Question:
    return Question(path=f"/call/{quote(call_id, safe='')}", headers=_headers(key))


def _headers(key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


VAPI: Final = Lister(
    base_url="https://api.vapi.ai",
    key_form="the private API key",
    read_key=one_part,
    ask=_ask,
    follow=_follow,
    rows=(),
    page_rows=100,
    per_second=5,
    one=_one,
)
