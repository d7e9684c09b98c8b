"""`callboard reconcile`: calls whose end never came."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from callboard.cli import find, values
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import plain, show_json
from callboard.clock import Micros, system_clock

if TYPE_CHECKING:
    from callboard.ingest.lost_ends.pulling import Paged
    from callboard.ingest.lost_ends.tally import Tally
    from callboard.model.directory import Space
    from callboard.store.interface import Store


@click.command()
@click.option("--space", "space_tokens", multiple=True, metavar="TOKEN", help="One space alone. Repeatable.")
@org_option
@click.option(
    "--since",
    type=values.moment,
    metavar="WHEN",
    help="Ask platforms for all calls since then, also from before the hook was made.",
)
@click.option(
    "--give-up-after",
    type=values.length,
    metavar="LENGTH",
    help="End calls that are past their limit, and of which nothing was told for this long: 24h.",
)
@store_options
def reconcile(
    *,
    space_tokens: Sequence[str],
    handle: str | None,
    since: Micros | None,
    give_up_after: Micros | None,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> int:
    """Find the ends of calls that are live past their limit, and calls of which no delivery came.

    From the other rows of the same call first; then by asking the platform of each hook that has an API key.
    Ended on the way, it goes on from there the next time. Exit code 1 when a platform could not be asked.
    """
    from callboard.ingest.lost_ends.claiming import claimed
    from callboard.ingest.lost_ends.reconciling import Wish
    from callboard.reconciling import reconciler

    settings, wish = settings_of(db, config), Wish(since=since, give_up_after=give_up_after)
    tallies: list[Tally] = []
    with opened(settings) as store, _progress(sys.stderr.isatty()) as paged:
        worker = reconciler(store, settings, threading.Event())
        for spaces in _wanted(store, handle, space_tokens):
            with claimed(store, spaces[0].org_id, system_clock) as is_ours:
                if not is_ours:
                    raise click.ClickException("Another process reconciles these spaces: wait for it.")
                tallies.append(worker.run(spaces, wish, paged))
    total = _sum(tallies)
    if as_json:
        show_json(total)
    else:
        _show(total)
    return 1 if any(each.fault is not None for each in total.hooks) else 0


def _wanted(store: Store, handle: str | None, tokens: Sequence[str]) -> list[list[Space]]:
    """The spaces that are meant, by organization: those named; else all of the organization; else all."""
    if tokens:
        named: dict[int, list[Space]] = {}
        for token in dict.fromkeys(tokens):
            space, _ = find.space_anywhere(store, token)
            named.setdefault(space.org_id, []).append(space)
        return list(named.values())
    owners = [find.organization(store, handle)] if handle is not None else store.organizations()
    every = (store.spaces(owner.id) for owner in owners)
    return [spaces for spaces in every if spaces]


@contextmanager
def _progress(is_terminal: bool) -> Iterator[Callable[[str], Paged]]:
    """What is shown of each page at a terminal: how many calls of which platform came so far."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} calls"))
    console = Console(stderr=True)
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=not is_terminal
    ) as bar:

        def paged(name: str) -> Paged:
            task = bar.add_task(f"Asking {plain(name)}", total=None)
            return lambda seen: bar.update(task, completed=seen)

        yield paged


def _sum(tallies: Sequence[Tally]) -> Tally:
    from callboard.ingest.lost_ends.tally import Tally

    total = Tally()
    for each in tallies:
        for name in Tally.__struct_fields__:
            setattr(total, name, getattr(total, name) + getattr(each, name))
    return total


def _show(total: Tally) -> None:
    for each in total.hooks:
        where = f"Hook {each.hook_id}, {each.platform} into {plain(each.space_token)}"
        if each.fault is None:
            print(f"{where}: {each.rows:,} rows on {each.pages:,} pages")
        else:
            print(f"{where}: not asked to the end: {plain(each.fault)}", file=sys.stderr)
        for note in each.notes:
            print(f"{where}: {plain(note)}", file=sys.stderr)
        if each.left_out:
            many = f"{each.left_out:,} {'call' if each.left_out == 1 else 'calls'}"
            print(
                f"{where}: {many} left out that no delivery named: the setting pull_only says whose they are"
            )
    parts = [f"healed {total.healed:,}", f"missing {total.missing:,}"]
    parts += [f"{label} {count:,}" for label, count in (
        ("updated", total.updated), ("given up", total.given_up), ("in quarantine", total.quarantined),
        ("rejected", total.rejected),
    ) if count]  # fmt: skip
    print(", ".join((*parts, f"still open {total.still_open:,}")))
