"""The directory: organizations, spaces and tokens. Every change increments the directory version, by which
all processes invalidate their cached copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from callboard.clock import SECOND, Micros
from callboard.errors import AlreadyExistsError, NotFoundError, TokenRevokedError
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.store.names import SPACE_ID_TAKEN, public_id, slug
from callboard.store.sql.database import Database
from callboard.store.sql.save import read_clock, write_clock

SqlRow = tuple[Any, ...]
MAX_CHANGED_SPACES = 1_000
"""Changed spaces that are told; of more, everything is read again."""


def bump_directory_version(db: Database) -> int:
    """Increment the directory version, and return it. On PostgreSQL this also locks its row until the commit:
    changes of the directory that take it first run one after the other, and become visible in this order.
    """
    return int(db.value("directory.bump_version"))


def create_organization(db: Database, values: dict[str, Any]) -> Organization:
    """Create an organization. Raises `AlreadyExistsError` when its handle is taken."""
    # First, because it locks: the second of two concurrent requests waits here, then finds the handle taken.
    bump_directory_version(db)
    if find_organization(db, values["domain_handle"]) is not None:
        raise AlreadyExistsError(
            f"There is an organization with the handle {values['domain_handle']!r} already."
        )
    row = db.row("organization.insert", {**values, "token": public_id("org")})
    assert row is not None
    organization = _organization(row)
    db.change("clock.start", {"org_id": organization.id})
    db.change("compaction.start", {"org_id": organization.id})
    return organization


def organizations(db: Database) -> list[Organization]:
    return [_organization(row) for row in db.rows("organization.list")]


def find_organization(db: Database, handle: str) -> Organization | None:
    row = db.row("organization.by_handle", {"domain_handle": handle})
    return None if row is None else _organization(row)


def organization_zone(db: Database, org_id: int) -> str:
    """The home zone of an organization. Raises `NotFoundError` without organization."""
    found: str | None = db.value("organization.zone", {"org_id": org_id})
    if found is None:
        raise NotFoundError("Organization not found.")
    return found


def set_organization_zone(db: Database, org_id: int, timezone: str) -> Organization:
    """Set the home zone. The caller holds the organization's lock, so that a space created concurrently gets
    either the old zone, and is moved later, or the new one.
    """
    organization_zone(db, org_id)
    version = bump_directory_version(db)
    db.change("organization.set_zone", {"org_id": org_id, "timezone": timezone})
    db.change("space.changed_zone", {"org_id": org_id, "directory_version": version})
    return next(each for each in organizations(db) if each.id == org_id)


def create_space(db: Database, org_id: int, values: dict[str, Any]) -> Space:
    """Create a space with zero totals. Raises `AlreadyExistsError` when the token it is given is taken."""
    clock = read_clock(db, org_id)
    # Before the check, because it locks: tokens are unique over all organizations, and the clock's lock is
    # only this organization's. The second of two concurrent requests waits here, then finds the token taken.
    version = bump_directory_version(db)
    token = values["token"] or public_id("spc")
    if space_by_token(db, token) is not None:
        raise AlreadyExistsError(SPACE_ID_TAKEN)
    space_id = db.value(
        "space.insert",
        {
            **values,
            **_settings_values(values["settings"]),
            "org_id": org_id,
            "token": token,
            "slug": slug(values["name"]),
            "cell_zone": values["settings"].timezone or organization_zone(db, org_id),
            "directory_version": version,
        },
    )
    space = space_by_id(db, org_id, space_id)
    db.change("totals.start", {"org_id": org_id, "space_id": space.id, "version": clock.version})
    write_clock(db, clock)
    return space


def update_space(db: Database, space: Space) -> Space:
    """Save all changeable fields of a space."""
    db.change(
        "space.update",
        {
            "org_id": space.org_id,
            "space_id": space.id,
            "name": space.name,
            "slug": slug(space.name),
            "description": space.description,
            "content_type": space.content_type,
            "agent_handle": space.agent_handle,
            "archived": int(space.archived),
            "cell_zone": space.cell_zone,
            "directory_version": bump_directory_version(db),
            **_settings_values(space.settings),
        },
    )
    return space_by_id(db, space.org_id, space.id)


def spaces(db: Database, org_id: int) -> list[Space]:
    return [_space(row) for row in db.rows("space.list", {"org_id": org_id})]


def spaces_changed(db: Database, since: int) -> list[Space] | None:
    """The spaces that changed after a version of the directory; None for more than `MAX_CHANGED_SPACES`."""
    rows = db.rows("space.changed", {"since": since, "limit": MAX_CHANGED_SPACES + 1})
    return None if len(rows) > MAX_CHANGED_SPACES else [_space(row) for row in rows]


def space_by_token(db: Database, token: str) -> Space | None:
    row = db.row("space.by_token", {"token": token})
    return None if row is None else _space(row)


def space_by_id(db: Database, org_id: int, space_id: int) -> Space:
    row = db.row("space.find", {"org_id": org_id, "space_id": space_id})
    if row is None:
        raise NotFoundError("Space not found.")
    return _space(row)


def create_token(
    db: Database, values: dict[str, Any], secret_digest: bytes, members: Sequence[Member]
) -> Token:
    """Create a token with its first secret, of which only the digest is stored."""
    row = db.row("token.insert", values)
    assert row is not None
    token_id = row[0]
    db.change("secret.insert", {"digest": secret_digest, "token_id": token_id})
    db.change_many("member.insert", [(member.org_id, token_id, member.role) for member in members])
    # Needs no lock first: ids and secrets of new tokens cannot conflict with those of a concurrent request.
    bump_directory_version(db)
    return _token(db, row)


def tokens(db: Database, org_id: int) -> list[Token]:
    found = db.rows("token.of_organization", {"org_id": org_id})
    return [_token(db, row) for row in found]


def find_token(db: Database, token_id: int) -> Token | None:
    row = db.row("token.find", {"token_id": token_id})
    return None if row is None else _token(db, row)


def token_of_secret(db: Database, digest: bytes) -> tuple[Token, Micros | None] | None:
    """The token of a secret, and when that secret ends; None for an unknown secret. The caller checks
    expiry and revocation.
    """
    found = db.row("secret.find", {"digest": digest})
    if found is None:
        return None
    token = find_token(db, found[0])
    assert token is not None
    return token, found[1]


def rotate_token(db: Database, token_id: int, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
    """Add a new secret; the previous ones end at `old_until`. Raises `TokenRevokedError`."""
    # First, because it locks: the later of two concurrent rotations sees, and ends, the other's secret too.
    bump_directory_version(db)
    if _existing(db, token_id).revoked_at is not None:
        raise TokenRevokedError
    db.change("secret.end", {"token_id": token_id, "ends_at": old_until})
    db.change("secret.insert", {"digest": secret_digest, "token_id": token_id})
    db.change("token.set_prefix", {"prefix": prefix, "token_id": token_id})
    return _existing(db, token_id)


def revoke_token(db: Database, token_id: int, now: Micros) -> Token:
    """Revoke a token. Repeated, it keeps the first time. Raises `NotFoundError`."""
    # First, because it locks: a concurrent rotation either is ended by this, or finds the token revoked.
    bump_directory_version(db)
    _existing(db, token_id)
    db.change("token.revoke", {"token_id": token_id, "now": now})
    return _existing(db, token_id)


def _existing(db: Database, token_id: int) -> Token:
    token = find_token(db, token_id)
    if token is None:
        raise NotFoundError("Token not found.")
    return token


def _settings_values(settings: SpaceSettings) -> dict[str, Any]:
    """The settings as JSON, and the columns derived from them, in microseconds: SQL compares times with
    these.
    """
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
        timezone=row[7],
    )


def _space(row: SqlRow) -> Space:
    settings = msgspec.json.decode(row[12], type=SpaceSettings)
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
        settings=settings,
        cell_zone=row[13],
        home_zone=settings.timezone or row[14],
    )


def _token(db: Database, row: SqlRow) -> Token:
    members = tuple(Member(*found) for found in db.rows("member.of_token", {"token_id": row[0]}))
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
