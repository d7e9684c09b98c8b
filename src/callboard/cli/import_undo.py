"""`callboard import undo BATCH`."""

from __future__ import annotations

import click

from callboard.cli import find
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import progress_bar, show_json
from callboard.clock import iso, system_clock
from callboard.errors import NotFoundError
from callboard.store.interface import batch_number


@click.command("undo")
@click.argument("batch", metavar="BATCH")
@org_option
@store_options
def undo(*, batch: str, handle: str | None, db: str | None, config: str | None, as_json: bool) -> int:
    """Withdraw what an import brought, as if it had never been.

    Its events no longer count: calls and tasks are folded again without them, the numbers follow, and the
    withdrawal is on record. BATCH is the id that the import printed, like b12. Interrupted, it carries on
    when it is called again.
    """
    from callboard.cli.import_report import show_not_brought_back

    number = batch_number(batch)
    if number is None:
        raise click.UsageError(f"{batch!r} is no batch; its id looks like b12.")
    with opened(settings_of(db, config).for_imports) as store:
        owner = find.organization(store, handle)
        found = store.find_import(owner.id, number)
        if found is None:
            raise NotFoundError(f"{owner.name} has no import {batch}.")
        with progress_bar(f"Withdrawing {batch}") as progress:
            done = store.withdraw(owner.id, number, system_clock(), progress)
        # What gave way for this import counts again; what was withdrawn for it does not.
        replaced = [store.find_import(owner.id, each) for each in found.replaces]
        gone = [each.batch_no for each in replaced if each is not None and each.withdrawn_at is not None]
        left = {each: store.count_import_items(owner.id, each) for each in gone}
    if as_json:
        show_json(
            {
                "batch_id": batch,
                "events": done.events,
                "calls": done.calls,
                "tasks": done.tasks,
                "not_brought_back": found.replaced if gone else 0,
            }
        )
    elif found.withdrawn_at is not None and done.events == 0:
        click.echo(f"{batch} was withdrawn before, at {iso(found.withdrawn_at)}; nothing was left to do.")
    else:
        click.echo(f"Withdrew {done.events:,} events of {batch} ({found.label}).")
        click.echo(f"{done.calls:,} calls and {done.tasks:,} tasks were folded again without them.")
        if gone:
            show_not_brought_back(found, {each: count for each, count in left.items() if count})
    return 0
