"""`callboard report attention`: what needs a person's attention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from callboard.cli.output import UTC, plain, show_table, when
from callboard.cli.report.report_command import ReportRequest, report_options, run_report
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.analytics import Analytics
from callboard.query.messages import fetched
from callboard.query.parameters import SCOPE
from callboard.query.reports.attention import AttentionData, Item
from callboard.query.reports.attention import attention as made

COLUMNS = (
    "cause",
    "space_token",
    "space_name",
    "count",
    "since",
    "age_seconds",
    "reason",
    "ids",
    "what_to_do",
)


@click.command()
@report_options(SCOPE)
def attention(**options: Any) -> None:
    """Stuck tasks, calls without an end, failures by reason, success rates that fell; the worst first."""
    run_report(options, _answer, _table, _rows)


def _answer(request: ReportRequest) -> One[AttentionData]:
    organization = Analytics(request.store).refresh(request.scope.org_id)
    totals = {space.id: organization.totals_of(space.id).totals for space in request.scope.spaces}
    data = made(request.store, request.scope, totals, system_clock())
    return One(200, fetched("Attention"), data)


def _table(data: AttentionData) -> None:
    show_table(
        ("What", "Campaign", "Count", f"Since {UTC}", "Which"),
        [
            (each.cause.replace("_", " "), each.space_name, each.count, when(each.since), _which(each))
            for each in data.items
        ],
        empty="Nothing needs attention.",
    )
    for cause in dict.fromkeys(each.cause for each in data.items):
        advice = next(each.what_to_do for each in data.items if each.cause == cause)
        print(f"\n{cause.replace('_', ' ')}: {advice}", end="")
    print()


def _which(each: Item) -> str:
    if each.rates is not None:
        rates = each.rates
        return f"{rates.success_rate:.1f} % of {rates.calls:,}, was {rates.success_rate_before:.1f} %"
    if each.reason is not None:
        return plain(each.reason)
    more = "" if each.count <= 3 else ", …"
    return plain(", ".join(each.ids[:3])) + more


def _rows(data: AttentionData) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    rows = (
        tuple(" ".join(each.ids) if name == "ids" else getattr(each, name) for name in COLUMNS)
        for each in data.items
    )
    return COLUMNS, rows
