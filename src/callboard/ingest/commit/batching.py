"""How long a commit waits for more requests. A commit costs about the same for one request as for ten, and
its CPU time is taken from readers: while single requests keep arriving, they are batched. A request that
arrives alone, or after others stopped arriving, is written at once.
"""

from __future__ import annotations

import math

BATCHING_DELAY_S = 0.010
"""The batching delay: at most so long from the start of one commit to the start of the next."""
QUIET_S = 0.003
"""Stop batching when no request arrived for 3 ms: clients that wait for their answers send no more before
they have them. At high rates it is the mean time in which `QUIET_REQUESTS` arrive, if that is shorter."""
QUIET_REQUESTS = 3
TARGET_REQUESTS_PER_COMMIT = 10
"""When more than this arrive in a `BATCHING_DELAY_S`, the delay is proportionally shorter."""


class BatchingDelay:
    """Until when a commit waits for more requests. Times are seconds of one clock."""

    def __init__(self, now: float) -> None:
        self.had_waiting_requests = False
        """Whether requests were waiting already when the last commit ended."""
        self._began = now
        self._requests_per_s = 0.0

    def commit_started(self, requests: int, at: float) -> None:
        """A commit of so many requests was started at this time."""
        recent_rate = requests / max(at - self._began, 1e-6)
        # An exponential moving average over about eight commits: one burst does not change the delay.
        self._requests_per_s += (recent_rate - self._requests_per_s) / 8
        self._began = at

    def wait_until(self) -> float:
        """Until when to wait. In the past (-inf) when no request was waiting at the end of the last commit:
        the load is low, and a delay would only add latency.
        """
        if not self.had_waiting_requests:
            return -math.inf
        return self._began + self._scaled(BATCHING_DELAY_S, TARGET_REQUESTS_PER_COMMIT)

    def quiet_s(self) -> float:
        """Seconds without another request after which the wait for more ends."""
        return self._scaled(QUIET_S, QUIET_REQUESTS)

    def _scaled(self, seconds: float, requests: float) -> float:
        """`seconds`, or the time in which so many requests arrive at the recent rate, whichever is
        shorter.
        """
        return min(seconds, requests / self._requests_per_s) if self._requests_per_s else seconds
