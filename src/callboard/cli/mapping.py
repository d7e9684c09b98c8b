"""`callboard mapping`: how the files of a system are read, saved under a name by `import --save-mapping`."""

from __future__ import annotations

import click
import msgspec

from callboard.cli import find
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import iso
from callboard.errors import NotFoundError
from callboard.model.directory import Organization
from callboard.store.importing import SavedMapping
from callboard.store.interface import Store

name_argument = click.argument("name", metavar="NAME")


@click.group()
def mapping() -> None:
    """List, show, delete and export saved mappings of imports."""


@mapping.command("list")
@org_option
@store_options
def list_(*, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """List the saved mappings of an organization, by name."""
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        found = store.mappings(owner.id)
    if as_json:
        show_json_array(_item(each) for each in found)
        return
    show_table(
        ("Name", "Version", f"Saved {UTC}"),
        [(each.name, each.version, when(iso(each.saved_at))) for each in found],
        empty=f"{plain(owner.name)} has no saved mapping. callboard import --save-mapping NAME saves one.",
    )


@mapping.command()
@name_argument
@org_option
@store_options
def show(*, name: str, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """Show the options that a mapping holds."""
    with opened(settings_of(db, config)) as store:
        _, found = _find(store, handle, name)
    if as_json:
        show_json(_item(found))
        return
    options = msgspec.json.decode(found.reading)
    click.echo(f"{plain(found.name)}, version {found.version}, saved {iso(found.saved_at)}\n")
    show_table(
        ("Option", "Value"),
        [
            (name.replace("_", "-"), text)
            for name, value in options.items()
            for text in (value if isinstance(value, list) else [value])
        ],
        empty="No options.",
    )


@mapping.command()
@name_argument
@org_option
@store_options
def delete(*, name: str, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """Delete a saved mapping. What was imported by it stays."""
    with opened(settings_of(db, config)) as store:
        owner, found = _find(store, handle, name)
        store.delete_mapping(owner.id, found.name)
    if as_json:
        show_json({"name": found.name, "deleted": True})
    else:
        click.echo(f"Deleted the mapping {plain(found.name)}.")


@mapping.command()
@name_argument
@org_option
@store_options
def export(*, name: str, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """Print the command line that imports a file as the mapping does, for another store or for reading."""
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.saved import with_document

    with opened(settings_of(db, config)) as store:
        owner, found = _find(store, handle, name)
    plan = ImportPlan(file="FILE", handle=owner.domain_handle, space="TOKEN", mapping=found.name)
    command = with_document(plan, found.reading).command()
    if as_json:
        show_json({"name": found.name, "version": found.version, "command": command})
    else:
        click.echo(command)


def _find(store: Store, handle: str | None, name: str) -> tuple[Organization, SavedMapping]:
    owner = find.organization(store, handle)
    found = store.find_mapping(owner.id, name)
    if found is None:
        raise NotFoundError(f"{owner.name} has no saved mapping {name!r}; callboard mapping list shows them.")
    return owner, found


def _item(found: SavedMapping) -> dict[str, object]:
    return {
        "name": found.name,
        "version": found.version,
        "saved_at": iso(found.saved_at),
        "options": msgspec.json.decode(found.reading),
    }
