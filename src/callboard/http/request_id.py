"""Request ids: unique, cheap to make, and the caller's own where it sends one."""

from __future__ import annotations

import re
import secrets
from itertools import count

# The id goes into logs and a response header: nothing that could break a line or a header.
_SAFE = re.compile(rb"[A-Za-z0-9._:\-]{1,128}")


class RequestIds:
    """Ids of one process: a random prefix, so that workers do not collide, and a counter."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6)
        self._numbers = count(1)

    def next(self) -> bytes:
        return f"{self._prefix}-{next(self._numbers):x}".encode()

    def of(self, sent: bytes | None) -> bytes:
        """The caller's `X-Request-Id` if it is 1 to 128 plain characters; else a new id."""
        if sent is not None and _SAFE.fullmatch(sent):
            return sent
        return self.next()
