"""The bodies of events by item, in a temporary database: for a count that is thrown away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import apsw
from msgspec import msgpack

_CACHE_KIB: Final = 32_768
_CREATE: Final = (
    # Two tables, as the bodies are read of few items and the rest of all.
    "CREATE TABLE part (key BLOB NOT NULL, created INTEGER);CREATE TABLE bodies (bodies BLOB NOT NULL)"
)
_ADD_PART: Final = "INSERT INTO part VALUES (?, ?)"
_ADD_BODIES: Final = "INSERT INTO bodies VALUES (?)"
_SORT: Final = "CREATE INDEX part_key ON part (key)"
_REPEATED: Final = "SELECT key FROM part GROUP BY key HAVING count(*) > 1"
_PARTS: Final = (
    "SELECT bodies FROM part JOIN bodies ON bodies.rowid = part.rowid WHERE key = ? ORDER BY part.rowid"
)
_UNDATE: Final = "UPDATE part SET created = NULL WHERE key = ?"
_bodies = msgpack.Decoder(list[bytes]).decode


class BodiesByItem:
    """Keeps the bodies of events, each under the key of its item.

    They are only appended, and sorted by their keys once, at the end. SQLite keeps them in memory while they
    are few, and in files that it deletes by itself when they are many: memory is bounded for any number of
    items, and of events of one.
    """

    def __init__(self) -> None:
        self._database = apsw.Connection("")
        # No journal: nothing is kept of the tables, whatever happens.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            self._database.execute(f"PRAGMA {pragma}").fetchall()
        self._database.execute(_CREATE)

    def add(self, items: Sequence[tuple[bytes, Sequence[bytes], int]]) -> None:
        """Add a batch of items: key, bodies, and the time of creation that these bodies alone give."""
        with self._database:
            self._database.executemany(_ADD_PART, ((key, created) for key, _, created in items))
            self._database.executemany(_ADD_BODIES, ((msgpack.encode(bodies),) for _, bodies, _ in items))

    def repeated(self) -> Iterator[tuple[bytes, Iterable[list[bytes]]]]:
        """The items that several batches hold, each with its bodies batch by batch. They are no longer in the
        `span`. To be called once, when all is added.
        """
        with self._database:
            self._database.execute(_SORT)
            for (key,) in self._database.execute(_REPEATED):
                yield key, (_bodies(found) for (found,) in self._database.execute(_PARTS, (key,)))
                self._database.execute(_UNDATE, (key,))

    def span(self) -> tuple[int | None, int | None]:
        """The earliest and the latest time of creation."""
        first, last = self._database.execute("SELECT min(created), max(created) FROM part").fetchone() or (
            None,
            None,
        )
        return first, last

    def close(self) -> None:
        """Delete the tables."""
        self._database.close()
