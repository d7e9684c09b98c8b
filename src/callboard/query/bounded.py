"""A dict with a bound: what is remembered must not grow with what is asked."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """At most `limit` entries; a new one beyond it pushes out the one that came first.

    First in, first out instead of least recently used: a hit then costs no more than a plain dict's, and
    what is pushed out is only read again.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self._limit and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)
