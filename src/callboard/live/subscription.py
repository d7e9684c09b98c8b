"""One subscriber of a stream: the newest answer when it changed, at most four a second, and a last event.

Nothing is queued. A slow reader gets the newest answer once it has taken the one before, and those between
are skipped: its backlog is one message and what its connection buffers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from callboard.live.followed import FollowedScope
from callboard.live.message import HEARTBEAT, OPENING, EndReason, ending
from callboard.live.permit import Permit

MIN_INTERVAL_S = 0.25
"""Least time between two messages to one subscriber, in seconds."""
HEARTBEAT_S = 15.0
"""Seconds of silence after which a comment line is sent."""
MIN_HEARTBEAT_S = 2
"""The least a subscriber may ask for in place of `HEARTBEAT_S`."""
END_GRACE_S = 0.5
"""Seconds a reader has to take the last event of a stream; then its connection is cut."""


class Subscription:
    """A stream for one subscriber (`http.stream.Stream`). Owned by the event loop's thread."""

    def __init__(
        self,
        followed: FollowedScope,
        permit: Permit,
        ends_at: float,
        leave: Callable[[Subscription], None],
        heartbeat_s: float | None = None,
    ) -> None:
        self.followed = followed
        self.permit = permit
        self.ends_at = ends_at
        """When the stream has lasted its full time, by the event loop's clock."""
        self._heartbeat_s = HEARTBEAT_S if heartbeat_s is None else heartbeat_s
        self._leave: Callable[[Subscription], None] | None = leave
        self._ended: EndReason | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[object] | None = None
        followed.listeners.add(self._changed.set)

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """What to send, piece by piece. Ends after the last event, when the stream was told to end."""
        loop = asyncio.get_running_loop()
        # The task that sends: `_cut` cancels it when it waits for a reader that takes nothing.
        self._task = asyncio.current_task()
        yield OPENING
        sent: bytes | None = None
        while self._ended is None:
            # Compared by identity: each change makes a new bytes object, and messages need not be compared.
            if sent is not self.followed.message:
                sent, at = self.followed.message, loop.time()
                yield sent
                # From before the `yield`: the time the reader took counts as part of the pause.
                await asyncio.sleep(at + MIN_INTERVAL_S - loop.time())
                continue
            # No message can be missed: nothing awaits between the comparison above and this line.
            self._changed.clear()
            if not await self._changed_within(self._heartbeat_s):
                yield HEARTBEAT
        yield ending(self._ended)

    def end(self, reason: EndReason) -> bool:
        """End the stream with this reason; cut its connection if the reader does not take the last event
        within `END_GRACE_S`. Returns False if it was ending already: the first reason stands.
        """
        if self._ended is not None:
            return False
        self._ended = reason
        self._changed.set()
        asyncio.get_running_loop().call_later(END_GRACE_S, self._cut)
        return True

    def close(self) -> None:
        """The reader is gone: free its place. Safe to call again."""
        leave, self._leave = self._leave, None
        if leave is not None:
            self.followed.listeners.discard(self._changed.set)
            leave(self)

    def _cut(self) -> None:
        # Without `_leave` the stream was closed in time.
        if self._leave is not None and self._task is not None:
            self._task.cancel()

    async def _changed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
