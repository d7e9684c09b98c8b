"""Single bytes of a store's tables, changed behind its back: in the cells of SQLite's pages, and in the rows
of PostgreSQL's. Free space, page heads and padding are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from callboard.model.directory import SpaceSettings
from callboard.store.interface import Batch, Idempotency, NewRun, Store
from tests.contract.population import populate
from tests.events import call, send, task
from tests.stores import NOW, make_organization

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
    offsets: list[int] = []
    for begin in range(0, len(data), PAGE):
        page = data[begin : begin + PAGE]
        lower = int.from_bytes(page[12:14], "little")
        for pointer in range(24, lower, 4):
            item = int.from_bytes(page[pointer : pointer + 4], "little")
            at, flags = item & 0x7FFF, item >> 15 & 3
            if flags == 1 and not _is_gone(page, at):
                offsets += [begin + place for place in _values(page, at, kinds)]
    return offsets


def _is_gone(page: bytes, at: int) -> bool:
    """Whether some transaction has deleted or replaced the row."""
    marks = int.from_bytes(page[at + 20 : at + 22], "little")
    deleted_by = int.from_bytes(page[at + 4 : at + 8], "little")
    return deleted_by != 0 and not marks & 0x0800


def _values(page: bytes, at: int, kinds: list[str]) -> Iterator[int]:
    """The bytes of a row's values, without what only aligns them."""
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
        yield from range(place, place + width)
        place += width
