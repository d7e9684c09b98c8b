"""The query of a report: its scope, period, filters and groups, as read from a request."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.metrics import Metric
from callboard.query.reports.period import Period
from callboard.query.reports.plan import Where
from callboard.query.reports.scope import ReportScope


class Query(Struct, frozen=True, kw_only=True):
    """What a caller requested of a report over a period. Reports with further parameters extend it."""

    scope: ReportScope
    period: Period
    zone: ZoneInfo
    """The zone whose civil hours, days, weeks and months are meant."""
    group: tuple[str, ...] = ()
    """Names of `DIMENSIONS`; for tasks only `space_token`."""
    where: Where = ()
    counters: bool = True
    """False: everything is counted from rows. Tests compare that with the counters."""
    now: Micros | None = None
    """The time of the request. No call is created much later, so a search may stop there although the period
    ends later; a comparison ends there."""


class SeriesQuery(Query, frozen=True, kw_only=True):
    """Metrics by bucket."""

    interval: str
    metrics: tuple[Metric, ...]
    compare: bool = False
    """Whether to compare with the previous period, up to the same point if the period contains `now`."""
