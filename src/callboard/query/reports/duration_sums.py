"""What distributions of durations are made of: buckets and sums of each group, from rows or from counters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.query.reports.duration_links import Of
from callboard.query.reports.period import Range
from callboard.query.reports.plan import call_filter, stored
from callboard.query.reports.query import Query
from callboard.query.reports.tabulate import MAX_ROWS, check_rows, rows_of
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    Lengths,
    Rows,
    Scan,
    Sum,
)

FROM_COUNTERS = {"space_token", "call_type", "call_status"}
"""What the sketches tell apart."""
MAX_LOOKUPS = 24
"""Groups whose very least and greatest are looked up, each by itself: more than there are of statuses with
directions."""

Key = tuple[Any, ...]
Extremes = tuple[int | None, int | None, bool]
"""The least and the greatest, and whether they are the very values."""


class DurationSums:
    """Buckets of one group, and the sums beside them."""

    __slots__ = ("buckets", "extremes", "total_ms", "unknown")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.total_ms = 0
        self.unknown = 0
        self.extremes: Extremes | None = None
        """Where rows told them."""


def gather(store: Store, asked: Query) -> list[dict[Key, DurationSums]]:
    """Of talk time and of time to answer, by group. Raises `InvalidInputError` for too many rows."""
    return _of_rows(store, asked) if _needs_rows(store, asked) else _both(store, asked)


# --- from rows


def _needs_rows(store: Store, asked: Query) -> bool:
    """Whether rows answer: where no counter does, and for many groups that rows tell the extremes of at once.
    Raises `InvalidInputError` where it has to be rows and they are too many.
    """
    period = ((asked.period.start, asked.period.end),)
    needed = {*asked.group, *(name for name, _ in asked.where)}
    if not asked.counters or not needed <= FROM_COUNTERS:
        check_rows(store, asked.scope, period)
        return True
    return (
        "space_token" in asked.group
        and len(asked.scope.spaces) > MAX_LOOKUPS
        and rows_of(store, asked.scope, period) <= MAX_ROWS
    )


def _of_rows(store: Store, asked: Query) -> list[dict[Key, DurationSums]]:
    """Of talk time and of time to answer, from one pass over the calls."""
    aggregate = Aggregate(
        spaces=tuple(space.id for space in asked.scope.spaces),
        where=call_filter(asked.where),
        group=stored(asked.group),
    )
    period = (asked.period.start, asked.period.end)
    both: list[dict[Key, DurationSums]] = [{}, {}]
    for group, *of_group in store.lengths(asked.scope.org_id, aggregate, (period,)):
        check()
        key = tuple([value or "unknown" for value in group])
        for gathered, lengths in zip(both, of_group, strict=True):
            if lengths.buckets or lengths.unknown:
                _add(gathered.setdefault(key, DurationSums()), lengths)
    return both


def _add(to: DurationSums, lengths: Lengths) -> None:
    """What is null, and the word "unknown" itself, are one group: it may come in two."""
    if to.buckets:
        for number, many in lengths.buckets.items():
            to.buckets[number] = to.buckets.get(number, 0) + many
    else:
        to.buckets = lengths.buckets
    to.total_ms += lengths.total_ms
    to.unknown += lengths.unknown
    least, greatest, _ = to.extremes or (None, None, True)
    known_least = [value for value in (least, lengths.least_ms) if value is not None]
    known_greatest = [value for value in (greatest, lengths.greatest_ms) if value is not None]
    to.extremes = min(known_least, default=None), max(known_greatest, default=None), True


# --- from buckets


def _both(store: Store, asked: Query) -> list[dict[Key, DurationSums]]:
    """Of talk time and of time to answer, both of one snapshot."""
    talk, wait = _scans(asked, "talk"), _scans(asked, "wait")
    found = store.sums(asked.scope.org_id, [*talk, *wait])
    first = len(talk)
    return [_gather(rows) for rows in (found[:first], found[first:])]


_SUMS: dict[Of, tuple[Sum, Sum, Sum]] = {
    "talk": (Sum("items", ("completed",)), Sum("items", ("completed",)), Sum("talk_ms", ("completed",))),
    "wait": (Sum("items", but="queued"), Sum("answered", but="queued"), Sum("wait_ms", but="queued")),
}
"""Of each: calls where the time is known, calls where it should be but is not, and the time together."""


def _gather(found: Sequence[Rows]) -> dict[Key, DurationSums]:
    gathered: dict[Key, DurationSums] = {}
    for rows in found:
        for _, *group, bucket, items, expected, total_ms in rows:
            counts = items if bucket else expected
            if counts:
                into = gathered.setdefault(tuple([value or "unknown" for value in group]), DurationSums())
                if bucket:
                    into.buckets[int(bucket)] = into.buckets.get(int(bucket), 0) + counts
                    into.total_ms += total_ms
                else:
                    into.unknown += counts
    return gathered


def _scans(asked: Query, of: Of) -> list[Scan]:
    """Cells of the period's whole UTC days, and rows of what is left at its edges."""
    ids = tuple(space.id for space in asked.scope.spaces)
    days, edges = utc_days((asked.period.start, asked.period.end))
    aggregate = Aggregate(
        spaces=ids,
        where=call_filter(asked.where),
        group=(*stored(asked.group), of),
        sums=_SUMS[of],
        counter=counter_of_lengths(of),
    )
    scans = []
    if days is not None:
        together = asked.scope.contact and "space_token" not in asked.group
        cells = structs.replace(aggregate, spaces=(CONTACT_SPACES,) if together else ids)
        scans.append(Scan(aggregate=cells, grain=Grain.UTC_DAY, ranges=(days,)))
    if edges:
        scans.append(Scan(aggregate=aggregate, ranges=edges))
    return scans


def counter_of_lengths(of: Of) -> str:
    return "talk_times" if of == "talk" else "answer_times"


def utc_days(period: Range) -> tuple[tuple[int, int] | None, tuple[Range, ...]]:
    """The whole UTC days of a period, in quarters, and what is left of it at its edges."""
    day_us = QUARTER_HOURS_PER_DAY * QUARTER_HOUR_US
    first, last = -(-period[0] // day_us), period[1] // day_us
    if first >= last:
        return None, (period,)
    edges = ((period[0], first * day_us), (last * day_us, period[1]))
    return (first * QUARTER_HOURS_PER_DAY, last * QUARTER_HOURS_PER_DAY), tuple(
        edge for edge in edges if edge[0] < edge[1]
    )
