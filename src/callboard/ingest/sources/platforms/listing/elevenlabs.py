"""ElevenLabs: `GET /v1/convai/conversations`, by the start, newest first, with a cursor.

As elevenlabs-python lists conversations: `call_start_after_unix`, `call_start_before_unix`, `page_size`,
`cursor`; answers `{"conversations", "next_cursor", "has_more"}`. The list tells neither the carrier's id
nor how a call failed: the answer about a single conversation does.
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
    more,
    one_part,
    seconds_up,
)

_PATH: Final = "/v1/convai/conversations"


def _ask(key: Key, window: Window, cursor: str | None, rows: int) -> Question:
    query = [
        # After and before may or may not mean the second itself.
        ("call_start_after_unix", str(window.since // SECOND - 1)),
        ("call_start_before_unix", str(seconds_up(window.until) + 1)),
        ("page_size", str(rows)),
    ]
    if cursor is not None:
        query.append(("cursor", cursor))
    return Question(path=_PATH, query=tuple(query), headers=_headers(key))


def _follow(answer: Any, cursor: str | None, rows: int) -> str | None:  # noqa: ARG001 - as all
    return more(answer, "next_cursor")


def _one(key: Key, call_id: str) -> Question:
    return Question(path=f"{_PATH}/{quote(call_id, safe='')}", headers=_headers(key))


def _headers(key: Key) -> dict[str, str]:
    return {"xi-api-key": key.secret}


ELEVENLABS: Final = Lister(
    base_url="https://api.elevenlabs.io",
    key_form="the API key",
    read_key=one_part,
    ask=_ask,
    follow=_follow,
    rows=("conversations",),
    page_rows=100,
    per_second=5,
    one=_one,
    tells_more=True,
)
