"""The bytes of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

from typing import Literal

import msgspec

RETRY_MS = 1_000
"""How long a client waits before it reconnects, in milliseconds: sent as `retry:`."""

EndReason = Literal["token_ended", "time_over", "stopping", "store_unavailable", "fault"]
WHY: dict[EndReason, str] = {
    "token_ended": "The token was revoked or expired, or may not enter this organization any more.",
    "time_over": "A stream lasts only so long; connect again.",
    "stopping": "The server is stopping; connect again.",
    "store_unavailable": "The store cannot answer; connect again shortly.",
    "fault": "A fault of ours; connect again.",
}
"""Why a stream ends, in words for people. The reasons are a closed list: clients may switch on them."""

OPENING = b"retry: %d\n\n" % RETRY_MS
HEARTBEAT = b":\n\n"
"""A comment line: shows that the connection is alive, and is not an event to clients."""


def message(version: str, body: bytes) -> bytes:
    """An event of the default type. `body` is the JSON of an answer on one line: a line break would end
    `data:`. `version` becomes the client's `Last-Event-ID`.
    """
    return b"id: %s\ndata: %s\n\n" % (version.encode(), body)


def ending(reason: EndReason) -> bytes:
    """The last event of a stream that the server ends, of type `end`."""
    return b"event: end\ndata: %s\n\n" % msgspec.json.encode({"reason": reason, "message": WHY[reason]})
