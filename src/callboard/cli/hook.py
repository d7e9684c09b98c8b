"""`callboard hook`: connections to voice platforms. What is shown once, the command that made it shows."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import UNSET

from callboard.cli import find, values
from callboard.cli.hook_found import (
    base_url,
    find_hook,
    hook_argument,
    item_of,
    say_shut,
    shut_in,
    space_token_of,
)
from callboard.cli.hook_keys import new_key, reseal
from callboard.cli.hook_shown import plain_lines, show_rotated
from callboard.cli.hook_words import remap, show
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import Micros, iso, system_clock
from callboard.errors import SecretKeyError

if TYPE_CHECKING:
    from callboard.settings import Settings
    from callboard.store.hooks import Hook

secret_option = click.option(
    "--secret",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A secret that the platform makes; VALUE @FILE reads a file, @- standard input. Repeatable.",
)
api_key_option = click.option(
    "--api-key",
    metavar="KEY",
    help="To ask the platform for calls whose end never came; @FILE reads a file, @- standard input.",
)


@click.group()
def hook() -> None:
    """Create, list, show, rotate, test and revoke connections to voice platforms; correct what they took."""


hook.add_command(show)
hook.add_command(remap)
hook.add_command(reseal)
hook.add_command(new_key)


@hook.command()
@click.option("--space", "space_token", required=True, metavar="TOKEN", help="Where its calls are counted.")
@click.option("--platform", required=True, help="What calls it; an unknown name lists all.")
@secret_option
@api_key_option
@click.option(
    "--setting", "set_", multiple=True, metavar="NAME=VALUE", help="A setting of the hook. Repeatable."
)
@store_options
def create(
    *,
    space_token: str,
    platform: str,
    given: Sequence[str],
    api_key: str | None,
    set_: Sequence[str],
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Create a hook; print its URL, its secret, and what to paste where in the platform."""
    from callboard.http.public_url import hook_url
    from callboard.ingest.sources.platforms.administering import (
        first_secrets,
        platform_named,
        settings_document,
        setup_text,
    )
    from callboard.query.secret import HOOK_PREFIX, new_secret
    from callboard.query.secret_box import SecretBox, sealed_in
    from callboard.store.hooks import NewHook

    settings = settings_of(db, config)
    of = platform_named(platform)
    secrets, made = first_secrets(
        of,
        _secrets(
            given,
            {each.name: each.title for each in of.signature.secrets if not each.ours and not each.optional},
        )
        | _api_key(api_key),
    )
    document = settings_document(_settings(set_), settings)
    box = SecretBox(settings)
    with opened(settings) as store:
        space, owner = find.space_anywhere(store, space_token)
        token = new_secret(HOOK_PREFIX)
        new = NewHook(
            space_id=space.id,
            platform=of.name,
            prefix=token.prefix,
            token_digest=token.digest,
            settings=document,
            sealed=box.seal(secrets, beside=lambda: sealed_in(store)),
            now=system_clock(),
        )
        created = store.create_hook(owner.id, new)
        shut = box.shut(store.hook_secrets(), new.now)
    url = hook_url(base_url(settings), of.name, token.text)
    setup = setup_text(of, url, made, secrets, space.token)
    _show_once(created, space.token, url, made, setup, settings, shut, as_json=as_json)
    say_shut(shut, file=sys.stderr)


@hook.command("list")
@org_option
@store_options
def list_(*, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """List the hooks of an organization, newest first, without their secrets."""
    settings = settings_of(db, config)
    with opened(settings) as store:
        owner = find.organization(store, handle)
        counts, hooks = store.hook_counts(owner.id), store.hooks(owner.id)
        shut = shut_in(settings, hooks)
        found = [item_of(store, settings, each, counts, shut) for each in hooks]
    if as_json:
        show_json_array(found)
        return
    show_table(
        (
            "Id",
            "Platform",
            "Space",
            "URL",
            f"Last delivery {UTC}",
            "Taken",
            "Refused",
            "Quarantined",
            "Unknown words",
        ),
        [
            (
                each.id,
                each.platform,
                each.space_token,
                "revoked" if each.revoked_at else each.url,
                when(each.last_delivery_at),
                each.accepted,
                each.refused,
                each.quarantined,
                len(each.unknown_words) + (each.other_unknown_words > 0),
            )
            for each in found
        ],
        empty=f"{plain(owner.name)} has no hook. callboard hook create makes one.",
    )
    say_shut(shut)


@hook.command()
@hook_argument
@org_option
@secret_option
@api_key_option
@click.option("--new-url", is_flag=True, help="Give it another URL, too.")
@click.option(
    "--keep-old",
    type=values.length,
    default="24h",
    show_default=True,
    metavar="LENGTH",
    help="How long what it had before is still taken.",
)
@store_options
def rotate(
    *,
    hook_id: int,
    handle: str | None,
    given: Sequence[str],
    api_key: str | None,
    new_url: bool,
    keep_old: Micros,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Give a hook new secrets, or a new URL."""
    from callboard.http.hook_items import hook_item
    from callboard.http.public_url import hook_url
    from callboard.ingest.sources.platforms.administering import (
        next_secrets,
        old_valid_until,
        platform_named,
        setup_text,
    )
    from callboard.query.secret import HOOK_PREFIX, new_secret
    from callboard.query.secret_box import SecretBox, sealed_in
    from callboard.store.hooks import HookCounts, HookRotation

    settings, now = settings_of(db, config), system_clock()
    with opened(settings) as store:
        before = find_hook(store, handle, hook_id)
        of, box = platform_named(before.platform), SecretBox(settings)
        newest = box.open(before.secrets[0].sealed) if before.secrets else {}
        named = _secrets(given, {}) | _api_key(api_key)
        secrets, made = (None, {}) if new_url and not named else next_secrets(of, newest, named)
        token = new_secret(HOOK_PREFIX) if new_url or not of.signature.secrets else None
        rotation = HookRotation(
            sealed=None if secrets is None else box.seal(secrets, beside=lambda: sealed_in(store)),
            prefix=None if token is None else token.prefix,
            token_digest=None if token is None else token.digest,
            old_until=now + keep_old,
            now=now,
        )
        rotated = store.rotate_hook(before.org_id, hook_id, rotation)
        counts = store.hook_counts(before.org_id).get(hook_id, HookCounts())
        space_token, shut = space_token_of(store, rotated), box.shut(store.hook_secrets(), now)
    say_shut(shut, file=sys.stderr)
    url = hook_url(base_url(settings), of.name, f"{rotated.prefix}…" if token is None else token.text)
    setup = setup_text(of, url, made, secrets or newest, space_token)
    until = old_valid_until(of, newest, secrets, rotation)
    if as_json:
        show_json(
            hook_item(
                rotated,
                counts,
                space_token,
                url,
                shut=shut,
                secrets=made or UNSET,
                setup=setup,
                old_valid_until=iso(until),
            )
        )
        return
    print(f"Hook {hook_id}: {of.name}, into the space {space_token}\n")
    show_rotated(
        of.title,
        url,
        made,
        named,
        setup,
        url_is_new=token is not None,
        until=until,
        is_refused=keep_old == 0 and (token is not None or any(newest.get(name) for name in (*made, *named))),
    )
    _say_where(settings)


@hook.command()
@hook_argument
@org_option
@store_options
def revoke(*, hook_id: int, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """End a hook now, on every server of this store. What it took stays."""
    settings = settings_of(db, config)
    with opened(settings) as store:
        before = find_hook(store, handle, hook_id)
        revoked = store.revoke_hook(before.org_id, hook_id, system_clock())
        shown = item_of(store, settings, revoked, store.hook_counts(before.org_id))
    if as_json:
        show_json(shown)
        return
    print(f"Hook {shown.id} ({shown.platform}, {shown.prefix}…) is revoked.")


@hook.command()
@hook_argument
@org_option
@store_options
def test(*, hook_id: int, handle: str | None, db: str | None, config: str | None, as_json: bool) -> int:
    """Say what may keep deliveries from being taken, and why the last one was refused."""
    from callboard.http.hook_items import HookCheck, hook_item
    from callboard.ingest.sources.platforms.administering import looked_over
    from callboard.query.secret_box import SecretBox
    from callboard.store.hooks import HookCounts

    settings = settings_of(db, config)
    with opened(settings) as store:
        found = find_hook(store, handle, hook_id)
        counts = store.hook_counts(found.org_id).get(hook_id, HookCounts())
    secrets: dict[str, str] | None = {}
    try:
        if found.secrets:
            secrets = SecretBox(settings).open(found.secrets[0].sealed)
    except SecretKeyError:
        secrets = None
    checks = looked_over(found, counts, secrets, settings.public_url)
    ok = all(each.finding != "bad" for each in checks)
    if as_json:
        show_json(HookCheck(ok, checks))
        return 0 if ok else 1
    marks = {"good": "ok  ", "bad": "BAD ", "unknown": "?   "}
    for each in checks:
        print(f"{marks[each.finding]} {plain(each.message)}")
    refusal = hook_item(found, counts, "", "", shut=()).last_refusal
    if refusal is not None:
        for name, value in refusal.compared.items():
            print(f"      {plain(name)}: {plain(value)}")
    return 0 if ok else 1


def _show_once(
    found: Hook,
    space_token: str,
    url: str,
    made: dict[str, str],
    setup: str,
    settings: Settings,
    shut: Collection[int],
    *,
    as_json: bool,
) -> None:
    from callboard.http.hook_items import hook_item
    from callboard.store.hooks import HookCounts

    if as_json:
        secrets = made or UNSET
        show_json(hook_item(found, HookCounts(), space_token, url, shut=shut, secrets=secrets, setup=setup))
        return
    print(f"Hook {found.id}: {found.platform}, into the space {space_token}\n\n  URL     {url}")
    for name, secret in made.items():
        print(f"  {name:<7} {secret}")
    print("\nThey are shown only now.\n")
    print(plain_lines(setup))
    _say_where(settings)


def _say_where(settings: Settings) -> None:
    if not settings.public_url:
        print("\nCALLBOARD_PUBLIC_URL is not set: the URL above is of this machine, where no platform comes.")


def _secrets(given: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The secrets that were given; at a terminal the others that are wanted are asked for, unseen."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter("must be NAME=VALUE", param_hint="--secret")
        found[name] = _read(value)
    if not given and sys.stdin.isatty():
        for name, title in wanted.items():
            asked = click.prompt(
                f"{name}, {title} (Enter: later)", default="", hide_input=True, show_default=False, err=True
            )
            if asked:
                found[name] = asked
    return found


def _api_key(given: str | None) -> dict[str, str]:
    from callboard.ingest.sources.platforms.listing.lister import API_KEY

    return {} if given is None else {API_KEY: _read(given)}


def _read(value: str) -> str:
    if not value.startswith("@"):
        return value
    try:
        text = sys.stdin.read() if value == "@-" else Path(value[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{value[1:]} cannot be read: {error}", param_hint="--secret") from None
    return text.strip()


def _settings(set_: Sequence[str]) -> dict[str, object]:
    """Settings by their names; a value that reads as JSON is that, and any other is a text."""
    import json

    found: dict[str, object] = {}
    for each in set_:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter("must be NAME=VALUE", param_hint="--setting")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
