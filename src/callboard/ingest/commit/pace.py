"""How long a commit waits for more requests. Each costs about the same whatever it holds, and what it takes
of the processors, readers lack: where requests keep coming one by one, some are batched. A request that comes
alone, or after others stopped coming, is written at once.
"""

from __future__ import annotations

import math

LONGEST_WAIT_S = 0.010
"""The batching delay: from the start of one commit to the start of the next, at most."""
QUIET_S = 0.003
"""Stop batching when no request arrived for so long: those who wait for their answers will not send more
before they have them. Above 1,000 requests a second it is proportionally shorter."""
QUIET_REQUESTS = 3
TARGET_REQUESTS_PER_COMMIT = 10
"""Target requests per commit: where more than this come in a `LONGEST_WAIT_S`, the delay is proportionally
shorter."""


class BatchingDelay:
    """Until when a commit waits, if others are about to come. Times are seconds of one clock."""

    def __init__(self, now: float) -> None:
        self.had_waiting_requests = False
        """Whether requests were waiting already when the last commit ended."""
        self._began = now
        self._requests_per_s = 0.0

    def begun(self, requests: int, at: float) -> None:
        """A commit of so many requests was begun then."""
        lately = requests / max(at - self._began, 1e-6)
        # An exponential moving average over about eight commits: one burst does not change the delay.
        self._requests_per_s += (lately - self._requests_per_s) / 8
        self._began = at

    def until(self) -> float:
        """Until when to wait; long ago where there is nobody to wait for."""
        if not self.had_waiting_requests:
            return -math.inf
        return self._began + self._scaled(LONGEST_WAIT_S, TARGET_REQUESTS_PER_COMMIT)

    def quiet_s(self) -> float:
        """After how long without another request the wait ends."""
        return self._scaled(QUIET_S, QUIET_REQUESTS)

    def _scaled(self, seconds: float, requests: float) -> float:
        """So long, or as long as so many requests take to come."""
        return min(seconds, requests / self._requests_per_s) if self._requests_per_s else seconds
