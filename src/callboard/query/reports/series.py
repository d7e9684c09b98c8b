"""Metrics over time: by bucket, by up to two dimensions, beside the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from callboard.errors import InvalidInputError
from callboard.query.metrics import Metric
from callboard.query.reports.links import links_of
from callboard.query.reports.period import (
    Period,
    Range,
    buckets,
    exact_iso,
    local_iso,
    not_together,
    previous,
    whole,
)
from callboard.query.reports.plan import Where
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.tabulate import Ask, Table, tabulate
from callboard.query.reports.views import Group as Key
from callboard.query.reports.views import Views
from callboard.store.budget import check
from callboard.store.interface import Store

MOST_GROUPS = 1_000
MOST_NUMBERS = 500_000
"""Values in one answer at most: buckets x groups x metrics."""
MOST_GROUPED_BY = 2

Values = Mapping[str, Sequence[Any]]
Group = dict[str, str]


class Bucket(Struct, frozen=True):
    """One bucket, half-open."""

    start: str
    end: str
    local_start: str
    """By the clock of the zone asked for."""


class Part(Struct, frozen=True):
    """Numbers by bucket, and over the whole period."""

    totals: dict[str, Any]
    values: Values
    """Metric → a value for each bucket, in their order."""


class Series(Struct, frozen=True, kw_only=True):
    """One group's numbers."""

    group: Group
    totals: dict[str, Any]
    values: Values
    links: dict[str, str]
    """Metric → the list it counts; `{start}` and `{end}` stand for the bounds of a bucket or the period."""
    previous: Part | UnsetType = UNSET
    difference: Part | UnsetType = UNSET
    """This less the previous, value by value; null where either is."""


class PreviousPeriod(Struct, frozen=True):
    """The period before."""

    start: str
    end: str
    buckets: list[Bucket]


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
    """Greatest first, by the first metric; without groups a single one."""
    previous: PreviousPeriod | UnsetType = UNSET


class SeriesQuestion(Struct, frozen=True, kw_only=True):
    """What is asked."""

    scope: ReportScope
    period: Period
    interval: str
    zone: ZoneInfo
    metrics: tuple[Metric, ...]
    group: tuple[str, ...] = ()
    where: Where = ()
    compare: bool = False
    counters: bool = True


def series(store: Store, asked: SeriesQuestion, views: Views | None = None) -> SeriesData:
    """The numbers. Raises `InvalidInputError` for what cannot be combined, and for too much."""
    _check(asked)
    ranges = buckets(asked.period, asked.interval, asked.zone.key)
    before_period = previous(asked.period, asked.zone.key)
    before_ranges: tuple[Range, ...] = ()
    if asked.compare:
        before_ranges = buckets(before_period, asked.interval, asked.zone.key)
    # Asked for together, so that both periods are of one snapshot.
    table = _table(store, asked, ranges, before_ranges, views)
    found, before = _parted(table, len(ranges)) if asked.compare else (table, {})
    keys = dict.fromkeys([*found, *before])
    if not asked.group:
        keys.setdefault(())
    _check_size(len(keys), len(ranges), asked)
    tokens = {space.id: space.token for space in asked.scope.spaces}
    told = []
    for key in keys:
        check()
        group = named(asked.group, key, tokens)
        part = _part(found.get(key, {}), len(ranges), asked.metrics)
        one = Series(
            group=group,
            totals=part.totals,
            values=part.values,
            links=links_of(asked.metrics, asked.scope.parameters, asked.where, group),
        )
        if asked.compare:
            earlier = _part(before.get(key, {}), len(before_ranges), asked.metrics)
            one = _with(one, earlier, _difference(part, earlier))
        told.append((part.totals[asked.metrics[0].name] or 0, tuple(group.values()), one))
    told.sort(key=lambda each: (-each[0], each[1]))
    return SeriesData(
        start=exact_iso(asked.period.start),
        end=exact_iso(asked.period.end),
        interval=asked.interval,
        timezone=asked.zone.key,
        metrics=[metric.name for metric in asked.metrics],
        group_by=list(asked.group),
        buckets=told_buckets(ranges, asked.zone),
        series=[one for _, _, one in told],
        previous=PreviousPeriod(
            exact_iso(before_period.start),
            exact_iso(before_period.end),
            told_buckets(before_ranges, asked.zone),
        )
        if asked.compare
        else UNSET,
    )


def _check(asked: SeriesQuestion) -> None:
    tasks = [metric.name for metric in asked.metrics if metric.of == "task"]
    if not tasks:
        return
    for name in asked.group:
        if name != "space_token":
            raise not_together("group_by", f"tasks have no {name}: {tasks[0]} cannot be told apart by it")
    for name, _ in asked.where:
        raise not_together(name, f"tasks have no {name}: leave it out, or {tasks[0]}")


def _check_size(groups: int, many_buckets: int, asked: SeriesQuestion) -> None:
    if groups > MOST_GROUPS:
        raise too_many_groups(groups)
    numbers = groups * many_buckets * len(asked.metrics)
    if numbers > MOST_NUMBERS:
        message = (
            f"{groups:,} groups of {many_buckets:,} buckets are more than {MOST_NUMBERS:,} values: take a "
            "longer interval, a shorter period, fewer metrics or another group"
        )
        raise InvalidInputError(message, [("group_by", message)])


def too_many_groups(groups: int) -> InvalidInputError:
    """More than are told in one answer."""
    message = f"{groups:,} groups are more than {MOST_GROUPS:,}: take another group, or a filter"
    return InvalidInputError(message, [("group_by", message)])


def _table(
    store: Store,
    asked: SeriesQuestion,
    ranges: tuple[Range, ...],
    before_ranges: tuple[Range, ...],
    views: Views | None,
) -> Table:
    zone = asked.zone.key
    ask = Ask(
        org_id=asked.scope.org_id,
        spaces=asked.scope.spaces,
        contact=asked.scope.contact,
        ranges=ranges + before_ranges,
        group=asked.group,
        where=asked.where,
        counters=asked.counters,
        civil=(asked.interval, zone),
        whole=frozenset().union(
            *(whole(each, asked.interval, zone) for each in (ranges, before_ranges) if each)
        ),
    )
    return tabulate(store, ask, asked.metrics, views)


def _parted(table: Table, first: int) -> tuple[Table, Table]:
    """Of the ranges before the first of the earlier period, and from it on; each with the groups it has."""
    parts: tuple[Table, Table] = {}, {}
    for group, columns in table.items():
        for part, cut in zip(parts, (slice(first), slice(first, None)), strict=True):
            those = {place: column[cut] for place, column in columns.items()}
            if any(map(any, those.values())):
                part[group] = those
    return parts


def named(names: Sequence[str], key: Key, tokens: Mapping[int, str]) -> Group:
    return {
        name: tokens[value] if name == "space_token" else str(value)
        for name, value in zip(names, key, strict=True)
    }


def _part(columns: Mapping[int, Sequence[int]], many: int, metrics: Sequence[Metric]) -> Part:
    whole = {place: (sum(column),) for place, column in columns.items()}
    return Part(
        totals={metric.name: metric.column(whole, 1)[0] for metric in metrics},
        values={metric.name: metric.column(columns, many) for metric in metrics},
    )


def _with(one: Series, earlier: Part, difference: Part) -> Series:
    return Series(
        group=one.group,
        totals=one.totals,
        values=one.values,
        links=one.links,
        previous=earlier,
        difference=difference,
    )


def _difference(now: Part, before: Part) -> Part:
    totals = {name: _less(value, before.totals[name]) for name, value in now.totals.items()}
    values = {}
    for name, column in now.values.items():
        # Months have more or fewer days than the one before: what has no counterpart has no difference.
        earlier = before.values[name]
        padded = [*earlier, *[None] * (len(column) - len(earlier))]
        values[name] = [_less(one, other) for one, other in zip(column, padded, strict=False)]
    return Part(totals, values)


def _less(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one - other


def told_buckets(ranges: Sequence[Range], zone: ZoneInfo) -> list[Bucket]:
    """Buckets as an answer has them."""
    return [Bucket(exact_iso(begin), exact_iso(end), local_iso(begin, zone)) for begin, end in ranges]
