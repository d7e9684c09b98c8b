"""Which cells or rows answer a question: the planner of every report that counts by time.

A bucket is tiled by cells of the home zone (`tiles`); what is left at its edges, less than a quarter each, is
counted from rows. Spaces are read by home zone; the contact
spaces together, not told apart, have cells of their own in UTC. Where no counter tells apart what is asked,
rows answer everything, up to a bound that is checked with the counters before. All parts of one answer are
of one snapshot, so that an answer is never half old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from callboard.errors import InvalidInputError
from callboard.fold.catalogue import BY_NAME, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_US, QUARTERS_A_DAY, Grain
from callboard.model.directory import Space
from callboard.query.metrics import MADE, OF_CALLS, OF_TASKS, SIZE, Metric, Sums
from callboard.query.reports.period import Range
from callboard.query.reports.tiles import tiles_of
from callboard.store.interface import Store
from callboard.store.questions import (
    CONTACT_SPACES,
    CallFilter,
    CallPart,
    CellPart,
    Match,
    Sum,
    TaskPart,
    Unknown,
)
from callboard.store.questions import Sums as StoreSums

MOST_ROWS = 1_000_000
"""Calls that a report reads one by one at most."""

DIMENSIONS = ("space_token", "call_type", "call_status", "end_reason", "agent", "answered", "answered_by")
"""What calls are told apart by, everywhere: each is a group and a filter, `unknown` is its null."""

Where = tuple[tuple[str, Match | bool], ...]
"""Filters on dimensions: all must hold."""
Key = tuple[Any, ...]
"""(place of the range, *values of the group): a space by its id, what is null as "unknown"."""
Table = dict[Key, Sums]
Wanted = tuple[Sum, ...]
StoreRow = tuple[Any, ...]
Targets = list[list[tuple[int, int]]]
"""What each range that is read counts for: ranges asked for, by their place, and the sign it counts with."""
Parts = list[tuple[CellPart | CallPart | TaskPart, Targets]]
"""What is read, and what its ranges count for."""


class Ask(Struct, frozen=True, kw_only=True):
    """What is to be counted."""

    org_id: int
    spaces: tuple[Space, ...]
    """In scope."""
    contact: bool
    """They are all contact spaces of the organization."""
    ranges: tuple[Range, ...]
    """Half-open; each is told apart."""
    group: tuple[str, ...] = ()
    """Of `DIMENSIONS`; for tasks of `space_token` alone."""
    where: Where = ()
    counters: bool = True
    """Without: everything from rows, to compare."""


def tabulate(store: Store, ask: Ask, metrics: Iterable[Metric]) -> Table:
    """The sums that these metrics need, by range and group; others stay 0. All are of one snapshot. A group
    is there when it has calls made, or tasks, be they none of those that the metrics count. Raises
    `InvalidInputError` when it would take more than `MOST_ROWS` rows.
    """
    plan = _Plan(ask)
    needed = {place for metric in metrics for place in metric.needs}
    of_calls = sorted(needed & OF_CALLS.keys() | {MADE}) if needed & OF_CALLS.keys() else []
    of_tasks = list(OF_TASKS) if needed & OF_TASKS.keys() else []
    asked = [
        *([_calls(store, ask, plan, of_calls)] if of_calls else []),
        *([_tasks(ask, plan, of_tasks)] if of_tasks else []),
    ]
    answers = iter(store.sums(ask.org_id, [part for one in asked for part, _ in one.parts]))
    table: Table = {}
    for one in asked:
        for (part, targets), rows in zip(one.parts, answers, strict=False):
            _add(table, rows, one, targets, 1 + len(part.group))
    return {key: sums for key, sums in table.items() if any(sums)}


class _Asked(NamedTuple):
    """The parts that count calls or tasks, and what becomes of their rows."""

    parts: Parts
    group: tuple[int, ...]
    """Where in a row the values of the group are."""
    places: list[int]
    """Where in `Sums` a row's numbers go."""


def _add(table: Table, rows: StoreSums, one: _Asked, targets: Targets, first: int) -> None:
    """Add rows to the table; their numbers begin at `first`."""
    where = list(enumerate(one.places, first))
    group_of = _group_of(one.group)
    for row in rows:
        group = group_of(row)
        for range_, sign in targets[row[0]]:
            key = (range_, *group)
            sums = table.get(key)
            if sums is None:
                sums = table[key] = [0] * SIZE
            for at, place in where:
                sums[place] += sign * row[at]


def _calls(store: Store, ask: Ask, plan: _Plan, places: list[int]) -> _Asked:
    counter = _counter_of(ask) if ask.counters else None
    group = tuple("space" if name == "space_token" else name for name in ask.group)
    sums = tuple(OF_CALLS[place] for place in places)
    if counter is None:
        check_rows(store, ask)
        where = call_filter(ask.where)
        rows = CallPart(spaces=plan.ids, ranges=ask.ranges, where=where, group=group, sums=sums)
        parts: Parts = [(rows, _same(ask.ranges))]
    else:
        matches = tuple((name, value) for name, value in ask.where if not isinstance(value, bool))
        parts = plan.parts(counter, matches, group, sums)
    return _Asked(parts, tuple(range(1, 1 + len(group))), places)


def _tasks(ask: Ask, plan: _Plan, places: list[int]) -> _Asked:
    group = ("space",) if ask.group else ()
    sums = tuple(OF_TASKS[place] for place in places)
    parts: Parts
    if ask.counters:
        parts = plan.parts(BY_NAME["tasks"], (), group, sums)
    else:
        rows = TaskPart(spaces=plan.ids, ranges=ask.ranges, group=group, sums=sums)
        parts = [(rows, _same(ask.ranges))]
    return _Asked(parts, (1,) if ask.group else (), places)


def _same(ranges: Sequence[Range]) -> Targets:
    return [[(place, 1)] for place in range(len(ranges))]


def check_rows(store: Store, ask: Ask) -> None:
    """Raises `InvalidInputError`, with what to narrow, when the ranges lie among more than `MOST_ROWS` calls.

    How many there are the counters say: by quarters, or by the UTC days around a period of several.
    """
    if not ask.ranges:
        return
    begin = min(begin for begin, _ in ask.ranges) // QUARTER_US
    end = -(-max(end for _, end in ask.ranges) // QUARTER_US)
    counter, grain = "calls", Grain.QUARTER
    if end - begin > 2 * QUARTERS_A_DAY:
        counter, grain = "talk_times", Grain.UTC_DAY
        begin, end = begin - begin % QUARTERS_A_DAY, end + -end % QUARTERS_A_DAY
    spaces = (CONTACT_SPACES,) if ask.contact else tuple(space.id for space in ask.spaces)
    part = CellPart(counter=counter, grain=grain, spaces=spaces, ranges=((begin, end),))
    rows = sum(row[1] for row in store.sums(ask.org_id, [part])[0])
    if rows > MOST_ROWS:
        message = (
            f"about {rows:,} calls would have to be read one by one, more than {MOST_ROWS:,}: take a shorter "
            "period or one space, or leave out what no counter holds (answered, answered_by, or end_reason "
            "and agent together)"
        )
        raise InvalidInputError(message, [("start", message)])


def call_filter(where: Where) -> CallFilter:
    """The same filters, on rows."""
    filters: dict[str, Any] = dict(where)
    return CallFilter(**filters)


# --- the plan


class _Plan:
    """Which holders of cells are read, and how each range is tiled in their zone."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.by_space = int("space_token" in ask.group)
        self.ids = tuple(space.id for space in ask.spaces)
        self._holders: dict[str, tuple[int, ...]]
        if ask.contact and not self.by_space:
            self._holders = {"UTC": (CONTACT_SPACES,)}
        else:
            self._holders = {}
            for space in ask.spaces:
                zone = space.settings.timezone
                self._holders[zone] = (*self._holders.get(zone, ()), space.id)

    def parts(
        self, counter: Counter, where: tuple[tuple[str, Match], ...], group: tuple[str, ...], sums: Wanted
    ) -> Parts:
        """The parts to read, and what each of their ranges counts for."""
        parts: Parts = []
        for zone, holders in self._holders.items():
            tiled: dict[Grain, dict[tuple[int, int], list[tuple[int, int]]]] = {}
            edges: dict[Range, list[tuple[int, int]]] = {}
            for place, (begin, end) in enumerate(self._ask.ranges):
                tiles = tiles_of(begin, end, zone)
                for grain, one, other, sign in tiles.cells:
                    tiled.setdefault(grain, {}).setdefault((one, other), []).append((place, sign))
                for edge in tiles.edges:
                    edges.setdefault(edge, []).append((place, 1))
            for grain, ranges in tiled.items():
                cells = CellPart(
                    counter=counter.name,
                    grain=grain,
                    spaces=holders,
                    ranges=tuple(ranges),
                    where=where,
                    group=group,
                    sums=sums,
                )
                parts.append((cells, list(ranges.values())))
            if edges:
                ids = self.ids if holders == (CONTACT_SPACES,) else holders
                parts.append((self._rows(counter, ids, tuple(edges), group, sums), list(edges.values())))
        return parts

    def _rows(
        self,
        counter: Counter,
        ids: tuple[int, ...],
        ranges: tuple[Range, ...],
        group: tuple[str, ...],
        sums: Wanted,
    ) -> CallPart | TaskPart:
        if counter.of == "task":
            return TaskPart(spaces=ids, ranges=ranges, group=group, sums=sums)
        where = call_filter(self._ask.where)
        return CallPart(spaces=ids, ranges=ranges, where=where, group=group, sums=sums)


def _counter_of(ask: Ask) -> Counter | None:
    """The coarsest counter that tells apart what is asked; none when no one does."""
    needed = {"call_status", *ask.group, *(name for name, _ in ask.where)} - {"space_token"}
    fitting = [
        counter
        for counter in CATALOGUE
        if counter.of == "call" and Grain.HOUR in counter.grains and needed <= set(counter.dimensions)
    ]
    return min(fitting, key=lambda counter: len(counter.dimensions), default=None)


def _group_of(places: Sequence[int]) -> Callable[[StoreRow], Key]:
    """What makes the group of a row. Reports have tens of thousands of rows: most have one or none."""
    if not places:
        return lambda _: ()
    if len(places) == 1:
        at = places[0]
        return lambda row: (row[at] or "unknown",)
    return lambda row: tuple([row[at] or "unknown" for at in places])


def is_unknown(value: Match | bool) -> bool:
    """Whether a filter asks for what is null."""
    return isinstance(value, Unknown)
