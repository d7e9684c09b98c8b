"""Counts how often each of many keys came, exactly and in bounded memory."""

from __future__ import annotations

from typing import Final

import apsw

KEY_BYTES: Final = 16
MAX_IN_MEMORY: Final = 100_000
"""Keys whose counts are in memory; beyond, the counts are written to a temporary database."""
_CACHE_KIB: Final = 16_384
_CREATE: Final = "CREATE TABLE occurrences (key BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID"
_WRITE: Final = "INSERT INTO occurrences VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET count = excluded.count"


class Occurrences:
    """Counts keys of `KEY_BYTES` uniformly distributed bytes, as digests are.

    The counts of the latest keys are in memory. Older ones are in a temporary database, which SQLite deletes
    by itself; a filter in memory tells of most keys that they are not in it, so that only keys that came
    before are looked up.
    """

    def __init__(self, most_in_memory: int = MAX_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._latest: dict[bytes, int] = {}
        # About 1,300 bits for each key in memory, 16 MiB for 100,000: of ten million keys, one new key in
        # fifty is then looked up in vain.
        self._bits = 1 << (most_in_memory.bit_length() + 10)
        self._filter = bytearray()
        self._database: apsw.Connection | None = None

    def count(self, key: bytes) -> int:
        """Count a key once more: how often it came, this time included."""
        before = self._latest.get(key)
        if before is None:
            before = self._written(key)
        self._latest[key] = before + 1
        if len(self._latest) >= self._most:
            self._write()
        return before + 1

    def empty_filter(self) -> bytearray:
        """A filter that knows of no key, in its size."""
        return bytearray(self._bits // 8)

    def clear(self) -> None:
        """Forget all keys."""
        self._latest.clear()
        self._filter = bytearray()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _written(self, key: bytes) -> int:
        if self._database is None:
            return 0
        first, second = self._places(key)
        found = self._filter
        if not (found[first >> 3] >> (first & 7) & 1 and found[second >> 3] >> (second & 7) & 1):
            return 0
        row = self._database.execute("SELECT count FROM occurrences WHERE key = ?", (key,)).fetchone()
        return 0 if row is None else int(row[0])

    def _write(self) -> None:
        if self._database is None:
            self._database = _temporary_database()
            self._filter = self.empty_filter()
        with self._database:
            # In the order of the table: keys of one page are then written together.
            self._database.executemany(_WRITE, sorted(self._latest.items()))
        for key in self._latest:
            for place in self._places(key):
                self._filter[place >> 3] |= 1 << (place & 7)
        self._latest.clear()

    def _places(self, key: bytes) -> tuple[int, int]:
        """The two bits of the filter that a key sets."""
        number = int.from_bytes(key[:8], "little")
        return number % self._bits, (number >> 32) % self._bits


def _temporary_database() -> apsw.Connection:
    database = apsw.Connection("")  # a file that nobody else sees, deleted when it is closed
    database.execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        f"PRAGMA cache_size = -{_CACHE_KIB}"
    )
    database.execute(_CREATE)
    return database
