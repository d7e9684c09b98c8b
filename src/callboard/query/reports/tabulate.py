"""Which cells or rows answer a question: the planner of every report that counts by time.

A bucket is tiled by whole days, then hours, then quarters of the home zone whose cells are read; what is
left at its edges, less than a quarter each, is counted from rows. Spaces are read by home zone; the contact
spaces together, not told apart, have cells of their own in UTC. Where no counter tells apart what is asked,
rows answer everything, up to a bound that is checked with the counters before. All parts of one answer are
of one snapshot, so that an answer is never half old.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import Micros, moment
from callboard.errors import InvalidInputError
from callboard.fold.catalogue import BY_NAME, CATALOGUE, Counter
from callboard.fold.grain import QUARTER_US, QUARTERS_A_DAY, Grain, bucket_of, day_start
from callboard.model.directory import Space
from callboard.query.metrics import SIZE, Sums, add_calls, add_tasks
from callboard.query.reports.period import Range, next_hour
from callboard.store.interface import Store
from callboard.store.questions import CONTACT_SPACES, CallFilter, CallPart, CellPart, Match, TaskPart, Unknown

MOST_ROWS = 1_000_000
"""Calls that a report reads one by one at most."""

DIMENSIONS = ("space_token", "call_type", "call_status", "end_reason", "agent", "answered", "answered_by")
"""What calls are told apart by, everywhere: each is a group and a filter, `unknown` is its null."""

Where = tuple[tuple[str, Match | bool], ...]
"""Filters on dimensions: all must hold."""
Key = tuple[Any, ...]
"""(place of the range, *values of the group): a space by its id, what is null as "unknown"."""
Table = dict[Key, Sums]
Quarters = list[tuple[int, int]]
Parts = list[tuple[CellPart | CallPart | TaskPart, Sequence[int] | None]]
"""What is read, and which of the ranges asked for each of its own ranges belongs to (none: its own place)."""


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


def tabulate(store: Store, ask: Ask, *, calls: bool = True, tasks: bool = False) -> Table:
    """Sums of calls and of tasks, by range and group, all of one snapshot; without those of nothing. Raises
    `InvalidInputError` when it would take more than `MOST_ROWS` rows.
    """
    plan = _Plan(ask)
    asked = [*([_calls(store, ask, plan)] if calls else []), *([_tasks(ask, plan)] if tasks else [])]
    answers = iter(store.sums(ask.org_id, [part for one in asked for part, _ in one.parts]))
    table: Table = {}
    for one in asked:
        for _, ranges in one.parts:
            key_of = _key_of(one.places, ranges)
            add = one.add
            for row in next(answers):
                key = key_of(row)
                sums = table.get(key)
                if sums is None:
                    sums = table[key] = [0] * SIZE
                add(sums, row)
    return table


class _Asked(NamedTuple):
    """The parts that count calls or tasks, and what becomes of their rows."""

    parts: Parts
    places: list[int]
    add: Callable[[Sums, tuple[Any, ...]], None]


def _calls(store: Store, ask: Ask, plan: _Plan) -> _Asked:
    counter = _counter_of(ask) if ask.counters else None
    named = ("call_status", *(name for name in ask.group if name not in ("space_token", "call_status")))
    group = tuple(["space"] * plan.by_space) + named
    if counter is None:
        check_rows(store, ask)
        rows = CallPart(spaces=plan.ids, ranges=ask.ranges, where=call_filter(ask.where), group=group)
        parts: Parts = [(rows, None)]
    else:
        where = tuple((name, value) for name, value in ask.where if not isinstance(value, bool))
        parts = plan.parts(counter, where, group)
    status_at = 1 + plan.by_space

    measures_at = 1 + len(group)

    def add(sums: Sums, row: tuple[Any, ...]) -> None:
        add_calls(sums, row[status_at], *row[measures_at : measures_at + 4])

    return _Asked(parts, [0, *(_place(name, group) for name in ask.group)], add)


def _tasks(ask: Ask, plan: _Plan) -> _Asked:
    group = (*["space"] * plan.by_space, "status")
    parts: Parts
    if ask.counters:
        parts = plan.parts(BY_NAME["tasks"], (), group)
    else:
        parts = [(TaskPart(spaces=plan.ids, ranges=ask.ranges, group=group), None)]
    status_at = 1 + plan.by_space

    def add(sums: Sums, row: tuple[Any, ...]) -> None:
        add_tasks(sums, row[status_at], row[-5])

    return _Asked(parts, [0, *(_place(name, group) for name in ask.group)], add)


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

    def parts(self, counter: Counter, where: tuple[tuple[str, Match], ...], group: tuple[str, ...]) -> Parts:
        """The parts to read, and which of the ranges asked for each of its ranges belongs to."""
        parts: Parts = []
        for zone, holders in self._holders.items():
            tiled: dict[Grain, tuple[Quarters, list[int]]] = {}
            edges: tuple[list[Range], list[int]] = ([], [])
            for place, (begin, end) in enumerate(self._ask.ranges):
                for grain, found in _tiles(begin, end, zone).by_grain():
                    ranges, places = tiled.setdefault(grain, ([], []))
                    ranges += found
                    places += [place] * len(found)
                for edge in _tiles(begin, end, zone).edges:
                    edges[0].append(edge)
                    edges[1].append(place)
            for grain, (ranges, places) in tiled.items():
                cells = CellPart(
                    counter=counter.name,
                    grain=grain,
                    spaces=holders,
                    ranges=tuple(ranges),
                    where=where,
                    group=group,
                )
                parts.append((cells, places))
            if edges[0]:
                ids = self.ids if holders == (CONTACT_SPACES,) else holders
                parts.append((self._rows(counter, ids, tuple(edges[0]), group), edges[1]))
        return parts

    def _rows(
        self, counter: Counter, ids: tuple[int, ...], ranges: tuple[Range, ...], group: tuple[str, ...]
    ) -> CallPart | TaskPart:
        if counter.of == "task":
            return TaskPart(spaces=ids, ranges=ranges, group=group)
        return CallPart(spaces=ids, ranges=ranges, where=call_filter(self._ask.where), group=group)


def _counter_of(ask: Ask) -> Counter | None:
    """The coarsest counter that tells apart what is asked; none when no one does."""
    needed = {"call_status", *ask.group, *(name for name, _ in ask.where)} - {"space_token"}
    fitting = [
        counter
        for counter in CATALOGUE
        if counter.of == "call" and Grain.HOUR in counter.grains and needed <= set(counter.dimensions)
    ]
    return min(fitting, key=lambda counter: len(counter.dimensions), default=None)


def _place(name: str, group: tuple[str, ...]) -> int:
    return 1 + group.index("space" if name == "space_token" else name)


def _key_of(places: Sequence[int], ranges: Sequence[int] | None) -> Callable[[tuple[Any, ...]], Key]:
    """What makes the key of a row. Reports have tens of thousands of rows: most have one group or none."""
    if len(places) == 1:
        return lambda row: (row[0] if ranges is None else ranges[row[0]],)
    if len(places) == 2 and ranges is not None:
        at = places[1]
        return lambda row: (ranges[row[0]], row[at] or "unknown")
    others = tuple(places[1:])
    return lambda row: (
        row[0] if ranges is None else ranges[row[0]],
        *[row[at] or "unknown" for at in others],
    )


# --- tiles


class Tiles(Struct, frozen=True):
    """A range as whole cells, and the edges that are none."""

    days: Quarters
    hours: Quarters
    quarters: Quarters
    edges: list[Range]

    def by_grain(self) -> list[tuple[Grain, Quarters]]:
        """The cells, by grain, where there are any."""
        found = ((Grain.DAY, self.days), (Grain.HOUR, self.hours), (Grain.QUARTER, self.quarters))
        return [(grain, ranges) for grain, ranges in found if ranges]


@lru_cache(maxsize=50_000)
def _tiles(begin: Micros, end: Micros, zone: str) -> Tiles:
    """The range tiled by the largest cells of a zone that fit into it."""
    first, last = -(-begin // QUARTER_US), end // QUARTER_US
    if first >= last:
        inner = first * QUARTER_US
        # Less than a quarter, or the parts of two that meet inside it.
        cut = [(begin, inner), (inner, end)] if first == last and begin < inner < end else [(begin, end)]
        return Tiles([], [], [], [(one, other) for one, other in cut if one < other])
    edges = [(begin, first * QUARTER_US), (last * QUARTER_US, end)]
    hours_from, hours_to = _hours_within(first, last, zone)
    if hours_from >= hours_to:
        hours_from = hours_to = last
    days_from, days_to = _days_within(hours_from, hours_to, zone)
    if days_from >= days_to:
        days_from = days_to = hours_to
    return Tiles(
        days=_some((days_from, days_to)),
        hours=_some((hours_from, days_from), (days_to, hours_to)),
        quarters=_some((first, hours_from), (hours_to, last)),
        edges=[(one, other) for one, other in edges if one < other],
    )


def _some(*ranges: tuple[int, int]) -> Quarters:
    return [(one, other) for one, other in ranges if one < other]


def _hours_within(first: int, last: int, zone: str) -> tuple[int, int]:
    """The first beginning and the last end of a whole hour within these quarters."""
    begin = bucket_of(first, Grain.HOUR, zone)
    return (begin if begin == first else next_hour(begin, zone)), bucket_of(last, Grain.HOUR, zone)


def _days_within(first: int, last: int, zone: str) -> tuple[int, int]:
    """The same of whole days."""
    begin = bucket_of(first, Grain.DAY, zone)
    if begin != first:
        local = moment(first * QUARTER_US).astimezone(ZoneInfo(zone))
        following = datetime(local.year, local.month, local.day) + timedelta(days=1)  # noqa: DTZ001
        begin = day_start(following, zone) // QUARTER_US
    return begin, bucket_of(last, Grain.DAY, zone)


def is_unknown(value: Match | bool) -> bool:
    """Whether a filter asks for what is null."""
    return isinstance(value, Unknown)
