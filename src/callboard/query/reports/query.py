"""What a report is asked: its scope, period, filters and groups, as read from a request."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.metrics import Metric
from callboard.query.reports.period import Period
from callboard.query.reports.plan import Where
from callboard.query.reports.scope import ReportScope


class Query(Struct, frozen=True, kw_only=True):
    """What every report over a period is asked; each report adds what is its own."""

    scope: ReportScope
    period: Period
    zone: ZoneInfo
    """Whose civil days and hours are meant."""
    group: tuple[str, ...] = ()
    """Of `DIMENSIONS`; for tasks `space_token` alone."""
    where: Where = ()
    counters: bool = True
    """False: all of it is counted from rows, which tests compare with the counters."""
    now: Micros | None = None
    """No call is created much later than this: a period that ends later is cut where it matters."""


class SeriesQuery(Query, frozen=True, kw_only=True):
    """Metrics over time."""

    interval: str
    metrics: tuple[Metric, ...]
    compare: bool = False
    """With the period before beside it, as far as this one has come at `now`."""
