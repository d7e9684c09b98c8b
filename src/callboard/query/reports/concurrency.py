"""Calls at once: how many talked, or were offered, at the same moment, and when most did.

From rows, to the microsecond: what began at most seven days before the period, and reaches into it. A call
without an end counts until now, or until its limit where that comes first, and is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from callboard.clock import Micros
from callboard.model.call import MAX_CALL_SPAN
from callboard.query.items import seconds
from callboard.query.reports.links import list_link, template_link, words
from callboard.query.reports.period import Range, buckets, exact_iso
from callboard.query.reports.plan import call_filter
from callboard.query.reports.query import Query
from callboard.query.reports.series import Bucket, bucket_answers
from callboard.query.reports.tabulate import check_rows
from callboard.store.budget import check
from callboard.store.interface import Store

Kind = Literal["talk", "offered"]
KINDS: tuple[Kind, ...] = ("talk", "offered")


class ConcurrencyData(Struct, frozen=True, kw_only=True):
    """The answer."""

    start: str
    end: str
    interval: str
    timezone: str
    kind: str
    peak: int
    """The most calls at once."""
    peak_at: str | None
    """The first moment at which there were so many; null where there was none."""
    peak_link: str | None
    """The calls of that moment."""
    open_calls: int
    """Calls among these without an end: they count until now, or for as long as their space allows."""
    open_link: str
    unplaced: int
    """Calls created in the period that cannot be placed: they talked without a start, or ended before it."""
    unplaced_link: str
    looked_back_seconds: float
    """Calls created longer than this before the period are not looked for."""
    buckets: list[Bucket]
    values: dict[str, list[float]]
    """`peak`: the most at once in each bucket; `mean`: over its time."""
    peaks_at: list[str]
    """The first moment of each bucket's peak: its beginning, where it was as high from there on."""
    peaks_link: str
    """The calls of a bucket's peak; `{peak_at}` stands for its moment."""
    means_link: str
    """The calls whose time a bucket's mean is made of; `{start}` and `{end}` stand for its bounds."""


class ConcurrencyQuery(Query, frozen=True, kw_only=True):
    """Calls at once."""

    interval: str
    kind: Kind
    now: Micros
    """Calls without an end count until now at most."""


def concurrency(store: Store, asked: ConcurrencyQuery) -> ConcurrencyData:
    """Calls at once. Raises `InvalidInputError` for too many buckets or rows."""
    period = (asked.period.start, asked.period.end)
    ranges = buckets(asked.period, asked.interval, asked.zone.key)
    around: Range = (period[0] - MAX_CALL_SPAN, period[1])
    scope = asked.scope
    check_rows(store, scope, (around,))
    ids = [space.id for space in scope.spaces]
    found = store.intervals(scope.org_id, ids, period, call_filter(asked.where), asked.kind)
    spans = [
        (max(begin, period[0]), min(end, period[1], *([asked.now] if is_open else [])))
        for begin, end, is_open in found.spans
    ]
    levels = _levels([span for span in spans if span[0] < span[1]])
    peaks, moments, means = _by_bucket(levels, ranges)
    peak = max(peaks, default=0)
    peak_at = next((at for at, level in levels if level == peak), None) if peak else None
    filters = {**scope.parameters, **dict(words(asked.where))}
    name = "talking_at" if asked.kind == "talk" else "offered_at"
    unplaced = {**filters, "unplaced": asked.kind}
    unplaced["start_date"], unplaced["end_date"] = exact_iso(period[0]), exact_iso(period[1])
    return ConcurrencyData(
        start=exact_iso(period[0]),
        end=exact_iso(period[1]),
        interval=asked.interval,
        timezone=asked.zone.key,
        kind=asked.kind,
        peak=peak,
        peak_at=None if peak_at is None else exact_iso(peak_at),
        peak_link=None
        if peak_at is None
        else list_link("call-logs", **filters, **{name: exact_iso(peak_at)}),
        open_calls=sum(
            is_open and max(begin, period[0]) < min(end, period[1], asked.now)
            for begin, end, is_open in found.spans
        ),
        open_link=_open_link(filters, name, (period[0], min(period[1], asked.now))),
        unplaced=found.unplaced,
        unplaced_link=list_link("call-logs", **unplaced),
        looked_back_seconds=seconds(MAX_CALL_SPAN // 1000) or 0,
        buckets=bucket_answers(ranges, asked.zone),
        values={"peak": [*peaks], "mean": means},
        peaks_at=[exact_iso(at) for at in moments],
        peaks_link=template_link("call-logs", filters, {name: "{peak_at}"}),
        means_link=template_link("call-logs", filters, {name: "{start}/{end}"}),
    )


def _open_link(filters: Mapping[str, str], name: str, span: Range) -> str:
    """Calls without an end that were under way within a time; none where that is yet to come."""
    if span[0] < span[1]:
        within = f"{exact_iso(span[0])}/{exact_iso(span[1])}"
        return list_link("call-logs", **{**filters, "final": "false", name: within})
    return list_link("call-logs", **{**filters, "final": "false", "call_status": "completed"})


def _levels(spans: Sequence[tuple[Micros, Micros]]) -> list[tuple[Micros, int]]:
    """(moment, how many from then on), wherever that changes."""
    changes: dict[Micros, int] = {}
    for begin, end in spans:
        changes[begin] = changes.get(begin, 0) + 1
        changes[end] = changes.get(end, 0) - 1
    level = 0
    levels = []
    for at in sorted(changes):
        if changes[at]:
            level += changes[at]
            levels.append((at, level))
    return levels


def _by_bucket(
    levels: Sequence[tuple[Micros, int]], ranges: Sequence[Range]
) -> tuple[list[int], list[Micros], list[float]]:
    """The most in each bucket, the first moment of as many, and the mean over its time."""
    peaks, moments, means = [], [], []
    place, level = 0, 0
    for begin, end in ranges:
        check()
        most, most_at = level, begin
        area, since = 0, begin
        while place < len(levels) and levels[place][0] < end:
            at, following = levels[place]
            area += level * (at - since)
            since, level = at, following
            # What ended exactly where the bucket begins was not in it.
            if at == begin or following > most:
                most, most_at = following, at
            place += 1
        peaks.append(most)
        moments.append(most_at)
        means.append((area + level * (end - since)) / (end - begin))
    return peaks, moments, means
