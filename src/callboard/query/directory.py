"""Who is asking and what they name: organizations, spaces and tokens, remembered and always exact.

Everything here belongs to one thread (the event loop, or a command): nothing is locked. A request takes
`directory.now()` once and looks everything up in that view.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from callboard.clock import MINUTE, Clock, Micros
from callboard.errors import NotFoundError, StoreError
from callboard.model.directory import Organization, Space, Token
from callboard.model.words import Role
from callboard.query.bounded import Bounded
from callboard.query.secret import secret_digest
from callboard.store.interface import Store

REMEMBERED = 10_000
"""How many tokens, handles and space tokens each are remembered."""
REMEMBERED_SPACES = 50_000
"""Spaces that are in the lists of whole organizations which are remembered; the newest list whatever its
length."""
TOUCH_EVERY: Micros = 10 * MINUTE
"""A token's last use is recorded at most this often."""


class Principal(Struct, frozen=True):
    """Who a secret speaks for."""

    token: Token
    ends_at: Micros | None
    """When this secret stops working by itself: the token's expiry, or the end of a rotated secret."""

    roles: Mapping[int, Role]
    """Organization id → what the token may do there."""

    def role_in(self, org_id: int) -> Role | None:
        return self.roles.get(org_id)

    def works_at(self, now: Micros) -> bool:
        token = self.token
        if token.revoked_at is not None and token.revoked_at <= now:
            return False
        return self.ends_at is None or now < self.ends_at


class View:
    """The directory at one version. What is found is remembered; a new version starts a new view."""

    def __init__(self, store: Store, clock: Clock, version: int) -> None:
        self._store = store
        self._clock = clock
        self.version = version
        self._principals: Bounded[bytes, Principal] = Bounded(REMEMBERED)
        self._handles: Bounded[str, Organization] = Bounded(REMEMBERED)
        self._tokens: Bounded[str, Space] = Bounded(REMEMBERED)
        self._spaces: Bounded[int, dict[int, Space]] = Bounded(REMEMBERED_SPACES, len)
        self._organizations: dict[int, Organization] | None = None

    # What is not there is never remembered: anybody can name endless things that do not exist.

    def principal(self, secret: str) -> Principal | None:
        """Whom the secret speaks for; none when it is unknown, revoked or expired at this moment."""
        return self.principal_of(secret_digest(secret))

    def principal_of(self, digest: bytes) -> Principal | None:
        """The same, by the secret's digest."""
        principal = self._principals.get(digest)
        if principal is None:
            found = self._store.token_of_secret(digest)
            if found is None:
                return None
            token, secret_ends_at = found
            ends = [end for end in (token.expires_at, secret_ends_at) if end is not None]
            roles = {member.org_id: member.role for member in token.members}
            principal = self._principals[digest] = Principal(token, min(ends, default=None), roles)
        return principal if principal.works_at(self._clock()) else None

    def organization(self, handle: str) -> Organization | None:
        """By its domain handle, in any case."""
        handle = handle.lower()
        found = self._handles.get(handle)
        if found is None:
            found = self._store.find_organization(handle)
            if found is not None:
                self._handles[handle] = found
        return found

    def organizations_of(self, principal: Principal) -> list[Organization]:
        """Those the principal may use, newest first."""
        if self._organizations is None:
            self._organizations = {each.id: each for each in self._store.organizations()}
        known = self._organizations
        mine = [known[member.org_id] for member in principal.token.members if member.org_id in known]
        return sorted(mine, key=lambda each: (-each.created_at, -each.id))

    def space(self, token: str) -> Space | None:
        """By its public token, whichever organization's: the caller checks access."""
        found = self._tokens.get(token)
        if found is None:
            found = self._store.find_space(token)
            if found is not None:
                self._tokens[token] = found
        return found

    def spaces(self, org_id: int) -> dict[int, Space]:
        """All spaces of an organization by their id, newest first."""
        found = self._spaces.get(org_id)
        if found is None:
            found = self._spaces[org_id] = {each.id: each for each in self._store.spaces(org_id)}
        return found


class Directory:
    """The directory, exact at every call: a change by any process is seen by the next."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._marker: int | None = None
        self._probe: int | None = None
        self._since = -1
        self._view = View(store, clock, -1)
        self._touched: Bounded[int, Micros] = Bounded(REMEMBERED)

    def now(self) -> View:
        """The directory as it is: looked at again only when the store's marker moved."""
        # The marker is read first: whatever is committed after it moves it again.
        marker = self._store.marker()
        if marker != self._marker:
            version = self._version()
            if version is None or version != self._view.version:
                self._view = View(self._store, self._clock, -1 if version is None else version)
            self._marker = marker
        return self._view

    def _version(self) -> int | None:
        """The directory's version; none while there is no organization.

        The store tells it with what moved in an organization, whichever: any will do.
        """
        if self._probe is None:
            self._probe = next((each.id for each in self._store.organizations()), None)
            if self._probe is None:
                return None
        try:
            moved = self._store.moved(self._probe, self._since)
        except NotFoundError:
            # It went with a newer database, in whose place there is an older one now.
            self._probe, self._since = None, -1
            return None
        self._since = moved.version
        return moved.directory_version

    def principal(self, secret: str) -> Principal | None:
        """See `View.principal`."""
        return self.now().principal(secret)

    def organization(self, handle: str) -> Organization | None:
        """See `View.organization`."""
        return self.now().organization(handle)

    def space(self, token: str) -> Space | None:
        """See `View.space`."""
        return self.now().space(token)

    def spaces(self, org_id: int) -> list[Space]:
        """All spaces of an organization, newest first."""
        return list(self.now().spaces(org_id).values())

    def touch_due_at(self, principal: Principal) -> Micros:
        """When this token's use is to be recorded next (0: it never was)."""
        token = principal.token
        last = max(self._touched.get(token.id, 0), token.last_used_at or 0)
        return last + TOUCH_EVERY if last else 0

    def touching(self, principal: Principal, now: Micros) -> None:
        """Count this token as recorded at `now`: whoever calls this calls `touch` next."""
        self._touched[principal.token.id] = now

    def touch(self, token_id: int, now: Micros) -> None:
        """Record a token's last use, unless another worker just did. May be called from any thread.

        A last use that cannot be recorded is recorded ten minutes later: it is no reason to fail a request.
        """
        try:
            token = self._store.find_token(token_id)
            if token is not None and (token.last_used_at or 0) + TOUCH_EVERY <= now:
                self._store.touch_token(token_id, now)
        except StoreError:
            return
