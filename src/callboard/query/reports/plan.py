"""Which cells or rows answer a question: the planner of every report that counts by time.

A range is tiled by cells of the home zone (`tiles`); what is too much or too little at its edges, half a
quarter each at most, is counted from rows. Spaces are read by home zone; the contact spaces together, not
told apart, have cells of their own in UTC. Where no counter tells apart what is asked, rows answer it all.
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
    Match,
    Scan,
    Unknown,
)

MAX_TILED_BUCKETS = 100_000
"""Buckets of a report, each tiled in every home zone of the spaces in scope."""
SHORTER_THAN_AN_HOUR = 3 * QUARTER_HOUR_US
"""However it lies to the grid, the quarters nearest to its bounds are less than an hour apart."""

DIMENSIONS = ("space_token", *DIMENSION_FILTERS)
"""What calls are told apart by, everywhere: each is a group and a filter, `unknown` is its null."""

Where = tuple[tuple[str, Match | bool], ...]
"""Filters on dimensions: all must hold."""
Targets = list[list[tuple[Range, int]]]
"""For each range of a scan: the ranges asked for that it counts in, and the sign (1 or -1) it counts with."""


class Plan:
    """Which holders of cells are read, and how each range is tiled in their zone."""

    def __init__(self, spaces: Sequence[Space], *, together: bool) -> None:
        """`together`: these are all contact spaces, and are not told apart."""
        self._ids = tuple(space.id for space in spaces)
        self._together = together
        self._holders: dict[str, tuple[int, ...]] = {}
        if together:
            self._holders = {"UTC": (CONTACT_SPACES,)}
        else:
            for space in spaces:
                zone = space.cell_zone
                self._holders[zone] = (*self._holders.get(zone, ()), space.id)

    @property
    def holders(self) -> tuple[int, ...]:
        """Whose cells are read."""
        return (CONTACT_SPACES,) if self._together else self._ids

    def scans(self, aggregate: Aggregate, ranges: Sequence[Range]) -> list[tuple[Scan, Targets]]:
        """The scans that together read an aggregate over these ranges, and what each counts in. The spaces of
        the aggregate are set here.
        """
        if not ranges:
            return []
        if aggregate.counter is None:
            rows = structs.replace(aggregate, spaces=self._ids)
            return [(Scan(aggregate=rows, ranges=tuple(ranges)), [[(each, 1)] for each in ranges])]
        scans: list[tuple[Scan, Targets]] = []
        for zone, holders in self._owners_in_zone(ranges).items():
            check()
            # Ranges asked for may share tiles: each tile is read once, and counts in all of them.
            tiled: dict[Grain, dict[tuple[int, int], list[tuple[Range, int]]]] = {}
            edges: dict[Range, list[tuple[Range, int]]] = {}
            for asked in ranges:
                tiles = tiles_of(*asked, zone)
                for grain, begin, end, sign in tiles.cells:
                    tiled.setdefault(grain, {}).setdefault((begin, end), []).append((asked, sign))
                for edge, sign in tiles.edges:
                    edges.setdefault(edge, []).append((asked, sign))
            cells = structs.replace(aggregate, spaces=holders)
            for grain, found in tiled.items():
                scan = Scan(aggregate=cells, grain=grain, ranges=tuple(found))
                scans.append((scan, list(found.values())))
            if edges:
                # The contact spaces together have cells, but no rows: the rows are those of each space.
                ids = self._ids if holders == (CONTACT_SPACES,) else holders
                rows = structs.replace(aggregate, spaces=ids)
                scans.append((Scan(aggregate=rows, ranges=tuple(edges)), list(edges.values())))
        return scans

    def _owners_in_zone(self, ranges: Sequence[Range]) -> Mapping[str, tuple[int, ...]]:
        """Whose cells are read, by the zone whose hours and days tile the ranges. Raises `InvalidInputError`
        where so many ranges in so many zones would have to be tiled that it takes seconds.
        """
        if all(end - begin < SHORTER_THAN_AN_HOUR for begin, end in ranges):
            # Quarters alone tile them, and those are the same in every zone.
            return {"UTC": self.holders}
        if len(ranges) * len(self._holders) > MAX_TILED_BUCKETS:
            message = (
                f"{len(ranges):,} buckets of spaces in {len(self._holders):,} home zones are more than "
                f"{MAX_TILED_BUCKETS:,} together: take a longer interval, a shorter period or one space"
            )
            raise InvalidInputError(message, [("interval", message)])
        return self._holders


def counter_of(group: Sequence[str], where: Where) -> Counter | None:
    """The coarsest counter of calls that tells these apart; none when no one does."""
    needed = {"call_status", *group, *(name for name, _ in where)} - {"space_token"}
    fitting = [
        counter
        for counter in CATALOGUE
        if counter.of == "call" and Grain.HOUR in counter.grains and needed <= set(counter.dimensions)
    ]
    return min(fitting, key=lambda counter: len(counter.dimensions), default=None)


def stored(group: Sequence[str]) -> tuple[str, ...]:
    """Dimensions by the names that stores have for them."""
    return tuple("space" if name == "space_token" else name for name in group)


def call_filter(where: Where) -> CallFilter:
    """Filters on dimensions as a store takes them."""
    filters: dict[str, Any] = dict(where)
    return CallFilter(**filters)


def is_unknown(value: Match | bool) -> bool:
    """Whether a filter asks for what is null."""
    return isinstance(value, Unknown)
