"""Finds organizations, spaces and tokens by what is given on the command line.

Those that are unknown raise `NotFoundError`, with the command that lists what there is.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from callboard.cli.output import plain
from callboard.errors import NotFoundError
from callboard.model.directory import Organization, Space, Token
from callboard.store.interface import Store
from callboard.store.questions import Scope


def organization(store: Store, handle: str | None) -> Organization:
    """The organization with that handle; without a handle, the only organization of the store."""
    if handle is not None:
        if (found := store.find_organization(handle.strip().lower())) is None:
            raise NotFoundError(
                f'No organization has the handle "{plain(handle)}". callboard org list shows them.'
            )
        return found
    organizations = store.organizations()
    if not organizations:
        raise NotFoundError("There is no organization yet. callboard init makes one.")
    if len(organizations) > 1:
        names = ", ".join(each.domain_handle for each in organizations[:5])
        more = ", …" if len(organizations) > 5 else ""
        raise click.UsageError(
            f"There are {len(organizations)} organizations ({names}{more}): name one with --org."
        )
    return organizations[0]


def space(store: Store, owner: Organization, token: str) -> Space:
    """The space with that token in that organization."""
    found = store.find_space(token)
    if found is None or found.org_id != owner.id:
        raise NotFoundError(
            f'{plain(owner.name)} has no space with the token "{plain(token)}". '
            f"callboard space list --org {owner.domain_handle} shows them."
        )
    return found


def space_anywhere(store: Store, token: str) -> tuple[Space, Organization]:
    """The space with that token, and its organization."""
    if (found := store.find_space(token)) is None:
        raise NotFoundError(
            f'There is no space with the token "{plain(token)}". callboard space list shows them.'
        )
    owner = next(each for each in store.organizations() if each.id == found.org_id)
    return found, owner


def scope(store: Store, owner: Organization, space_token: str | None) -> Scope:
    """The space with that token; without one, the organization's contact spaces, which its numbers cover."""
    one = named_space(store, owner, space_token)
    return Scope(owner.id, None if one is None else one.id)


def named_space(store: Store, owner: Organization, space_token: str | None) -> Space | None:
    """The space with that token, if one was named."""
    return None if space_token is None else space(store, owner, space_token)


def home_zone(owner: Organization, one: Space | None, named: str | None) -> ZoneInfo:
    """The time zone of a question's days and local times: the one it names, else the home zone of the space,
    else of the organization.
    """
    return ZoneInfo(named or (owner.timezone if one is None else one.home_zone))


def api_token(store: Store, token_id: int) -> Token:
    """The API token with that id."""
    if (found := store.find_token(token_id)) is None:
        raise NotFoundError(f"There is no token {token_id}. callboard token list shows them.")
    return found
