"""`callboard space`: spaces, which are campaigns."""

from __future__ import annotations

from typing import Any

import click

from callboard.cli import find, values
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import iso, system_clock
from callboard.model.directory import Organization, Space, SpaceSettings
from callboard.model.words import CONTENT_TYPES
from callboard.query.items import space_item

_SETTINGS = ("timezone", "stuck_running_after", "stuck_pending_after", "live_call_limit")


def _settings_options(command: Any) -> Any:
    for option in (
        click.option(
            "--timezone",
            type=values.own_timezone,
            help='Home zone: its days are the days of reports; "": the organization\'s.',
        ),
        click.option(
            "--stuck-running-after",
            type=values.stuck_seconds,
            metavar="LENGTH",
            help="How long a task may run before it counts as stuck: 15m.",
        ),
        click.option(
            "--stuck-pending-after",
            type=values.stuck_seconds,
            metavar="LENGTH",
            help="How long a task may wait past its time before it counts as stuck: 1h.",
        ),
        click.option(
            "--live-call-limit",
            type=values.call_seconds,
            metavar="LENGTH",
            help="How long a call may live before it counts as over without a word: 4h.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def space() -> None:
    """Create, list and change spaces (campaigns)."""


@space.command()
@org_option
@click.option("--name", required=True, type=values.name, help="What people call it: Spring.")
@click.option(
    "--token",
    type=values.space_token,
    help="The space token that clients have configured already; without it one is made.",
)
@click.option("--description", help="More about it.")
@click.option(
    "--content-type",
    type=click.Choice(CONTENT_TYPES),
    default="contact",
    show_default=True,
    help="Only contact spaces count in the organization's numbers.",
)
@click.option("--agent-handle", help="Who or what talks in it.")
@_settings_options
@store_options
def create(
    *,
    handle: str | None,
    name: str,
    token: str | None,
    description: str | None,
    content_type: str,
    agent_handle: str | None,
    db: str | None,
    config: str | None,
    as_json: bool,
    **stated: Any,
) -> None:
    """Create a space."""
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        made = store.create_space(
            org_id=owner.id,
            name=name,
            token=token,
            description=description or None,
            content_type=content_type,
            agent_handle=agent_handle or None,
            settings=SpaceSettings(**_settings(_given(stated))),
            now=system_clock(),
        )
    if as_json:
        show_json(space_item(made, owner))
        return
    print(f"Created {plain(made.name)} in {plain(owner.name)}. Its space token: {made.token}")


@space.command("list")
@org_option
@click.option("--archived/--not-archived", default=None, help="Only those that are, or are not, archived.")
@store_options
def list_(
    *, handle: str | None, archived: bool | None, db: str | None, config: str | None, as_json: bool
) -> None:
    """List the spaces of an organization, newest first."""
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        found = [each for each in store.spaces(owner.id) if archived in (None, each.archived)]
    if as_json:
        show_json_array(space_item(each, owner) for each in found)
        return
    show_table(
        ("Name", "Space token", "Content", "Time zone", f"Created {UTC}", ""),
        [_row(each) for each in found],
        empty=f"{plain(owner.name)} has no such space. callboard space create makes one.",
    )


@space.command("set")
@click.argument("token", metavar="SPACE_TOKEN")
@click.option("--name", type=values.name)
@click.option("--description", help='More about it; "" for none.')
@click.option(
    "--content-type",
    type=click.Choice(CONTENT_TYPES),
    help="Moves its numbers into the organization's, or out of them, at once.",
)
@click.option("--agent-handle", help='Who or what talks in it; "" for nobody.')
@_settings_options
@click.option("--archived/--not-archived", default=None, help="A label: an archived space keeps its numbers.")
@store_options
def set_(*, token: str, db: str | None, config: str | None, as_json: bool, **stated: Any) -> None:
    """Change a space."""
    changes = _given(stated)
    if not changes:
        raise click.UsageError("Nothing to change: give at least one of --name, --content-type, …")
    with opened(settings_of(db, config)) as store:
        found, owner = find.space_anywhere(store, token)
        changed = store.update_space(owner.id, found.id, _changes(changes))
    if as_json:
        show_json(space_item(changed, owner))
        return
    _print_space(changed, owner)


def _given(stated: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if value is not None}


def _settings(stated: dict[str, Any]) -> dict[str, Any]:
    """The settings that were given. An empty time zone means none of its own."""
    inner = {name: stated[name] for name in _SETTINGS if name in stated}
    return {**inner, "timezone": inner["timezone"] or None} if "timezone" in inner else inner


def _changes(stated: dict[str, Any]) -> dict[str, Any]:
    """The changes in the form of `Store.update_space`: only the settings that were given, None for an empty
    text.
    """
    plain_fields = {name: value for name, value in stated.items() if name not in _SETTINGS}
    for name in ("description", "agent_handle"):
        if plain_fields.get(name) == "":
            plain_fields[name] = None
    if inner := _settings(stated):
        plain_fields["settings"] = inner
    return plain_fields


def _zone(each: Space) -> str:
    return each.settings.timezone or f"{each.home_zone}, the organization's"


def _row(each: Space) -> tuple[object, ...]:
    label = "archived" if each.archived else ""
    return (
        each.name,
        each.token,
        each.content_type,
        _zone(each),
        when(iso(each.created_at)),
        label,
    )


def _print_space(changed: Space, owner: Organization) -> None:
    limits = changed.settings
    print(f"{plain(changed.name)} in {plain(owner.name)} ({changed.token})")
    print(f"  content type {changed.content_type}{', archived' if changed.archived else ''}")
    print(f"  time zone {_zone(changed)}")
    print(f"  stuck when running longer than {limits.stuck_running_after:,} s")
    print(f"  stuck when pending longer than {limits.stuck_pending_after:,} s past its time")
    print(f"  a call lives for {limits.live_call_limit:,} s at most")
