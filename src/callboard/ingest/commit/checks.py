"""Whether the writer would write now what it is sent: `/readyz` asks the client, and the client this."""

from __future__ import annotations

import asyncio
import time

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit.supervisor import NOT_BACK, Supervisor

STUCK_AFTER_S = 0.8
"""A commit that waits so long for a lock or for the disk is a reason not to be ready."""
LOOK_EVERY_S = 0.05

_WAITS = {
    "opening": "The store has not been opened for {:.0f} s.",
    "lock": "The store has been locked by another process for {:.0f} s.",
    "sync": "The disk of the store has not taken a commit for {:.0f} s.",
}


async def check_pace(supervisor: Supervisor, loop: asyncio.AbstractEventLoop) -> None:
    """Raises when the writer does not answer, or has waited long for what it cannot hurry."""
    writer = supervisor.reach(loop)
    if writer.silent_since is not None and time.monotonic() - writer.silent_since > supervisor.timeout_s:
        supervisor.give_up("has not answered", time.monotonic() - writer.silent_since)
    while writer is supervisor.writer:
        try:
            word, age_s = await writer.doing()
        except EOFError:
            break
        if writer is not supervisor.writer:
            break  # it ended while its answer was on the way
        if word not in _WAITS:
            return
        if supervisor.failed is not None:
            raise supervisor.failed  # it waits again for what the previous commit waited for in vain
        if age_s >= STUCK_AFTER_S:
            raise StoreUnavailableError(_WAITS[word].format(age_s), 5)
        # It may have begun to wait just now: a moment later it may be past it, or stuck.
        await asyncio.sleep(LOOK_EVERY_S)
    raise supervisor.failed or StoreUnavailableError(NOT_BACK)
