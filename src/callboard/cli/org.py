"""`callboard org`: organizations. They are created here only, never over HTTP."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from callboard.cli import find, values
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import UTC, plain, progress_bar, show_json, show_json_array, show_table, when
from callboard.clock import iso, system_clock
from callboard.model.directory import Organization
from callboard.query.items import organization_item


@click.group()
def org() -> None:
    """Create, list and change organizations."""


timezone_help = "Home zone: of questions about all of it, and of campaigns that have none of their own."


@org.command()
@click.option("--name", required=True, type=values.name, help="What people call it: Acme.")
@click.option(
    "--handle", required=True, type=values.handle, help="What the header Org-Handle names: acme.com."
)
@click.option("--domain", type=values.name, help="Its domain, where it has one.")
@click.option("--private-domain", is_flag=True, help="The domain belongs to it alone.")
@click.option("--timezone", type=values.timezone, default="UTC", show_default=True, help=timezone_help)
@store_options
def create(
    *,
    name: str,
    handle: str,
    domain: str | None,
    private_domain: bool,
    timezone: str,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Create an organization."""
    with opened(settings_of(db, config), create=True) as store:
        made = store.create_organization(
            name=name,
            domain_handle=handle,
            domain=domain,
            is_private_domain=private_domain,
            now=system_clock(),
            timezone=timezone,
        )
    if as_json:
        show_json(organization_item(made))
        return
    print(f"Created {plain(made.name)} ({made.domain_handle}).")
    print(f"Next: callboard space create --org {made.domain_handle} --name NAME")


@org.command("list")
@store_options
def list_(*, db: str | None, config: str | None, as_json: bool) -> None:
    """List organizations, newest first."""
    with opened(settings_of(db, config)) as store:
        found = store.organizations()
    if as_json:
        show_json_array(organization_item(each) for each in found)
        return
    show_table(
        ("Handle", "Name", "Domain", "Time zone", f"Created {UTC}"),
        [
            (each.domain_handle, each.name, each.domain, each.timezone, when(iso(each.created_at)))
            for each in found
        ],
        empty="There is no organization yet. callboard init makes one.",
    )


@org.command("set")
@click.argument("handle", metavar="HANDLE")
@click.option("--timezone", required=True, type=values.timezone, help=timezone_help)
@store_options
def set_(*, handle: str, timezone: str, db: str | None, config: str | None, as_json: bool) -> None:
    """Change an organization.

    A new home zone lays out anew the day counters of campaigns without a zone of their own, one after the
    other, while everything goes on. Ended early, run it again: it carries on.
    """
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        with progress_bar("Moving the days of campaigns") as progress:
            changed = store.set_organization_zone(owner.id, timezone, progress)
    if as_json:
        show_json(_item(changed))
        return
    print(f"{plain(changed.name)} ({changed.domain_handle})")
    print(f"  time zone {changed.timezone}")


def _item(organization: Organization) -> dict[str, Any]:
    """The organization as the API returns it, and its home zone, which is set by this command only."""
    item: dict[str, Any] = msgspec.to_builtins(organization_item(organization))
    return {**item, "timezone": organization.timezone}
