"""Hooks as the commands about them find and show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from callboard.cli import find
from callboard.cli.init import url as own_url
from callboard.cli.output import plain
from callboard.clock import system_clock
from callboard.errors import NotFoundError

if TYPE_CHECKING:
    from callboard.http.hook_items import HookItem
    from callboard.settings import Settings
    from callboard.store.hooks import Hook, HookCounts
    from callboard.store.interface import Store

hook_argument = click.argument("hook_id", metavar="ID", type=int)


def find_hook(store: Store, handle: str | None, hook_id: int) -> Hook:
    owner = find.organization(store, handle)
    found = store.find_hook(owner.id, hook_id)
    if found is None:
        raise NotFoundError(f"{plain(owner.name)} has no hook {hook_id}. callboard hook list shows them.")
    return found


def base_url(settings: Settings) -> str:
    from callboard.http.public_url import public_base

    return public_base(settings, own_url(settings))


def say_shut(hook_ids: Iterable[int], **options: Any) -> None:
    """Name hooks whose secrets cannot be opened, if there are any."""
    if named := ", ".join(map(str, hook_ids)):
        print(f"The key of this machine does not open the secrets of the hooks {named}.", **options)


def space_token_of(store: Store, found: Hook) -> str:
    return next(each.token for each in store.spaces(found.org_id) if each.id == found.space_id)


def shut_in(settings: Settings, hooks: Iterable[Hook]) -> list[int]:
    """Those of the hooks whose secrets the key of this machine does not open."""
    from callboard.query.secret_box import SecretBox, secrets_of

    return SecretBox(settings).shut(secrets_of(hooks), system_clock())


def item_of(
    store: Store,
    settings: Settings,
    found: Hook,
    counts: Mapping[int, HookCounts],
    shut: Collection[int] | None = None,
) -> HookItem:
    """`shut`: as `shut_in` finds them; it is asked where they are left out."""
    from callboard.http.hook_items import hook_item
    from callboard.http.public_url import hook_url
    from callboard.store.hooks import HookCounts

    url = hook_url(base_url(settings), found.platform, f"{found.prefix}…")
    shut = shut_in(settings, [found]) if shut is None else shut
    return hook_item(found, counts.get(found.id, HookCounts()), space_token_of(store, found), url, shut=shut)
