"""The directory: organizations, spaces, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import AlreadyExistsError, NotFoundError, TokenRevokedError
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token, changed_space
from callboard.store.interface import Progress
from callboard.store.names import SPACE_ID_TAKEN, public_id, slug
from tests.model.counters import recount_cells
from tests.model.state import SpaceState, StateMixin, TokenState

Named = TypeVar("Named", Organization, Space, Token)


class Directory(StateMixin):
    """Organizations, spaces and tokens."""

    def create_organization(
        self,
        *,
        name: str,
        domain_handle: str,
        domain: str | None,
        is_private_domain: bool,
        now: Micros,
        timezone: str = "UTC",
    ) -> Organization:
        with self.state.lock:
            if self.find_organization(domain_handle) is not None:
                raise AlreadyExistsError(
                    f"There is an organization with the handle {domain_handle.lower()!r} already."
                )
            created = Organization(
                id=len(self.state.organizations) + 1,
                name=name,
                domain_handle=domain_handle.lower(),
                token=public_id("org"),
                created_at=now,
                domain=domain,
                is_private_domain=is_private_domain,
                timezone=timezone,
            )
            self.state.organizations[created.id] = created
            self._bump_directory_version()
            return created

    def set_organization_zone(
        self, org_id: int, timezone: str, progress: Progress | None = None
    ) -> Organization:
        with self.state.lock:
            if org_id not in self.state.organizations:
                raise NotFoundError("Organization not found.")
            changed = structs.replace(self.state.organizations[org_id], timezone=timezone)
            self.state.organizations[org_id] = changed
            spaces = self.state.spaces_of(org_id)
            for stored in spaces:
                self._follow_home_zone(stored)
            self._bump_directory_version(*spaces)
            for done, _ in enumerate(spaces, 1):
                if progress is not None:
                    progress(done, len(spaces))
            return changed

    def organizations(self) -> list[Organization]:
        with self.state.lock:
            return _newest_first(self.state.organizations.values())

    def find_organization(self, domain_handle: str) -> Organization | None:
        with self.state.lock:
            handle = domain_handle.lower()
            return next(
                (org for org in self.state.organizations.values() if org.domain_handle == handle), None
            )

    def create_space(
        self,
        *,
        org_id: int,
        name: str,
        description: str | None,
        content_type: Any,
        agent_handle: str | None,
        settings: SpaceSettings,
        now: Micros,
        token: str | None = None,
    ) -> Space:
        with self.state.lock:
            if org_id not in self.state.organizations:
                raise NotFoundError("Organization not found.")
            if token is not None and self.find_space(token) is not None:
                raise AlreadyExistsError(SPACE_ID_TAKEN)
            created = Space(
                id=len(self.state.spaces) + 1,
                org_id=org_id,
                token=token or public_id("spc"),
                name=name,
                slug=slug(name),
                created_at=now,
                description=description,
                content_type=content_type,
                agent_handle=agent_handle,
                settings=settings,
            )
            stored = self.state.spaces[created.id] = SpaceState(created)
            self._follow_home_zone(stored)
            created = stored.space
            self.state.bump_version(stored)
            self._bump_directory_version(stored)
            return created

    def update_space(self, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
        with self.state.lock:
            stored = self.state.need_space(org_id, space_id)
            stored.space = changed_space(stored.space, changes)
            stored.space = structs.replace(stored.space, slug=slug(stored.space.name))
            self._follow_home_zone(stored)
            self._bump_directory_version(stored)
            return stored.space

    def _follow_home_zone(self, stored: SpaceState) -> None:
        """Set the home zone to the space's own, else its organization's; recount the cells if it changed."""
        space = stored.space
        zone = space.settings.timezone or self.state.organizations[space.org_id].timezone
        stored.space = structs.replace(space, home_zone=zone, cell_zone=zone)
        if zone != space.cell_zone:
            recount_cells(stored)

    def spaces(self, org_id: int) -> list[Space]:
        with self.state.lock:
            return _newest_first(space.space for space in self.state.spaces_of(org_id))

    def spaces_changed(self, since: int) -> list[Space] | None:
        with self.state.lock:
            if since < 0:
                return None
            return [each.space for each in self.state.spaces.values() if each.directory_version > since]

    def find_space(self, token: str) -> Space | None:
        with self.state.lock:
            return next(
                (stored.space for stored in self.state.spaces.values() if stored.space.token == token), None
            )

    def create_token(
        self,
        *,
        name: str,
        prefix: str,
        secret_digest: bytes,
        members: Sequence[Member],
        expires_at: Micros | None,
        now: Micros,
    ) -> Token:
        with self.state.lock:
            created = Token(
                id=len(self.state.tokens) + 1,
                name=name,
                prefix=prefix,
                members=tuple(members),
                created_at=now,
                expires_at=expires_at,
            )
            self.state.tokens[created.id] = TokenState(created, {secret_digest: None})
            self._bump_directory_version()
            return created

    def tokens(self, org_id: int) -> list[Token]:
        with self.state.lock:
            held = (stored.token for stored in self.state.tokens.values())
            return _newest_first(token for token in held if token.role_in(org_id) is not None)

    def find_token(self, token_id: int) -> Token | None:
        with self.state.lock:
            stored = self.state.tokens.get(token_id)
            return stored.token if stored is not None else None

    def token_of_secret(self, secret_digest: bytes) -> tuple[Token, Micros | None] | None:
        with self.state.lock:
            for stored in self.state.tokens.values():
                if secret_digest in stored.secrets:
                    return stored.token, stored.secrets[secret_digest]
            return None

    def rotate_token(self, token_id: int, *, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
        with self.state.lock:
            stored = self._need_token(token_id)
            if stored.token.revoked_at is not None:
                raise TokenRevokedError
            for secret, ends_at in stored.secrets.items():
                stored.secrets[secret] = old_until if ends_at is None else min(ends_at, old_until)
            stored.secrets[secret_digest] = None
            return self._changed(stored, prefix=prefix)

    def revoke_token(self, token_id: int, now: Micros) -> Token:
        with self.state.lock:
            stored = self._need_token(token_id)
            return (
                stored.token if stored.token.revoked_at is not None else self._changed(stored, revoked_at=now)
            )

    def touch_token(self, token_id: int, now: Micros) -> None:
        with self.state.lock:
            stored = self.state.tokens.get(token_id)
            if stored is not None:
                stored.token = structs.replace(stored.token, last_used_at=now)
                self.state.commits += 1

    def _changed(self, stored: TokenState, **changes: Any) -> Token:
        stored.token = structs.replace(stored.token, **changes)
        self._bump_directory_version()
        return stored.token

    def _need_token(self, token_id: int) -> TokenState:
        stored = self.state.tokens.get(token_id)
        if stored is None:
            raise NotFoundError("Token not found.")
        return stored

    def _bump_directory_version(self, *changed: SpaceState) -> None:
        self.state.directory_version += 1
        for stored in changed:
            stored.directory_version = self.state.directory_version
        self.state.commits += 1


def _newest_first(things: Iterable[Named]) -> list[Named]:
    return sorted(things, key=lambda thing: (thing.created_at, thing.id), reverse=True)
