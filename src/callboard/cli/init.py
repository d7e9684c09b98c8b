"""`callboard init`: makes everything that a first request needs."""

from __future__ import annotations

import shlex
import sys

import click
from msgspec import Struct

from callboard.cli import values
from callboard.cli.invoked import as_typed_here
from callboard.cli.options import opened, settings_of, store_options
from callboard.cli.output import plain, show_json
from callboard.cli.token import make_token
from callboard.clock import system_clock
from callboard.errors import AlreadyExistsError
from callboard.model.directory import Organization, Space, SpaceSettings
from callboard.query.items import OrganizationItem, SpaceItem, organization_item, space_item
from callboard.settings import Settings

ANALYTICS = "/api/v2/platform/organisation/analytics/"


class Made(Struct, frozen=True):
    """The output of `init --json`."""

    token: str
    handle: str
    space_token: str
    curl: str
    organization: OrganizationItem
    space: SpaceItem


@click.command()
@click.option("--org-name", type=values.name, help="What people call the organization: Acme.")
@click.option("--handle", type=values.handle, help="What the header Org-Handle names: acme.com.")
@click.option("--space", "space_name", type=values.name, help="Name of the first campaign: Spring.")
@click.option(
    "--timezone",
    type=values.timezone,
    default="UTC",
    show_default=True,
    help="The home time zone of the organization and its campaigns.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; take the suggestion for what is not given.")
@store_options
def init(
    *,
    org_name: str | None,
    handle: str | None,
    space_name: str | None,
    timezone: str,
    yes: bool,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Make a first organization, campaign and admin token; print a request that works."""
    settings = settings_of(db, config)
    if not yes:
        _can_prompt({"--org-name": org_name, "--handle": handle, "--space": space_name})
    org_name = org_name or _answer("Organization", "My organization", values.name, yes)
    handle = handle or _answer("Its handle", values.slug(org_name), values.handle, yes)
    space_name = space_name or _answer("First campaign", "First campaign", values.name, yes)
    with opened(settings, create=True) as store:
        if store.find_organization(handle) is not None:
            raise AlreadyExistsError(
                f"An organization with the handle {handle} is there already. callboard token create "
                f"--org {handle} --role admin --name NAME makes another token for it."
            )
        now = system_clock()
        owner = store.create_organization(
            name=org_name,
            domain_handle=handle,
            domain=None,
            is_private_domain=False,
            now=now,
            timezone=timezone,
        )
        space = store.create_space(
            org_id=owner.id,
            name=space_name,
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=now,
        )
        _, secret = make_token(store, [owner], "admin", "init")
    curl = curl_line(settings, secret, handle)
    if as_json:
        show_json(Made(secret, handle, space.token, curl, organization_item(owner), space_item(space, owner)))
        return
    _print_first_steps(settings, owner, space, secret, curl)


def curl_line(settings: Settings, secret: str, handle: str) -> str:
    """A `curl` command for the analytics endpoint, quoted for a shell."""
    headers = [f"Authorization: Token {secret}", f"Org-Handle: {handle}"]
    return " ".join(
        ["curl", "-s", url(settings, ANALYTICS), *(f"-H {shlex.quote(each)}" for each in headers)]
    )


def url(settings: Settings, path: str = "") -> str:
    """The URL of the server with these settings, as seen from this machine."""
    # The wildcard addresses are for listening; a client connects to the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - read, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"


def _can_prompt(given: dict[str, str | None]) -> None:
    """Raises `UsageError`, before the first question, if something has to be asked without a terminal."""
    missing = [flag for flag, value in given.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise click.UsageError(
            f"There is no terminal to ask at: give {' and '.join(missing)}, or --yes for what is suggested."
        )


def _answer(question: str, suggestion: str, check: values.Check, take_suggestion: bool) -> str:
    if take_suggestion:
        return check(suggestion)
    answer: str = click.prompt(question, default=suggestion, value_proc=check, err=True)
    return answer


def _print_first_steps(settings: Settings, owner: Organization, space: Space, secret: str, curl: str) -> None:
    print(f"Organization  {plain(owner.name)}")
    print(f"Handle        {owner.domain_handle}")
    print(f"Campaign      {plain(space.name)}  (space token {space.token})")
    print(f"Token         {secret}  (admin; it is shown only now)")
    print("\nServe it, then ask for its numbers:\n")
    print(f"{as_typed_here()} serve --db {shlex.quote(settings.db_shown)}")
    if settings.db_shown != settings.db:
        print("(with the database's password, which is not shown; CALLBOARD_DB can hold the whole address)")
    print(curl)
