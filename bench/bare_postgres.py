"""The comparison for ingest on PostgreSQL: psycopg alone writes the rows that Callboard would write.

`python -m bench.bare_postgres BOARD REQUESTS_A_ROUND EVENT_IDS`, as for `bench.bare`. Each request is one
transaction: its event records by one INSERT over arrays, the final rows of its calls by one upsert over
arrays, both sent without waiting (pipeline mode); no reads, no counters, no parsing. The tables and indexes
are the same, in a copy of the same database on the same server.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import psycopg
from psycopg.types.numeric import Int8Dumper

from bench.bare import COLUMNS, Bare, Rows, serve
from bench.files import Board
from callboard.fold.batch import Loaded
from callboard.store.sql.rows import CALL_COLUMNS

EVENT_TYPES = ("BIGINT",) * 7 + ("TEXT", "BYTEA")
NUMBERS = {"creation_time", "start_time", "end_time", "duration_ms", "void"}
CALL_TYPES = ("BIGINT",) * 3 + tuple(
    "INTEGER" if name == "void" else "BIGINT" if name in NUMBERS else "TEXT" for name in COLUMNS
)


def _arrays(types: tuple[str, ...]) -> str:
    return ", ".join(f"%s::{each}[]" for each in types)


APPEND = (
    "INSERT INTO event (org_id, seq, space_id, item_no, batch_no, received_at, event_key, source, body) "
    f"SELECT * FROM unnest({_arrays(EVENT_TYPES)})"
)
UPSERT = (
    f"INSERT INTO call (org_id, no, space_id, {CALL_COLUMNS}) SELECT * FROM unnest({_arrays(CALL_TYPES)}) "
    f"ON CONFLICT (org_id, no) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)}"
)


class BarePostgres(Bare):
    """The database, and the next numbers of items, events and batches."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._connection = psycopg.connect(board.path)
        # psycopg picks an integer type by the value; the arrays of the statements are BIGINT.
        self._connection.adapters.register_dumper(int, Int8Dumper)
        found = self._connection.execute(
            "SELECT next_item, next_event, next_batch FROM organization_clock WHERE org_id = %s",
            (board.org_id,),
        ).fetchone()
        assert found is not None
        self._next_item, self._next_event, self._next_batch = found
        self._known: dict[int, Loaded] = {}
        self._connection.commit()

    def write(self, prepared: list[tuple[Rows, Rows]]) -> dict[str, float]:
        began, cpu = time.perf_counter(), time.process_time()
        for events, calls in prepared:
            with self._connection.pipeline():
                self._many(APPEND, events)
                self._many(UPSERT, calls)
                self._connection.commit()
        return {"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}

    def _many(self, sql: str, rows: Rows) -> None:
        columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
        self._connection.execute(sql, columns, prepare=True)


if __name__ == "__main__":
    serve(BarePostgres, *sys.argv[1:])
