"""The series report: metrics by bucket and by up to two dimensions, compared with the previous period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from callboard.errors import InvalidInputError
from callboard.query.metrics import Metric
from callboard.query.reports.compare import Comparison, comparison
from callboard.query.reports.links import metric_links
from callboard.query.reports.period import (
    Range,
    buckets,
    complete_buckets,
    exact_iso,
    incompatible,
    local_iso,
)
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.tabulate import Table, tabulate
from callboard.query.reports.views import Group, Views
from callboard.store.budget import check
from callboard.store.interface import Store

MAX_GROUPS = 1_000
MAX_NUMBERS = 500_000
"""Most values in one answer: buckets x groups x metrics."""
MAX_GROUP_DIMENSIONS = 2

Values = Mapping[str, Sequence[Any]]
GroupTexts = dict[str, str]


class Bucket(Struct, frozen=True):
    """One bucket, half-open."""

    start: str
    end: str
    local_start: str
    """The start as local time of the requested zone."""


class Part(Struct, frozen=True):
    """Numbers by bucket, and over the whole period."""

    totals: dict[str, Any]
    values: Values
    """Metric → a value for each bucket, in order; null where the previous period has no counterpart."""


class Earlier(Part, frozen=True):
    """Numbers of the period before."""

    unmatched: Values
    """Metric → a value for each bucket that only the previous period has; with `values` they add up."""


class Series(Struct, frozen=True, kw_only=True):
    """One group's numbers."""

    group: GroupTexts
    totals: dict[str, Any]
    values: Values
    links: dict[str, str]
    """Metric → link to the list it counts, with `{start}` and `{end}` for the bounds of a bucket or the
    period."""
    previous: Earlier | UnsetType = UNSET
    difference: Part | UnsetType = UNSET
    """These values minus the previous ones; null where either is null."""


class PreviousPeriod(Struct, frozen=True, kw_only=True):
    """The period before: the same civil stretch, as far as this one has come."""

    start: str
    end: str
    partial: bool
    """It begins before the first call of its spaces (or task, if the metrics are of tasks only): its numbers
    are incomplete, and clients compute no percentage of change from them."""
    buckets: list[Bucket | None]
    """The counterpart of each bucket, by wall time; null where the previous period has none."""
    unmatched: list[Bucket]
    """Buckets that only the previous period has: an hour that clocks repeat, the end of a longer month."""


class SeriesData(Struct, frozen=True, kw_only=True):
    """The answer."""

    start: str
    end: str
    interval: str
    timezone: str
    metrics: list[str]
    group_by: list[str]
    buckets: list[Bucket]
    series: list[Series]
    """Highest value of the first metric first; without groups, a single one."""
    previous: PreviousPeriod | UnsetType = UNSET


def series(store: Store, query: SeriesQuery, views: Views | None = None) -> SeriesData:
    """The series report. Raises `InvalidInputError` for parameters that cannot be combined, and for more
    groups or values than one answer may have.
    """
    _check(query)
    ranges = buckets(query.period, query.interval, query.zone.key)
    compared = _compared(query, ranges)
    # One query for both periods: their numbers must be of one snapshot.
    table = _table(store, query, ranges, compared, views)
    found, before = _split_periods(table, len(ranges)) if compared is not None else (table, {})
    keys = dict.fromkeys([*found, *before])
    if not query.group:
        keys.setdefault(())
    _check_size(len(keys), len(ranges), query)
    tokens = {space.id: space.token for space in query.scope.spaces}
    answers = []
    for key in keys:
        check()
        group = group_texts(query.group, key, tokens)
        part = _part(found.get(key, {}), len(ranges), query.metrics)
        one = Series(
            group=group,
            totals=part.totals,
            values=part.values,
            links=metric_links(query.metrics, query.scope.parameters, query.where, group),
        )
        if compared is not None:
            earlier = _earlier(before.get(key, {}), compared, query.metrics)
            one = _with_comparison(one, earlier, _difference(part, earlier))
        answers.append((part.totals[query.metrics[0].name] or 0, tuple(group.values()), one))
    answers.sort(key=lambda each: (-each[0], each[1]))
    return SeriesData(
        start=exact_iso(query.period.start),
        end=exact_iso(query.period.end),
        interval=query.interval,
        timezone=query.zone.key,
        metrics=[metric.name for metric in query.metrics],
        group_by=list(query.group),
        buckets=bucket_answers(ranges, query.zone),
        series=[one for _, _, one in answers],
        previous=UNSET if compared is None else _previous_answer(store, query, compared),
    )


def _compared(query: SeriesQuery, ranges: tuple[Range, ...]) -> Comparison | None:
    if not query.compare:
        return None
    return comparison(query.period, ranges, query.interval, query.zone.key, query.now)


def _previous_answer(store: Store, query: SeriesQuery, compared: Comparison) -> PreviousPeriod:
    of_calls = any(metric.of == "call" for metric in query.metrics)
    ids = [space.id for space in query.scope.spaces]
    first = store.first_item_at(query.scope.org_id, ids, "call" if of_calls else "task")
    zone = query.zone
    return PreviousPeriod(
        start=exact_iso(compared.period.start),
        end=exact_iso(compared.period.end),
        partial=first is None or compared.period.start < first,
        buckets=[None if each is None else bucket_answer(each, zone) for each in compared.ranges],
        unmatched=bucket_answers(compared.unmatched, zone),
    )


def _check(query: SeriesQuery) -> None:
    tasks = [metric.name for metric in query.metrics if metric.of == "task"]
    if not tasks:
        return
    for name in query.group:
        if name != "space_token":
            raise incompatible("group_by", f"tasks have no {name}: {tasks[0]} cannot be told apart by it")
    for name, _ in query.where:
        raise incompatible(name, f"tasks have no {name}: leave it out, or {tasks[0]}")


def _check_size(groups: int, bucket_count: int, query: SeriesQuery) -> None:
    if groups > MAX_GROUPS:
        raise too_many_groups(groups)
    numbers = groups * bucket_count * len(query.metrics)
    if numbers > MAX_NUMBERS:
        message = (
            f"{groups:,} groups of {bucket_count:,} buckets are more than {MAX_NUMBERS:,} values: take a "
            "longer interval, a shorter period, fewer metrics or another group"
        )
        raise InvalidInputError(message, [("group_by", message)])


def too_many_groups(groups: int) -> InvalidInputError:
    """The error for more groups than one answer may have."""
    message = f"{groups:,} groups are more than {MAX_GROUPS:,}: take another group, or a filter"
    return InvalidInputError(message, [("group_by", message)])


def _table(
    store: Store,
    query: SeriesQuery,
    ranges: tuple[Range, ...],
    compared: Comparison | None,
    views: Views | None,
) -> Table:
    zone = query.zone.key
    civil = complete_buckets(ranges, query.interval, zone)
    if compared is not None:
        civil |= compared.complete_ranges(query.interval, zone)
        ranges += compared.all_ranges
    return tabulate(store, query, ranges, complete=civil, views=views)


def _split_periods(table: Table, first: int) -> tuple[Table, Table]:
    """The table of the period, and that of the previous period, whose ranges begin at index `first`. A group
    is only in the table of a period in which it has numbers.
    """
    periods: tuple[Table, Table] = {}, {}
    for group, columns in table.items():
        for period, cut in zip(periods, (slice(first), slice(first, None)), strict=True):
            own = {index: column[cut] for index, column in columns.items()}
            if any(map(any, own.values())):
                period[group] = own
    return periods


def group_texts(names: Sequence[str], key: Group, tokens: Mapping[int, str]) -> GroupTexts:
    return {
        name: tokens[value] if name == "space_token" else str(value)
        for name, value in zip(names, key, strict=True)
    }


def _part(columns: Mapping[int, Sequence[int]], bucket_count: int, metrics: Sequence[Metric]) -> Part:
    total = {index: (sum(column),) for index, column in columns.items()}
    return Part(
        totals={metric.name: metric.column(total, 1)[0] for metric in metrics},
        values={metric.name: metric.column(columns, bucket_count) for metric in metrics},
    )


def _earlier(
    columns: Mapping[int, Sequence[int]], compared: Comparison, metrics: Sequence[Metric]
) -> Earlier:
    """The previous period's numbers, in the order of the buckets that they are compared with."""
    part = _part(columns, len(compared.all_ranges), metrics)
    matched = len(compared.all_ranges) - len(compared.unmatched)
    values = {}
    for name, column in part.values.items():
        counterparts = iter(column[:matched])
        values[name] = [None if each is None else next(counterparts) for each in compared.ranges]
    unmatched = {name: column[matched:] for name, column in part.values.items()}
    return Earlier(part.totals, values, unmatched)


def _with_comparison(one: Series, earlier: Earlier, difference: Part) -> Series:
    return Series(
        group=one.group,
        totals=one.totals,
        values=one.values,
        links=one.links,
        previous=earlier,
        difference=difference,
    )


def _difference(now: Part, before: Part) -> Part:
    totals = {name: _subtract(value, before.totals[name]) for name, value in now.totals.items()}
    values = {
        name: [_subtract(one, other) for one, other in zip(column, before.values[name], strict=True)]
        for name, column in now.values.items()
    }
    return Part(totals, values)


def _subtract(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one - other


def bucket_answers(ranges: Sequence[Range], zone: ZoneInfo) -> list[Bucket]:
    """Ranges as the buckets of an answer."""
    return [bucket_answer(each, zone) for each in ranges]


def bucket_answer(bucket: Range, zone: ZoneInfo) -> Bucket:
    """A range as a bucket of an answer."""
    begin, end = bucket
    return Bucket(exact_iso(begin), exact_iso(end), local_iso(begin, zone))
