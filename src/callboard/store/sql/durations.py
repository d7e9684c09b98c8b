"""Distributions of talk time and time to answer, counted from rows, for every group. Any dimension can be the
group: these are for queries that no counter answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from callboard.clock import Micros
from callboard.fold.sketch import BOUNDS
from callboard.store.questions import Aggregate, CallFilter, DurationStats, GroupDurations, Scope
from callboard.store.sql.database import Database
from callboard.store.sql.filters import WAIT_KNOWN, calls_where
from callboard.store.sql.sums import ANSWERED, GROUPS_OF_CALLS, bounded, ranges_of

_WAIT = f"CASE WHEN {WAIT_KNOWN} THEN (start_time - creation_time) / 1000 END"
_OF = (
    ("duration_ms", "call_status = 'completed'", "call_status = 'completed'"),
    (_WAIT, "call_status <> 'queued'", f"call_status <> 'queued' AND ({ANSWERED})"),
)
"""For talk time and time to answer: the value; the calls in the distribution; the calls that must have a
value, and are counted as unknown without one."""
COUNTED_AT_ONCE = 10_000
"""Values that are counted in one call, which holds the interpreter lock for 1 ms: other threads run in
between."""


def durations(
    db: Database, org_id: int, aggregate: Aggregate, ranges: Sequence[tuple[Micros, Micros]]
) -> GroupDurations:
    """See `Reporting.durations`."""
    assert isinstance(aggregate.where, CallFilter), "tasks have no durations"
    conditions = calls_where(db.dialect, Scope(org_id, all_content=True), aggregate.where)
    source = (
        f"FROM span CROSS JOIN {db.dialect.each_space} {db.dialect.then_join} "
        f"call{db.dialect.indexed('call_by_space_time')} ON space_id = wanted.value "
        f"AND creation_time >= begins AND creation_time < ends AND {conditions.where} "
        # All other calls, usually a third, are in neither distribution. Without this the engine would sort
        # them.
        f"AND (call_status = 'completed' OR {ANSWERED})"
    )
    values = {**conditions.values, "ranges": list(ranges), "spaces": list(aggregate.spaces)}
    if db.dialect.packed:
        return _listed(db, aggregate.group, source, values)
    return _grouped(db, aggregate.group, source, values)


# --- SQLite: it groups by sorting, so one statement groups by the dimensions alone, for both distributions,
# and returns their values as lists


def _bucket_of(value: str, low: int = 0, high: int = len(BOUNDS)) -> str:
    """SQL for the bucket of a value: a binary search, eleven comparisons deep. A Python function would take
    the interpreter lock for each of hundreds of thousands of rows.
    """
    if high - low == 1:
        return str(low)
    middle = (low + high) // 2
    below, above = _bucket_of(value, low, middle), _bucket_of(value, middle, high)
    return f"CASE WHEN {value} < {BOUNDS[middle]} THEN {below} ELSE {above} END"


_TALK_BUCKET = f"CASE WHEN duration_ms IS NOT NULL THEN {_bucket_of('duration_ms')} END"


def _listed(db: Database, groups: Sequence[str], source: str, values: dict[str, Any]) -> GroupDurations:
    (talk, of_talk, _), (wait, of_wait, answered) = _OF
    wanted = [
        f"count(*) FILTER (WHERE {of_talk} AND {talk} IS NULL)",
        f"group_concat({_TALK_BUCKET}) FILTER (WHERE {of_talk})",
        f"sum({talk}) FILTER (WHERE {of_talk})",
        f"min({talk}) FILTER (WHERE {of_talk})",
        f"max({talk}) FILTER (WHERE {of_talk})",
        f"count(*) FILTER (WHERE {answered} AND {wait} IS NULL)",
        f"group_concat({wait}) FILTER (WHERE {of_wait})",
    ]
    many = len(groups)
    columns = [*(GROUPS_OF_CALLS[name] for name in groups), *wanted]
    group = f" GROUP BY {', '.join(str(1 + at) for at in range(many))}" if many else ""
    found = bounded(db, f"{ranges_of(db.dialect)}SELECT {', '.join(columns)} {source}{group}", values)
    every = []
    while found:  # `pop` frees each list after it is read: all lists together have a value for each call
        row = found.pop()
        both = _of_buckets(*row[many : many + 5]), _of_values(*row[many + 5 :])
        if any(each.buckets or each.unknown for each in both):
            every.append((row[:many], *both))
    return every


def _of_buckets(
    unknown: int, buckets: str | None, total_ms: int | None, min_ms: int | None, max_ms: int | None
) -> DurationStats:
    """From a list of buckets, separated by commas."""
    counts = Counter(_numbers(f"[{buckets or ''}]"))
    return DurationStats(
        buckets=dict(counts),
        unknown=unknown,
        total_ms=total_ms or 0,
        min_ms=min_ms,
        max_ms=max_ms,
    )


_numbers = msgspec.json.Decoder(list[int]).decode
_bound = partial(bisect_right, BOUNDS)


def _of_values(unknown: int, text: str | None) -> DurationStats:
    """From a list of times to answer in milliseconds, separated by commas."""
    if not text:
        return nothing(unknown)
    values = _numbers(f"[{text}]")
    buckets: dict[int, int] = {}
    for at in range(0, len(values), COUNTED_AT_ONCE):
        # Equal values need one search together. Most times are whole seconds, so there are many of them.
        counts = Counter(values[at : at + COUNTED_AT_ONCE])
        for bound, calls in zip(map(_bound, counts), counts.values(), strict=True):
            buckets[bound - 1] = buckets.get(bound - 1, 0) + calls
    return DurationStats(
        buckets=buckets,
        unknown=unknown,
        total_ms=sum(values),
        min_ms=min(values),
        max_ms=max(values),
    )


def nothing(unknown: int = 0) -> DurationStats:
    """An empty distribution, apart from `unknown` calls."""
    return DurationStats(buckets={}, unknown=unknown, total_ms=0, min_ms=None, max_ms=None)


# --- PostgreSQL: it groups by hash, without a sort, so a statement for each distribution groups by bucket too


def _grouped(db: Database, groups: Sequence[str], source: str, values: dict[str, Any]) -> GroupDurations:
    every: dict[tuple[Any, ...], tuple[DurationStats, DurationStats]] = {}
    many = len(groups)
    group = ", ".join(str(1 + at) for at in range(many + 1))
    for at, (value, over, expected) in enumerate(_OF):
        columns = [*(GROUPS_OF_CALLS[name] for name in groups), f"duration_bucket({value})"]
        sql = (
            f"{ranges_of(db.dialect)}SELECT {', '.join(columns)}, count(*), coalesce(sum({value}), 0), "
            f"min({value}), max({value}) {source} AND {over} "
            f"AND ({value} IS NOT NULL OR ({expected})) GROUP BY {group}"
        )
        for row in bounded(db, sql, values):
            both = every.setdefault(row[:many], (nothing(), nothing()))
            _add(both[at], row[many:])
    return [(key, talk, wait) for key, (talk, wait) in every.items()]


def _add(to: DurationStats, row: Sequence[Any]) -> None:
    bucket, calls, total_ms, min_ms, max_ms = row
    if bucket == "":
        to.unknown += calls
        return
    to.buckets[int(bucket)] = calls
    to.total_ms += int(total_ms)
    to.min_ms = min_ms if to.min_ms is None else min(to.min_ms, min_ms)
    to.max_ms = max_ms if to.max_ms is None else max(to.max_ms, max_ms)
