"""Read NDJSON: one object per line, its keys are the columns. Keys inside objects are named with dots."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NoReturn

from callboard.ingest.sources.delimited import Lines, undecoded
from callboard.ingest.sources.records import Record, RowError

HEADER_ROWS = 1_000
"""The columns are the keys of this many first rows, as NDJSON has no header."""


class NdjsonRows:
    """The rows of an NDJSON file."""

    kind = "ndjson"

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._lines = Lines(text, name)
        rows = self._read()
        self._first = list(islice(rows, HEADER_ROWS))
        self._rest = rows
        self.columns = list(dict.fromkeys(chain.from_iterable(map(_columns, self._first))))

    def __iter__(self) -> Iterator[Record]:
        return chain(self._first, self._rest)

    def _read(self) -> Iterator[Record]:
        while (line := self._lines.next_line()) is not None:
            if self._lines.number == 1:
                line = line.removeprefix("\ufeff")
            if line.strip():
                yield _record(self._lines.number, line)


def _record(number: int, line: str) -> Record:
    text = line.rstrip("\r\n")
    try:
        if problem := undecoded(line):
            raise problem
        row = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except RowError as error:
        return Record(number, {}, [text], error)
    except (ValueError, RecursionError) as error:
        return Record(number, {}, [text], RowError("invalid_value", f"not JSON: {error}"))
    if not isinstance(row, dict):
        return Record(number, {}, [text], RowError("invalid_type", "not a JSON object"))
    return Record(number, row, [text])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # By default `json` keeps the last of two equal keys and drops the other silently.
    built = dict(pairs)
    if len(built) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RowError("duplicate_key", f"the key {twice!r} stands twice in one object")
    return built


def _no_number(word: str) -> NoReturn:
    # `json` accepts NaN and Infinity, which are not JSON.
    raise RowError("invalid_value", f"{word} is no number")


def _columns(record: Record) -> Iterator[str]:
    for key, value in record.row.items():
        yield key
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)
