"""Common to all report commands: options, read by the rules of the HTTP parameters, and forms of output."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click
import msgspec

from callboard.cli import find
from callboard.cli.options import config_option, db_option, json_option, opened, org_option, settings_of
from callboard.errors import ParameterError
from callboard.model.exported import escape_formula
from callboard.query.parameter import Parameter
from callboard.query.reports.scope import ReportScope, report_scope
from callboard.store.interface import Store

Command = TypeVar("Command", bound=Callable[..., Any])

BARS = " ▁▂▃▄▅▆▇█"
_NOT_OPTIONS = {"space_token", "content_type", "include"}
"""Parameters that are options of another form (`--space`, `--all`), or that the command line has not."""


def report_options(parameters: Mapping[str, Parameter]) -> Callable[[Command], Command]:
    """Decorator: an option for each query parameter of a report, and the options of every report."""

    def decorate(command: Command) -> Command:
        for parameter in reversed(list(parameters.values())):
            if parameter.name not in _NOT_OPTIONS:
                command = _option(parameter)(command)
        shared = [org_option, db_option, config_option, json_option, csv_option]
        if "content_type" in parameters:
            shared.append(everything_option)
        if "space_token" in parameters:
            shared.append(space_option)
        for option in shared:
            command = option(command)
        return command

    return decorate


space_option = click.option("--space", "space_token", metavar="TOKEN", help="One space alone.")
everything_option = click.option(
    "--all", "all_content", is_flag=True, help="Every space, not only the contact spaces."
)
csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")


def _option(parameter: Parameter) -> Callable[[Command], Command]:
    def read(_: click.Context, __: click.Parameter, text: str | None) -> Any:
        if text is None:
            return None
        try:
            return parameter.read(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    flag = "--" + parameter.name.replace("_", "-")
    help_text = parameter.text.replace("`", "")
    return click.option(flag, parameter.name, metavar="TEXT", callback=read, help=help_text)


class ReportRequest:
    """A report's question: an open store, the scope, and the values of the options that were given."""

    def __init__(self, store: Store, scope: ReportScope, values: dict[str, Any]) -> None:
        self.store = store
        self.scope = scope
        self.values = values


def run_report(
    options: dict[str, Any],
    answer: Callable[[ReportRequest], Any],
    table: Callable[[Any], None],
    rows: Callable[[Any], tuple[Sequence[str], Iterable[Sequence[Any]]]],
) -> None:
    """Run a report and print it: a table, with `--json` the endpoint's body, with `--csv` its rows.

    The store is closed before anything is printed.
    """
    as_json, as_csv = options.pop("as_json"), options.pop("as_csv")
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    settings = settings_of(options.pop("db"), options.pop("config"))
    with opened(settings) as store:
        owner = find.organization(store, options.pop("handle"))
        token = options.pop("space_token", None)
        space_id = find.space(store, owner, token).id if token is not None else None
        all_content = options.pop("all_content", False)
        scope = report_scope(
            owner.id,
            store.spaces(owner.id),
            space_id,
            all_content=all_content,
            timezone=owner.timezone,
        )
        values = {name: value for name, value in options.items() if value is not None}
        try:
            answer_body = answer(ReportRequest(store, scope, values))
        except ParameterError as error:
            raise click.UsageError(f"--{error.name.replace('_', '-')}: {error.reason}") from None
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(answer_body) + (b"\n" if sys.stdout.isatty() else b""))
    elif as_csv:
        show_csv(*rows(answer_body.data))
    else:
        table(answer_body.data)


def show_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV on standard output. Cells that a spreadsheet would run as formulas are guarded."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        out.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])


def spark(values: Sequence[float | None], width: int = 40) -> str:
    """A line of bars, at most `width`. With more values than that, each bar is the greatest of a few
    neighbours, so that no peak is lost.
    """
    if not values:
        return ""
    # `-(-a // b)` is the quotient rounded up.
    step = -(-len(values) // width)
    columns = [max(value or 0 for value in values[at : at + step]) for at in range(0, len(values), step)]
    most = max(columns)
    if not most:
        return BARS[0] * len(columns)
    # Rounded up to eighths of the greatest, so that small values are visible. Whole thousandths first: a
    # float that is off in its last digit would be rounded up to the next bar.
    return "".join(BARS[-(-int(value / most * 1000) * 8 // 1000)] for value in columns)


def bar(value: float | None, most: float, width: int = 24) -> str:
    """One horizontal bar: `most` is as long as `width`."""
    return "█" * round((value or 0) / most * width) if most else ""


def shown(value: Any) -> Any:
    """A number in the form of tables: ratios with two decimals."""
    return round(value, 2) if isinstance(value, float) else value
