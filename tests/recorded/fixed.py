"""Time and chance held still: the same ids, tokens and times in every run."""

from __future__ import annotations

import hashlib
import secrets
import time
import types
import uuid
from collections.abc import Callable
from itertools import count

import pytest

from callboard import clock
from callboard.clock import Micros

SEED = "callboard"


def _drawn(kind: str) -> Callable[[int], bytes]:
    """Bytes that look drawn and are not. Each kind counts for itself: a process that draws one id more of
    one kind leaves all others as they were.
    """
    numbers = count()

    def draw(size: int) -> bytes:
        return hashlib.shake_256(f"{SEED} {kind} {next(numbers)}".encode()).digest(size)

    return draw


def hold_still(patch: pytest.MonkeyPatch, now: Callable[[], Micros]) -> None:
    """From here on secrets, ids and the clock of commands are the same in every run. `now`: the time."""
    hexes: dict[int, Callable[[int], bytes]] = {}
    texts, ids = _drawn("text"), _drawn("uuid")

    def token_hex(size: int = 32) -> str:
        return hexes.setdefault(size, _drawn(f"hex {size}"))(size).hex()

    def token_urlsafe(size: int = 32) -> str:
        # Letters only: no secret may look like another word of a command line or of an answer.
        return "".join(chr(ord("a") + each % 26) for each in texts((size * 4 + 2) // 3))

    patch.setattr(secrets, "token_hex", token_hex)
    patch.setattr(secrets, "token_urlsafe", token_urlsafe)
    patch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=ids(16), version=4))
    # Commands ask the system's clock; what lasts (limits, timeouts) goes on by the real one.
    still = types.SimpleNamespace(time_ns=lambda: now() * 1000, monotonic_ns=time.monotonic_ns)
    patch.setattr(clock, "time", still)
