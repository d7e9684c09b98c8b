"""Look up organizations, spaces and tokens, cached in memory and exact at every request.

Everything here belongs to one thread (the event loop, or a command), so nothing is locked. A request calls
`directory.snapshot()` once and looks everything up in that snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from callboard.clock import MINUTE, Clock, Micros
from callboard.errors import StoreError
from callboard.model.directory import Organization, Space, Token
from callboard.model.words import Role
from callboard.query.bounded_cache import BoundedCache
from callboard.query.secret import secret_digest
from callboard.store.hooks import Hook
from callboard.store.interface import Store

MAX_CACHED = 10_000
"""Cached secrets, handles and space tokens, each."""
MAX_CACHED_HOOKS = 1_000
"""Cached hooks."""
MAX_CACHED_SPACES = 50_000
"""Cached spaces in the lists of whole organizations, all lists together. The newest list is kept even if it
is longer."""
TOUCH_EVERY: Micros = 10 * MINUTE
"""A token's last use is recorded at most this often. On SQLite every write, this one too, moves the change
counter, and then every worker refreshes."""


class Principal(Struct, frozen=True):
    """The token that a secret belongs to, with its roles."""

    token: Token
    ends_at: Micros | None
    """When this secret stops working by itself: the token's expiry, or the end of a rotated secret."""

    roles: Mapping[int, Role]
    """Organization id → role of the token."""

    def role_in(self, org_id: int) -> Role | None:
        return self.roles.get(org_id)

    def works_at(self, now: Micros) -> bool:
        token = self.token
        if token.revoked_at is not None and token.revoked_at <= now:
            return False
        return self.ends_at is None or now < self.ends_at


class DirectorySnapshot:
    """A cache of the directory at one version; another version gets a new snapshot."""

    def __init__(self, store: Store, clock: Clock, version: int) -> None:
        self._store = store
        self._clock = clock
        self.version = version
        self._principals: BoundedCache[bytes, Principal] = BoundedCache(MAX_CACHED)
        self._handles: BoundedCache[str, Organization] = BoundedCache(MAX_CACHED)
        self._tokens: BoundedCache[str, Space] = BoundedCache(MAX_CACHED)
        self._spaces: BoundedCache[int, dict[int, Space]] = BoundedCache(MAX_CACHED_SPACES, len)
        self._hooks: BoundedCache[bytes, tuple[Hook, Micros | None]] = BoundedCache(MAX_CACHED_HOOKS)
        self._organizations: dict[int, Organization] | None = None

    def following(self, version: int) -> DirectorySnapshot:
        """The snapshot of a later version. Of thousands of spaces only those are read again that changed."""
        changed = self._store.spaces_changed(self.version)
        snapshot = DirectorySnapshot(self._store, self._clock, version)
        if changed is not None:
            snapshot._take_spaces(self, changed)
        return snapshot

    def _take_spaces(self, earlier: DirectorySnapshot, changed: Sequence[Space]) -> None:
        # Shared with requests that still use the earlier snapshot: these may find a space as it is now, which
        # they do of a space that they ask the store for, too.
        self._tokens = earlier._tokens
        of: dict[int, dict[int, Space]] = {}
        for space in changed:
            if space.token in self._tokens:
                self._tokens[space.token] = space
            of.setdefault(space.org_id, {})[space.id] = space
        for org_id, spaces in earlier._spaces.items():
            self._spaces[org_id] = _changed(spaces, of[org_id]) if org_id in of else spaces

    # Below, misses are not cached: callers can name any number of things that do not exist, and these would
    # evict the ones that do.

    def principal(self, secret: str) -> Principal | None:
        """The principal of a secret; None when it is unknown, revoked or expired at this moment."""
        return self.principal_of(secret_digest(secret))

    def principal_of(self, digest: bytes) -> Principal | None:
        """The principal of a secret, by the digest of the secret."""
        principal = self._principals.get(digest)
        if principal is None:
            found = self._store.token_of_secret(digest)
            if found is None:
                return None
            token, secret_ends_at = found
            ends = [end for end in (token.expires_at, secret_ends_at) if end is not None]
            roles = {member.org_id: member.role for member in token.members}
            principal = self._principals[digest] = Principal(token, min(ends, default=None), roles)
        # Checked on every call: a token expires without a change in the store.
        return principal if principal.works_at(self._clock()) else None

    def organization(self, handle: str) -> Organization | None:
        """The organization of a domain handle, in upper or lower case; None when there is none."""
        handle = handle.lower()
        found = self._handles.get(handle)
        if found is None:
            found = self._store.find_organization(handle)
            if found is not None:
                self._handles[handle] = found
        return found

    def organizations_of(self, principal: Principal) -> list[Organization]:
        """The organizations that the principal has a role in, newest first."""
        if self._organizations is None:
            self._organizations = {each.id: each for each in self._store.organizations()}
        known = self._organizations
        organizations = [known[member.org_id] for member in principal.token.members if member.org_id in known]
        return sorted(organizations, key=lambda each: (-each.created_at, -each.id))

    def space(self, token: str) -> Space | None:
        """The space of a public token, of any organization: the caller must check access."""
        found = self._tokens.get(token)
        if found is None:
            found = self._store.find_space(token)
            if found is not None:
                self._tokens[token] = found
        return found

    def hook(self, token: str) -> Hook | None:
        """The hook of the token in a URL, of any organization; None when there is none, or it is revoked, or
        has another URL by now.
        """
        digest = secret_digest(token)
        found = self._hooks.get(digest)
        if found is None:
            found = self._store.hook_of_token(digest)
            if found is None:
                return None
            self._hooks[digest] = found
        hook, ends_at = found
        over = hook.revoked_at is not None or (ends_at is not None and ends_at <= self._clock())
        return None if over else hook

    def spaces(self, org_id: int) -> dict[int, Space]:
        """Space id → space, for all spaces of an organization, newest first."""
        found = self._spaces.get(org_id)
        if found is None:
            found = self._spaces[org_id] = {each.id: each for each in self._store.spaces(org_id)}
        return found


def _changed(spaces: Mapping[int, Space], changed: Mapping[int, Space]) -> dict[int, Space]:
    """The list with spaces that changed or are new, newest first."""
    now = {**spaces, **changed}
    if len(now) == len(spaces):
        return now
    return {each.id: each for each in sorted(now.values(), key=lambda each: (-each.created_at, -each.id))}


class Directory:
    """The current directory. A change by any process is seen by the next call."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._change_counter: int | None = None
        self._snapshot = DirectorySnapshot(store, clock, -1)
        self._touched: BoundedCache[int, Micros] = BoundedCache(MAX_CACHED)

    def snapshot(self) -> DirectorySnapshot:
        """The current snapshot. It is refreshed only when the store's change counter has moved."""
        # The change counter is read before the version: a commit in between moves the counter again, so the
        # next call refreshes.
        change_counter = self._store.change_counter()
        if change_counter != self._change_counter:
            version = self._store.directory_version()
            # Most commits are events and leave the directory's version as it is: the cache survives them.
            if version != self._snapshot.version:
                self._snapshot = self._snapshot.following(version)
            self._change_counter = change_counter
        return self._snapshot

    def principal(self, secret: str) -> Principal | None:
        """See `DirectorySnapshot.principal`."""
        return self.snapshot().principal(secret)

    def organization(self, handle: str) -> Organization | None:
        """See `DirectorySnapshot.organization`."""
        return self.snapshot().organization(handle)

    def space(self, token: str) -> Space | None:
        """See `DirectorySnapshot.space`."""
        return self.snapshot().space(token)

    def spaces(self, org_id: int) -> list[Space]:
        """All spaces of an organization, newest first."""
        return list(self.snapshot().spaces(org_id).values())

    def touch_due_at(self, principal: Principal) -> Micros:
        """When the use of this token must be recorded next; 0 when it never was."""
        token = principal.token
        last = max(self._touched.get(token.id, 0), token.last_used_at or 0)
        return last + TOUCH_EVERY if last else 0

    def touching(self, principal: Principal, now: Micros) -> None:
        """Mark this token's use as recorded at `now`, so that other requests do not record it too. The caller
        must call `touch` next.
        """
        self._touched[principal.token.id] = now

    def touch(self, token_id: int, now: Micros) -> None:
        """Record a token's last use, unless another worker has just done so. May be called from any thread.

        Never raises `StoreError`: a last use that cannot be recorded now is recorded after `TOUCH_EVERY`, and
        is no reason to fail a request.
        """
        try:
            token = self._store.find_token(token_id)
            if token is not None and (token.last_used_at or 0) + TOUCH_EVERY <= now:
                self._store.touch_token(token_id, now)
        except StoreError:
            return
