"""One subscriber: the newest answer when it changed, never more than a few a second, and an end.

Nothing is queued. Whoever reads slowly is told the newest answer once it has taken the one before: its
backlog is one message, and what its connection buffers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from callboard.live.followed import Followed
from callboard.live.message import HEARTBEAT, OPENING, EndReason, ending
from callboard.live.permit import Permit

APART_S = 0.25
"""Time between two messages to one subscriber, at least."""
HEARTBEAT_S = 15.0
"""Silence after which a comment is sent."""
SHORTEST_HEARTBEAT_S = 2
"""The shortest silence that a subscriber may ask for instead."""
GRACE_S = 0.5
"""How long a subscriber that must end may take to read its last words; then it is cut off."""


class Subscription:
    """A stream for one subscriber. Owned by the event loop's thread."""

    def __init__(
        self,
        followed: Followed,
        permit: Permit,
        over_at: float,
        leave: Callable[[Subscription], None],
        heartbeat_s: float | None = None,
    ) -> None:
        self.followed = followed
        self.permit = permit
        self.over_at = over_at
        """By the event loop's clock: when it has lasted long enough."""
        self._heartbeat_s = HEARTBEAT_S if heartbeat_s is None else heartbeat_s
        self._leave: Callable[[Subscription], None] | None = leave
        self._ended: EndReason | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[object] | None = None
        followed.listeners.add(self._news.set)

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """What to send, piece by piece; ends when the stream is to end."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        yield OPENING
        told: bytes | None = None
        while self._ended is None:
            if told is not self.followed.message:
                told, at = self.followed.message, loop.time()
                yield told
                await asyncio.sleep(at + APART_S - loop.time())
                continue
            self._news.clear()
            if not await self._told_within(self._heartbeat_s):
                yield HEARTBEAT
        yield ending(self._ended)

    def end(self, reason: EndReason) -> bool:
        """Have it end with this reason, unless it has one; a reader that stalls is cut off shortly after."""
        if self._ended is not None:
            return False
        self._ended = reason
        self._news.set()
        asyncio.get_running_loop().call_later(GRACE_S, self._cut)
        return True

    def close(self) -> None:
        """Nobody reads any more; its place is free. Again: nothing."""
        leave, self._leave = self._leave, None
        if leave is not None:
            self.followed.listeners.discard(self._news.set)
            leave(self)

    def _cut(self) -> None:
        if self._leave is not None and self._task is not None:
            self._task.cancel()

    async def _told_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
