"""Which records of a batch are at fault: they are kept as a delivery of their own, so that they fit, and can
be read again alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Raw, Struct, structs

from callboard.ingest.sources.platforms.delivery import FROM_FILE, PULLED, Delivery, Quarantined
from callboard.ingest.sources.platforms.reading.bodies import documents
from callboard.ingest.sources.platforms.reading.tables import SEPARATORS
from callboard.model.event import Entry

DEPTH_MAX: Final = 4
"""Levels of objects around the list of a batch."""
FRAMES_BYTES_MAX: Final = 32 << 20
"""Bytes of what stands around the records of a batch, once for each of them."""
_list = msgspec.json.Decoder(list[Raw]).decode
_object = msgspec.json.Decoder(dict[str, Raw]).decode


class Read(Struct, frozen=True):
    """What a delivery, or a part of one, says."""

    entries: list[Entry]
    at_fault: list[Quarantined]
    ignored: int

    @property
    def outcomes(self) -> int:
        """At least as many as it has records."""
        return len(self.entries) + len(self.at_fault) + self.ignored


class _Way(Struct, frozen=True):
    """A way in which a body may be made of records."""

    records: list[bytes]
    joined: Callable[[Sequence[bytes]], bytes]
    """A body of some of them."""


def of_records_at_fault(
    delivery: Delivery, whole: Read, read: Callable[[Delivery], Read], rejected: Container[int] = ()
) -> Delivery:
    """A delivery of only those records that are at fault, or of whose entries one is `rejected`, told by its
    place among all entries. The delivery itself where it is one record, or where its records do not say one
    by one what they say together.
    """
    if delivery.method in (PULLED, FROM_FILE) or whole.outcomes < 2:
        return delivery
    for way in _ways(delivery.body):
        frame = len(way.joined([]))
        if 2 <= len(way.records) <= whole.outcomes and frame * len(way.records) <= FRAMES_BYTES_MAX:
            found = _at_fault(delivery, way, whole, read, rejected)
            if found is not None:
                return found
    return delivery


def _at_fault(
    delivery: Delivery,
    way: _Way,
    whole: Read,
    read: Callable[[Delivery], Read],
    rejected: Container[int],
) -> Delivery | None:
    entries: list[Entry] = []
    at_fault, kept, ignored = [], [], 0
    for record in way.records:
        one = read(structs.replace(delivery, body=way.joined([record])))
        places = range(len(entries), len(entries) + len(one.entries))
        entries += one.entries
        at_fault += one.at_fault
        ignored += one.ignored
        if one.at_fault or any(place in rejected for place in places):
            kept.append(record)
    told = _faults(whole.at_fault)
    if _bodies(entries) != _bodies(whole.entries) or _faults(at_fault) != told or ignored != whole.ignored:
        return None
    if len(kept) == len(way.records):
        return delivery
    found = structs.replace(delivery, body=way.joined(kept))
    return found if _faults(read(found).at_fault) == told else None


def _bodies(entries: Sequence[Entry]) -> list[bytes]:
    return [each.body for each in entries]


def _faults(at_fault: Sequence[Quarantined]) -> list[tuple[str, str]]:
    return sorted((each.reason, each.message) for each in at_fault)


def _ways(body: bytes) -> Iterator[_Way]:
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if body[:1] not in (b"{", b"["):
        yield from _of_a_table(body)
        return
    try:
        found = _of_json(body, DEPTH_MAX)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        yield _Way(documents(body), b"\n".join)
        return
    if found is not None:
        yield found


def _of_json(body: bytes, depth: int) -> _Way | None:
    """The elements of a list, which may lie in objects: there it is the largest value."""
    if body[:1] == b"[":
        return _Way([bytes(each) for each in _list(body)], lambda some: b"[" + b",".join(some) + b"]")
    around = _object(body) if body[:1] == b"{" and depth else {}
    if not around:
        return None
    name = max(around, key=lambda each: len(around[each]))
    inner = _of_json(bytes(around[name]), depth - 1)
    if inner is None:
        return None
    return _Way(inner.records, lambda some: msgspec.json.encode({**around, name: Raw(inner.joined(some))}))


def _of_a_table(body: bytes) -> Iterator[_Way]:
    """The rows of a table under its header; or without one."""
    try:
        rows = _rows(body.decode())
    except (UnicodeDecodeError, csv.Error):
        return
    heading = rows[:1]
    yield _Way(rows[1:], lambda some: b"".join((*heading, *some)))
    yield _Way(rows, b"".join)


def _rows(text: str) -> list[bytes]:
    """The rows of a table, each with the lines that it takes, as they are written."""
    lines = text.splitlines(keepends=True)
    first = lines[0] if lines else ""
    rows, begin = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count))
    if sum(1 for _ in io.StringIO(text, newline="")) != len(lines):
        return []  # lines that only some count as such
    for row in reader:
        written = "".join(lines[begin : reader.line_num])
        begin = reader.line_num
        if any(map(str.strip, row)):
            rows.append((written if written.endswith(("\n", "\r")) else f"{written}\n").encode())
    return rows
