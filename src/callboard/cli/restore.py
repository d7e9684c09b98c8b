"""`callboard restore FILE`: a backup becomes the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec import Struct

from callboard.cli.backup_verify import Told, opened_backup, recounted, show_backup
from callboard.cli.options import settings_of, store_options
from callboard.cli.output import show_json
from callboard.cli.verify import counted
from callboard.clock import SECOND, system_clock
from callboard.errors import StoreDamagedError, StoreFileError


class Restored(Struct, frozen=True):
    """The outcome, as `--json` prints it."""

    file: str
    aside: str | None
    """Where the store is that was there before."""
    backup: Told


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Where there is a store, move it aside first.")
@click.option("--with-drift", is_flag=True, help="Restore it although its numbers differ from a recount.")
@store_options
def restore(
    *, file: Path, replace: bool, with_drift: bool, db: str | None, config: str | None, as_json: bool
) -> None:
    """Put a backup in the place of the store, which no process may have open.

    It is copied, brought to this version and recounted first; FILE stays as it is. Where there is a store
    already, nothing happens without --replace; with it, that store is kept under another name, which is told.
    With --json: {"file", "aside", "backup"}.
    """
    from callboard.store.sqlite.restoring import ASIDE, copied_backup, is_anything_at, put_restored

    settings = settings_of(db, config)
    if not settings.in_file:
        raise click.UsageError(
            "restore makes a file: callboard db copy --from FILE --to the database, which has to be empty."
        )
    target = Path(settings.sqlite_path)
    if target.is_symlink():  # it stays one: what it leads to is replaced
        target = target.resolve()
    there = is_anything_at(target)
    if there and not replace:
        raise StoreFileError(f"There is a store at {target} already: --replace moves it aside.")
    if file.resolve() == target.resolve():
        raise StoreFileError(f"{file} is the store itself.")
    aside = target.with_name(f"{target.name}{ASIDE}{_moment()}")
    with copied_backup(file, target.parent, target.name) as path:
        with opened_backup(path) as store:
            told = recounted(store, deep=False)
            store.note_restored()
        if told.drift and not with_drift:
            raise StoreDamagedError(
                f"{file} has drift: {counted(told.drift, 'differences')}. Restore another backup; "
                "--with-drift restores this one all the same."
            )
        kept = put_restored(path, target, aside)
    if as_json:
        show_json(Restored(str(target), str(kept) if kept else None, told))
        return
    show_backup(told)
    print(f"Restored to {target}.")
    if kept:
        print(f"What was there before is {kept}.")


def _moment() -> str:
    return f"{datetime.fromtimestamp(system_clock() // SECOND, UTC):%Y-%m-%dT%H%M%SZ}"
