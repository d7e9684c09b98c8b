"""Other engines for the same reports, each used as its users would, with the same load.

A peer loads all events in their order of arrival, with repeats and corrections, a day at a time. Its files
are built once, and every run works on a copy. It has one or more sides: ways to answer, each with the
questions that it supports. An answer is what the engine's own client returns, as Python rows.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from bench import files, load
from callboard.clock import Micros

EDITION = 1
"""Increase it when peers are built in another way: files of an older edition are built again."""

Rows = list[tuple[Any, ...]]
"""(group, start of the bucket in seconds, calls); of percentiles one row: p50, p90, p95, p99 in ms."""


class Drawn(Struct, frozen=True):
    """The parameters of one question."""

    begin: Micros
    end: Micros
    space: int
    """Its index, from 0; -1 for all spaces."""
    zone: str
    offset_us: Micros
    """The zone's offset from UTC, the same on all days of the load."""


Side = Mapping[str, Callable[[Drawn], Rows]]
"""The functions that answer questions, by the name of the question."""


class Peer(Protocol):
    """One engine."""

    sides: Mapping[str, Side]
    described: Mapping[str, Any]
    """How it was built: version, time, bytes."""

    def add(self, row: load.Row) -> None:
        """Add a call, and commit it."""

    def close(self) -> None:
        """Stop, and remove the copy with what the run added."""


def days(of: files.Board) -> Iterator[pa.Table]:
    """The calls' events in order of arrival, a table for each day."""
    held = pq.ParquetFile(of.load)
    for group in range(held.num_row_groups):
        yield held.read_row_group(group)


def kept(of: files.Board, name: str, build: Callable[[Path], None]) -> Path:
    """A copy of a peer's folder, which `build` fills the first time."""
    known = Path(of.load).with_suffix(f".{name}-{EDITION}")
    with files.alone():
        if not known.exists():
            building = known.with_suffix(".building")
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            build(building)
            building.rename(known)  # last: a folder with the final name is complete
    copied = known.with_name(f"copy-{name}")
    shutil.rmtree(copied, ignore_errors=True)
    subprocess.run(["cp", "-a", str(known), str(copied)], check=True)  # keeps the owner, unlike `copytree`
    return copied


def mib(path: Path) -> int:
    """The size of a folder's files in MiB."""
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) >> 20


def measure(*, short: bool) -> None:
    """Take the figures of `bench/peers/singles.py`."""
    from bench.peers import singles

    singles.measure(short=short)
