"""The table of all endpoints: routing, checks, the OpenAPI document and tests that visit each one use it."""

from __future__ import annotations

from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.routes import (
    agents,
    analytics,
    board,
    call_logs,
    events,
    hook_deliveries,
    hooks,
    imports,
    mappings,
    organizations,
    pages,
    prometheus,
    quarantine,
    runs,
    session,
    spaces,
    stream,
    task_creation,
    tasks,
    tokens,
)
from callboard.http.routes.reports import attention, concurrency, durations, metrics, series, trust
from callboard.http.routes.reports import spaces as spaces_report

ENDPOINTS: tuple[Endpoint[Request], ...] = (
    *analytics.ENDPOINTS,
    *stream.ENDPOINTS,
    *spaces_report.ENDPOINTS,
    *series.ENDPOINTS,
    *durations.ENDPOINTS,
    *concurrency.ENDPOINTS,
    *attention.ENDPOINTS,
    *trust.ENDPOINTS,
    *metrics.ENDPOINTS,
    *organizations.ENDPOINTS,
    *spaces.ENDPOINTS,
    *runs.ENDPOINTS,
    *tasks.ENDPOINTS,
    *task_creation.ENDPOINTS,
    *agents.ENDPOINTS,
    *call_logs.ENDPOINTS,
    *events.ENDPOINTS,
    *hook_deliveries.ENDPOINTS,
    *hooks.ENDPOINTS,
    *quarantine.ENDPOINTS,
    *imports.ENDPOINTS,
    *mappings.ENDPOINTS,
    *tokens.ENDPOINTS,
    *prometheus.ENDPOINTS,
    *session.ENDPOINTS,
    *pages.ENDPOINTS,
    *board.ENDPOINTS,
)
DOCUMENTED: tuple[Endpoint[Request], ...] = tuple(each for each in ENDPOINTS if each.documented)
