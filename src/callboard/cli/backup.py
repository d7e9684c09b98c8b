"""`callboard backup TARGET` and `callboard backup verify FILE`."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import progress_bar, show_json
from callboard.clock import SECOND, Micros, iso, system_clock
from callboard.errors import StoreError, StoreFileError
from callboard.settings import Settings

if TYPE_CHECKING:
    from callboard.store.interface import Store


class _TargetOrVerify(click.Command):
    """`backup TARGET`, and `backup verify` beside it. A file named `verify` is given as ./verify."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        if args[:1] == ["verify"]:
            from callboard.cli.backup_verify import verify

            return verify.make_context(f"{info_name} verify", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("backup", cls=_TargetOrVerify)
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Of a folder: afterwards remove this store's backups in it but the N latest.",
)
@store_options
def backup(*, target: Path, keep: int | None, db: str | None, config: str | None, as_json: bool) -> None:
    """Copy the store, as of one moment, into a new file or into a folder. Servers and imports go on.

    In a folder each backup gets a name with its time. TARGET is there whole, or not at all. The key of hooks'
    secrets is not in it. callboard backup verify FILE recounts a backup, callboard restore puts one back. A
    PostgreSQL store is copied and verified as by db copy, while nothing writes to it. With --json: {"file",
    "made_at", "bytes", "removed"}.
    """
    settings, now = settings_of(db, config), system_clock()
    into = target.is_dir()
    if keep is not None and not into:
        raise click.UsageError("--keep is for a folder of backups, and TARGET is none.")
    stem = Path(settings.sqlite_path).stem if settings.in_file else "callboard"
    file = target / _named(stem, now) if into else target
    _check_target(file, settings)
    with opened(settings) as store:
        _write(store, file, stem if into else file.name, now)
        # It is a backup all the same where that cannot be noted.
        with suppress(StoreError):
            store.record_backup(now)
    removed = _removed(target, stem, keep) if keep is not None else []
    size = file.stat().st_size
    if as_json:
        show_json(
            {
                "file": str(file),
                "made_at": iso(now),
                "bytes": size,
                "removed": [str(each) for each in removed],
            }
        )
        return
    print(f"Backed up to {file} ({size:,} bytes).")
    for each in removed:
        print(f"Removed {each}.")


def _named(stem: str, now: Micros) -> str:
    """Names of one store sort by time."""
    return f"{stem}-{datetime.fromtimestamp(now // SECOND, UTC):%Y-%m-%dT%H%M%SZ}.db"


def _check_target(file: Path, settings: Settings) -> None:
    from callboard.store.sqlite.new_file import BESIDE, there_already

    if settings.in_file:
        # Also what is not there just now: SQLite would take it for its own.
        own = [Path(f"{Path(settings.sqlite_path).resolve()}{each}") for each in ("", ".key", *BESIDE)]
        if file.resolve() in own:
            raise StoreFileError(f"{file} belongs to the store itself: name another file.")
    if os.path.lexists(file):
        raise StoreFileError(there_already(file))
    if not file.parent.is_dir():
        raise StoreFileError(f"There is no folder {file.parent}.")


def _write(store: Store, file: Path, name: str, now: Micros) -> None:
    from callboard.store.sqlite.new_file import put_in_place, unfinished_file
    from callboard.store.sqlite.store import SqliteStore

    with unfinished_file(file.parent.resolve(), name) as path:
        if isinstance(store, SqliteStore):
            with progress_bar("Backing up") as progress:
                store.write_backup(path, now, progress)
        else:
            _copy_database(store, path, now)
        put_in_place(path, file.parent.resolve() / file.name)


def _copy_database(store: Store, path: Path, now: Micros) -> None:
    """A database's own tools make a backup of it while it is written to; this is a file of one moment."""
    from contextlib import closing
    from typing import cast

    from callboard.cli.db_copy import verified_copy
    from callboard.store.sql.store import SqlStore
    from callboard.store.sqlite.backup import finish
    from callboard.store.sqlite.store import SqliteStore

    with closing(SqliteStore(str(path), copying=True)) as copy:
        copied = verified_copy(cast("SqlStore", store), copy, with_drift=False)
    if not copied.complete:
        raise StoreError(
            "The store has drift, so that a verified copy cannot be made: callboard verify --deep --repair "
            "sets it right. pg_dump and pg_basebackup copy it as it is."
        )
    finish(path, now)


def _removed(folder: Path, stem: str, keep: int) -> list[Path]:
    """Remove all but the latest backups of a store, by their names; which."""
    digits = "[0-9]" * 2
    pattern = f"{digits}{digits}-{digits}-{digits}T{digits}{digits}{digits}Z.db"
    # A stem is no pattern: it may hold brackets.
    found = sorted(
        each
        for each in folder.iterdir()
        if each.name.startswith(f"{stem}-")
        and Path(each.name.removeprefix(f"{stem}-")).match(pattern)
        and each.is_file()
        and not each.is_symlink()
    )
    for each in found[:-keep]:
        each.unlink()
    return found[:-keep]
