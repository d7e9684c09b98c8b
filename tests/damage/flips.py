"""Single bytes of a store's tables, changed behind its back: in the cells of SQLite's pages, and in the rows
of PostgreSQL's. Free space, page heads and padding are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from callboard.model.directory import SpaceSettings
from callboard.store.interface import Batch, Idempotency, NewRun, Store
from tests.contract.population import populate
from tests.events import call, send, task
from tests.stores import NOW, make_organization, make_space

COUNTING = ("event", "call", "task", "run", "cell", "delta", "totals")
"""The tables that make a number, or are made into one."""


def fill(store: Store) -> None:
    """Two organizations with some of everything: repeats, withdrawn imports, registered runs, metadata."""
    acme, foreign = make_organization(store), make_organization(store, "foreign.example")
    for organization in (acme, foreign):
        spaces = populate(store, organization, seed=organization.id)
        first = spaces[0]
        # What came so far becomes cells; what comes now stays deltas.
        store.update_space(first.org_id, first.id, {"settings": SpaceSettings(timezone="Asia/Kathmandu")})
        texts: dict[str, Any] = {
            "metadata": {"campaign": "Frühling", "score": 0.25},
            "external_ids": {"crm": "A-17"},
        }
        send(store, first, call("m1", event_id="e1", **texts), call("m2", event_id="e2", at=5))
        again = send(store, first, call("m3"), call("m1", event_id="e1", **texts))
        send(store, first, run=NewRun("made", NOW, "documents", "now"))
        send(store, first, task("m4", "pending", run_id="made", input={"name": "Ann"}))
        asked = Batch(
            org_id=first.org_id,
            space_id=first.id,
            entries=[task("m5", "pending")],
            received_at=NOW,
            idempotency=Idempotency("once", b"0" * 16, b"{}"),
        )
        store.ingest([asked])
        store.withdraw(organization.id, again.batch_no, NOW)
        send(store, first, call("m1", event_id="e1", **texts))  # a repeat that stands


def fill_texts(store: Store) -> None:
    """One space with a call and a task in which every text has a value, in cells and in deltas."""
    space = make_space(store, make_organization(store))
    told: dict[str, Any] = {
        "call_type": "outbound",
        "source_number": "+12025550101",
        "destination_number": "+12025550102",
        "end_reason": "other",
        "source_end_reason": "486",
        "answered_by": "human",
        "agent": "ann",
        "task_id": "t1",
        "external_ids": {"crm": "A-17"},
        "metadata": {"campaign": "Frühling"},
        "outcome": "refused",
        "cost_micros": 1_360_000,
        "cost_currency": "USD",
        "group_ids": ("twilio:CA1",),
        "group_rank": 1,
    }
    done: dict[str, Any] = {
        "run_id": "made",
        "assignee": "ann",
        "execution_type": "phone",
        "failure_reason": "busy",
        "input": {"name": "Ann"},
        "output": {"sold": 1},
    }
    send(store, space, run=NewRun("made", NOW, "documents", "now"))
    send(store, space, call("c1", "failed", event_id="e1", **told), task("t1", "failed", **done))
    store.update_space(space.org_id, space.id, {"settings": SpaceSettings(timezone="Asia/Kathmandu")})
    send(store, space, call("c2", "failed", **{**told, "group_rank": 0}), task("t2", "failed", **done))


class Flip(NamedTuple):
    """One byte of a file, and what it becomes."""

    table: str
    offset: int
    mask: int

    def apply(self, path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(self.offset)
            [byte] = file.read(1)
            file.seek(self.offset)
            file.write(bytes([byte ^ self.mask]))


def used_in_file(path: Path, table: str) -> list[int]:
    """The offsets of all bytes of a table's cells. The file is closed, and has no WAL."""
    with apsw.Connection(str(path)) as db:
        size: int = db.execute("PRAGMA page_size").get
        pages: list[Any] = db.execute(
            "SELECT pageno, pagetype FROM dbstat WHERE name = ? AND aggregate = FALSE", (table,)
        ).fetchall()
    data = path.read_bytes()
    offsets: list[int] = []
    for number, kind in pages:
        begin = (number - 1) * size
        if kind != "overflow":
            offsets += [begin + at for at in _cells(data[begin : begin + size], size)]
    return offsets


def _cells(page: bytes, size: int) -> Iterator[int]:
    """The offsets within a page of an index b-tree (as all tables without rowid are) of its cells' bytes."""
    inner = page[0] == 2
    assert page[0] in (2, 10), page[0]
    count = int.from_bytes(page[3:5], "big")
    head = 12 if inner else 8
    most = ((size - 12) * 64 // 255) - 23
    least = ((size - 12) * 32 // 255) - 23
    for place in range(count):
        at = int.from_bytes(page[head + 2 * place :][:2], "big")
        begin = at + (4 if inner else 0)
        payload, length = _varint(page, begin)
        local = payload
        if payload > most:
            local = least + (payload - least) % (size - 4)
            local = least if local > most else local
        yield from range(begin, begin + length + local)


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for length in range(1, 10):
        byte = page[at + length - 1]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, length
    raise AssertionError("a varint of nine bytes")


PAGE = 8192
"""Of PostgreSQL."""


def used_in_heap(data: bytes, kinds: list[str]) -> list[int]:
    """The offsets of all bytes of the values in a table's rows, but for rows that are gone; `kinds` are the
    types of its columns.
    """
    return [
        place
        for row in _rows(data, kinds)
        for _, begin, width in row
        for place in range(begin, begin + width)
    ]


def lengthened_texts(table: str, data: bytes, kinds: list[str]) -> dict[int, Flip]:
    """For each text column that has a value with zeros behind it, which align the next value: the flip of the
    byte of one value's length that makes these zeros a part of it.
    """
    flips: dict[int, Flip] = {}
    for row in _rows(data, kinds):
        for (number, begin, width), (_, following, _) in pairwise(row):
            longer = following - begin
            # An odd first byte holds the length; an even one is the first of four.
            if kinds[number] == "text" and data[begin] & 1 and longer > width > 1:
                flips.setdefault(number, Flip(table, begin, data[begin] ^ (longer << 1 | 1)))
    return flips


def _rows(data: bytes, kinds: list[str]) -> Iterator[list[tuple[int, int, int]]]:
    """Each row that is not gone: (number of the column, offset, bytes) of its values that are not NULL."""
    for begin in range(0, len(data), PAGE):
        page = data[begin : begin + PAGE]
        lower = int.from_bytes(page[12:14], "little")
        for pointer in range(24, lower, 4):
            item = int.from_bytes(page[pointer : pointer + 4], "little")
            at, flags = item & 0x7FFF, item >> 15 & 3
            if flags == 1 and not _is_gone(page, at):
                yield [(number, begin + place, width) for number, place, width in _values(page, at, kinds)]


def _is_gone(page: bytes, at: int) -> bool:
    """Whether some transaction has deleted or replaced the row."""
    marks = int.from_bytes(page[at + 20 : at + 22], "little")
    deleted_by = int.from_bytes(page[at + 4 : at + 8], "little")
    return deleted_by != 0 and not marks & 0x0800


def _values(page: bytes, at: int, kinds: list[str]) -> Iterator[tuple[int, int, int]]:
    """(Number of the column, offset in the page, bytes) of a row's values, without what only aligns them."""
    marks = int.from_bytes(page[at + 20 : at + 22], "little")
    columns = int.from_bytes(page[at + 18 : at + 20], "little") & 0x07FF
    place = at + page[at + 22]
    for number, kind in enumerate(kinds[:columns]):
        if marks & 1 and not page[at + 23 + number // 8] >> number % 8 & 1:
            continue
        if kind in ("bigint", "integer"):
            width = 8 if kind == "bigint" else 4
            place += -(place - at) % width
        elif page[place] & 1:
            width = page[place] >> 1
        else:
            place += -(place - at) % 4
            width = int.from_bytes(page[place : place + 4], "little") >> 2
        yield number, place, width
        place += width
