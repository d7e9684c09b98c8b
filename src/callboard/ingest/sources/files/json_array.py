"""Read JSON that is not one object a line: an array, objects one behind the other, an object around a list
or around objects by their ids.

Streaming: one object is held at a time, of at most `MAX_OBJECT_CHARACTERS`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import chain, islice
from typing import Final, NamedTuple

from callboard.ingest.sources.files.delimited import distinct
from callboard.ingest.sources.files.json_list import end_of_value, key_at, list_alike, list_inside
from callboard.ingest.sources.files.lines import invalid_bytes
from callboard.ingest.sources.files.ndjson import HEADER_ROWS, columns_of, record_of
from callboard.ingest.sources.files.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.files.records import Record, RowError, UnreadableFileError

MAX_OBJECT_CHARACTERS = 8 << 20
_READ_CHARACTERS = 64 << 10
KEY_COLUMN = "_key"
"""The column of the id that stands before a record."""

_NO_BLANK: Final = re.compile(r"\S")


class _List(NamedTuple):
    closes: str
    """The sign that ends it: `]`, or `}` of records by their ids."""
    around: int
    """The objects around it."""


class JsonRows:
    """The rows of a JSON file; `line` of a record is its number among them, from 1."""

    kind = "json_array"

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        """Raises `UnreadableFileError`."""
        self.left_out: dict[str, int] = {}
        self.mended = 0
        self._text = text
        self._name = name
        self._buffer = ""
        self._place = 0
        self._ended = False
        self._count = 0
        self._wraps = True
        self._wraps_inside = True
        self._lists: list[_List] = []
        """The lists that are read, the outer one first."""
        self._key: str | None = None
        """The id of the record that is read, or the name of its list."""
        self._at_value = False
        """Whether the key was read, and its value was not."""
        self._keys: AbstractSet[str] = frozenset()
        """The keys of the record that was read last."""
        self._names: list[str] | None = None
        """Of a list of lists: its first, which names the columns."""
        self._more()
        self._buffer = self._buffer.removeprefix("\ufeff")
        rows = self._read()
        self._first: list[Record] = []
        self._fault: UnreadableFileError | None = None
        try:
            self._first.extend(islice(rows, HEADER_ROWS))
        except UnreadableFileError as error:
            self._fault = error
        self._rest = rows
        self.columns = list(dict.fromkeys(chain.from_iterable(map(columns_of, self._first))))

    def __iter__(self) -> Iterator[Record]:
        yield from self._first
        if self._fault is not None:
            raise self._fault
        yield from self._rest

    def _read(self) -> Iterator[Record]:
        while sign := self._sign():
            if self._lists and sign == self._lists[-1].closes:
                if (another := self._end_list()) is not None:
                    yield another
            elif sign == ",":
                self._place += 1
            elif self._lists and self._lists[-1].closes == "}" and not self._at_value:
                self._take_key()
            elif not self._begin_list(sign):
                record = self._one()
                if record.line:
                    yield record
        if self._lists:
            raise UnreadableFileError(f"{self._name}: the JSON list is cut off: its end is missing")

    def _begin_list(self, sign: str) -> bool:
        """Enter the list that begins here, if one does. Pages of lists may stand in a list themselves."""
        if self._at_value:
            self._at_value = False
            if sign != "[":
                return False
            self._lists.append(_List("]", 0))
            self._place += 1
            return True
        may_wrap = self._wraps_inside and not self._lists[-1].around if self._lists else self._wraps
        if may_wrap and not self._ended and len(self._buffer) - self._place < _READ_CHARACTERS:
            self._more()
        wrapped = list_inside(self._buffer[self._place :]) if sign == "{" and may_wrap else None
        if wrapped is not None and not (self._lists and wrapped.depth == 0):
            self._place += wrapped.place
            self._lists.append(_List("]" if self._buffer[self._place] == "[" else "}", wrapped.depth))
        elif sign == "[" and not self._lists:
            self._lists.append(_List("]", 0))
        else:
            if may_wrap:  # the first object is a record, so the others are too
                self._wraps, self._wraps_inside = self._wraps and bool(self._lists), not self._lists
            return False
        self._place += 1
        return True

    def _end_list(self) -> Record | None:
        """Leave the list, and the objects around it. A record that cannot be read stands for another list
        like it, which those hold behind it.
        """
        self._place += 1
        ended = self._lists.pop()
        if not self._lists:
            self._key = None
        if not ended.around:
            return None
        self._place = self._end_of_value("the object around the list", "{" * ended.around)
        rest = self._buffer[ended.around - 1 : self._place].replace(",", "", 1)
        another = list_alike(rest, self._keys)
        if another is None:
            return None
        problem = RowError("invalid_value", f"the file holds another list, {another!r}, which is not read")
        return Record(self._count + 1, {}, [], problem)

    def _take_key(self) -> None:
        """Take the id of a record, or the name of a list, which becomes its first column."""
        end = self._end_of_value(f"the key of object {self._count + 1}")
        text, self._place = self._buffer[self._place : end], end
        if self._sign() != ":" or (key := key_at(text + ":", 0)) is None:
            raise UnreadableFileError(f"{self._name}: object {self._count + 1} has no key")
        self._place += 1
        self._key, self._at_value = key[0], True

    def _one(self) -> Record:
        self._count += 1
        end = self._end_of_value(f"object {self._count}")
        text = self._buffer[self._place : end]
        self._place = end
        problem = RowError("invalid_value", "a NUL byte") if "\0" in text else invalid_bytes(text)
        if problem:
            return Record(self._count, {}, [text], problem)
        record = self._of_list(text) if text.startswith("[") else record_of(self._count, text)
        if record.problem is None:
            self._keys = record.row.keys()
            if self._key is not None:
                record.row = {KEY_COLUMN: self._key, **record.row}
        return record

    def _of_list(self, text: str) -> Record:
        """The record of a list of cells, whose columns the first list names; that one has no line."""
        record = record_of(self._count, f'{{"cells": {text}}}')
        cells = record.row.get("cells")
        if not isinstance(cells, list):
            return record
        if self._names is None and all(isinstance(each, str) for each in cells):
            self._names = distinct(cells)
            self._count -= 1
            return Record(0, {}, [])
        if self._names is None or len(cells) != len(self._names):
            return Record(self._count, {}, [text], RowError("invalid_type", "not a JSON object"))
        return Record(self._count, dict(zip(self._names, cells, strict=True)), [text])

    def _end_of_value(self, what: str, opened: str = "") -> int:
        """The end of the value that begins here, which is then in the buffer. `opened`: signs that stand
        before it.
        """
        if opened:
            self._buffer = opened + self._buffer[self._place :]
            self._place = 0
        while (end := end_of_value(self._buffer, self._place)) is None:
            held = len(self._buffer) - self._place
            if held > MAX_OBJECT_CHARACTERS:
                raise UnreadableFileError(
                    f"{self._name}: {what} is longer than {MAX_OBJECT_CHARACTERS:,} characters"
                )
            if self._ended:
                raise UnreadableFileError(f"{self._name}: {what} is cut off")
            # Twice as much each time, so that a long object is not looked through for each piece of it.
            self._more(max(_READ_CHARACTERS, held))
        return end

    def _sign(self) -> str:
        """The next character that is no blank, at which the place then stands; empty at the end."""
        while True:
            if found := _NO_BLANK.search(self._buffer, self._place):
                self._place = found.start()
                return found[0]
            self._place = len(self._buffer)
            if self._ended:
                return ""
            self._more()

    def _more(self, characters: int = _READ_CHARACTERS) -> None:
        try:
            more = self._text.read(characters)
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{self._name}: object {self._count} is not {self._text.encoding}; --encoding names another"
            ) from error
        except READING_FAULTS as error:
            raise broken_off(self._name, error) from error
        self._ended = not more
        self._buffer = self._buffer[self._place :] + more
        self._place = 0
