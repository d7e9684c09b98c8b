"""Engines that others would take for the same reports, each as its users would build it, fed the same load.

A peer loads everything that arrived, repeats and corrections too, in the order of arrival, a day at a time;
its files are built once and every run works on a copy. It offers sides: ways to answer, and for each the
questions it can answer. Answers are what the engine's own client fetches: rows of Python.
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
"""Moves with how peers are built: files of an older edition are built again."""

Rows = list[tuple[Any, ...]]
"""(group, start of the bucket in seconds, calls); of percentiles one row: p50, p90, p95, p99 in ms."""


class Drawn(Struct, frozen=True):
    """The parameters of one question."""

    begin: Micros
    end: Micros
    space: int
    """Its place, from 0."""
    zone: str
    offset_us: Micros
    """Of the zone, all through the load's days."""


Side = Mapping[str, Callable[[Drawn], Rows]]
"""Question → the way to its answer."""


class Peer(Protocol):
    """One engine."""

    sides: Mapping[str, Side]
    described: Mapping[str, Any]
    """How it was built: version, time, bytes."""

    def add(self, row: load.Row) -> None:
        """One more call, committed."""

    def close(self) -> None:
        """It ends; what the run added goes."""


def days(of: files.Board) -> Iterator[pa.Table]:
    """What arrived, a table for each day, in order."""
    held = pq.ParquetFile(of.load)
    for group in range(held.num_row_groups):
        yield held.read_row_group(group)


def kept(of: files.Board, name: str, build: Callable[[Path], None]) -> Path:
    """A copy of the peer's folder, which `build` fills the first time."""
    known = Path(of.load).with_suffix(f".{name}-{EDITION}")
    with files.alone():
        if not known.exists():
            building = known.with_suffix(".building")
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            build(building)
            building.rename(known)
    copied = known.with_name(f"copy-{name}")
    shutil.rmtree(copied, ignore_errors=True)
    subprocess.run(["cp", "-a", str(known), str(copied)], check=True)  # with its owner
    return copied


def mib(path: Path) -> int:
    """What a folder holds."""
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file()) >> 20
