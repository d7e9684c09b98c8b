"""Organizations, spaces and API tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field, structs

from callboard.clock import Micros
from callboard.model.words import ROLE_RANK, ContentType, Role


class Organization(Struct, frozen=True, kw_only=True):
    """A tenant."""

    id: int
    name: str
    domain_handle: str
    """Lower case; the value of the `Org-Handle` header."""
    token: str
    """A public id, never a credential."""
    created_at: Micros
    domain: str | None = None
    is_private_domain: bool = False
    timezone: str = "UTC"
    """IANA name of the zone of its organization-wide reports, and of its spaces without their own zone."""


class SpaceSettings(Struct, frozen=True, omit_defaults=False, forbid_unknown_fields=True):
    """What can be set of a space."""

    timezone: str | None = None
    """IANA name of the home zone, in which reports count days. None: the organization's zone."""
    stuck_running_after: int = 900
    """Seconds a task may run before it counts as stuck."""
    stuck_pending_after: int = 3600
    """Seconds a task may stay pending, counted from its scheduled time if that is later, before it counts as
    stuck."""
    live_call_limit: int = 14_400
    """Seconds after its answer, or else its creation, that a call counts as live. After that it has most
    likely ended without an event that says so."""


PUBLIC_ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$(?![^A-Za-z0-9_-])"
"""A space's token. In Python `$` also matches before a line feed at the end; the look-ahead excludes that
and, unlike `\\Z`, is valid in the OpenAPI document too (ECMA-262)."""
PUBLIC_ID_RULE = "must be 1 to 64 letters (A-Z, a-z), digits, _ and -"


class Space(Struct, frozen=True, kw_only=True):
    """A campaign."""

    id: int
    org_id: int
    token: str
    """A public id, never a credential."""
    name: str
    slug: str
    created_at: Micros
    description: str | None = None
    content_type: ContentType = "contact"
    agent_handle: str | None = None
    privacy_type: str = "private"
    space_type: str = "general"
    archived: bool = False
    settings: SpaceSettings = field(default_factory=SpaceSettings)
    home_zone: str = "UTC"
    """Its own zone, or its organization's."""
    cell_zone: str = "UTC"
    """The zone whose hours and days its counters are kept by: its home zone, or the previous one until the
    counters are rebuilt after a change. Reports give the same numbers with either."""


def changed_space(space: Space, changes: Mapping[str, Any]) -> Space:
    """The space with `changes` applied.

    Call it with the newest row, read under its lock. Settings are merged one by one, so that two people who
    change different settings at the same time both keep their change.
    """
    settings = changes.get("settings")
    if isinstance(settings, Mapping):
        changes = {**changes, "settings": structs.replace(space.settings, **settings)}
    return structs.replace(space, **changes)


class Member(Struct, frozen=True):
    """The role of a token in one organization."""

    org_id: int
    role: Role


class Token(Struct, frozen=True, kw_only=True):
    """An API token, without its secret."""

    id: int
    name: str
    prefix: str
    """The first characters of the secret, so that people can recognise the token."""
    members: tuple[Member, ...]
    created_at: Micros
    expires_at: Micros | None = None
    last_used_at: Micros | None = None
    revoked_at: Micros | None = None

    def role_in(self, org_id: int) -> Role | None:
        """The token's role in an organization; None when it has no access."""
        return next((member.role for member in self.members if member.org_id == org_id), None)


def allows(role: Role, needed: Role) -> bool:
    """Whether `role` includes the rights of `needed`."""
    return ROLE_RANK[role] >= ROLE_RANK[needed]
