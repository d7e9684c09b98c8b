"""Retell: `POST /v3/list-calls`, by the start, newest first, with a cursor.

As retell-sdk lists calls: `filter_criteria.start_timestamp` as a range in milliseconds, `limit`,
`pagination_key`; answers `{"items", "pagination_key", "has_more"}`.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from callboard.ingest.sources.platforms.listing.lister import (
    Key,
    Lister,
    Question,
    Window,
    more,
    one_part,
)


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    since, until = window.since // 1_000, -(-window.until // 1_000)
    wanted: dict[str, Any] = {
        "filter_criteria": {"start_timestamp": {"type": "range", "op": "bt", "value": [since, until]}},
        "sort_order": "descending",
        "limit": rows,
    }
    if cursor is not None:
        wanted["pagination_key"] = cursor
    return Question(path="/v3/list-calls", headers=_headers(key), json=wanted)


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    return more(answer, "pagination_key")


def _one(key: Key, call_id: str) -> Question:
    return Question(path=f"/v2/get-call/{quote(call_id, safe='')}", headers=_headers(key))


def _headers(key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


RETELL: Final = Lister(
    base_url="https://api.retellai.com",
    key_form="the API key",
    read_key=one_part,
    ask=_ask,
    follow=_follow,
    rows=("items", "calls", "data"),
    page_rows=1_000,
    per_second=5,
    one=_one,
)
