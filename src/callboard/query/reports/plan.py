"""The planner of reports that count by time: which cells and rows make up an aggregate.

A range is tiled with cells of the home zone (`tiles`). The difference at each edge, at most half a
quarter-hour, is counted from rows. Spaces are grouped by home zone. All contact spaces as one have separate
cells, in UTC. If no counter has the dimensions of a query, everything is counted from rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from callboard.errors import InvalidInputError
from callboard.fold.catalogue import CATALOGUE, Counter
from callboard.fold.grain import QUARTER_HOUR_US, Grain
from callboard.model.directory import Space
from callboard.query.parameters import DIMENSION_FILTERS
from callboard.query.reports.period import Range
from callboard.query.reports.tiles import tiles_of
from callboard.store.budget import check
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    CallFilter,
    FilterValue,
    Scan,
    Unknown,
)

MAX_TILED_BUCKETS = 100_000
"""Limit on buckets of a report times home zones in scope: each bucket is tiled in every zone."""
SHORTER_THAN_AN_HOUR = 3 * QUARTER_HOUR_US
"""For any alignment, the quarter-hours nearest to both bounds are less than an hour apart."""

DIMENSIONS = ("space_token", *DIMENSION_FILTERS)
"""The dimensions of calls: each may be a group and a filter in every report. Null is `unknown`."""

Where = tuple[tuple[str, FilterValue | bool], ...]
"""Filters on dimensions, joined by AND."""
Targets = list[list[tuple[Range, int]]]
"""For each range of a scan: the requested ranges that it counts in, and the sign (1 or -1)."""


class Plan:
    """Whose cells are read, and how each range is tiled in their zone."""

    def __init__(self, spaces: Sequence[Space], *, as_one: bool) -> None:
        """`as_one`: the spaces are all contact spaces, and the query does not group by space."""
        self._ids = tuple(space.id for space in spaces)
        self._as_one = as_one
        self._owners: dict[str, tuple[int, ...]] = {}
        if as_one:
            self._owners = {"UTC": (CONTACT_SPACES,)}
        else:
            for space in spaces:
                zone = space.cell_zone
                self._owners[zone] = (*self._owners.get(zone, ()), space.id)

    @property
    def cell_owners(self) -> tuple[int, ...]:
        """Space ids, or `CONTACT_SPACES` alone: whose cells are read."""
        return (CONTACT_SPACES,) if self._as_one else self._ids

    def scans(self, aggregate: Aggregate, ranges: Sequence[Range]) -> list[tuple[Scan, Targets]]:
        """The scans that together make up an aggregate over these ranges, each with its targets. The spaces
        of the aggregate are replaced by those that each scan reads.
        """
        if not ranges:
            return []
        if aggregate.counter is None:
            rows = structs.replace(aggregate, spaces=self._ids)
            return [(Scan(aggregate=rows, ranges=tuple(ranges)), [[(each, 1)] for each in ranges])]
        scans: list[tuple[Scan, Targets]] = []
        for zone, cell_owners in self._owners_in_zone(ranges).items():
            check()
            # Requested ranges may share tiles: each tile is read once and counts in all of them.
            tiled: dict[Grain, dict[tuple[int, int], list[tuple[Range, int]]]] = {}
            edges: dict[Range, list[tuple[Range, int]]] = {}
            for requested in ranges:
                tiles = tiles_of(*requested, zone)
                for grain, begin, end, sign in tiles.cells:
                    tiled.setdefault(grain, {}).setdefault((begin, end), []).append((requested, sign))
                for edge, sign in tiles.edges:
                    edges.setdefault(edge, []).append((requested, sign))
            cells = structs.replace(aggregate, spaces=cell_owners)
            for grain, found in tiled.items():
                scan = Scan(aggregate=cells, grain=grain, ranges=tuple(found))
                scans.append((scan, list(found.values())))
            if edges:
                # `CONTACT_SPACES` has cells, but rows belong to single spaces.
                ids = self._ids if cell_owners == (CONTACT_SPACES,) else cell_owners
                rows = structs.replace(aggregate, spaces=ids)
                scans.append((Scan(aggregate=rows, ranges=tuple(edges)), list(edges.values())))
        return scans

    def _owners_in_zone(self, ranges: Sequence[Range]) -> Mapping[str, tuple[int, ...]]:
        """Zone → whose cells are read: those with that home zone. Raises `InvalidInputError` for so many
        ranges and zones that tiling them would take seconds.
        """
        if all(end - begin < SHORTER_THAN_AN_HOUR for begin, end in ranges):
            # These are tiled by quarter-hours alone, which are the same in every zone: plan them once.
            return {"UTC": self.cell_owners}
        if len(ranges) * len(self._owners) > MAX_TILED_BUCKETS:
            message = (
                f"{len(ranges):,} buckets of spaces in {len(self._owners):,} home zones are more than "
                f"{MAX_TILED_BUCKETS:,} together: take a longer interval, a shorter period or one space"
            )
            raise InvalidInputError(message, [("interval", message)])
        return self._owners


def counter_of(group: Sequence[str], where: Where) -> Counter | None:
    """The counter of calls with the fewest dimensions that has all of these; None if there is none."""
    needed = {"call_status", *group, *(name for name, _ in where)} - {"space_token"}
    fitting = [
        counter
        for counter in CATALOGUE
        if counter.of == "call" and Grain.HOUR in counter.grains and needed <= set(counter.dimensions)
    ]
    return min(fitting, key=lambda counter: len(counter.dimensions), default=None)


def stored_names(group: Sequence[str]) -> tuple[str, ...]:
    """Dimensions by their names in the store."""
    return tuple("space" if name == "space_token" else name for name in group)


def call_filter(where: Where) -> CallFilter:
    """Filters on dimensions as a filter of the store."""
    filters: dict[str, Any] = dict(where)
    return CallFilter(**filters)


def is_unknown(value: FilterValue | bool) -> bool:
    """Whether a filter matches null."""
    return isinstance(value, Unknown)
