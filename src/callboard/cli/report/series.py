"""`callboard report series`: numbers over time, with a plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click
from msgspec import UNSET

from callboard.cli.output import plain, show_table
from callboard.cli.report.asking import Asked, answered, bar, report_options, shown, spark
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.reports.parameters import SERIES, series_question
from callboard.query.reports.series import Series, SeriesData
from callboard.query.reports.series import series as made


@click.command()
@report_options(SERIES)
def series(**options: Any) -> None:
    """Numbers over time, by up to two dimensions, beside the period before."""
    answered(options, _answer, _table, _rows)


def _answer(asked: Asked) -> One[SeriesData]:
    question = series_question(asked.values, asked.scope, system_clock())
    return One(200, "Series fetched successfully", made(asked.store, question))


def _table(data: SeriesData) -> None:
    print(f"{data.start} to {data.end}, by {data.interval} ({data.timezone})\n")
    if data.group_by:
        _by_group(data)
    else:
        _by_bucket(data, data.series[0])


def _by_group(data: SeriesData) -> None:
    first = data.metrics[0]
    show_table(
        (*data.group_by, *data.metrics, f"{first} over time"),
        [
            (
                *[each.group[name] for name in data.group_by],
                *[shown(each.totals[name]) for name in data.metrics],
                spark(each.values[first]),
            )
            for each in data.series
        ],
        empty="Nothing of that in this period.",
    )


def _by_bucket(data: SeriesData, one: Series) -> None:
    first = data.metrics[0]
    most = max((value or 0 for value in one.values[first]), default=0)
    rows = [
        (
            bucket.local_start[:16].replace("T", " "),
            *[shown(one.values[name][place]) for name in data.metrics],
            bar(one.values[first][place], most),
        )
        for place, bucket in enumerate(data.buckets)
    ]
    rows.append(("in all", *[shown(one.totals[name]) for name in data.metrics], ""))
    if one.previous is not UNSET and one.difference is not UNSET:
        rows.append(("before", *[shown(one.previous.totals[name]) for name in data.metrics], ""))
        rows.append(("difference", *[shown(one.difference.totals[name]) for name in data.metrics], ""))
    show_table(("From", *data.metrics, ""), rows, empty="")


def _rows(data: SeriesData) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    columns = ("start", "end", *data.group_by, *data.metrics)
    rows = (
        (
            bucket.start,
            bucket.end,
            *[plain(each.group[name]) for name in data.group_by],
            *[each.values[name][place] for name in data.metrics],
        )
        for each in data.series
        for place, bucket in enumerate(data.buckets)
    )
    return columns, rows
