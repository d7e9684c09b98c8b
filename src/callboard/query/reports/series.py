"""Metrics over time: by bucket, by up to two dimensions, beside the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from callboard.errors import InvalidInputError
from callboard.query.metrics import Metric
from callboard.query.reports.compare import Comparison, comparison
from callboard.query.reports.links import links_of
from callboard.query.reports.period import (
    Range,
    buckets,
    exact_iso,
    local_iso,
    not_together,
    whole,
)
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.tabulate import Table, tabulate
from callboard.query.reports.views import Group as Key
from callboard.query.reports.views import Views
from callboard.store.budget import check
from callboard.store.interface import Store

MAX_GROUPS = 1_000
MAX_NUMBERS = 500_000
"""Values in one answer at most: buckets x groups x metrics."""
MAX_GROUP_DIMENSIONS = 2

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
    """Metric → a value for each bucket, in their order; null where the period before has no such bucket."""


class Earlier(Part, frozen=True):
    """Numbers of the period before."""

    unmatched: Values
    """Metric → a value for each stretch that only the period before has: with `values` they add up."""


class Series(Struct, frozen=True, kw_only=True):
    """One group's numbers."""

    group: Group
    totals: dict[str, Any]
    values: Values
    links: dict[str, str]
    """Metric → the list it counts; `{start}` and `{end}` stand for the bounds of a bucket or the period."""
    previous: Earlier | UnsetType = UNSET
    difference: Part | UnsetType = UNSET
    """This less the previous, value by value; null where either is."""


class PreviousPeriod(Struct, frozen=True, kw_only=True):
    """The period before: the same civil stretch, as far as this one has come."""

    start: str
    end: str
    partial: bool
    """It begins before the first call of its spaces (or task, where tasks alone are asked for): it is not
    known whole, and no percentage of change is made of it."""
    buckets: list[Bucket | None]
    """What stands beside each bucket, by the clock; null where the period before has no such time."""
    unmatched: list[Bucket]
    """What only the period before has: an hour that clocks repeat, the end of a longer month."""


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


def series(store: Store, asked: SeriesQuery, views: Views | None = None) -> SeriesData:
    """The numbers. Raises `InvalidInputError` for what cannot be combined, and for too much."""
    _check(asked)
    ranges = buckets(asked.period, asked.interval, asked.zone.key)
    compared = _compared(asked, ranges)
    # Asked for together, so that both periods are of one snapshot.
    table = _table(store, asked, ranges, compared, views)
    found, before = _parted(table, len(ranges)) if compared is not None else (table, {})
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
        if compared is not None:
            earlier = _earlier(before.get(key, {}), compared, asked.metrics)
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
        buckets=bucket_answers(ranges, asked.zone),
        series=[one for _, _, one in told],
        previous=UNSET if compared is None else _previous_answer(store, asked, compared),
    )


def _compared(asked: SeriesQuery, ranges: tuple[Range, ...]) -> Comparison | None:
    if not asked.compare:
        return None
    return comparison(asked.period, ranges, asked.interval, asked.zone.key, asked.now)


def _previous_answer(store: Store, asked: SeriesQuery, compared: Comparison) -> PreviousPeriod:
    of_calls = any(metric.of == "call" for metric in asked.metrics)
    ids = [space.id for space in asked.scope.spaces]
    first = store.first_item_at(asked.scope.org_id, ids, "call" if of_calls else "task")
    zone = asked.zone
    return PreviousPeriod(
        start=exact_iso(compared.period.start),
        end=exact_iso(compared.period.end),
        partial=first is None or compared.period.start < first,
        buckets=[None if each is None else bucket_answer(each, zone) for each in compared.ranges],
        unmatched=bucket_answers(compared.unmatched, zone),
    )


def _check(asked: SeriesQuery) -> None:
    tasks = [metric.name for metric in asked.metrics if metric.of == "task"]
    if not tasks:
        return
    for name in asked.group:
        if name != "space_token":
            raise not_together("group_by", f"tasks have no {name}: {tasks[0]} cannot be told apart by it")
    for name, _ in asked.where:
        raise not_together(name, f"tasks have no {name}: leave it out, or {tasks[0]}")


def _check_size(groups: int, many_buckets: int, asked: SeriesQuery) -> None:
    if groups > MAX_GROUPS:
        raise too_many_groups(groups)
    numbers = groups * many_buckets * len(asked.metrics)
    if numbers > MAX_NUMBERS:
        message = (
            f"{groups:,} groups of {many_buckets:,} buckets are more than {MAX_NUMBERS:,} values: take a "
            "longer interval, a shorter period, fewer metrics or another group"
        )
        raise InvalidInputError(message, [("group_by", message)])


def too_many_groups(groups: int) -> InvalidInputError:
    """More than are told in one answer."""
    message = f"{groups:,} groups are more than {MAX_GROUPS:,}: take another group, or a filter"
    return InvalidInputError(message, [("group_by", message)])


def _table(
    store: Store,
    asked: SeriesQuery,
    ranges: tuple[Range, ...],
    compared: Comparison | None,
    views: Views | None,
) -> Table:
    zone = asked.zone.key
    civil = whole(ranges, asked.interval, zone)
    if compared is not None:
        civil |= compared.whole(asked.interval, zone)
        ranges += compared.parts
    return tabulate(store, asked, ranges, whole=civil, views=views)


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


def _earlier(
    columns: Mapping[int, Sequence[int]], compared: Comparison, metrics: Sequence[Metric]
) -> Earlier:
    """The numbers of the period before, beside the buckets they are compared with."""
    part = _part(columns, len(compared.parts), metrics)
    matched = len(compared.parts) - len(compared.unmatched)
    values = {}
    for name, column in part.values.items():
        those = iter(column[:matched])
        values[name] = [None if each is None else next(those) for each in compared.ranges]
    unmatched = {name: column[matched:] for name, column in part.values.items()}
    return Earlier(part.totals, values, unmatched)


def _with(one: Series, earlier: Earlier, difference: Part) -> Series:
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
    values = {
        name: [_less(one, other) for one, other in zip(column, before.values[name], strict=True)]
        for name, column in now.values.items()
    }
    return Part(totals, values)


def _less(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one - other


def bucket_answers(ranges: Sequence[Range], zone: ZoneInfo) -> list[Bucket]:
    """Buckets as an answer has them."""
    return [bucket_answer(each, zone) for each in ranges]


def bucket_answer(bucket: Range, zone: ZoneInfo) -> Bucket:
    """One of them."""
    begin, end = bucket
    return Bucket(exact_iso(begin), exact_iso(end), local_iso(begin, zone))
