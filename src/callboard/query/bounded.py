"""A dict with a bound: what is remembered must not grow with what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """At most `limit` entries; a new one beyond it pushes out the one that came first.

    First in, first out instead of least recently used: a hit then costs no more than a plain dict's, and what
    is pushed out is only read again. `size` says how much of the limit an entry takes, where entries differ
    too much to be counted; the newest stays whatever it takes.
    """

    def __init__(self, limit: int, size: Callable[[V], int] | None = None) -> None:
        super().__init__()
        self._limit = limit
        self._size = size
        self._held = 0

    def __setitem__(self, key: K, value: V) -> None:
        if self._size is not None:
            if key in self:
                del self[key]
            self._held += self._size(value)
            while self._held > self._limit and len(self):
                del self[next(iter(self))]
        elif len(self) >= self._limit and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        if self._size is not None:
            self._held -= self._size(self[key])
        super().__delitem__(key)
