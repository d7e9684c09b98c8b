"""Who is who: organizations, spaces, tokens."""

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
    """Lower case; what `Org-Handle` names."""
    token: str
    """A public id, never a credential."""
    created_at: Micros
    domain: str | None = None
    is_private_domain: bool = False
    timezone: str = "UTC"
    """IANA name of the zone of questions about all of it, and of its spaces that have none of their own."""


class SpaceSettings(Struct, frozen=True, omit_defaults=False, forbid_unknown_fields=True):
    """What can be set of a space."""

    timezone: str | None = None
    """IANA name of the home zone: its days are the days of reports. None: the organization's."""
    stuck_running_after: int = 900
    """Seconds a task may run before it counts as stuck."""
    stuck_pending_after: int = 3600
    """Seconds a task may wait past its time before it counts as stuck."""
    live_call_limit: int = 14_400
    """Seconds since its creation that a call may ring or be in progress: longer, and it has most likely ended
    without a word."""


PUBLIC_ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$(?![^A-Za-z0-9_-])"
"""A space's token. Its end says that nothing follows: in Python `$` alone lets a line feed pass."""
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
    """The zone whose hours and days its counters are kept by: its home zone, or the one before while a new
    one is being brought in. Numbers are the same by either."""


def changed_space(space: Space, changes: Mapping[str, Any]) -> Space:
    """A space with changes. Its settings are changed one by one where the change names some of them: who
    changes one of them at the same time as another loses nothing. Called with the newest state, locked.
    """
    settings = changes.get("settings")
    if isinstance(settings, Mapping):
        changes = {**changes, "settings": structs.replace(space.settings, **settings)}
    return structs.replace(space, **changes)


class Member(Struct, frozen=True):
    """What a token may do in one organization."""

    org_id: int
    role: Role


class Token(Struct, frozen=True, kw_only=True):
    """An API token, without its secret."""

    id: int
    name: str
    prefix: str
    """The first characters of the secret, to recognise it by."""
    members: tuple[Member, ...]
    created_at: Micros
    expires_at: Micros | None = None
    last_used_at: Micros | None = None
    revoked_at: Micros | None = None

    def role_in(self, org_id: int) -> Role | None:
        """The token's role in an organization; none when it has no access."""
        return next((member.role for member in self.members if member.org_id == org_id), None)


def allows(role: Role, needed: Role) -> bool:
    """Whether `role` may do what `needed` may."""
    return ROLE_RANK[role] >= ROLE_RANK[needed]
