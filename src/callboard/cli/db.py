"""`callboard db`: create, upgrade, describe, distribute and copy a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from callboard.cli.db_copy import copy
from callboard.cli.options import check_file, opened, settings_of, store_options
from callboard.cli.output import progress_bar, show_json
from callboard.clock import iso
from callboard.errors import StoreUncleanError
from callboard.store.interface import PATIENT_S

if TYPE_CHECKING:
    from callboard.store.sql.store import SqlStore


@click.group()
def db() -> None:
    """The store itself."""


@db.command()
@store_options
def upgrade(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Bring the store up to this version, or make it where there is none.

    Under a lock: of several at once one does it. A store that is newer than this program is refused. With
    --json: {"engine", "version", "durable"}, as of afterwards.
    """
    settings = settings_of(db, config)
    with opened(settings, create=True, upgrade=True) as store:
        found = store.ready(PATIENT_S)
    if as_json:
        show_json(found)
    else:
        print(f"The store ({found['engine']}) is at version {found['version']}: {found['durable']}.")


@db.command()
@store_options
def status(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Say what the store is: its engine, version, what a commit waits for, of when its latest backup is, and
    whether a copy into it has not ended.
    """
    with opened(settings_of(db, config), copying=True) as store:
        found = store.ready(PATIENT_S)
        unfinished = cast("SqlStore", store).is_unfinished_copy()
        backed_up_at = store.last_backup()
    backed_up = None if backed_up_at is None else iso(backed_up_at)
    if as_json:
        show_json({**found, "unfinished_copy": unfinished, "backed_up_at": backed_up})
        return
    print(f"The store ({found['engine']}) is at version {found['version']}: {found['durable']}.")
    if "sick" in found:
        print(f"These nodes do not answer, so nothing is known of them: {found['sick']}.")
    if "weak" in found:
        print(f"A crash may take what was acknowledged: {found['weak']}.")
    print(f"The latest backup on record is of {backed_up}." if backed_up else "There is no backup on record.")
    if unfinished:
        print("A copy into it has begun and not ended: let callboard db copy end, or run it again.")


@db.command()
@store_options
def accept(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Take a store's file as it is, although its -wal file is missing: what was in that is lost.

    For a file that was copied while it was in use, of which there is nothing better. Run callboard verify
    --deep afterwards. With --json: {"accepted"}, false of a file that is whole.
    """
    from callboard.store.sqlite.clean_mark import accept_as_it_is, check_whole

    settings = settings_of(db, config)
    if not settings.in_file:
        raise click.UsageError("db accept is for a file.")
    check_file(settings)
    try:
        check_whole(settings.sqlite_path)
        accepted = False
    except StoreUncleanError:
        accepted = True
        accept_as_it_is(settings.sqlite_path, settings)
    if as_json:
        show_json({"accepted": accepted})
    elif accepted:
        print(f"{settings.sqlite_path} is taken as it is. callboard verify --deep says whether it is sound.")
    else:
        print(f"{settings.sqlite_path} is whole: nothing to accept.")


@db.command()
@store_options
def compact(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Give the room that a store's file no longer uses back to the disk.

    Later commits use it again by themselves: this is for a file that became much smaller for good. It is
    written anew beside its place, which needs as much free disk as it uses, while no process has it open.
    With --json: {"file", "bytes_before", "bytes"}.
    """
    from callboard.store.sqlite.compacting import compact_file

    settings = settings_of(db, config)
    if not settings.in_file:
        raise click.UsageError("db compact is for a file: PostgreSQL has VACUUM FULL.")
    check_file(settings)
    with progress_bar("Compacting") as progress:
        done = compact_file(Path(settings.sqlite_path), settings, progress)
    if as_json:
        show_json(done)
    else:
        print(f"{done.file} had {done.bytes_before:,} bytes, and has {done.bytes:,} now.")


@db.command()
@store_options
def distribute(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Spread a PostgreSQL store over the nodes of its Citus cluster, empty or filled.

    Every table of an organization by org_id, all placed alike; the directory on every node. In one commit,
    which writers wait for; run again it does what is missing. Servers have to be started anew afterwards.
    With --json: {"nodes", "shards", "spread", "everywhere", "as_before", "rows"}.
    """
    settings = settings_of(db, config)
    if settings.in_file:
        raise click.UsageError("db distribute is for PostgreSQL: db copy moves a file there.")
    from callboard.store.postgres.distribute import distribute_store

    done = distribute_store(settings)
    if as_json:
        show_json(done)
        return
    if done.spread or done.everywhere:
        print(
            f"Spread {len(done.spread)} tables ({done.rows:,} rows) by org_id, in {done.shards} shards each, "
            f"over {done.nodes} nodes; {len(done.everywhere)} small ones are on every node."
        )
    else:
        print(f"Nothing to do: it is spread over {done.nodes} nodes, in {done.shards} shards.")


db.add_command(copy)
