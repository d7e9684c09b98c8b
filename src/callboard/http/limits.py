"""How many failures a caller may have: unknown tokens of an address, foreign handles of a token there.

In memory and per worker; it slows guessing down and keeps a script gone wrong cheap. A request with a good
token and a handle of its own is never shut out, neither by a neighbour at the same address nor by another
script with the same token.
"""

from __future__ import annotations

from collections.abc import Hashable

from callboard.clock import MINUTE, SECOND, Clock, Micros
from callboard.query.bounded import Bounded

CALLERS = 10_000
"""How many callers with failures are remembered."""


class FailureLimit:
    """At most so many failures a minute and caller; beyond it, `wait_s` says how long to stay away."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """`clock` must be monotonic: by one that is set back, a limit would not end."""
        self._per_minute = per_minute
        self._clock = clock
        self._failures: Bounded[Hashable, tuple[Micros, int]] = Bounded(CALLERS)

    def wait_s(self, caller: Hashable) -> int:
        """Seconds until this caller may try again; 0: now."""
        began, count = self._failures.get(caller, (0, 0))
        left = began + MINUTE - self._clock()
        return -(-left // SECOND) if count >= self._per_minute and left > 0 else 0

    def failed(self, caller: Hashable) -> None:
        """Count a failure."""
        now = self._clock()
        began, count = self._failures.pop(caller, (now, 0))
        if now >= began + MINUTE:
            began, count = now, 0
        self._failures[caller] = (began, count + 1)


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or the /64 that one holder of IPv6 addresses has anyway."""
    if ":" not in address or "." in address:
        return address
    head, _, tail = address.partition("::")
    groups = head.split(":") if head else []
    if len(groups) < 4:
        missing = 8 - len(groups) - (len(tail.split(":")) if tail else 0)
        groups = [*groups, *["0"] * missing, *tail.split(":")]
    return ":".join(groups[:4])
