"""A dict with a bound, for caches whose keys come from requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(dict[K, V]):
    """A dict of at most `limit` entries; a new one beyond it evicts the oldest one.

    Eviction is first in, first out, not least recently used: a hit then costs no more than in a plain dict,
    and an evicted value is only read from the store again. With `size`, the limit is on the sum of the sizes
    of the values; the newest entry stays whatever its size.
    """

    def __init__(self, limit: int, size: Callable[[V], int] | None = None) -> None:
        super().__init__()
        self._limit = limit
        self._size = size
        self._size_sum = 0

    def __setitem__(self, key: K, value: V) -> None:
        if self._size is not None:
            if key in self:
                del self[key]  # subtracts its old size, and makes it the newest entry
            self._size_sum += self._size(value)
            while self._size_sum > self._limit and len(self):
                del self[next(iter(self))]
        elif len(self) >= self._limit and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        if self._size is not None:
            self._size_sum -= self._size(self[key])
        super().__delitem__(key)
