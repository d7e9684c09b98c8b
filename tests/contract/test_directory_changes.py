"""A process reads again what changed of the directory, and knows it as one that reads everything."""

from __future__ import annotations

import random
from typing import Any

import pytest

from callboard.model.directory import Member, Organization, Space, SpaceSettings
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.store.interface import Store
from callboard.store.questions import Scope
from callboard.store.sql import directory as sql_directory
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space

CHANGES = 40


class Counting:
    """A store that counts the spaces that are read from it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.spaces_read = 0

    def spaces(self, org_id: int) -> list[Space]:
        return self._counted(self._store.spaces(org_id))

    def spaces_changed(self, since: int) -> list[Space] | None:
        found = self._store.spaces_changed(since)
        return None if found is None else self._counted(found)

    def find_space(self, token: str) -> Space | None:
        self.spaces_read += 1
        return self._store.find_space(token)

    def _counted(self, found: list[Space]) -> list[Space]:
        self.spaces_read += len(found)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.mark.parametrize("change", ["new", "renamed", "kind", "archived", "zone", "of another organization"])
def test_one_change_of_many_spaces_reads_one(store: Store, acme: Organization, change: str):
    """By lists, by tokens and for the sum over contact spaces, however many there are."""
    spaces = [make_space(store, acme, f"Campaign {number}") for number in range(30)]
    globex = make_organization(store, "globex.example")
    counting: Any = Counting(store)
    directory, analytics = Directory(counting, lambda: NOW), Analytics(counting)

    def ask() -> None:
        directory.spaces(acme.id)
        for each in spaces:
            directory.space(each.token)
        analytics.totals(Scope(acme.id))

    ask()
    counting.spaces_read = 0
    changes: dict[str, dict[str, Any]] = {
        "renamed": {"name": "Autumn"},
        "kind": {"content_type": "email"},
        "archived": {"archived": True},
        "zone": {"settings": {"timezone": "Asia/Kolkata"}},
    }
    if change == "new":
        make_space(store, acme, "New")
    elif change in changes:
        store.update_space(acme.id, spaces[0].id, changes[change])
    else:
        make_space(store, globex)
    ask()
    # Once for the lists and tokens, once for the sums.
    assert counting.spaces_read == 2


@pytest.mark.parametrize("most", [0, 3, 1_000])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_known_equals_what_is_kept(
    store: Store, acme: Organization, monkeypatch: pytest.MonkeyPatch, seed: int, most: int
):
    """After any changes, some seen one by one and some together, also beyond how many are told."""
    monkeypatch.setattr(sql_directory, "MAX_CHANGED_SPACES", most)
    draw = random.Random(seed)
    organizations = [acme, make_organization(store, "globex.example")]
    tokens: list[str] = []
    known, sums = Directory(store, lambda: NOW), Analytics(store)
    for number in range(CHANGES):
        _change(store, draw, draw.choice(organizations), number, tokens)
        if draw.random() < 0.5:
            continue
        new, new_sums = Directory(store, lambda: NOW), Analytics(store)
        for each in organizations:
            assert known.spaces(each.id) == new.spaces(each.id) == store.spaces(each.id)
            for scope in (Scope(each.id), Scope(each.id, all_content=True)):
                assert sums.totals(scope) == new_sums.totals(scope)
        for token in tokens:
            assert known.space(token) == new.space(token)


def _change(
    store: Store, draw: random.Random, organization: Organization, number: int, tokens: list[str]
) -> None:
    spaces = store.spaces(organization.id)
    if not spaces or draw.random() < 0.3:
        # Some at one time, some earlier than those before them: lists are newest first.
        made = store.create_space(
            org_id=organization.id,
            name=f"Campaign {number}",
            description=None,
            content_type=draw.choice(["contact", "email"]),
            agent_handle=None,
            settings=SpaceSettings(),
            now=NOW + draw.randrange(-2, 3),
        )
        tokens.append(made.token)
        return
    space = draw.choice(spaces)
    kind = draw.choice(["name", "content_type", "archived", "timezone", "zone", "token", "call", "call"])
    if kind == "zone":
        store.set_organization_zone(organization.id, draw.choice(["UTC", "Asia/Kolkata", "Europe/Berlin"]))
    elif kind == "token":
        store.create_token(
            name="t",
            prefix="p",
            secret_digest=str(number).encode(),
            members=[Member(organization.id, "admin")],
            expires_at=None,
            now=NOW,
        )
    elif kind == "call":
        send(store, space, call(f"c{number}"))
    else:
        values: dict[str, Any] = {
            "name": {"name": f"Renamed {number}"},
            "content_type": {"content_type": draw.choice(["contact", "email"])},
            "archived": {"archived": not space.archived},
            "timezone": {"settings": {"timezone": draw.choice([None, "Asia/Kolkata"])}},
        }
        store.update_space(organization.id, space.id, values[kind])


def test_a_process_that_knows_nothing_reads_everything(store: Store, acme: Organization, space: Space):
    """It is not told that nothing changed."""
    assert store.spaces_changed(-1) is None
    version = store.changes_since(acme.id, -1).directory_version
    assert store.spaces_changed(version) == []
