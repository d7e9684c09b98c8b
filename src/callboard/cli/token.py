"""`callboard token`: API tokens. A secret is shown once, by the command that created it: the store keeps only
its digest.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from callboard.cli import find, values
from callboard.cli.options import opened, org_option, settings_of, store_options
from callboard.cli.output import UTC, plain, show_json, show_json_array, show_table, when
from callboard.clock import Micros, iso, system_clock
from callboard.model.directory import Member, Organization, Token
from callboard.model.words import ROLE_RANK, Role
from callboard.query.items import TokenItem, token_item
from callboard.query.secret import new_secret
from callboard.store.interface import Store


@click.group()
def token() -> None:
    """Create, list, rotate and revoke API tokens."""


@token.command()
@click.option(
    "--org", "handles", multiple=True, required=True, metavar="HANDLE", help="Where it is valid; repeatable."
)
@click.option("--role", required=True, type=click.Choice(tuple(ROLE_RANK)), help="What it may do there.")
@click.option("--name", required=True, type=values.name, help="What it is for.")
@click.option(
    "--expires", type=values.expiry, metavar="WHEN", help="When it ends: 2026-12-31T18:00:00Z, 30d or 12h."
)
@store_options
def create(
    *,
    handles: Sequence[str],
    role: Role,
    name: str,
    expires: Micros | None,
    db: str | None,
    config: str | None,
    as_json: bool,
) -> None:
    """Create a token: viewers read, members also send events, admins also manage."""
    with opened(settings_of(db, config)) as store:
        owners = {each.id: each for each in (find.organization(store, handle) for handle in handles)}
        made, secret = make_token(store, list(owners.values()), role, name, expires)
        shown = _item(store, made, secret)
    if as_json:
        show_json(shown)
        return
    _print_secret(shown)


@token.command("list")
@org_option
@store_options
def list_(*, handle: str | None, db: str | None, config: str | None, as_json: bool) -> None:
    """List the tokens of an organization, newest first, without their secrets."""
    with opened(settings_of(db, config)) as store:
        owner = find.organization(store, handle)
        visible = store.organizations()
        found = [token_item(each, owner, visible) for each in store.tokens(owner.id)]
    if as_json:
        show_json_array(found)
        return
    show_table(
        ("Id", "Starts with", "Name", "Role", f"Last used {UTC}", f"Ends {UTC}"),
        [
            (each.id, each.prefix, each.name, each.role, when(each.last_used_at), _ends(each))
            for each in found
        ],
        empty=f"{plain(owner.name)} has no token. callboard token create makes one.",
    )


@token.command()
@click.argument("token_id", metavar="ID", type=int)
@click.option(
    "--keep-old",
    type=values.length,
    default="0s",
    metavar="LENGTH",
    help="How long the old secret still works: 24h. Left out: not at all.",
)
@store_options
def rotate(*, token_id: int, keep_old: Micros, db: str | None, config: str | None, as_json: bool) -> None:
    """Give a token a new secret."""
    now = system_clock()
    with opened(settings_of(db, config)) as store:
        if find.api_token(store, token_id).revoked_at is not None:
            raise click.UsageError(f"Token {token_id} is revoked; callboard token create makes a new one.")
        secret = new_secret()
        changed = store.rotate_token(
            token_id, prefix=secret.prefix, secret_digest=secret.digest, old_until=now + keep_old
        )
        shown = _item(store, changed, secret.text)
    if as_json:
        show_json(shown)
        return
    _print_secret(shown)
    until = iso(now + keep_old // 1_000_000 * 1_000_000)
    print(f"The old one works until {until}." if keep_old else "The old one does not work any more.")


@token.command()
@click.argument("token_id", metavar="ID", type=int)
@store_options
def revoke(*, token_id: int, db: str | None, config: str | None, as_json: bool) -> None:
    """End a token now, on every server of this store."""
    with opened(settings_of(db, config)) as store:
        find.api_token(store, token_id)
        shown = _item(store, store.revoke_token(token_id, system_clock()))
    if as_json:
        show_json(shown)
        return
    print(f"Token {shown.id} ({plain(shown.name)}, {shown.prefix}…) is revoked.")


def make_token(
    store: Store, owners: Sequence[Organization], role: Role, name: str, expires: Micros | None = None
) -> tuple[Token, str]:
    """A new token with one role in each of these organizations, and its secret."""
    secret = new_secret()
    made = store.create_token(
        name=name,
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=[Member(each.id, role) for each in owners],
        expires_at=expires,
        now=system_clock(),
    )
    return made, secret.text


def _item(store: Store, found: Token, secret: str | None = None) -> TokenItem:
    """A token as the store's operator sees it: with all organizations, and the role in the first of them."""
    visible = store.organizations()
    first = next(each for each in visible if each.id == found.members[0].org_id)
    return token_item(found, first, visible, secret)


def _print_secret(shown: TokenItem) -> None:
    where = ", ".join(shown.organizations)
    print(f"Token {shown.id} ({plain(shown.name)}): {shown.role} in {where}")
    print(f"\n  {shown.token}\n")
    print("It is shown only now. Keep it where your other secrets are.")


def _ends(each: TokenItem) -> str | None:
    return f"revoked {when(each.revoked_at)}" if each.revoked_at else when(each.expires_at)
