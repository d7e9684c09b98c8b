"""`callboard db copy`: a store moves house, and both sides are proven at the end."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, structs

from callboard.cli.options import config_option, json_option
from callboard.cli.output import progress_bar, show_json
from callboard.cli.upgrading import Upgrading
from callboard.errors import StoreError, StoreFileError
from callboard.settings import Settings, read_settings
from callboard.store.reporting import Verification

if TYPE_CHECKING:
    from callboard.store.sql.store import SqlStore

ROUNDS = 3
"""How often what moved meanwhile is copied again before somebody has to stop it."""


class Copied(Struct, frozen=True):
    """What stands in both stores, as printed."""

    organizations: int
    spaces: int
    calls: int
    tasks: int
    events: int
    drift_from: int
    drift_to: int
    totals_equal: bool


@click.command()
@click.option("--from", "source", metavar="DB", required=True, help="The store to copy.")
@click.option("--to", "target", metavar="DB", required=True, help="An empty store, or one being copied into.")
@config_option
@json_option
def copy(*, source: str, target: str, config: str | None, as_json: bool) -> None:
    """Copy a store into another: file to database, database to file, one to the next.

    Stop what writes to the source first; what moves meanwhile is copied again. Interrupted and run again, it
    goes on. At the end both are verified to the last event and their totals compared. Exit code 1: they
    differ, or the source did not hold still.
    """
    from callboard.store.open import open_store

    one, other = (read_settings({"db": db}, os.environ, config) for db in (source, target))
    if _is_same(one, other):
        raise click.UsageError("--from and --to name the same store.")
    if one.in_file and not Path(one.sqlite_path).exists():
        raise StoreFileError(f"There is no file {one.sqlite_path}.")
    with (
        closing(open_store(one, watch=Upgrading())) as there,
        closing(open_store(other, upgrade=None, copying=True)) as here,
    ):
        _copy(there, here)
        copied = _compare(there, here)
    if as_json:
        show_json(copied)
    else:
        _tell(copied)
    if copied.drift_from or copied.drift_to or not copied.totals_equal:
        click.get_current_context().exit(1)


def _is_same(one: Settings, other: Settings) -> bool:
    if one.in_file and other.in_file:
        return Path(one.sqlite_path).resolve() == Path(other.sqlite_path).resolve()
    return one.db == other.db


def _copy(source: SqlStore, target: SqlStore) -> None:
    for _ in range(ROUNDS):
        with progress_bar("Copying") as progress:
            moved = source.copy_to(target, progress)
        if not moved:
            return
    raise StoreError(
        "The store that is copied does not hold still: stop what writes to it, then run this again "
        "(it goes on)."
    )


def _compare(source: SqlStore, target: SqlStore) -> Copied:
    found: list[Verification] = []
    for store, label in ((source, "Verifying the source"), (target, "Verifying the copy")):
        with progress_bar(label) as progress:
            found.append(store.verify(deep=True, progress=progress))
    there, here = found
    checked = here.checked
    return Copied(
        organizations=len(target.organizations()),
        spaces=checked["spaces"],
        calls=checked["calls"],
        tasks=checked["tasks"],
        events=checked["events"],
        drift_from=there.drift,
        drift_to=here.drift,
        totals_equal=_totals(source) == _totals(target) and there.checked == checked,
    )


def _totals(store: SqlStore) -> dict[str, dict[int, tuple[int, ...]]]:
    """Organization → space → its totals."""
    return {
        each.domain_handle: {
            space: structs.astuple(totals) for space, totals in store.moved(each.id, -1).totals.items()
        }
        for each in store.organizations()
    }


def _tell(copied: Copied) -> None:
    print(
        f"Copied {copied.organizations:,} organizations, {copied.spaces:,} spaces, {copied.calls:,} calls, "
        f"{copied.tasks:,} tasks, {copied.events:,} events."
    )
    if copied.drift_from or copied.drift_to:
        print(
            f"Drift: {copied.drift_from:,} in the source, {copied.drift_to:,} in the copy. "
            "callboard verify --deep --repair sets a store right."
        )
    print("The totals of both are equal." if copied.totals_equal else "The totals of the two differ.")
