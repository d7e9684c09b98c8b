"""`callboard org`: organizations are made here, never over HTTP."""

from __future__ import annotations

import click

from callboard.cli import values
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import iso, system_clock
from callboard.query.items import organization_item


@click.group()
def org() -> None:
    """Create and list organizations."""


@org.command()
@click.option("--name", required=True, type=values.name, help="What people call it: Acme.")
@click.option(
    "--handle", required=True, type=values.handle, help="What the header Org-Handle names: acme.com."
)
@click.option("--domain", type=values.name, help="Its domain, where it has one.")
@click.option("--private-domain", is_flag=True, help="The domain belongs to it alone.")
@store_options
def create(
    *,
    name: str,
    handle: str,
    domain: str | None,
    private_domain: bool,
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
        ("Handle", "Name", "Domain", f"Created {UTC}"),
        [(each.domain_handle, each.name, each.domain, when(iso(each.created_at))) for each in found],
        empty="There is no organization yet. callboard init makes one.",
    )
