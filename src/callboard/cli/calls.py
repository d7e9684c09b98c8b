"""`callboard calls`: the calls behind the numbers."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from callboard.cli import find, values
from callboard.cli.filters import GROUP_OPTIONS, filter_options, filters_of
from callboard.cli.listing import merge_pages, more_line
from callboard.cli.options import opened, org_option, settings_of, store_options, timezone_option
from callboard.cli.output import UTC, show_json_array, show_table, when
from callboard.clock import system_clock
from callboard.query.civil import Moment
from callboard.query.items import CallItem, call_item
from callboard.store.interface import CallAt, Store
from callboard.store.questions import CallFilter, Scope, Window

SHOWN = 50


@click.command()
@org_option
@click.option("--space", "space_token", metavar="TOKEN", help="One space alone.")
@filter_options(
    "call",
    listing=True,
    others={
        80: click.option(
            "--contradicting",
            is_flag=True,
            help="Only those whose start and end contradict each other.",
        ),
        82: click.option(
            "--past-limit",
            is_flag=True,
            help="Only those that ring or talk for longer than their space or hook allows.",
        ),
        84: GROUP_OPTIONS[0],
        85: GROUP_OPTIONS[1],
    },
)
@click.option("--from", "start", type=values.when, metavar="WHEN", help="Created then or later.")
@click.option("--to", "end", type=values.when, metavar="WHEN", help="Created before then.")
@timezone_option
@click.option("--limit", type=click.IntRange(1), help=f"Show at most so many (a table: {SHOWN}).")
@store_options
def calls(
    *,
    handle: str | None,
    space_token: str | None,
    contradicting: bool,
    past_limit: bool,
    external_id: str | None,
    has_legs: bool | None,
    start: Moment | None,
    end: Moment | None,
    timezone: str | None,
    limit: int | None,
    db: str | None,
    config: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """List calls, newest first. Without --space: those of all contact spaces."""
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        one = find.named_space(store, owner, space_token)
        scope = Scope(owner.id, None if one is None else one.id)
        zone = find.home_zone(owner, one, timezone)
        filters = [
            CallFilter(
                contradicting=True if contradicting else None,
                past_limit=True if past_limit else None,
                now=system_clock(),
                external_id=external_id,
                has_legs=has_legs,
                start=None if start is None else start.starts(zone),
                end=None if end is None else end.starts(zone),
                **each,
            )
            for each in filters_of("call", fields)
        ]
        tokens = {each.id: each.token for each in store.spaces(owner.id)}
        pages = [partial(_page, store, scope, where) for where in filters]
        found = merge_pages(pages, limit or (None if as_json else SHOWN))
        items = (call_item(each.call, tokens[each.space_id]) for each in found)
        if as_json:
            show_json_array(items)
            return
        shown = list(items)
        count = sum(store.count_calls(scope, where) for where in filters)
    show_table(
        ("Call", "Status", "Type", f"Created {UTC}", "Seconds", "End reason", "Agent"),
        [_row(each) for each in shown],
        empty="No call is like that.",
    )
    if shown:
        print(f"\n{more_line(len(shown), count)}")
    if start is not None or end is not None:
        print(f"From and to are of {zone.key}.")


def _page(store: Store, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]:
    return store.calls(scope, where, window)


def _row(each: CallItem) -> tuple[object, ...]:
    return (
        each.call_id,
        each.call_status,
        each.call_type,
        when(each.creation_time),
        each.call_duration,
        each.end_reason,
        each.agent,
    )
