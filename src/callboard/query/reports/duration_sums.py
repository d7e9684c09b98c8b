"""The sums that distributions of durations are made of: buckets and totals by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.query.reports.duration_links import DurationKind
from callboard.query.reports.period import Range
from callboard.query.reports.plan import call_filter, stored_names
from callboard.query.reports.query import Query
from callboard.query.reports.tabulate import MAX_ROWS, check_row_limit, estimate_rows
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    DurationStats,
    Rows,
    Scan,
    Sum,
)

FROM_COUNTERS = {"space_token", "call_type", "call_status"}
"""The dimensions of the counters of durations."""
MAX_LOOKUPS = 24
"""Up to so many groups the exact minimum and maximum are looked up, group by group. There are fewer
combinations of status and direction than that."""

Key = tuple[Any, ...]
Extremes = tuple[int | None, int | None, bool]
"""Minimum and maximum in milliseconds, and whether they are exact."""


class DurationSums:
    """One group's durations: calls by bucket of `fold.sketch`, total time, and calls of unknown duration."""

    __slots__ = ("buckets", "extremes", "total_ms", "unknown")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.total_ms = 0
        self.unknown = 0
        self.extremes: Extremes | None = None
        """Set if the sums were read from rows, where they are exact."""


def duration_sums(store: Store, query: Query) -> list[dict[Key, DurationSums]]:
    """The sums of talk time, and those of time to answer, by group. Raises `InvalidInputError` for too many
    rows.
    """
    return _from_rows(store, query) if _needs_rows(store, query) else _from_counters(store, query)


# --- from rows


def _needs_rows(store: Store, query: Query) -> bool:
    """Whether to read rows: if no counter has the dimensions, or if there are too many groups for lookups of
    their extremes, which one pass over the rows finds for all groups. Raises `InvalidInputError` if rows must
    be read and there are too many.
    """
    period = ((query.period.start, query.period.end),)
    needed = {*query.group, *(name for name, _ in query.where)}
    if not query.counters or not needed <= FROM_COUNTERS:
        check_row_limit(store, query.scope, period)
        return True
    return (
        "space_token" in query.group
        and len(query.scope.spaces) > MAX_LOOKUPS
        and estimate_rows(store, query.scope, period) <= MAX_ROWS
    )


def _from_rows(store: Store, query: Query) -> list[dict[Key, DurationSums]]:
    """Both distributions, from one pass over the calls."""
    aggregate = Aggregate(
        spaces=tuple(space.id for space in query.scope.spaces),
        where=call_filter(query.where),
        group=stored_names(query.group),
    )
    period = (query.period.start, query.period.end)
    both: list[dict[Key, DurationSums]] = [{}, {}]
    for group, *of_group in store.durations(query.scope.org_id, aggregate, (period,)):
        check()
        key = tuple([value or "unknown" for value in group])
        for sums, lengths in zip(both, of_group, strict=True):
            if lengths.buckets or lengths.unknown:
                _add(sums.setdefault(key, DurationSums()), lengths)
    return both


def _add(to: DurationSums, lengths: DurationStats) -> None:
    """Add to the sums of a group. Null and the word "unknown" are one group, so it may come in two rows."""
    if to.buckets:
        for number, count in lengths.buckets.items():
            to.buckets[number] = to.buckets.get(number, 0) + count
    else:
        to.buckets = lengths.buckets
    to.total_ms += lengths.total_ms
    to.unknown += lengths.unknown
    least, greatest, _ = to.extremes or (None, None, True)
    known_least = [value for value in (least, lengths.min_ms) if value is not None]
    known_greatest = [value for value in (greatest, lengths.max_ms) if value is not None]
    to.extremes = min(known_least, default=None), max(known_greatest, default=None), True


# --- from buckets


def _from_counters(store: Store, query: Query) -> list[dict[Key, DurationSums]]:
    """Both distributions, read from one snapshot."""
    talk, wait = _scans(query, "talk"), _scans(query, "wait")
    found = store.sums(query.scope.org_id, [*talk, *wait])
    first = len(talk)
    return [_collect(rows) for rows in (found[:first], found[first:])]


_SUMS: dict[DurationKind, tuple[Sum, Sum, Sum]] = {
    "talk": (Sum("items", ("completed",)), Sum("items", ("completed",)), Sum("talk_ms", ("completed",))),
    "wait": (Sum("items", but="queued"), Sum("answered", but="queued"), Sum("wait_ms", but="queued")),
}
"""For each distribution: calls whose time is known, calls whose time should be known, and the total time.
Rows without a bucket are the calls whose time is unknown: of these only the second sum counts."""


def _collect(found: Sequence[Rows]) -> dict[Key, DurationSums]:
    sums: dict[Key, DurationSums] = {}
    for rows in found:
        for _, *group, bucket, items, expected, total_ms in rows:
            counts = items if bucket else expected
            if counts:
                into = sums.setdefault(tuple([value or "unknown" for value in group]), DurationSums())
                if bucket:
                    into.buckets[int(bucket)] = into.buckets.get(int(bucket), 0) + counts
                    into.total_ms += total_ms
                else:
                    into.unknown += counts
    return sums


def _scans(query: Query, kind: DurationKind) -> list[Scan]:
    """Scans of the cells of the whole UTC days within the period, and of the rows at its edges."""
    ids = tuple(space.id for space in query.scope.spaces)
    days, edges = utc_days((query.period.start, query.period.end))
    aggregate = Aggregate(
        spaces=ids,
        where=call_filter(query.where),
        group=(*stored_names(query.group), kind),
        sums=_SUMS[kind],
        counter=duration_counter(kind),
    )
    scans = []
    if days is not None:
        as_one = query.scope.contact and "space_token" not in query.group
        cells = structs.replace(aggregate, spaces=(CONTACT_SPACES,) if as_one else ids)
        scans.append(Scan(aggregate=cells, grain=Grain.UTC_DAY, ranges=(days,)))
    if edges:
        scans.append(Scan(aggregate=aggregate, ranges=edges))
    return scans


def duration_counter(kind: DurationKind) -> str:
    return "talk_times" if kind == "talk" else "answer_times"


def utc_days(period: Range) -> tuple[tuple[int, int] | None, tuple[Range, ...]]:
    """The whole UTC days of a period, in quarter-hours, or None; and the rest at its edges."""
    day_us = QUARTER_HOURS_PER_DAY * QUARTER_HOUR_US
    first, last = -(-period[0] // day_us), period[1] // day_us
    if first >= last:
        return None, (period,)
    edges = ((period[0], first * day_us), (last * day_us, period[1]))
    return (first * QUARTER_HOURS_PER_DAY, last * QUARTER_HOURS_PER_DAY), tuple(
        edge for edge in edges if edge[0] < edge[1]
    )
