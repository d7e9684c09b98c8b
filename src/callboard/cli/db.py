"""`callboard db`: create, upgrade, describe, distribute and copy a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from callboard.cli.db_copy import copy
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import show_json

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
        found = store.ready()
    if as_json:
        show_json(found)
    else:
        print(f"The store ({found['engine']}) is at version {found['version']}: {found['durable']}.")


@db.command()
@store_options
def status(*, db: str | None, config: str | None, as_json: bool) -> None:
    """Say what the store is: its engine, version, what a commit waits for, and whether a copy into it has not
    ended.
    """
    with opened(settings_of(db, config), copying=True) as store:
        found = store.ready()
        unfinished = cast("SqlStore", store).is_unfinished_copy()
    if as_json:
        show_json({**found, "unfinished_copy": unfinished})
        return
    print(f"The store ({found['engine']}) is at version {found['version']}: {found['durable']}.")
    if unfinished:
        print("A copy into it has begun and not ended: let callboard db copy end, or run it again.")


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
