"""`callboard verify`: recounts every number and compares, while servers and imports go on."""

from __future__ import annotations

from contextlib import suppress

import click
from msgspec import UNSET, Struct, UnsetType

from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import plain, progress_bar, show_json, show_table
from callboard.clock import system_clock
from callboard.errors import StoreError
from callboard.store.interface import Store
from callboard.store.reporting import Difference, Verification


class Report(Struct, frozen=True):
    """The result of a verification, as `--json` prints it."""

    drift: int
    checked: dict[str, int]
    differences: list[Difference]
    notes: list[str]
    repaired: int | UnsetType = UNSET
    """Number of differences that were repaired; only with --repair."""


@click.command()
@click.option("--deep", is_flag=True, help="Also read every row and event, and fold the events again.")
@click.option("--repair", is_flag=True, help="Set right what differs, then verify again.")
@store_options
def verify(*, deep: bool, repair: bool, db: str | None, config: str | None, as_json: bool) -> None:
    """Recount everything from the rows (--deep: from the events) and compare with what is kept.

    Servers and imports may go on meanwhile. What cannot be read is told with its place, and the rest is
    checked all the same. Exit code 0: no drift, or all of it repaired and verified again. Exit code 1: there
    is drift, or damage that is not repaired.
    """
    with opened(settings_of(db, config)) as store:
        found = _verify(store, deep, repair=repair)
        clean = found.drift == 0
        _record(store, found, deep)
        if repair and not clean:
            again = _verify(store, deep, repair=False)
            clean = again.drift == 0
            _record(store, again, deep)
    if as_json:
        repaired = found.repaired if repair else UNSET
        show_json(Report(found.drift, found.checked, found.differences, found.notes, repaired))
    else:
        _print_verification(found, repair, clean)
    if not clean:
        click.get_current_context().exit(1)


def _verify(store: Store, deep: bool, *, repair: bool) -> Verification:
    with progress_bar("Repairing" if repair else "Verifying") as progress:
        return store.verify(deep=deep, repair=repair, progress=progress)


def _record(store: Store, found: Verification, deep: bool) -> None:
    """Keep the result for the trust report. A store that cannot be written can still be verified: the error
    is ignored, as the result is printed anyway.
    """
    with suppress(StoreError):
        store.record_verification(found, deep=deep, now=system_clock())


def _print_verification(found: Verification, repair: bool, clean: bool) -> None:
    checked = ", ".join(counted(count, what.replace("_", " ")) for what, count in found.checked.items())
    print(f"Checked {checked or 'an empty store'}.")
    for note in found.notes:
        print(plain(note))
    if found.drift == 0:
        print("No drift: every number is what a recount gives.")
        return
    print(f"Drift: {counted(found.drift, 'differences')}.\n")
    show_table(
        ("What", "Org", "Space", "Key", "Column", "Kept", "Expected"),
        [
            (
                each.what,
                each.org_id,
                each.space_id,
                *map(_short, (each.key, each.column, each.kept, each.expected)),
            )
            for each in found.differences[:50]
        ],
        empty="",
    )
    if repair:
        print(f"\nRepaired {found.repaired:,}. {'Verified again: no drift.' if clean else 'Drift remains.'}")
    else:
        print("\ncallboard verify --deep --repair sets right what can be set right.")


def counted(count: int, what: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{count:,} {what.removesuffix('s') if count == 1 else what}"


def _short(value: object) -> str:
    text = plain(str(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
