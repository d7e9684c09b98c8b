"""`callboard report durations`: percentiles, and a histogram in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from callboard.cli.output import plain, show_table
from callboard.cli.report.report_command import ReportRequest, bar, report_options, run_report
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.messages import fetched
from callboard.query.reports.durations import Durations, DurationsData, Spread
from callboard.query.reports.durations import durations as compute
from callboard.query.reports.parameters import DURATIONS, durations_query

NUMBERS = ("calls", "unknown", "min", "p50", "p90", "p95", "p99", "max", "mean")
NAMES = {"talk_time": "Talk time", "time_to_answer": "Time to answer"}


@click.command()
@report_options(DURATIONS)
def durations(**options: Any) -> None:
    """How long calls last and how soon they are answered, in seconds."""
    run_report(options, _answer, _table, _rows)


def _answer(request: ReportRequest) -> One[DurationsData]:
    query = durations_query(request.values, request.scope, system_clock())
    return One(200, fetched("Durations"), compute(request.store, query))


def _table(data: DurationsData) -> None:
    print(f"{data.start} to {data.end}, in seconds; percentiles within {data.relative_error:.0%}\n")
    rows = [
        (*[each.group[name] for name in data.group_by], title, *[getattr(spread, name) for name in NUMBERS])
        for each in data.durations
        for title, spread in _spreads(each)
    ]
    show_table((*data.group_by, "", *NUMBERS), rows, empty="No call of that in this period.")
    if data.group_by or not data.durations:
        return
    for title, spread in _spreads(data.durations[0]):
        if spread.histogram:
            most = max(each.calls for each in spread.histogram)
            print(f"\n{title}\n")
            show_table(
                ("From s", "Below s", "Calls", ""),
                [
                    (each.from_seconds, each.to_seconds, each.calls, bar(each.calls, most))
                    for each in spread.histogram
                ],
                empty="",
            )


def _spreads(each: Durations) -> list[tuple[str, Spread]]:
    return [(title, getattr(each, name)) for name, title in NAMES.items()]


def _rows(data: DurationsData) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    rows = (
        (
            *[plain(each.group[name]) for name in data.group_by],
            of,
            *[getattr(getattr(each, of), name) for name in NUMBERS],
        )
        for each in data.durations
        for of in NAMES
    )
    return (*data.group_by, "of", *NUMBERS), rows
