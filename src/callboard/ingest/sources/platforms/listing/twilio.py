"""Twilio: `GET /2010-04-01/Accounts/{Sid}/Calls.json`, by the time of the dialling, newest first.

As twilio-python lists calls: `StartTime>` and `StartTime<`, `PageSize`, and the page that `next_page_uri`
names. A call that was cancelled before it was dialled has no start and is in no such list; it is asked for
by itself.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.listing.lister import (
    Key,
    Lister,
    OddAnswerError,
    Question,
    Window,
    iso_seconds,
)

_KEY_PARTS: Final = (2, 3)


def _key(text: str) -> Key | None:
    parts = text.split(":")
    if len(parts) not in _KEY_PARTS or not all(parts) or not parts[0].startswith("AC"):
        return None
    return Key(parts[0], parts[-2], parts[-1])


def _path(key: Key, what: str) -> str:
    return f"/2010-04-01/Accounts/{quote(key.account, safe='')}/{what}"


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    query = [
        ("StartTime>", iso_seconds(window.since)),
        ("StartTime<", iso_seconds(window.until + SECOND)),
        ("PageSize", str(rows)),
    ]
    # The next page is named by a whole address. Of it the query is taken, never another host or path.
    query = parse_qsl(cursor, keep_blank_values=True) if cursor else query
    return Question(path=_path(key, "Calls.json"), query=tuple(query), basic=(key.user, key.secret))


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    following = _next_address(answer)
    if following is None:
        return None
    query = urlsplit(following).query
    if not query:
        raise OddAnswerError("its next page has no query")
    return query


def _next_address(answer: Any) -> str | None:
    return answer.get("next_page_uri") or None


def _one(key: Key, call_id: str) -> Question:
    return Question(path=_path(key, f"Calls/{quote(call_id, safe='')}.json"), basic=(key.user, key.secret))


TWILIO: Final = Lister(
    base_url="https://api.twilio.com",
    key_form="AccountSid:AuthToken, or AccountSid:ApiKeySid:ApiKeySecret",
    read_key=_key,
    ask=_ask,
    follow=_follow,
    next_address=_next_address,
    rows=("calls",),
    page_rows=1_000,
    per_second=10,
    one=_one,
)
