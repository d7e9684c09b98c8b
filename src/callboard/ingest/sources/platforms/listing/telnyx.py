"""Telnyx: `GET /v2/call_events`, the events that it sent, of the last 24 hours, or of one leg whenever it
was.

As telnyx-python lists call events: `filter[occurred_at][gte]` (one bound alone is taken),
`filter[type]=webhook`, `page[number]`, `page[size]`; answers `{"data", "meta": {"page_number",
"total_pages"}}`.
"""

from __future__ import annotations

from typing import Any, Final

from callboard.clock import DAY
from callboard.ingest.sources.platforms.listing.lister import (
    Key,
    Lister,
    Question,
    Window,
    iso_millis,
    one_part,
)


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    query = (
        ("filter[occurred_at][gte]", iso_millis(window.since)),
        ("filter[type]", "webhook"),
        ("page[number]", cursor or "1"),
        ("page[size]", str(rows)),
    )
    return Question(path="/v2/call_events", query=query, headers=_headers(key))


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    meta = answer.get("meta") or {}
    page = int(meta.get("page_number") or cursor or 1)
    return str(page + 1) if page < int(meta.get("total_pages") or 0) else None


def _one(key: Key, call_id: str) -> Question:
    query = (("filter[leg_id]", call_id), ("filter[type]", "webhook"), ("page[size]", "250"))
    return Question(path="/v2/call_events", query=query, headers=_headers(key))


def _headers(key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


TELNYX: Final = Lister(
    base_url="https://api.telnyx.com",
    key_form="the API key",
    read_key=one_part,
    ask=_ask,
    follow=_follow,
    rows=("data",),
    page_rows=250,
    per_second=5,
    one=_one,
    tells_state=False,
    looks_back=DAY,
)
