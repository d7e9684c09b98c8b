"""Plivo: `GET /v1/Account/{auth_id}/Call/`, calls that are over, by their end, in pages of twenty.

As plivo-python lists calls: `end_time__gte`, `end_time__lte`, `limit`; `meta.next` is an address whose
query has either `cursor` or `offset`. A cursor supersedes the offset, which may not ride along with it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from callboard.clock import SECOND, Micros
from callboard.ingest.sources.platforms.listing.lister import (
    Key,
    Lister,
    OddAnswerError,
    Question,
    Window,
    seconds_up,
    two_parts,
)


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    query = [
        ("end_time__gte", _written(window.since // SECOND)),
        ("end_time__lte", _written(seconds_up(window.until))),
        ("limit", str(rows)),
    ]
    if cursor is not None:
        name, _, value = cursor.partition("=")
        query.append((name, value))
    return Question(path=_path(key), query=tuple(query), basic=(key.user, key.secret))


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    following = _next_address(answer)
    if following is None:
        return None
    query = parse_qs(urlsplit(following).query)
    for name in ("cursor", "offset"):
        if query.get(name):
            return f"{name}={query[name][0]}"
    raise OddAnswerError("its next page has neither cursor nor offset")


def _next_address(answer: Any) -> str | None:
    following = answer["meta"].get("next")
    return str(following) if following else None


def _one(key: Key, call_id: str) -> Question:
    return Question(path=f"{_path(key)}{quote(call_id, safe='')}/", basic=(key.user, key.secret))


def _path(key: Key) -> str:
    return f"/v1/Account/{quote(key.account, safe='')}/Call/"


def _written(at_s: Micros) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S}"


PLIVO: Final = Lister(
    base_url="https://api.plivo.com",
    key_form="AuthId:AuthToken",
    read_key=two_parts,
    ask=_ask,
    follow=_follow,
    next_address=_next_address,
    rows=("objects",),
    page_rows=20,
    per_second=5,
    one=_one,
)
