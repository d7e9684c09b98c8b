"""`callboard backup verify FILE`, and what is said of a backup."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from callboard.cli.options import json_option
from callboard.cli.output import plain, progress_bar, show_json
from callboard.cli.upgrading import Upgrading
from callboard.cli.verify import counted
from callboard.clock import iso
from callboard.errors import StoreFileError

if TYPE_CHECKING:
    from callboard.store.sqlite.store import SqliteStore


class Told(Struct, frozen=True):
    """What a backup is, as `--json` prints it."""

    made_at: str | None
    """None of a copy that another program made."""
    version: str
    organizations: list[str]
    """Their handles."""
    checked: dict[str, int]
    drift: int


@click.command("verify")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where there is room for a copy of it.  [default: the system's folder for temporary files]",
)
@json_option
def verify(*, file: Path, folder: Path | None, as_json: bool) -> None:
    """Restore a backup into a temporary file, and recount everything in it from the events.

    FILE is only read. Says what it is of, and of when. With --json: {"made_at", "version", "organizations",
    "checked", "drift"}. Exit code 0: no drift. Exit code 1: there is drift or damage, or it is no backup.
    """
    from callboard.store.sqlite.restoring import copied_backup

    with (
        tempfile.TemporaryDirectory(prefix="callboard-", dir=folder) as there,
        copied_backup(file, Path(there), "verify") as path,
        opened_backup(path) as store,
    ):
        told = recounted(store, deep=True)
    if as_json:
        show_json(told)
    else:
        show_backup(told)
    if told.drift:
        click.get_current_context().exit(1)


@contextmanager
def opened_backup(path: Path) -> Iterator[SqliteStore]:
    """A copy of a backup as a store of this version."""
    from callboard.store.sql.copying import UNFINISHED_COPY
    from callboard.store.sqlite.store import SqliteStore

    store = SqliteStore(str(path), observer=Upgrading())
    try:
        if store.is_unfinished_copy():
            raise StoreFileError(UNFINISHED_COPY)
        yield store
    finally:
        store.close()


def recounted(store: SqliteStore, *, deep: bool) -> Told:
    """Recount a backup, and say what it is."""
    with progress_bar("Verifying") as progress:
        found = store.verify(deep=deep, progress=progress)
    made_at = store.backup_made_at()
    return Told(
        made_at=None if made_at is None else iso(made_at),
        version=store.ready()["version"],
        organizations=sorted(each.domain_handle for each in store.organizations()),
        checked=found.checked,
        drift=found.drift,
    )


def show_backup(told: Told) -> None:
    """In lines for people."""
    counts = ", ".join(counted(count, what.replace("_", " ")) for what, count in told.checked.items())
    print(f"Organizations: {', '.join(map(plain, told.organizations)) or 'none'}.")
    print(
        "When it was made is not known: callboard backup did not make it."
        if told.made_at is None
        else f"Made at {told.made_at}."
    )
    print(f"Checked {counts or 'an empty store'}.")
    print(
        f"Drift: {counted(told.drift, 'differences')}. Take another backup, or restore it and run callboard "
        "verify --deep --repair."
        if told.drift
        else "No drift: every number is what a recount gives."
    )
