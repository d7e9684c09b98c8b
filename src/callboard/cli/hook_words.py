"""`callboard hook show` and `remap`: words that no table of a platform had, and the calls they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from callboard.cli import find
from callboard.cli.hook_found import find_hook, hook_argument, item_of
from callboard.cli.hook_shown import show_hook
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import plain, progress_bar, show_json, show_table
from callboard.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callboard.store.hooks import Hook
    from callboard.store.interface import Progress, Store


@click.command()
@hook_argument
@org_option
@store_options
def show(*, hook_id: int, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """Show what came to a hook, and the words that no table of its platform has."""
    settings = settings_of(db, config)
    with opened(settings) as store:
        found = find_hook(store, handle, hook_id)
        item = item_of(store, settings, found, store.hook_counts(found.org_id))
    if as_json:
        show_json(item)
        return
    show_hook(item)


@click.command()
@click.argument("hook_id", metavar="[ID]", type=int, required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be corrected.")
@org_option
@store_options
def remap(
    *,
    hook_id: int | None,
    dry_run: bool,
    handle: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Correct calls whose end reason was unknown, where this version's tables know the platform's word.

    Without ID, those of all hooks of the organization. Run again, it finds nothing.
    """
    with opened(settings_of(db, config)) as store, progress_bar("Correcting") as progress:
        owner = find.organization(store, handle)
        hooks = store.hooks(owner.id) if hook_id is None else [find_hook(store, handle, hook_id)]
        done = _remapped(store, hooks, dry_run=dry_run, progress=progress)
    if as_json:
        show_json({"dry_run": dry_run, **done})
    else:
        _show_remapped(done, dry_run=dry_run)
    return 1 if done["rejected"] else 0


def _remapped(store: Store, hooks: Iterable[Hook], *, dry_run: bool, progress: Progress) -> dict[str, Any]:
    """The sums over all hooks; hooks of one platform into one space are one."""
    from msgspec import structs

    from callboard.ingest.sources.platforms.remapping import Remapped
    from callboard.ingest.sources.platforms.remapping import remap as correct

    each_once = {(hook.space_id, hook.platform): hook for hook in hooks}
    counts = dict.fromkeys((name for name in Remapped.__struct_fields__ if name != "words"), 0)
    words: list[dict[str, Any]] = []
    for hook in each_once.values():
        done = correct(store, hook, system_clock(), dry_run=dry_run, progress=progress)
        for name in counts:
            counts[name] += getattr(done, name)
        words += [{"platform": hook.platform, **structs.asdict(each)} for each in done.words]
    return {**counts, "words": words}


def _show_remapped(done: dict[str, Any], *, dry_run: bool) -> None:
    """Print what was done."""
    show_table(
        ("Platform", "Word", "Status", "End reason", "Calls"),
        [
            (each["platform"], plain(each["word"]), each["call_status"], each["end_reason"], each["calls"])
            for each in done["words"]
        ],
        empty="No call ended with a word that became known.",
    )
    verb = "would be" if dry_run else "are"
    print(f"{done['calls']:,} calls {verb} corrected by {done['events']:,} events; ", end="")
    print(f"{done['still_unknown'] + done['not_corrected']:,} stay unknown.")
    if not dry_run and done["events"]:
        ended = ", ".join(f"{done[name]:,} {name}" for name in ("applied", "duplicate", "stale", "rejected"))
        print(f"Of the events: {ended}.")
