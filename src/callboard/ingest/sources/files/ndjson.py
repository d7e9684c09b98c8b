"""Read NDJSON: one object per line, its keys are the columns. Keys inside objects are named with dots."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from callboard.ingest.sources.files.json_values import TYPED_KEYS, plain_row, plain_value
from callboard.ingest.sources.files.lines import Lines, undecoded
from callboard.ingest.sources.files.records import Record, RowError

HEADER_ROWS = 1_000
"""The columns are the keys of this many first rows, as NDJSON has no header."""
COLUMN_DEPTH = 16
"""Keys inside objects are columns down to so many names: `a.b.c`."""

_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
"""A string, or a comma behind the last value of an object or a list, which JSON does not allow."""


class NdjsonRows:
    """The rows of an NDJSON file."""

    kind = "ndjson"

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self.left_out: dict[str, int] = {}
        self.mended = 0
        self._lines = Lines(text, name)
        rows = self._read()
        self._first = list(islice(rows, HEADER_ROWS))
        self._rest = rows
        self.columns = list(dict.fromkeys(chain.from_iterable(map(columns_of, self._first))))

    def __iter__(self) -> Iterator[Record]:
        return chain(self._first, self._rest)

    def _read(self) -> Iterator[Record]:
        while (line := self._lines.next_line()) is not None:
            if line.strip():
                # Some end each line with a comma; some begin it with a record separator, a blank here.
                text = line.strip().removesuffix(",")
                if problem := undecoded(line):
                    yield Record(self._lines.number, {}, [text], problem)
                else:
                    yield record_of(self._lines.number, text)


def record_of(number: int, text: str) -> Record:
    """The record of a text of JSON, of which every character is valid."""
    try:
        row = _loaded(text)
    except RowError as error:
        return Record(number, {}, [text], error)
    except (ValueError, RecursionError) as error:
        return Record(number, {}, [text], RowError("invalid_value", f"not JSON: {error}"))
    if not isinstance(row, dict):
        return Record(number, {}, [text], RowError("invalid_type", "not a JSON object"))
    return Record(number, plain_row(row), [text])


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except ValueError:
        mended = _STRING_OR_COMMA.sub(lambda found: "" if found[0] == "," else found[0], text)
        if mended == text:
            raise
        return json.loads(mended, object_pairs_hook=_object, parse_constant=_no_number)


def _object(pairs: list[tuple[str, Any]]) -> Any:
    # By default `json` keeps the last of two equal keys and drops the other silently.
    built = dict(pairs)
    if len(built) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RowError("duplicate_key", f"the key {twice!r} stands twice in one object")
    # Nearly every object is none of these.
    return plain_value(built) if pairs and pairs[0][0] in TYPED_KEYS else built


def _no_number(word: str) -> None:
    # `json` accepts NaN and Infinity, which are not JSON. NaN stands for a number that is missing.
    if word != "NaN":
        raise RowError("invalid_value", f"{word} is no number")


def columns_of(record: Record) -> Iterator[str]:
    """The columns of a record: its keys, and with dots those inside objects."""
    return _keys(record.row, "", 1)


def _keys(inside: Mapping[str, Any], prefix: str, depth: int) -> Iterator[str]:
    for key, value in inside.items():
        yield prefix + key
        if isinstance(value, dict) and depth < COLUMN_DEPTH:
            yield from _keys(value, f"{prefix}{key}.", depth + 1)
