"""The output of commands: tables and progress bars for people, JSON for scripts.

Results go to standard output, progress and errors to standard error. Colours appear on a terminal only, and
not if `NO_COLOR` is set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.console import Console

    from callboard.store.interface import Progress

# C0 and C1 control characters: names come from users, and an escape sequence could rewrite the screen.
_CONTROL = dict.fromkeys((*range(32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")


UTC = "(UTC)"
"""The end of the title of a column of times; `show_table` does not wrap such a column."""


def when(time: str | None) -> str | None:
    """An ISO 8601 time in UTC in the form of tables, to the minute: `2026-02-07 05:57`."""
    return None if time is None else time[:16].replace("T", " ")


def plain(text: str) -> str:
    """A text from outside, safe for a terminal: control characters are replaced by U+FFFD."""
    return text.translate(_CONTROL)


def show_json(value: Any, *, indent: int = 2) -> None:
    """One JSON value on standard output and nothing else; `indent` 0 keeps it on one line."""
    # Text may wait in the upper buffer, while bytes go to the lower one: keep their order.
    sys.stdout.flush()
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:  # the name of a file may be bytes that are no text: they are escaped
        encoded = json.dumps(value).encode()
    sys.stdout.buffer.write(msgspec.json.format(encoded, indent=indent) + b"\n")


def show_json_array(items: Iterable[Any]) -> None:
    """A JSON array on standard output, one item per line. Holds one item at a time: lists may be long."""
    out = sys.stdout.buffer
    separator = b"[\n  "
    for item in items:
        out.write(separator + msgspec.json.encode(item))
        separator = b",\n  "
    out.write(b"[]\n" if separator.startswith(b"[") else b"\n]\n")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """A table on standard output, or the sentence `empty` if there is no row. Numbers are right-aligned.

    On a terminal, cells are wrapped to its width (times are not); in a pipe, each row is one line.
    """
    if not rows:
        print(empty)
        return
    from rich import box
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    console = _console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for place, column in enumerate(columns):
        values = {type(row[place]) for row in rows} - {type(None)}
        numeric = bool(values) and values <= {int, float}
        table.add_column(
            column, justify="right" if numeric else "left", overflow="fold", no_wrap=column.endswith(UTC)
        )
    for row in rows:
        table.add_row(*(Text(_cell(value), _style(value)) for value in row))
    if console.is_terminal:
        console.print(table)
        return
    # Rich wraps to 80 columns without a terminal: give it the width that the widest row needs, so that
    # `grep` and `awk` see whole rows. Rich pads lines to that width; the blanks at their ends are removed.
    natural = Measurement.get(console, console.options.update(max_width=100_000), table).maximum
    console.width = max(80, natural)
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A progress bar on standard error during the block; nothing if that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield report


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else plain(str(value))


_STYLES = {"failed": "red", "stuck": "yellow", "completed": "green", "running": "cyan"}


def _style(value: object) -> str:
    return "dim" if value is None else _STYLES.get(value, "") if isinstance(value, str) else ""
