"""Names of headers that a sender may put a secret or a signature into, and that arrive as they were sent."""

from __future__ import annotations

import re
from typing import Final

NAME_CHARACTERS: Final = 100
"""Longest name of a header of a hook."""
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]+")
"""A token of HTTP, but for `_`: proxies drop headers with one unless they are told not to."""
_OF_HTTP: Final = frozenset(
    {
        "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control",
        "connection", "content-encoding", "content-length", "content-type", "cookie", "date", "expect",
        "forwarded", "from", "host", "keep-alive", "max-forwards", "origin", "pragma", "range", "referer",
        "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via", "x-real-ip", "x-request-id",
    }
)  # fmt: skip
"""What clients and proxies write themselves, or take away."""
_OF_PROXIES: Final = ("x-forwarded-", "proxy-", "sec-", "if-", "cf-")


def header_fault(name: str) -> str | None:
    """Why a secret cannot come in a header of this name, in words that say what is expected; None: it can."""
    if not 0 < len(name) <= NAME_CHARACTERS or not _NAME.fullmatch(name):
        return (
            f"must be the name of a header, as X-Callboard-Secret: 1 to {NAME_CHARACTERS} letters, digits "
            "and hyphens, no space, no colon, no underscore (proxies drop such headers)"
        )
    plain = name.lower()
    if plain == "authorization":
        return "must be another name: Authorization is read anyway, as Bearer or Basic"
    if plain in _OF_HTTP or plain.startswith(_OF_PROXIES):
        return f"must be another name: clients and proxies write {name} themselves"
    return None
