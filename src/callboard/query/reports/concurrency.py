"""The concurrency report: how many calls talked, or were offered, at the same time, and the peak.

Counted from rows, to the microsecond, over calls that were created at most seven days before the period and
reach into it. A call without an end counts until now, or until the limit of its space if that is earlier, and
is also reported separately.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from callboard.clock import Micros
from callboard.model.call import MAX_CALL_SPAN
from callboard.query.items import seconds
from callboard.query.reports.links import filter_texts, list_link, template_link
from callboard.query.reports.period import Range, buckets, exact_iso
from callboard.query.reports.plan import call_filter
from callboard.query.reports.query import Query
from callboard.query.reports.series import Bucket, bucket_answers
from callboard.query.reports.tabulate import check_row_limit
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
    """The first moment of the peak; null if there were no calls."""
    peak_link: str | None
    """To the calls of that moment."""
    open_calls: int
    """Calls without an end that are counted: until now, or until the limit of their space."""
    open_link: str
    unplaced: int
    """Calls created in the period whose time is not known: they talked without a start, or ended before
    it."""
    unplaced_link: str
    looked_back_seconds: float
    """Calls created longer than this before the period are not counted."""
    buckets: list[Bucket]
    values: dict[str, list[float]]
    """`peak`: the most calls at once in each bucket; `mean`: the average over its time."""
    peaks_at: list[str]
    """The first moment of each bucket's peak, which may be the start of the bucket."""
    peaks_link: str
    """To the calls of a bucket's peak, with `{peak_at}` replaced by its moment."""
    means_link: str
    """To the calls that a bucket's mean is made of, with `{start}` and `{end}` replaced by its bounds."""


class ConcurrencyQuery(Query, frozen=True, kw_only=True):
    """Calls at once."""

    interval: str
    kind: Kind
    now: Micros
    """Calls without an end count until now at most."""


def concurrency(store: Store, query: ConcurrencyQuery) -> ConcurrencyData:
    """The concurrency report. Raises `InvalidInputError` for too many buckets or rows."""
    period = (query.period.start, query.period.end)
    ranges = buckets(query.period, query.interval, query.zone.key)
    around: Range = (period[0] - MAX_CALL_SPAN, period[1])
    scope = query.scope
    check_row_limit(store, scope, (around,))
    ids = [space.id for space in scope.spaces]
    found = store.intervals(scope.org_id, ids, period, call_filter(query.where), query.kind)
    spans = [
        (max(begin, period[0]), min(end, period[1], *([query.now] if is_open else [])))
        for begin, end, is_open in found.spans
    ]
    levels = _levels([span for span in spans if span[0] < span[1]])
    peaks, moments, means = _by_bucket(levels, ranges)
    peak = max(peaks, default=0)
    peak_at = next((at for at, level in levels if level == peak), None) if peak else None
    filters = {**scope.parameters, **dict(filter_texts(query.where))}
    name = "talking_at" if query.kind == "talk" else "offered_at"
    unplaced = {**filters, "unplaced": query.kind}
    unplaced["start_date"], unplaced["end_date"] = exact_iso(period[0]), exact_iso(period[1])
    return ConcurrencyData(
        start=exact_iso(period[0]),
        end=exact_iso(period[1]),
        interval=query.interval,
        timezone=query.zone.key,
        kind=query.kind,
        peak=peak,
        peak_at=None if peak_at is None else exact_iso(peak_at),
        peak_link=None
        if peak_at is None
        else list_link("call-logs", **filters, **{name: exact_iso(peak_at)}),
        open_calls=sum(
            is_open and max(begin, period[0]) < min(end, period[1], query.now)
            for begin, end, is_open in found.spans
        ),
        open_link=_open_link(filters, name, (period[0], min(period[1], query.now))),
        unplaced=found.unplaced,
        unplaced_link=list_link("call-logs", **unplaced),
        looked_back_seconds=seconds(MAX_CALL_SPAN // 1000) or 0,
        buckets=bucket_answers(ranges, query.zone),
        values={"peak": [*peaks], "mean": means},
        peaks_at=[exact_iso(at) for at in moments],
        peaks_link=template_link("call-logs", filters, {name: "{peak_at}"}),
        means_link=template_link("call-logs", filters, {name: "{start}/{end}"}),
    )


def _open_link(filters: Mapping[str, str], name: str, span: Range) -> str:
    """The link to calls without an end that were under way within a span; to an empty list if it is empty,
    because the period is in the future.
    """
    if span[0] < span[1]:
        within = f"{exact_iso(span[0])}/{exact_iso(span[1])}"
        return list_link("call-logs", **{**filters, "final": "false", name: within})
    return list_link("call-logs", **{**filters, "final": "false", "call_status": "completed"})


def _levels(spans: Sequence[tuple[Micros, Micros]]) -> list[tuple[Micros, int]]:
    """(moment, number of calls from then on), for each change of the number."""
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
    """For each bucket: the peak, the first moment of it, and the average over its time. Ranges are in order
    and without gaps, so that one pass over the levels is enough.
    """
    peaks, moments, means = [], [], []
    index, level = 0, 0
    for begin, end in ranges:
        check()
        peak_level, peak_level_at = level, begin
        area, since = 0, begin
        while index < len(levels) and levels[index][0] < end:
            at, following = levels[index]
            area += level * (at - since)
            since, level = at, following
            # A call that ended exactly at the start of the bucket was not in it: the level from then on
            # counts.
            if at == begin or following > peak_level:
                peak_level, peak_level_at = following, at
            index += 1
        peaks.append(peak_level)
        moments.append(peak_level_at)
        means.append((area + level * (end - since)) / (end - begin))
    return peaks, moments, means
