"""The `callboard` command: the table of commands, and what each kind of failure prints and returns.

Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage, 3 nothing imported, because
something has to be decided first, 130 interrupted (128 + SIGINT),
141 the reader of the output has ended (128 + SIGPIPE).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from callboard import __version__
from callboard.cli.lazy import Lazy, LazyGroup
from callboard.errors import CallboardError, InvalidInputError, StoreDamagedError, StorePrivilegeError
from callboard.isolation import leave_folder

COMMANDS = {
    "init": Lazy("callboard.cli.init", "init", "Make a first organization, campaign and token."),
    "serve": Lazy("callboard.cli.serve", "serve", "Serve the API."),
    "demo": Lazy("callboard.cli.demo", "demo", "Serve a realistic month of campaigns."),
    "analytics": Lazy("callboard.cli.analytics", "analytics", "Calls and tasks in numbers."),
    "report": Lazy("callboard.cli.report.group", "report", "Reports over any period: series, campaigns, …"),
    "tasks": Lazy("callboard.cli.tasks", "tasks", "List tasks: failed ones, stuck ones, all."),
    "calls": Lazy("callboard.cli.calls", "calls", "List calls."),
    "runs": Lazy("callboard.cli.runs", "runs", "List the runs of a space."),
    "import": Lazy("callboard.cli.import_", "import_", "Import call records; withdraw an import."),
    "watch": Lazy("callboard.cli.watch", "watch", "Follow a growing file of call records."),
    "hook": Lazy("callboard.cli.hook", "hook", "Connect voice platforms: create, list, test, revoke."),
    "reconcile": Lazy("callboard.cli.reconcile", "reconcile", "Find the ends of calls that never came."),
    "quarantine": Lazy("callboard.cli.quarantine", "quarantine", "Deliveries that could not be read."),
    "mapping": Lazy("callboard.cli.mapping", "mapping", "Saved mappings: list, show, delete, export."),
    "export": Lazy("callboard.cli.export", "export", "Export calls or tasks: CSV, NDJSON, Parquet."),
    "org": Lazy("callboard.cli.org", "org", "Create and list organizations."),
    "space": Lazy("callboard.cli.space", "space", "Create, list and change spaces (campaigns)."),
    "token": Lazy("callboard.cli.token", "token", "Create, list, rotate and revoke API tokens."),
    "db": Lazy("callboard.cli.db", "db", "Upgrade the store, copy it, spread it; say what it is."),
    "backup": Lazy("callboard.cli.backup", "backup", "Copy the store while it is used; verify a copy."),
    "restore": Lazy("callboard.cli.restore", "restore", "Put a backup in the place of the store."),
    "verify": Lazy("callboard.cli.verify", "verify", "Recount everything and compare."),
    "settings": Lazy("callboard.cli.settings", "settings", "List all settings."),
    "openapi": Lazy("callboard.cli.openapi", "openapi", "Print the OpenAPI document."),
}


class _ReaderGone(Exception):  # noqa: N818 - not an error
    """The reader of our output has ended."""


class _Commands(LazyGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGone from error  # click handles EPIPE itself, and exits with 1 as if we had failed


@click.group(
    cls=_Commands,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="callboard", message="%(prog)s %(version)s")
def callboard() -> None:
    """Call analytics and task status that you can trust."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code."""
    leave_folder()
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = callboard.main(args=arguments, prog_name="callboard", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CallboardError as error:
        return _failed(error)
    except (click.Abort, KeyboardInterrupt):
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except (_ReaderGone, BrokenPipeError):
        # The reader has ended (`callboard tasks | head`). Python flushes standard output at exit, and would
        # print an error about the broken pipe: let it flush to nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code if isinstance(code, int) else 0


def _failed(error: CallboardError) -> int:
    print(f"Error: {error.message}", file=sys.stderr)
    if isinstance(error, StoreDamagedError | StorePrivilegeError) and error.__cause__ is not None:
        print(f"  {next(iter(str(error.__cause__).splitlines()), '')}", file=sys.stderr)
    if isinstance(error, InvalidInputError):
        for field, message in error.errors:
            if message not in error.message:  # with a single fault the message already says it
                print(f"  {field}: {message}", file=sys.stderr)
    return 1
