"""Server-sent events as they go out."""

from __future__ import annotations

from typing import Literal

import msgspec

RETRY_MS = 1_000
"""How long a client waits before it connects again."""

EndReason = Literal["token_ended", "time_over", "stopping", "store_unavailable", "fault"]
WHY: dict[EndReason, str] = {
    "token_ended": "The token was revoked or expired, or may not enter this organization any more.",
    "time_over": "A stream lasts only so long; connect again.",
    "stopping": "The server is stopping; connect again.",
    "store_unavailable": "The store cannot answer; connect again shortly.",
    "fault": "A fault of ours; connect again.",
}
"""Why a stream ends, in words. The reasons are a closed list."""

OPENING = b"retry: %d\n\n" % RETRY_MS
HEARTBEAT = b":\n\n"
"""A comment: says that the connection lives, and nothing of the numbers."""


def message(version: str, body: bytes) -> bytes:
    """An answer (one line of JSON) under its version."""
    return b"id: %s\ndata: %s\n\n" % (version.encode(), body)


def ending(reason: EndReason) -> bytes:
    """The last event of a stream that the server ends."""
    return b"event: end\ndata: %s\n\n" % msgspec.json.encode({"reason": reason, "message": WHY[reason]})
