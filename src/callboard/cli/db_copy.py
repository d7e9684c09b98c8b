"""`callboard db copy`: copies a store into another one, then verifies both and compares them."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, structs

from callboard.cli.options import check_file, config_option, json_option
from callboard.cli.output import progress_bar, show_json
from callboard.cli.upgrading import Upgrading
from callboard.errors import StoreError
from callboard.settings import Settings, read_settings
from callboard.store.reporting import Verification

if TYPE_CHECKING:
    from callboard.store.sql.store import SqlStore

ROUNDS = 3
"""How often rows that changed during a copy are copied again before the command gives up: a source that is
written to all the time would never be equal to its copy.
"""
CHANGED_DURING_COPY = (
    "The store that is copied does not hold still: stop what writes to it, then run this again (it goes on)."
)


class Copied(Struct, frozen=True):
    """The outcome of a copy, as `--json` prints it."""

    organizations: int
    spaces: int
    calls: int
    tasks: int
    events: int
    drift_from: int
    drift_to: int
    totals_equal: bool
    complete: bool
    """Whether the copy is verified and marked as a complete store; until then no server opens it."""


@click.command()
@click.option("--from", "source", metavar="DB", required=True, help="The store to copy.")
@click.option(
    "--to", "target", metavar="DB", required=True, help="An empty store, or an earlier copy of this one."
)
@click.option("--with-drift", is_flag=True, help="Complete the copy although the source itself has drift.")
@config_option
@json_option
def copy(*, source: str, target: str, with_drift: bool, config: str | None, as_json: bool) -> None:
    """Copy a store into another: file to database, database to file, one to the next.

    Stop what writes to the source first; what moves meanwhile is copied again. Interrupted and run again, it
    goes on; run again after it ended, it takes along what moved since, unless the copy was written to. It is
    complete only when every row of both was compared and both were verified to the last event: until then no
    server and no other command opens it (callboard db status tells). Exit code 1: it is not complete.
    """
    from callboard.store.open import open_store

    one, other = (read_settings({"db": db}, os.environ, config) for db in (source, target))
    if _is_same(one, other):
        raise click.UsageError("--from and --to name the same store.")
    check_file(one)
    with (
        closing(open_store(one, observer=Upgrading())) as there,
        closing(open_store(other, upgrade=None, copying=True)) as here,
    ):
        copied = verified_copy(there, here, with_drift=with_drift)
    if as_json:
        show_json(copied)
    else:
        _print_copy(copied)
    if not copied.complete:
        click.get_current_context().exit(1)


def _is_same(one: Settings, other: Settings) -> bool:
    if one.in_file and other.in_file:
        return Path(one.sqlite_path).resolve() == Path(other.sqlite_path).resolve()
    return one.db == other.db


def verified_copy(source: SqlStore, target: SqlStore, *, with_drift: bool) -> Copied:
    """Copy and verify until the source did not change between the first row and the end of verification.

    Raises `StoreError` when it still changes after `ROUNDS` rounds.
    """
    for _ in range(ROUNDS):
        with progress_bar("Copying") as progress:
            moved = source.copy_to(target, progress)
        if moved:
            continue  # verification takes long: not worth it for a copy that is behind already
        copied = _verified(source, target)
        fits = copied.totals_equal and (with_drift or not (copied.drift_from or copied.drift_to))
        if not fits:
            return copied
        # `end_copy` looks once more for organizations that changed during the verification; only if there is
        # none it marks the copy as complete.
        if not source.end_copy(target):
            return structs.replace(copied, complete=True)
    raise StoreError(CHANGED_DURING_COPY)


def _verified(source: SqlStore, target: SqlStore) -> Copied:
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
        complete=False,
    )


def _totals(store: SqlStore) -> dict[str, dict[int, tuple[int, ...]]]:
    """The totals of each space, by the handle of its organization and its number."""
    return {
        each.domain_handle: {
            space: structs.astuple(totals)
            for space, totals in store.changes_since(each.id, -1).totals.items()
        }
        for each in store.organizations()
    }


def _print_copy(copied: Copied) -> None:
    print(
        f"Copied {copied.organizations:,} organizations, {copied.spaces:,} spaces, {copied.calls:,} calls, "
        f"{copied.tasks:,} tasks, {copied.events:,} events."
    )
    if copied.drift_from or copied.drift_to:
        print(
            f"Drift: {copied.drift_from:,} in the source, {copied.drift_to:,} in the copy. "
            "callboard verify --deep --repair sets the source right: run this again then, or with "
            "--with-drift."
        )
    print("The totals of both are equal." if copied.totals_equal else "The totals of the two differ.")
    if not copied.complete:
        print("The copy is not complete: no server opens it until this command has ended well.")
