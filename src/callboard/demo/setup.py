"""Creates the demo's store, with its organizations, spaces and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callboard.clock import DAY, Micros, system_clock
from callboard.demo.campaigns import COMPANIES
from callboard.errors import CallboardError, StoreError
from callboard.model.directory import Member, Space, SpaceSettings
from callboard.query.secret import new_secret
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store


class NotADemoError(CallboardError):
    """That store is no demo."""

    code = "not_a_demo"


@dataclass(frozen=True)
class DemoStore:
    """The store that was set up, and how to reach its organizations and spaces."""

    db: str
    tokens: dict[str, str]
    """The secret of an admin token, by the organization's handle."""
    spaces: dict[str, Space]
    """The space of each campaign, by its name."""
    handles: dict[str, str]
    """The handle of the organization of each campaign, by the campaign's name."""


def set_up(db: str, now: Micros | None = None, days: int = 30) -> DemoStore:
    """Create the store at `db`. One of an earlier demo is replaced; for any other raises `NotADemoError`."""
    clear(db)
    # A week before the month begins: organizations and spaces are older than anything that happens in it.
    began = (now or system_clock()) - (days + 7) * DAY
    tokens: dict[str, str] = {}
    spaces: dict[str, Space] = {}
    handles: dict[str, str] = {}
    store = open_store(Settings(db=db))
    try:
        for company in COMPANIES:
            owner = store.create_organization(
                name=company.name,
                domain_handle=company.handle,
                domain=None,
                is_private_domain=False,
                now=began,
                timezone=company.timezone,
            )
            secret = new_secret()
            store.create_token(
                name="demo",
                prefix=secret.prefix,
                secret_digest=secret.digest,
                members=[Member(owner.id, "admin")],
                expires_at=None,
                now=began,
            )
            tokens[company.handle] = secret.text
            for campaign in company.campaigns:
                handles[campaign.name] = company.handle
                spaces[campaign.name] = store.create_space(
                    org_id=owner.id,
                    name=campaign.name,
                    description=campaign.description,
                    content_type=campaign.content_type,
                    agent_handle=campaign.agents[0],
                    settings=SpaceSettings(),
                    now=began,
                )
    finally:
        store.close()
    return DemoStore(db, tokens, spaces, handles)


def clear(db: str) -> None:
    """Remove the store of an earlier demo. Raises `NotADemoError` for any other file: it may be real data."""
    path = Path(db)
    if not path.exists():
        return
    try:
        store = open_store(Settings(db=db))
        try:
            holds_demo = is_demo(store)
        finally:
            store.close()
    except StoreError as error:
        raise NotADemoError(f"{db} is there and no store of a demo ({error.message})") from error
    if not holds_demo:
        raise NotADemoError(f"{db} holds something else than a demo; name another file with --db")
    for suffix in ("", "-wal", "-shm", ".log"):
        Path(f"{db}{suffix}").unlink(missing_ok=True)


def is_demo(store: Store) -> bool:
    """Whether a store holds exactly the demo's organizations."""
    found = {(each.name, each.domain_handle) for each in store.organizations()}
    return found == {(company.name, company.handle) for company in COMPANIES}
