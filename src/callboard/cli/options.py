"""Options that many commands share, and how they lead to settings and an open store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from callboard.cli import values
from callboard.cli.upgrading import Upgrading
from callboard.errors import StoreFileError
from callboard.settings import Settings, read_settings
from callboard.store.interface import Store

Command = TypeVar("Command", bound=Callable[..., Any])

db_option = click.option(
    "--db",
    metavar="DB",
    help="Where the store is: a file path, sqlite:///path or postgresql://user@host/database.  "
    "[env: CALLBOARD_DB]",
)
config_option = click.option(
    "--config",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    envvar="CALLBOARD_CONFIG",
    help="A TOML file of settings (callboard settings lists them).  [env: CALLBOARD_CONFIG]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
org_option = click.option(
    "--org",
    "handle",
    metavar="HANDLE",
    help="The organization's handle; may be left out when there is but one.",
)


timezone_option = click.option(
    "--timezone",
    type=values.timezone,
    help="Whose days and clock --from and --to mean. Left out: the home zone of the space, or else of the "
    "organization.",
)


def store_options(command: Command) -> Command:
    """The options of every command that opens a store: `--db`, `--config` and `--json`."""
    return db_option(config_option(json_option(command)))


def settings_of(db: str | None, config: str | None, **flags: Any) -> Settings:
    """The settings of this command: from flags, else the environment, else the file, else defaults."""
    return read_settings({"db": db, **flags}, os.environ, config)


def check_file(settings: Settings) -> None:
    """Raises `StoreFileError` if the store's file is missing or empty.

    SQLite opens an empty file as a new database: a store that was truncated to nothing would be taken for a
    new one, and verified as sound.
    """
    if not settings.in_file:
        return
    path = Path(settings.sqlite_path)
    if not path.exists():
        raise StoreFileError(f"There is no file {path}. callboard init makes one; --db names another.")
    if path.is_file() and path.stat().st_size == 0:
        raise StoreFileError(
            f"{path} is empty: there is no store in it. Where there was one, restore a backup; "
            "callboard init makes a new one."
        )


@contextmanager
def opened(
    settings: Settings, *, create: bool = False, upgrade: bool = False, copying: bool = False
) -> Iterator[Store]:
    """The store, closed at the end.

    A missing store is created only with `create`: with a misspelt `--db`, the numbers of an empty store would
    be shown. A file is upgraded to this version whenever it is opened, a database only with `upgrade`. A
    store with an unfinished copy in it opens only with `copying`.
    """
    from callboard.store.open import open_store

    if not create:
        check_file(settings)
    store = open_store(
        settings,
        # None makes the tables in a database without a store, and upgrades nothing.
        upgrade=True if upgrade else None if create else False,
        copying=copying,
        observer=Upgrading(),
    )
    try:
        yield store
    finally:
        store.close()
