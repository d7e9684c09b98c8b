"""Organizations with spaces and tokens in an empty PostgreSQL store, and what a client needs of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from msgspec import Struct

from bench import files
from callboard.clock import Micros
from callboard.model.directory import Member, SpaceSettings
from callboard.query.secret import Secret, secret_digest
from callboard.store.postgres.store import PostgresStore
from tests.cluster import Cluster

NOW: Micros = 1_743_465_600_000_000


class Tenant(Struct, frozen=True):
    """An organization: the secret of its token, its handle, and its space tokens."""

    secret: str
    handle: str
    spaces: list[str]


def store(of: Cluster, name: str, organizations: int, spaces: int) -> tuple[str, list[Tenant]]:
    """The URL of a new database with so many organizations of so many spaces each, without calls."""
    of.ask(f"CREATE DATABASE {name}")
    return of.url + name, fill(of.url + name, organizations, spaces)


def fill(url: str, organizations: int, spaces: int) -> list[Tenant]:
    """So many organizations of so many spaces each, without calls, in an empty database."""
    with closing(PostgresStore(url, upgrade=True)) as made:
        return [_tenant(made, number, spaces) for number in range(organizations)]


def _tenant(made: PostgresStore, number: int, spaces: int) -> Tenant:
    organization = made.create_organization(
        name=f"Organization {number}",
        domain_handle=f"org-{number}.example",
        domain=None,
        is_private_domain=False,
        now=NOW,
    )
    text = f"cb_bench_{number:03d}_0123456789abcdefghijk"  # as long as a real one
    secret = Secret(text, text[:11], secret_digest(text))
    made.create_token(
        name="Sender",
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=[Member(organization.id, "admin")],
        expires_at=None,
        now=NOW,
    )
    return Tenant(
        text,
        organization.domain_handle,
        [
            made.create_space(
                org_id=organization.id,
                name=f"Campaign {each}",
                description=None,
                content_type="contact",
                agent_handle=None,
                settings=SpaceSettings(),
                now=NOW,
            ).token
            for each in range(spaces)
        ],
    )


def plan(name: str, tenants: list[Tenant]) -> str:
    """Write the file that `lua/events.lua` reads; returns its path."""
    return _written(name, [f"{tenant.secret} {space}" for tenant in tenants for space in tenant.spaces])


def readers_plan(name: str, tenants: list[Tenant]) -> str:
    """Write the file that `lua/watched.lua` reads; returns its path."""
    return _written(name, [f"{tenant.secret} {tenant.handle}" for tenant in tenants])


def _written(name: str, lines: list[str]) -> str:
    path: Path = files.folder() / f"plan-{name}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
