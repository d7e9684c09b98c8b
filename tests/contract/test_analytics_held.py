"""Totals held in memory are the store's, after any history; on every store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.model.directory import SpaceSettings
from callboard.model.totals import Totals, sum_totals
from callboard.model.words import CALL_STATUSES, TASK_STATUSES
from callboard.query import analytics as module
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from tests.events import call, send, task
from tests.model import MemoryStore
from tests.stores import NOW, make_organization

KINDS = ("contact", "email")
STEPS = st.one_of(
    st.tuples(st.just("call"), st.integers(0, 3), st.sampled_from(["queued", "completed", "failed"])),
    st.tuples(st.just("task"), st.integers(0, 3), st.sampled_from(["pending", "failed"])),
    st.tuples(st.just("kind"), st.integers(0, 3), st.sampled_from(KINDS)),
    st.tuples(st.just("look"), st.integers(0, 1), st.none()),
    st.tuples(st.just("space"), st.integers(0, 1), st.sampled_from(KINDS)),
)


def recounted(store: Store, org_id: int, space_id: int) -> Totals:
    """The totals of a space, from its rows."""
    scope, window = Scope(org_id, space_id), Window(limit=1000)
    calls = [each.call for each in store.calls(scope, CallFilter(), window)]
    tasks = [each.task for each in store.tasks(scope, TaskFilter(), window)]
    timed = [each for each in calls if each.call_status == "completed" and each.duration_ms is not None]
    return Totals(
        **{f"calls_{word}": sum(each.call_status == word for each in calls) for word in CALL_STATUSES},
        completed_timed=len(timed),
        completed_talk_ms=sum(each.duration_ms or 0 for each in timed),
        **{f"tasks_{word}": sum(each.status == word for each in tasks) for word in TASK_STATUSES},
    )


class World:
    """Two organizations with two spaces each, and two readers that hold totals."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.organizations = [make_organization(store, f"{name}.example") for name in "ab"]
        self.spaces = [self.space(number % 2, KINDS[number // 2]) for number in range(4)]
        self.readers = [Analytics(store), Analytics(store)]
        self.serial = 0

    def space(self, organization: int, kind: str) -> Any:
        return self.store.create_space(
            org_id=self.organizations[organization].id,
            name="Space",
            description=None,
            content_type=kind,
            agent_handle=None,
            settings=SpaceSettings(),
            now=NOW,
        )

    def take(self, step: tuple[str, int, Any]) -> None:
        what, which, value = step
        self.serial += 1
        if what == "look":
            self.readers[which].totals(Scope(self.organizations[self.serial % 2].id))
        elif what == "space":
            self.spaces.append(self.space(which, value))
        elif what == "kind":
            space = self.spaces[which]
            self.store.update_space(space.org_id, space.id, {"content_type": value})
        else:
            make = call if what == "call" else task
            send(self.store, self.spaces[which], make(f"i-{self.serial % 5}", value, at=self.serial))

    def check(self) -> None:
        for organization in self.organizations:
            for reader in (*self.readers, Analytics(self.store)):
                spaces = self.store.spaces(organization.id)
                parts = {each.id: reader.totals(Scope(organization.id, each.id)) for each in spaces}
                rows = {each.id: recounted(self.store, organization.id, each.id) for each in spaces}
                assert parts == rows
                contact = [parts[each.id] for each in spaces if each.content_type == "contact"]
                assert reader.totals(Scope(organization.id)) == sum_totals(contact)
                everything = reader.totals(Scope(organization.id, all_content=True))
                assert everything == sum_totals(parts.values())


@given(st.lists(STEPS, max_size=25))
def test_held_totals_are_the_stores_after_any_history(steps: list[tuple[str, int, Any]]):
    """Whenever each reader refreshed: a space equals its recount, an organization the sum over its contact
    spaces.
    """
    world = World(MemoryStore())
    for step in steps:
        world.take(step)
    world.check()


def test_held_totals_are_the_stores(store: Store):
    """The same on every store, step by step."""
    world = World(store)
    steps = [
        ("call", 0, "completed"),
        ("look", 0, None),
        ("call", 1, "failed"),
        ("kind", 0, "email"),
        ("look", 1, None),
        ("space", 0, "contact"),
        ("task", 2, "pending"),
        ("kind", 2, "contact"),
        ("call", 0, "queued"),
        ("look", 0, None),
        ("kind", 0, "contact"),
        ("task", 3, "failed"),
    ]
    for step in steps:
        world.take(step)
        world.check()


def test_what_is_held_has_a_bound(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The organizations refreshed longest ago are evicted; the next request reads them again."""
    monkeypatch.setattr(module, "MAX_SPACES", 3)
    world = World(store)
    for number in range(4):
        send(store, world.spaces[number], call("c"))
    reader = Analytics(store)
    for _ in range(3):
        for organization in world.organizations:
            reader.totals(Scope(organization.id))
            assert sum(len(each.spaces) for each in reader._known.values()) <= 3
    world.check()


def test_the_directory_sees_every_change_at_once(store: Store):
    """Handles, spaces and their content types, whichever process changed them."""
    directory = Directory(store, lambda: NOW)
    assert directory.organization("a.example") is None
    world = World(store)
    organization = directory.organization("A.Example")
    assert organization == world.organizations[0]
    assert directory.spaces(organization.id) == store.spaces(organization.id)
    assert directory.space("spc_none") is None
    space = world.spaces[0]
    assert directory.space(space.token) == space
    changed = store.update_space(space.org_id, space.id, {"name": "Other"})
    assert directory.space(space.token) == changed
    assert changed in directory.spaces(organization.id)
