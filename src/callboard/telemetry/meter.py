"""Metrics that all workers of a server share, in a file that each worker maps into memory.

A scrape reaches any one of the workers, which must answer for all. The file has one slot for each worker, a
row of 64-bit integers (here called cells; not the cells of counters). Only its worker writes to a slot, so
nothing is locked; a scrape adds the slots up. When a worker is replaced, the new one continues with the
counts in the same slot: a counter never falls. All series are declared beforehand (`Layout`), so their number
is bounded.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from callboard.telemetry.exposition import Family, Kind, Labels, Sample

CELL_BYTES = 8
NS = 1_000_000_000


class Declared(Struct, frozen=True, kw_only=True):
    """One metric: its name, its labels, and every combination of values that they may have."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ((),)
    sparse: bool = False
    """Leave series out of a scrape while they are 0."""
    bounds_ns: tuple[int, ...] = ()
    """For a histogram: the upper bounds of its buckets, except the last one, which has none."""

    @property
    def width(self) -> int:
        """Cells for each combination of values: 1; for a histogram one for each bucket, and one for the
        sum.
        """
        return len(self.bounds_ns) + 2 if self.kind == "histogram" else 1


class Layout:
    """Which cells belong to which series. Equal in all processes of a server, because it follows from the
    code.
    """

    def __init__(self, *metrics: Declared) -> None:
        self.metrics = metrics
        self._places: dict[tuple[str, ...], int] = {}
        self.cells = 0
        for metric in metrics:
            for values in metric.values:
                self._places[metric.name, *values] = self.cells
                self.cells += metric.width

    def place(self, name: str, *values: str) -> int:
        """The first cell of a series."""
        return self._places[name, *values]


class Meter:
    """The slot of one process, which it writes, and read access to all slots."""

    def __init__(self, layout: Layout, memory: mmap.mmap, slot: int) -> None:
        self.layout = layout
        self._all = memoryview(memory).cast("q")
        self.slots = len(self._all) // layout.cells
        assert slot < self.slots
        self.cells = self._all[slot * layout.cells : (slot + 1) * layout.cells]
        """The cells of this process. `ShortCounts` adds to them directly, which is faster than `add`."""
        self._bounds = {metric.name: metric.bounds_ns for metric in layout.metrics}

    @classmethod
    def alone(cls, layout: Layout) -> Meter:
        """The meter of a server with a single process, without a file."""
        return cls(layout, mmap.mmap(-1, layout.cells * CELL_BYTES), 0)

    @classmethod
    def shared(cls, layout: Layout, path: Path, slot: int) -> Meter:
        """The meter of one worker, over a file that `make_shared` made."""
        with path.open("r+b") as file:
            return cls(layout, mmap.mmap(file.fileno(), 0), slot)

    def add(self, name: str, *values: str, many: int = 1) -> None:
        """Increment a counter."""
        self.cells[self.layout.place(name, *values)] += many

    def set(self, name: str, *values: str, to: int) -> None:
        """Set a gauge of this process."""
        self.cells[self.layout.place(name, *values)] = to

    def observe(self, name: str, *values: str, ns: int) -> None:
        """Add an observation to a histogram."""
        place, bounds = self.layout.place(name, *values), self._bounds[name]
        self.cells[place + bisect_left(bounds, ns)] += 1
        self.cells[place + len(bounds) + 1] += ns

    def begin(self) -> None:
        """Reset the gauges: those in the slot are of the process that used it before."""
        for metric in self.layout.metrics:
            if metric.kind == "gauge":
                for values in metric.values:
                    self.set(metric.name, *values, to=0)

    def total(self, cell: int) -> int:
        """The sum of a cell over all slots."""
        return sum(self._all[cell :: self.layout.cells])

    def families(self) -> Iterator[Family]:
        """All metrics, for a scrape."""
        for metric in self.layout.metrics:
            yield Family(metric.name, metric.kind, metric.help, self._samples(metric))

    def _samples(self, metric: Declared) -> Iterator[Sample]:
        for values in metric.values:
            place = self.layout.place(metric.name, *values)
            labels = dict(zip(metric.labels, values, strict=True))
            if metric.kind == "histogram":
                yield from self._histogram(metric, place, labels)
            elif (total := self.total(place)) or not metric.sparse:
                yield Sample(labels, total)

    def _histogram(self, metric: Declared, place: int, labels: Labels) -> Iterator[Sample]:
        counts = [self.total(place + bucket) for bucket in range(len(metric.bounds_ns) + 1)]
        if not sum(counts) and metric.sparse:
            return
        below = 0
        for bound, count in zip((*metric.bounds_ns, None), counts, strict=True):
            below += count
            shown = "+Inf" if bound is None else f"{bound / NS:g}"
            yield Sample({**labels, "le": shown}, below, "_bucket")
        yield Sample(labels, self.total(place + len(metric.bounds_ns) + 1) / NS, "_sum")
        yield Sample(labels, below, "_count")


def make_shared(layout: Layout, path: Path, slots: int) -> None:
    """Create the file for this many processes, filled with zeros."""
    path.write_bytes(bytes(layout.cells * CELL_BYTES * slots))
