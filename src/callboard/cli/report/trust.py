"""`callboard report trust`: how far the numbers can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from callboard.cli.report.report_command import ReportRequest, report_options, run_report
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.analytics import Analytics
from callboard.query.hook_sums import HookSums
from callboard.query.messages import fetched
from callboard.query.parameters import SCOPE
from callboard.query.reports.trust import Trust
from callboard.query.reports.trust import trust as made


@click.command()
@report_options(SCOPE)
def trust(**options: Any) -> None:
    """How fresh the numbers are, what was rejected and why, what is not known, what was verified."""
    run_report(options, _answer, _table, _rows)


def _answer(request: ReportRequest) -> One[Trust]:
    organization = Analytics(request.store).refresh(request.scope.org_id)
    totals = [organization.totals_of(space.id).totals for space in request.scope.spaces]
    return One(200, fetched("Trust"), made(request.store, request.scope, totals, system_clock()))


def _table(data: Trust) -> None:
    for name, value in _facts(data):
        print(f"{name:<28}{'-' if value is None else value}")


def _facts(data: Trust) -> list[tuple[str, Any]]:
    ended, lag, proven = data.outcomes, data.lag, data.last_verification
    return [
        ("As of", data.as_of),
        ("Last event received", data.last_event_received),
        ("Lag p50, p95 (s)", f"{lag.p50_seconds}, {lag.p95_seconds} of {lag.events:,} since {lag.since}"),
        ("Events received", f"{ended.received:,}"),
        ("  applied", f"{ended.applied:,}"),
        ("  duplicate", f"{ended.duplicate:,}"),
        ("  stale", f"{ended.stale:,}"),
        ("  rejected", f"{ended.rejected:,}"),
        *[(f"    {each.reason}", f"{each.events:,}") for each in ended.rejected_by_reason],
        ("Calls live past their limit", f"{data.calls_past_limit:,}"),
        ("Durations not known", f"{data.durations_unknown:,}"),
        ("Times that contradict", f"{data.contradicting:,}"),
        ("Facts without a call", f"{data.facts_without_call:,}"),
        ("In groups of too many", f"{data.oversized_groups:,}"),
        *_of_hooks(data.hooks),
        (
            "Last verification",
            None
            if proven is None
            else f"{proven.at}{' (deep)' if proven.deep else ''}, drift {proven.drift:,}",
        ),
    ]


def _of_hooks(hooks: HookSums) -> list[tuple[str, Any]]:
    """Nothing where no platform delivers."""
    if not hooks.accepted and not hooks.refused:
        return []
    return [
        ("Deliveries accepted", f"{hooks.accepted:,}"),
        ("  about no call", f"{hooks.ignored:,}"),
        ("  quarantined", f"{hooks.quarantined:,}"),
        *[(f"    {reason}", f"{count:,}") for reason, count in hooks.quarantined_by_reason.items()],
        ("  dropped unread", f"{hooks.dropped:,}"),
        ("  in quarantine", f"{hooks.in_quarantine:,} ({hooks.in_quarantine_bytes:,} bytes)"),
        ("Deliveries refused", f"{hooks.refused:,}"),
        *[(f"  {kind}", f"{count:,}") for kind, count in hooks.refused_by_kind.items()],
        ("Unknown words", f"{hooks.unknown_words:,}"),
    ]


def _rows(data: Trust) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    return ("fact", "value"), [(name.strip(), value) for name, value in _facts(data)]
