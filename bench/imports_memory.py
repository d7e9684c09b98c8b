"""The most memory that imports take: each kind of file, and CSV files of ten times as many rows."""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench import files
from bench.figures import target, write
from bench.imports import (
    COLUMNS,
    EDITION,
    GUESS,
    MAPPING,
    MOST_MIB,
    ROWS,
    SHORT_ROWS,
    Import,
    call_file,
    callboard,
    run,
)

TIMES_AS_MANY = 10
NO_MORE = 1.05
"""Memory for ten times as many rows, of memory for one: rounds of one size differ by a few hundredths."""
ROWS_A_GROUP = 100_000
"""Rows in one row group of a Parquet file, as writers of such files choose."""

Side = tuple[str, Callable[[int], Path], Sequence[str]]
SIDES: tuple[Side, ...] = (
    ("CSV, mapping", call_file, MAPPING),
    ("CSV, guess", call_file, GUESS),
)


def measure(*, short: bool) -> None:
    """Take the figures."""
    rows = SHORT_ROWS if short else files.asked_calls(ROWS)
    others: tuple[Side, ...] = (
        ("NDJSON, mapping", ndjson_file, MAPPING),
        ("NDJSON, guess", ndjson_file, GUESS),
        ("Parquet, mapping", parquet_file, MAPPING),
        ("Parquet, guess", parquet_file, GUESS),
    )
    usual = _each((*SIDES, *others), rows)
    # CALLBOARD_BENCH_TIMES=1 leaves out the larger files, which take half an hour.
    times = int(os.environ.get("CALLBOARD_BENCH_TIMES") or TIMES_AS_MANY)
    large = _each(SIDES, times * rows) if times > 1 else {}
    targets = [
        target(f"memory of {each.rows:,} rows, {name}, MiB", each.memory_mib, at_most=MOST_MIB)
        for some in (usual, large)
        for name, each in some.items()
    ]
    targets += [
        target(
            f"memory of {each.rows:,} rows, of that of {rows:,}, {name}",
            each.memory_mib / usual[name].memory_mib,
            at_most=NO_MORE,
        )
        for name, each in large.items()
        if not short  # small files do not fill the store's page cache, which is bounded
    ]
    write(
        "imports_memory",
        "`callboard import` of files of calls into an empty store: the most memory that was resident at once "
        "(ru_maxrss), by kind of file, and for CSV also with more rows",
        short=short,
        targets=targets,
        rows=rows,
        usual=usual,
        large=large,
    )


def _each(sides: Iterable[Side], rows: int) -> dict[str, Import]:
    found = {}
    for name, file_of, options in sides:
        found[name] = run(callboard(), file_of(rows), rows, options)
        print(f"  {rows:,} rows, {name}: {found[name].memory_mib:.0f} MiB", flush=True)
    return found


def ndjson_file(rows: int) -> Path:
    """The calls of the CSV file, one object a line; without the fields of which a call says nothing."""

    def written(part: Path) -> None:
        with part.open("w", encoding="utf-8") as out:
            for call in _calls(rows):
                out.write(json.dumps({name: said for name, said in call.items() if said}) + "\n")

    return _made(rows, "ndjson", written)


def parquet_file(rows: int) -> Path:
    """The calls of the CSV file; every column is of texts, null where a call says nothing."""
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])

    def written(part: Path) -> None:
        calls = _calls(rows)
        with pq.ParquetWriter(part, schema) as out:
            while some := list(itertools.islice(calls, ROWS_A_GROUP)):
                columns = {name: [call[name] or None for call in some] for name in COLUMNS}
                out.write_table(pa.table(columns, schema=schema))

    return _made(rows, "parquet", written)


def _made(rows: int, suffix: str, written: Callable[[Path], None]) -> Path:
    path = files.folder() / f"{rows}-calls-{EDITION}.{suffix}"
    if not path.exists():
        part = path.with_name(f"{path.name}.part")
        written(part)
        part.rename(path)
    return path


def _calls(rows: int) -> Iterator[dict[str, str]]:
    with call_file(rows).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
