"""Sums by range and group, for every report that counts by time.

What is asked for is planned (`plan`), read and added up; whole civil periods are held (`views`), so that of
them only what moved is read. All of an answer is of one snapshot: it is never half old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from callboard.errors import InvalidInputError
from callboard.fold.catalogue import BY_NAME
from callboard.fold.grain import QUARTER_US, QUARTERS_A_DAY, Grain
from callboard.model.directory import Space
from callboard.query.metrics import MADE, OF_CALLS, OF_TASKS, Metric
from callboard.query.reports.period import Range
from callboard.query.reports.plan import Count, Parts, Plan, Where, counter_of
from callboard.query.reports.views import Group, Shape, View, Views
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import CONTACT_SPACES, CellPart, ChangePart, Changes, Sum, Summed

MOST_ROWS = 1_000_000
"""Calls that a report reads one by one at most."""
LONGEST_DAY = 25 * 4
"""In quarters: where clocks go back."""

Table = dict[Group, dict[int, Sequence[int]]]
"""Group → place of `metrics.Sums` → a number for each range."""


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
    civil: tuple[str, str] = ("", "")
    """Interval and zone of the periods that are `whole`."""
    whole: frozenset[Range] = frozenset()
    """Of the ranges those that are whole civil periods: they are likely asked for again."""


class _Asked(NamedTuple):
    """Calls or tasks, and what of them."""

    what: Count
    places: list[int]
    """Where in `metrics.Sums` its sums go."""


def tabulate(store: Store, ask: Ask, metrics: Iterable[Metric], views: Views | None = None) -> Table:
    """The sums that these metrics need, by group and range. All are of one snapshot. A group is there when it
    has calls made, or tasks, be they none of those that the metrics count. Raises `InvalidInputError` when
    it would take more than `MOST_ROWS` rows.
    """
    asked = _asked(ask, metrics)
    plan = Plan(ask.spaces, together=ask.contact and "space_token" not in ask.group)
    if any(one.what.counter is None and not one.what.tasks for one in asked):
        check_rows(store, ask)
    shapes = {
        at: Shape(
            ask.org_id,
            one.what.counter.name,
            plan.holders,
            one.what.matches,
            one.what.group,
            one.what.sums,
            *ask.civil,
        )
        for at, one in enumerate(asked)
        if one.what.counter is not None and ask.whole
    }
    with (views or Views()).held(shapes) as held:
        return _tabulated(store, ask, plan, asked, held)


def _asked(ask: Ask, metrics: Iterable[Metric]) -> list[_Asked]:
    needed = {place for metric in metrics for place in metric.needs}
    asked = []
    if needed & OF_CALLS.keys():
        places = sorted(needed & OF_CALLS.keys() | {MADE})
        count = Count(
            counter=counter_of(ask.group, ask.where) if ask.counters else None,
            where=ask.where,
            group=tuple("space" if name == "space_token" else name for name in ask.group),
            sums=tuple(OF_CALLS[place] for place in places),
        )
        asked.append(_Asked(count, places))
    if needed & OF_TASKS.keys():
        count = Count(
            tasks=True,
            counter=BY_NAME["tasks"] if ask.counters else None,
            where=(),
            group=("space",) if ask.group else (),
            sums=tuple(OF_TASKS.values()),
        )
        asked.append(_Asked(count, list(OF_TASKS)))
    return asked


def _tabulated(store: Store, ask: Ask, plan: Plan, asked: list[_Asked], held: dict[int, View]) -> Table:
    views = [held.get(at) or View(len(one.what.sums)) for at, one in enumerate(asked)]
    summed, read = _read(store, ask, plan, asked, views)
    if None in summed.changes:
        for view in views:
            view.forget()
        summed, read = _read(store, ask, plan, asked, views)
    changes: Iterator[Changes | None] = iter(summed.changes)
    answers = iter(summed.sums)
    table: Table = {}
    for one, view, (ranges, parts) in zip(asked, views, read, strict=True):
        moved = None if view.mark is None else next(changes)
        view.move(moved or [], summed.mark)
        view.begin(ranges)
        for (_, targets), rows in zip(parts, answers, strict=False):
            check()
            view.add(rows, targets)
        for group, columns in view.columns(ask.ranges).items():
            table.setdefault(group, {}).update(zip(one.places, columns, strict=True))
        view.forget(each for each in ranges if each not in ask.whole or not _by_quarters(each))
        if summed.mark is None:
            view.forget()
    return table


def _read(
    store: Store, ask: Ask, plan: Plan, asked: list[_Asked], views: list[View]
) -> tuple[Summed, list[tuple[list[Range], Parts]]]:
    """What no view holds, and what moved since of what they hold."""
    read = []
    changes = []
    for one, view in zip(asked, views, strict=True):
        missing = [each for each in ask.ranges if each not in view]
        read.append((missing, plan.parts(one.what, missing)))
        if view.mark is not None and one.what.counter is not None:
            changes.append(
                ChangePart(
                    counter=one.what.counter.name,
                    spaces=plan.holders,
                    where=one.what.matches,
                    group=one.what.group,
                    sums=one.what.sums,
                    since=view.mark,
                )
            )
    parts = [part for _, each in read for part, _ in each]
    return store.sums_since(ask.org_id, parts, changes), read


def _by_quarters(asked: Range) -> bool:
    """Whether it is made of whole quarters: of the others rows count the edges."""
    return asked[0] % QUARTER_US == asked[1] % QUARTER_US == 0


def rows_of(store: Store, ask: Ask) -> int:
    """About how many calls the ranges lie among. The counters say: by quarters, or by the days that a period
    of several touches.
    """
    if not ask.ranges:
        return 0
    begin = min(begin for begin, _ in ask.ranges) // QUARTER_US
    end = -(-max(end for _, end in ask.ranges) // QUARTER_US)
    grain = Grain.QUARTER
    if end - begin > 2 * QUARTERS_A_DAY:
        grain, begin = Grain.DAY, begin - LONGEST_DAY
    spaces = (CONTACT_SPACES,) if ask.contact else tuple(space.id for space in ask.spaces)
    part = CellPart(counter="calls", grain=grain, spaces=spaces, ranges=((begin, end),), sums=(Sum("items"),))
    return sum(row[1] for row in store.sums(ask.org_id, [part])[0])


def check_rows(store: Store, ask: Ask) -> None:
    """Raises `InvalidInputError`, with what to narrow, when the ranges lie among more than `MOST_ROWS`
    calls.
    """
    rows = rows_of(store, ask)
    if rows > MOST_ROWS:
        message = (
            f"about {rows:,} calls would have to be read one by one, more than {MOST_ROWS:,}: take a shorter "
            "period or one space, or leave out what no counter holds (answered, answered_by, or end_reason "
            "and agent together)"
        )
        raise InvalidInputError(message, [("start", message)])
