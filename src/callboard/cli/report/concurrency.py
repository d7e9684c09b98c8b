"""`callboard report concurrency`: calls at once, with a plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from callboard.cli.output import show_table
from callboard.cli.report.report_command import ReportRequest, bar, report_options, run_report, shown
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.messages import fetched
from callboard.query.reports.concurrency import ConcurrencyData
from callboard.query.reports.concurrency import concurrency as compute
from callboard.query.reports.parameters import CONCURRENCY, concurrency_query


@click.command()
@report_options(CONCURRENCY)
def concurrency(**options: Any) -> None:
    """Calls at once over time, and the moment of the most."""
    run_report(options, _answer, _table, _rows)


def _answer(request: ReportRequest) -> One[ConcurrencyData]:
    query = concurrency_query(request.values, request.scope, system_clock())
    return One(200, fetched("Concurrency"), compute(request.store, query))


def _table(data: ConcurrencyData) -> None:
    print(f"{data.start} to {data.end}, by {data.interval} ({data.timezone}), {data.kind}")
    print(f"Peak {data.peak:,}" + (f" at {data.peak_at}" if data.peak_at else ""))
    print(f"Without an end: {data.open_calls:,}. Not placed: {data.unplaced:,}.\n")
    show_table(
        ("From", "Peak", "Mean", ""),
        [
            (bucket.local_start[:16].replace("T", " "), peak, shown(mean), bar(peak, data.peak))
            for bucket, peak, mean in zip(data.buckets, data.values["peak"], data.values["mean"], strict=True)
        ],
        empty="",
    )


def _rows(data: ConcurrencyData) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    rows = (
        (bucket.start, bucket.end, peak, mean, at)
        for bucket, peak, mean, at in zip(
            data.buckets, data.values["peak"], data.values["mean"], data.peaks_at, strict=True
        )
    )
    return ("start", "end", "peak", "mean", "peak_at"), rows
