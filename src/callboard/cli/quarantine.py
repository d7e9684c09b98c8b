"""`callboard quarantine`: deliveries of platforms that could not be read or mapped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from callboard.cli import find
from callboard.cli.hook_shown import plain_lines
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import iso, system_clock
from callboard.errors import NotFoundError

if TYPE_CHECKING:
    from callboard.store.hooks import QuarantinedDelivery
    from callboard.store.interface import Receipt, Store

id_argument = click.argument("quarantine_id", metavar="ID")


@click.group()
def quarantine() -> None:
    """List, show, replay and drop deliveries that could not be read."""


@quarantine.command("list")
@click.option("--hook", "hook_id", type=int, metavar="ID", help="Only those of this hook.")
@org_option
@store_options
def list_(
    *, hook_id: int | None, handle: str | None, db: str | None, config: str | None, as_json: bool
) -> None:
    """List them, newest first, each with its reason."""
    from callboard.http.hook_items import quarantine_item

    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        found = [quarantine_item(each) for each in store.quarantine(owner.id, hook_id)]
    if as_json:
        show_json_array(found)
        return
    show_table(
        ("Id", "Hook", f"Received {UTC}", "Times", "Reason", "What"),
        [
            (each.id, each.hook_id, when(each.received_at), each.times, each.reason,
             each.faults.records[0].message if each.faults.records else None)
            for each in found
        ],
        empty=f"No delivery of {plain(owner.name)} is in quarantine.",
    )  # fmt: skip


@quarantine.command()
@id_argument
@org_option
@store_options
def show(
    *, quarantine_id: str, handle: str | None, db: str | None, config: str | None, as_json: bool
) -> None:
    """Show a delivery, without secrets, links to recordings and transcripts."""
    from callboard.http.hook_items import quarantine_item

    with opened(settings_of(db, config)) as store:
        found = quarantine_item(_find(store, handle, quarantine_id)[1], whole=True)
    if as_json:
        show_json(found)
        return
    print(f"Delivery {found.id} to hook {found.hook_id}, received {found.received_at}, {found.times} times")
    for each in found.faults.records:
        print(f"  record {each.part}: {each.reason}: {plain(each.message)}")
    if found.faults.count > len(found.faults.records):
        print(f"  and {found.faults.count - len(found.faults.records):,} more records")
    print(f"\n{found.method} {plain(str(found.query))}\n\n{plain_lines(str(found.body))}")
    if found.is_cut:
        print(f"… cut off: the body has {found.size:,} bytes")


@quarantine.command()
@click.argument("quarantine_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All of the organization.")
@click.option(
    "--hook",
    "hook_id",
    type=int,
    metavar="HOOK",
    help="Read it by the settings of another hook of the same platform and space.",
)
@org_option
@store_options
def replay(
    *,
    quarantine_id: str | None,
    every: bool,
    hook_id: int | None,
    handle: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Read deliveries again by this version's tables, as if they had been read when they came."""
    if (quarantine_id is None) is not every:
        raise click.UsageError("Give the id of a delivery, or --all.")
    if every and hook_id is not None:
        raise click.UsageError("--hook goes with the id of one delivery.")
    settings = settings_of(db, config)
    released = stays = applied = 0
    why = ""
    with opened(settings) as store:
        owner = find.organization(store, handle)
        # The oldest first, in the order in which they came.
        ids = (
            [each.quarantine_id for each in reversed(store.quarantine(owner.id))]
            if every
            else [quarantine_id]
        )
        for each in ids:
            org_id, kept = _find(store, handle, str(each))
            receipt, is_released = _replay(store, org_id, kept, settings.max_events, hook_id)
            applied += 0 if receipt is None else receipt.applied
            released += is_released
            stays += not is_released
            if not is_released:
                why = _why(store, org_id, kept)
    if as_json:
        show_json({"released": released, "stays": stays, "applied": applied})
    else:
        print(f"{released:,} released with {applied:,} events applied; {stays:,} stay in quarantine.")
        if stays and not every:
            print(plain(why))
    return 1 if stays else 0


@quarantine.command()
@id_argument
@org_option
@store_options
def drop(
    *, quarantine_id: str, handle: str | None, db: str | None, config: str | None, as_json: bool
) -> None:
    """Drop a delivery, unread."""
    with opened(settings_of(db, config)) as store:
        org_id, kept = _find(store, handle, quarantine_id)
        store.drop_quarantined(org_id, kept.quarantine_id)
    if as_json:
        show_json({"dropped": kept.quarantine_id})
        return
    print(f"Delivery {kept.quarantine_id}, received {iso(kept.received_at)}, is dropped.")


def _find(store: Store, handle: str | None, quarantine_id: str) -> tuple[int, QuarantinedDelivery]:
    owner = find.organization(store, handle)
    found = store.find_quarantined(owner.id, quarantine_id)
    if found is None:
        raise NotFoundError(
            f"No delivery {plain(quarantine_id)} of {plain(owner.name)} is in quarantine. "
            "callboard quarantine list shows them."
        )
    return owner.id, found


def _why(store: Store, org_id: int, kept: QuarantinedDelivery) -> str:
    """Why a delivery stays in quarantine."""
    from callboard.http.hook_items import quarantine_item

    if kept.is_cut:
        return "Its end was cut off, so that it cannot be replayed: send it again from the platform."
    found = store.find_quarantined(org_id, kept.quarantine_id) or kept
    faults = quarantine_item(found).faults.records
    return faults[0].message if faults else found.reason


def _replay(
    store: Store, org_id: int, kept: QuarantinedDelivery, max_events: int, hook_id: int | None
) -> tuple[Receipt | None, bool]:
    """The receipt of a delivery that was read again, and whether it is out of quarantine."""
    from callboard.ingest.sources.platforms.registry import PLATFORMS
    from callboard.ingest.sources.platforms.taking import (
        batch_of,
        batch_of_rejected,
        hook_that_reads,
        take_again,
    )

    of = hook_that_reads(partial(store.find_hook, org_id), kept, hook_id)
    if kept.is_cut:
        return None, False
    taken = take_again(PLATFORMS[of.platform], kept, of, system_clock(), max_events)
    batch = batch_of(of, taken, kept.received_at, replays=kept.quarantine_id)
    [receipt] = store.ingest([batch])
    if isinstance(receipt, Exception):
        raise receipt
    rejected = batch_of_rejected(
        PLATFORMS[of.platform], of, taken, receipt, replayed=kept, now=system_clock()
    )
    if rejected is not None:
        store.ingest([rejected])
    return receipt, taken.quarantined is None and rejected is None
