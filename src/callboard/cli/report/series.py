"""`callboard report series`: numbers over time, with a plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click
from msgspec import UNSET

from callboard.cli.output import plain, show_table
from callboard.cli.report.report_command import ReportRequest, bar, report_options, run_report, shown, spark
from callboard.clock import system_clock
from callboard.http.answers import One
from callboard.query.messages import fetched
from callboard.query.reports.parameters import SERIES, series_query
from callboard.query.reports.series import Bucket, PreviousPeriod, Series, SeriesData
from callboard.query.reports.series import series as compute


@click.command()
@report_options(SERIES)
def series(**options: Any) -> None:
    """Numbers over time, by up to two dimensions, beside the period before."""
    run_report(options, _answer, _table, _rows)


def _answer(request: ReportRequest) -> One[SeriesData]:
    query = series_query(request.values, request.scope, system_clock())
    return One(200, fetched("Series"), compute(request.store, query))


def _table(data: SeriesData) -> None:
    print(f"{data.start} to {data.end}, by {data.interval} ({data.timezone})\n")
    if data.group_by:
        _by_group(data)
    else:
        _by_bucket(data, data.series[0])
    if data.previous is not UNSET:
        print(f"\nBefore: {data.previous.start} to {data.previous.end}")
        if data.previous.partial:
            print("That begins before the first call: the difference says nothing about growth.")


def _by_group(data: SeriesData) -> None:
    first = data.metrics[0]
    compared = ["before", "difference"] if data.previous is not UNSET else []
    show_table(
        (*data.group_by, *data.metrics, *compared, f"{first} over time"),
        [
            (
                *[each.group[name] for name in data.group_by],
                *[shown(each.totals[name]) for name in data.metrics],
                *[shown(number) for number in _compared(each, first)],
                spark(each.values[first]),
            )
            for each in data.series
        ],
        empty="Nothing of that in this period.",
    )


def _compared(each: Series, name: str) -> list[Any]:
    """A number of the period before, and how far this one is from it; nothing where it was not asked for."""
    parts = (each.previous, each.difference)
    return [part.totals[name] for part in parts if part is not UNSET]


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
    columns = ["start", "end", "local_start", *data.group_by, *data.metrics]
    if data.previous is not UNSET:
        columns += ["previous_start", "previous_end", "previous_partial"]
        columns += [f"previous_{name}" for name in data.metrics]
        columns += [f"difference_{name}" for name in data.metrics]
    return columns, (row for each in data.series for row in _rows_of(data, each))


def _rows_of(data: SeriesData, each: Series) -> Iterator[Sequence[Any]]:
    """A row for each bucket; then one for each stretch that only the period before has."""
    group = [plain(each.group[name]) for name in data.group_by]
    for place, bucket in enumerate(data.buckets):
        row = [bucket.start, bucket.end, bucket.local_start, *group]
        row += [each.values[name][place] for name in data.metrics]
        if data.previous is not UNSET:
            assert each.previous is not UNSET
            assert each.difference is not UNSET
            row += _bounds(data.previous, data.previous.buckets[place])
            row += [each.previous.values[name][place] for name in data.metrics]
            row += [each.difference.values[name][place] for name in data.metrics]
        yield row
    if data.previous is not UNSET:
        assert each.previous is not UNSET
        nothing = [None for _ in data.metrics]
        for place, bucket in enumerate(data.previous.unmatched):
            earlier = [each.previous.unmatched[name][place] for name in data.metrics]
            bounds = _bounds(data.previous, bucket)
            yield [None, None, None, *group, *nothing, *bounds, *earlier, *nothing]


def _bounds(before: PreviousPeriod, bucket: Bucket | None) -> list[Any]:
    bounds = [None, None] if bucket is None else [bucket.start, bucket.end]
    return [*bounds, str(before.partial).lower()]
