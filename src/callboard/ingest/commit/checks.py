"""Whether the writer would commit now: `/readyz` checks the client, and the client calls this."""

from __future__ import annotations

import asyncio
import time

from callboard.errors import StoreUnavailableError
from callboard.ingest.commit.supervisor import NOT_BACK, Supervisor

STUCK_AFTER_S = 0.8
"""Not ready when a commit has waited so long for a lock or for the disk. Less than the second that `/readyz`
gives to a check, so that the answer can name the reason."""
CHECK_EVERY_S = 0.05
"""Short against the second that `/readyz` has, long against the question itself (about 1 ms)."""

_WAITS = {
    "opening": "The store has not been opened for {:.0f} s.",
    "lock": "The store has been locked by another process for {:.0f} s.",
    "sync": "The disk of the store has not taken a commit for {:.0f} s.",
}


async def check_progress(supervisor: Supervisor, loop: asyncio.AbstractEventLoop) -> None:
    """Raises when the writer does not answer, or has waited too long for a lock, the disk or the store."""
    writer = supervisor.reach(loop)
    if writer.silent_since is not None and time.monotonic() - writer.silent_since > supervisor.timeout_s:
        supervisor.kill_hung_writer("has not answered", time.monotonic() - writer.silent_since)
    while writer is supervisor.writer:
        try:
            _, activity, age_s, _ = await writer.doing()
        except EOFError:
            break
        if writer is not supervisor.writer:
            break  # it was replaced while its answer was on the way
        if activity not in _WAITS:
            return
        if supervisor.failed is not None:
            raise supervisor.failed  # the previous commit failed waiting for the same
        if age_s >= STUCK_AFTER_S:
            raise StoreUnavailableError(_WAITS[activity].format(age_s), 5)
        # It may have started to wait just now: check again until the wait ends or is too long.
        await asyncio.sleep(CHECK_EVERY_S)
    raise supervisor.failed or StoreUnavailableError(NOT_BACK)
