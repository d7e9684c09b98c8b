"""The comparison for ingest: Python's `sqlite3` alone writes the rows that Callboard would write.

`python -m bench.bare BOARD REQUESTS_A_ROUND EVENT_IDS` runs it in a process of its own. The rows of a round
are made by Callboard's own code from the same bodies, before the clock starts. Measured is one transaction
for each request, with its new event records and the final rows of its calls, by `executemany`: no reads, no
counters, no parsing. The schema and indexes are the same (it writes to a copy of the same file), and so are
`synchronous`, journal, checkpoints and page cache.

Two lines of standard input are a round: the first prepares it, the second writes it and is answered with the
time taken.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import msgspec

from bench.files import Board
from bench.stream import Sent, requests
from callboard.fold.batch import Item, Loaded, SpaceFold
from callboard.ingest.parse import parse_events
from callboard.model.call import Call
from callboard.settings import Settings
from callboard.store.sql.load import event_key
from callboard.store.sql.rows import CALL_COLUMNS, call_values
from callboard.store.sqlite.connection import WAL_LIMIT_BYTES, WAL_PAGES

COLUMNS = CALL_COLUMNS.split(", ")
APPEND = """
INSERT INTO event (org_id, seq, space_id, item_no, batch_no, received_at, event_key, source, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPSERT = f"""
INSERT INTO call (org_id, no, space_id, {CALL_COLUMNS})
VALUES ({", ".join("?" * (len(COLUMNS) + 3))})
ON CONFLICT (org_id, no) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""
Rows = list[tuple[Any, ...]]


class Bare:
    """The file, and the next numbers of items, events and batches."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._db = sqlite3.connect(board.path, isolation_level=None)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "temp_store = MEMORY",
            f"cache_size = -{Settings().cache_mib * 1024}",
            f"wal_autocheckpoint = {WAL_PAGES}",
            f"journal_size_limit = {WAL_LIMIT_BYTES}",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._next_item, self._next_event, self._next_batch = self._db.execute(
            "SELECT next_item, next_event, next_batch FROM organization_clock WHERE org_id = ?",
            (board.org_id,),
        ).fetchone()
        self._known: dict[int, Loaded] = {}

    def rows(self, sent: Sent) -> tuple[Rows, Rows]:
        """The event records and call rows that a request leads to."""
        now = time.time_ns() // 1000
        parsed = parse_events(sent.body, ndjson=True, now=now, max_events=50_000)
        loaded = self._known.setdefault(sent.space, Loaded({}, {}, {}))
        fold = SpaceFold(loaded)
        for entry in parsed.entries:
            fold.arrive(entry)
        events: Rows = []
        calls: Rows = []
        batch_no, self._next_batch = self._next_batch, self._next_batch + 1
        head = (self._board.org_id, self._board.space_ids[sent.space])
        for item in fold.items:
            events += self._events(item, head, batch_no, now)
            assert isinstance(item.row, Call)
            calls.append((head[0], item.no, head[1], *call_values(item.row)))
            item.new_entries = []
        return events, calls

    def _events(self, item: Item, head: tuple[int, int], batch_no: int, now: int) -> Rows:
        if item.no == 0:
            item.no, self._next_item = self._next_item, self._next_item + 1
        found: Rows = []
        for entry in item.new_entries:
            event_id = entry.event.event_id
            key = event_key(event_id) if isinstance(event_id, str) else None
            found.append(
                (head[0], self._next_event, head[1], item.no, batch_no, now, key, entry.source, entry.body)
            )
            self._next_event += 1
        return found

    def write(self, prepared: list[tuple[Rows, Rows]]) -> dict[str, float]:
        """Write a round. Returns seconds and CPU seconds."""
        began, cpu = time.perf_counter(), time.process_time()
        for events, calls in prepared:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(APPEND, events)
            self._db.executemany(UPSERT, calls)
            self._db.execute("COMMIT")
        return {"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


class BareProcess:
    """The comparison in a process of its own."""

    def __init__(
        self, board_file: Path, a_round: int, *, event_ids: bool, module: str = "bench.bare"
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(board_file), str(a_round), str(int(event_ids))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )

    def _do(self, word: str) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the bare side failed")
        summary: dict[str, float] = json.loads(line)
        return summary

    def prepare(self) -> None:
        """Make the rows of the next round."""
        self._do("prepare")

    def write(self) -> dict[str, float]:
        """Write the round."""
        return self._do("write")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def serve(side: type[Bare], board_file: str, a_round: str, event_ids: str) -> None:
    """One round for each two lines of standard input: the first prepares it, the second writes it."""
    bare = side(msgspec.json.decode(Path(board_file).read_bytes(), type=Board))
    for sent in requests(int(a_round), event_ids=event_ids == "1"):
        if not sys.stdin.readline():
            return
        prepared = [bare.rows(each) for each in sent]
        print("{}", flush=True)
        if not sys.stdin.readline():
            return
        print(json.dumps(bare.write(prepared)), flush=True)


if __name__ == "__main__":
    serve(Bare, *sys.argv[1:])
