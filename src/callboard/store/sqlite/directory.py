"""Who is who, in the file. Every change moves the directory version, so that every process looks again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from callboard.clock import SECOND, Micros
from callboard.errors import AlreadyExistsError, NotFoundError
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.store.names import public_id, slug
from callboard.store.sqlite.save import read_clock, write_clock
from callboard.store.sqlite.statements import statement

SqlRow = tuple[Any, ...]


def move_directory(db: apsw.Connection) -> None:
    """Tell every process that who is who has changed."""
    db.execute(statement("directory.move"))


def create_organization(db: apsw.Connection, values: dict[str, Any]) -> Organization:
    """A new organization; its handle must be free."""
    if find_organization(db, values["domain_handle"]) is not None:
        raise AlreadyExistsError(
            f"There is an organization with the handle {values['domain_handle']!r} already."
        )
    row = db.execute(statement("organization.insert"), {**values, "token": public_id("org")}).fetchone()
    assert row is not None
    organization = _organization(row)
    db.execute(statement("clock.start"), {"org_id": organization.id})
    move_directory(db)
    return organization


def organizations(db: apsw.Connection) -> list[Organization]:
    return [_organization(row) for row in db.execute(statement("organization.list"))]


def find_organization(db: apsw.Connection, handle: str) -> Organization | None:
    row = db.execute(statement("organization.by_handle"), {"domain_handle": handle}).fetchone()
    return None if row is None else _organization(row)


def create_space(db: apsw.Connection, org_id: int, values: dict[str, Any]) -> Space:
    """A new space, which counts nothing yet."""
    clock = read_clock(db, org_id)
    row = db.execute(
        statement("space.insert"),
        {
            **values,
            **_settings_values(values["settings"]),
            "org_id": org_id,
            "token": public_id("spc"),
            "slug": slug(values["name"]),
        },
    ).fetchone()
    assert row is not None
    space = _space(row)
    db.execute(statement("totals.start"), {"org_id": org_id, "space_id": space.id, "version": clock.version})
    write_clock(db, clock)
    move_directory(db)
    return space


def update_space(db: apsw.Connection, space: Space) -> Space:
    """A space as it is now."""
    row = db.execute(
        statement("space.update"),
        {
            "org_id": space.org_id,
            "space_id": space.id,
            "name": space.name,
            "slug": slug(space.name),
            "description": space.description,
            "content_type": space.content_type,
            "agent_handle": space.agent_handle,
            "archived": int(space.archived),
            **_settings_values(space.settings),
        },
    ).fetchone()
    assert row is not None
    move_directory(db)
    return _space(row)


def spaces(db: apsw.Connection, org_id: int) -> list[Space]:
    return [_space(row) for row in db.execute(statement("space.list"), {"org_id": org_id})]


def space_by_token(db: apsw.Connection, token: str) -> Space | None:
    row = db.execute(statement("space.by_token"), {"token": token}).fetchone()
    return None if row is None else _space(row)


def space_by_id(db: apsw.Connection, org_id: int, space_id: int) -> Space:
    row = db.execute(statement("space.find"), {"org_id": org_id, "space_id": space_id}).fetchone()
    if row is None:
        raise NotFoundError("Space not found.")
    return _space(row)


def create_token(
    db: apsw.Connection, values: dict[str, Any], secret_digest: bytes, members: Sequence[Member]
) -> Token:
    """A new token with its first secret."""
    row = db.execute(statement("token.insert"), values).fetchone()
    assert row is not None
    token_id = row[0]
    db.execute(statement("secret.insert"), {"digest": secret_digest, "token_id": token_id})
    db.executemany(statement("member.insert"), [(member.org_id, token_id, member.role) for member in members])
    move_directory(db)
    return _token(db, row)


def tokens(db: apsw.Connection, org_id: int) -> list[Token]:
    found = db.execute(statement("token.of_organization"), {"org_id": org_id}).fetchall()
    return [_token(db, row) for row in found]


def find_token(db: apsw.Connection, token_id: int) -> Token | None:
    row = db.execute(statement("token.find"), {"token_id": token_id}).fetchone()
    return None if row is None else _token(db, row)


def token_of_secret(db: apsw.Connection, digest: bytes) -> tuple[Token, Micros | None] | None:
    found = db.execute(statement("secret.find"), {"digest": digest}).fetchone()
    if found is None:
        return None
    token = find_token(db, found[0])
    assert token is not None
    return token, found[1]


def rotate_token(
    db: apsw.Connection, token_id: int, prefix: str, secret_digest: bytes, old_until: Micros
) -> Token:
    """A new secret; the ones before end at `old_until`."""
    _existing(db, token_id)
    db.execute(statement("secret.end"), {"token_id": token_id, "ends_at": old_until})
    db.execute(statement("secret.insert"), {"digest": secret_digest, "token_id": token_id})
    db.execute(statement("token.set_prefix"), {"prefix": prefix, "token_id": token_id})
    move_directory(db)
    return _existing(db, token_id)


def revoke_token(db: apsw.Connection, token_id: int, now: Micros) -> Token:
    _existing(db, token_id)
    db.execute(statement("token.revoke"), {"token_id": token_id, "now": now})
    move_directory(db)
    return _existing(db, token_id)


def _existing(db: apsw.Connection, token_id: int) -> Token:
    token = find_token(db, token_id)
    if token is None:
        raise NotFoundError("Token not found.")
    return token


def _settings_values(settings: SpaceSettings) -> dict[str, Any]:
    return {
        "settings": msgspec.json.encode(settings).decode(),
        "running_after": settings.stuck_running_after * SECOND,
        "pending_after": settings.stuck_pending_after * SECOND,
    }


def _organization(row: SqlRow) -> Organization:
    return Organization(
        id=row[0],
        name=row[1],
        domain_handle=row[2],
        domain=row[3],
        is_private_domain=bool(row[4]),
        token=row[5],
        created_at=row[6],
    )


def _space(row: SqlRow) -> Space:
    return Space(
        id=row[0],
        org_id=row[1],
        token=row[2],
        name=row[3],
        slug=row[4],
        created_at=row[5],
        description=row[6],
        content_type=row[7],
        agent_handle=row[8],
        privacy_type=row[9],
        space_type=row[10],
        archived=bool(row[11]),
        settings=msgspec.json.decode(row[12], type=SpaceSettings),
    )


def _token(db: apsw.Connection, row: SqlRow) -> Token:
    members = tuple(
        Member(*found) for found in db.execute(statement("member.of_token"), {"token_id": row[0]})
    )
    return Token(
        id=row[0],
        name=row[1],
        prefix=row[2],
        members=members,
        created_at=row[3],
        expires_at=row[4],
        last_used_at=row[5],
        revoked_at=row[6],
    )
