"""The query parameters of reports (period, zone, groups, filters, metrics), and the resulting queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from callboard.clock import Micros
from callboard.query.civil import Moment
from callboard.query.cursor import CURSOR_PATTERN, read_cursor
from callboard.query.metrics import METRICS, metrics_named
from callboard.query.parameter import Parameter, moments, numbers, words, zones
from callboard.query.parameters import DIMENSION_FILTERS, SCOPE, table, zone_of
from callboard.query.reports.concurrency import KINDS, ConcurrencyQuery
from callboard.query.reports.period import INTERVALS, Period, civil_day, read_period
from callboard.query.reports.plan import DIMENSIONS, Where
from callboard.query.reports.query import Query, SeriesQuery
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.series import MAX_GROUP_DIMENSIONS
from callboard.query.reports.spaces import DEFAULT_SORT, MAX_SPACES, SORTS

METRIC_NAMES = tuple(metric.name for metric in METRICS)
DEFAULT_METRICS = ("total_calls", "completed_calls", "failed_calls", "avg_duration_seconds", "success_rate")


_NONE_TWICE = r"(?!(.*,)?([^,]+),(.*,)?\2(,|$))"
"""A pattern before that of a list: no element is there again."""


def several(
    name: str, text: str, allowed: Sequence[str], limit: int, default: Sequence[str] = ()
) -> Parameter:
    """One or more words of a closed list, separated by commas, each once; at most `limit`."""
    choices = "|".join(allowed)

    def read(value: str) -> tuple[str, ...]:
        values = tuple(value.split(","))
        for each in values:
            if each not in allowed:
                raise ValueError(f"must be one or more of {', '.join(allowed)}, separated by commas")
        if len(set(values)) < len(values):
            raise ValueError("names one of them twice")
        if len(values) > limit:
            raise ValueError(f"names more than {limit}")
        return values

    pattern = f"^{_NONE_TWICE}({choices})(,({choices})){{0,{limit - 1}}}$"
    schema: dict[str, Any] = {"type": "string", "pattern": pattern}
    if default:
        schema["default"] = ",".join(default)
    return Parameter(name=name, text=text, schema=schema, read=read, example=",".join(allowed[:1]))


PERIOD = table(
    moments(
        "start",
        "From this time on; a bare date: from its first instant in `timezone`. Left out: thirty civil days, "
        "the last one included.",
    ),
    moments("end", "Up to this time, not included; a bare date: that day included whole. Left out: now."),
    zones(
        "timezone",
        "The zone whose civil days are meant. Left out: the home zone of the space that is asked about, else "
        "the organization's.",
    ),
)
INCLUDE = table(words("include", "`trust`: what trust in these numbers rests on, beside them.", ("trust",)))
SERIES = {
    **SCOPE,
    **INCLUDE,
    **PERIOD,
    **table(
        words(
            "interval",
            "How long a bucket lasts: civil hours, days, weeks (from Monday) and months.",
            INTERVALS,
        ),
        several("group_by", "What to tell apart, up to two.", DIMENSIONS, MAX_GROUP_DIMENSIONS),
        several(
            "metric",
            "Which numbers. Their definitions: `metrics/`.",
            METRIC_NAMES,
            len(METRIC_NAMES),
            DEFAULT_METRICS,
        ),
        words("compare", "`previous`: the period before as well, and the differences.", ("previous",)),
    ),
    **DIMENSION_FILTERS,
}
ATTENTION = {**SCOPE, **INCLUDE}
CONCURRENCY = {
    **SCOPE,
    **INCLUDE,
    **PERIOD,
    **table(
        words("kind", "`talk`: from start to end; `offered`: from creation to end.", KINDS),
        words(
            "interval",
            "How long a bucket lasts: civil hours, days, weeks (from Monday) and months.",
            INTERVALS,
        ),
    ),
    **DIMENSION_FILTERS,
}
DURATIONS = {
    **SCOPE,
    **INCLUDE,
    **PERIOD,
    **table(several("group_by", "What to tell apart, up to two.", DIMENSIONS, MAX_GROUP_DIMENSIONS)),
    **DIMENSION_FILTERS,
}
SPACES = {
    **INCLUDE,
    "content_type": SCOPE["content_type"],
    **table(
        words(
            "sort", "By which number or name; with `-` falling.", [*SORTS, *(f"-{each}" for each in SORTS)]
        ),
        numbers("page", "Which page, from 1. A page past the end is empty.", 1, 1_000_000, 1),
        numbers("page_size", "Spaces on a page.", 1, MAX_SPACES, MAX_SPACES),
        Parameter(
            name="cursor",
            text="The `next_cursor` of the page before (keep `sort` and `content_type`). `page` then counts "
            "from there.",
            schema={"type": "string", "pattern": CURSOR_PATTERN},
            read=read_cursor,
        ),
    ),
}


def where_of(values: Mapping[str, Any]) -> Where:
    """The filters on dimensions among the values."""
    return tuple((name, values[name]) for name in DIMENSION_FILTERS if name in values)


def period_of(values: Mapping[str, Any], zone: ZoneInfo, now: Micros) -> Period:
    """The requested period."""
    return read_period(values.get("start"), values.get("end"), zone, now)


def series_query(values: Mapping[str, Any], scope: ReportScope, now: Micros) -> SeriesQuery:
    """Build the query of a `series/` request from its parsed parameters."""
    zone = zone_of(values, ZoneInfo(scope.timezone))
    return SeriesQuery(
        scope=scope,
        period=period_of(values, zone, now),
        interval=values.get("interval", "day"),
        zone=zone,
        metrics=metrics_named(values.get("metric", DEFAULT_METRICS)),
        group=values.get("group_by", ()),
        where=where_of(values),
        compare="compare" in values,
        now=now,
    )


def durations_query(values: Mapping[str, Any], scope: ReportScope, now: Micros) -> Query:
    """Build the query of a `durations/` request from its parsed parameters."""
    zone = zone_of(values, ZoneInfo(scope.timezone))
    return Query(
        scope=scope,
        period=period_of(values, zone, now),
        zone=zone,
        group=values.get("group_by", ()),
        where=where_of(values),
        now=now,
    )


def concurrency_query(values: Mapping[str, Any], scope: ReportScope, now: Micros) -> ConcurrencyQuery:
    """The query that values of `CONCURRENCY` stand for. Without a start it is about the last civil day."""
    zone = zone_of(values, ZoneInfo(scope.timezone))
    until = now if values.get("end") is None else values["end"].ends(zone)
    day = civil_day(until - 1, zone.key)
    return ConcurrencyQuery(
        scope=scope,
        period=read_period(values.get("start") or Moment(instant=day), values.get("end"), zone, now),
        interval=values.get("interval", "hour"),
        zone=zone,
        kind=values.get("kind", "talk"),
        where=where_of(values),
        now=now,
    )


def sort_of(values: Mapping[str, Any]) -> str:
    """The sort order of the spaces report."""
    sort: str = values.get("sort", DEFAULT_SORT)
    return sort
