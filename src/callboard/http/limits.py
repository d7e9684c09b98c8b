"""Rate limit on failed authentication: unknown tokens by address, foreign handles by address and token.

It is kept in memory, by each worker for itself: enough to slow guessing down and to keep a misconfigured
script cheap. Only failures are counted and only failures are refused. A request with a valid token and its
own handle always passes, whatever others at the same address or with the same token have done.
"""

from __future__ import annotations

from collections.abc import Hashable

from callboard.clock import MINUTE, SECOND, Clock, Micros
from callboard.query.bounded_cache import BoundedCache

CALLERS = 10_000
"""Callers with failures that are remembered. Beyond it the oldest is forgotten and may fail again."""


class FailureLimit:
    """At most `per_minute` failures of each caller, in windows of a minute that begin with a failure."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """`clock` must be monotonic: if the system's time is set back, a window would not end."""
        self._per_minute = per_minute
        self._clock = clock
        self._failures: BoundedCache[Hashable, tuple[Micros, int]] = BoundedCache(CALLERS)

    def wait_s(self, caller: Hashable) -> int:
        """Whole seconds until this caller may fail again; 0 if it may now."""
        began, count = self._failures.get(caller, (0, 0))
        left = began + MINUTE - self._clock()
        # Rounded up: a client that waits as long as `Retry-After` says must not be refused once more.
        return -(-left // SECOND) if count >= self._per_minute and left > 0 else 0

    def failed(self, caller: Hashable) -> None:
        """Count a failure."""
        now = self._clock()
        # Taken out and put back: `BoundedCache` forgets by age of insertion, so a caller that goes on failing
        # must become the newest, or it could be pushed out by failures from other addresses.
        began, count = self._failures.pop(caller, (now, 0))
        if now >= began + MINUTE:
            began, count = now, 0
        self._failures[caller] = (began, count + 1)


def network_of(address: str) -> str:
    """What failures of an address are counted under: the address itself, or the /64 network of an IPv6 one.

    A /64 is what one subscriber has anyway: counted by address, it could fail 2^64 times as often.
    """
    if ":" not in address or "." in address:
        return address  # IPv4, IPv4 mapped into IPv6, or no IP address at all
    # `::` stands for as many zero groups as are missing to eight. Only the first four groups matter.
    head, _, tail = address.partition("::")
    groups = head.split(":") if head else []
    if len(groups) < 4:
        missing = 8 - len(groups) - (len(tail.split(":")) if tail else 0)
        groups = [*groups, *["0"] * missing, *tail.split(":")]
    return ":".join(groups[:4])
