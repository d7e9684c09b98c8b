"""`callboard report metrics`: the definition of every metric."""

from __future__ import annotations

import sys

import click
import msgspec

from callboard.cli.options import json_option
from callboard.cli.output import show_table
from callboard.cli.report.report_command import csv_option, show_csv
from callboard.http.answers import One
from callboard.query.messages import fetched
from callboard.query.metrics import metrics_data

COLUMNS = ("name", "of", "definition", "unit", "denominator", "placed_by")


@click.command()
@json_option
@csv_option
def metrics(*, as_json: bool, as_csv: bool) -> None:
    """Every metric: its definition, unit, denominator, and the time that places it."""
    data = metrics_data()
    rows = [tuple(getattr(each, name) for name in COLUMNS) for each in data.metrics]
    if as_json:
        body = msgspec.json.encode(One(200, fetched("Metrics"), data))
        sys.stdout.buffer.write(body + (b"\n" if sys.stdout.isatty() else b""))
    elif as_csv:
        show_csv(COLUMNS, rows)
    else:
        print(f"Definitions, version {data.version}\n")
        show_table(("Metric", "Of", "Means", "Unit", "Over", "Placed by"), rows, empty="")
