"""Promise 3: verification finds no drift after any history, and a withdrawal leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.model.event import canonical
from tests.property.histories import ZONES, Delivery, History, histories
from tests.property.lengths import examples_on
from tests.property.worlds import World, Worlds
from tests.stores import NOW, STORES

zones = st.lists(
    st.tuples(st.sampled_from(["space", "space", "organization"]), st.sampled_from([*ZONES, None])),
    max_size=4,
)
"""Who moves where; a space that moves nowhere has its organization's zone."""


def no_drift(world: World) -> None:
    """Neither of the counters from the rows, nor of the rows from the events."""
    for deep in (False, True):
        found = world.store.verify(deep=deep)
        assert (found.drift, found.differences) == (0, []), found


@pytest.mark.parametrize("kind", STORES)
def test_verification_finds_nothing_after_any_history_in_any_home_zone(worlds: Worlds, kind: str) -> None:
    """Rows to counters and events to rows, also after the space has moved from zone to zone; and it ends
    as if it had been in the last one always.
    """

    @examples_on(kind, 0.25)
    @given(histories(), zones)
    def holds(history: History, moves: list[tuple[str, str | None]]) -> None:
        world = worlds.make(kind, history.zones)
        half = len(history.arrived) // 2
        for batch in history.arrived[:half]:
            world.tell(batch)
        spring, common = world.spaces["spring"], "UTC"
        own: str | None = history.zones["spring"]
        for who, zone in moves:
            if who == "space":
                own = zone
                world.store.update_space(spring.org_id, spring.id, {"settings": {"timezone": zone}})
            else:
                common = zone or "UTC"
                world.store.set_organization_zone(spring.org_id, common)
            history.zones["spring"] = own or common
        for batch in history.arrived[half:]:
            world.tell(batch)
        no_drift(world)
        assert world.content() == world.expected(history)
        worlds.end(world)

    holds()


def brought_alone(history: History, imported: list[bool]) -> list[Delivery]:
    """Events that no batch brought but imported ones."""
    alone: dict[Any, tuple[Delivery, bool]] = {}
    for batch, is_import in zip(history.arrived, imported, strict=True):
        for each in batch:
            key = (each.space, canonical(each.event))
            alone[key] = (each, is_import and alone.get(key, (each, True))[1])
    return [each for each, by_imports in alone.values() if by_imports]


@st.composite
def imports(draw: st.DrawFn) -> tuple[History, list[bool]]:
    """A history, and which of its batches belong to one import."""
    history = draw(histories())
    size = len(history.arrived)
    return history, draw(st.lists(st.booleans(), min_size=size, max_size=size))


@pytest.mark.parametrize("kind", STORES)
def test_a_withdrawn_import_leaves_the_history_without_its_events(worlds: Worlds, kind: str) -> None:
    """Wherever its batches lay among others, and whatever those brought as well. Imported again, all is as it
    was.
    """

    @examples_on(kind, 0.3)
    @given(imports())
    def holds(drawn: tuple[History, list[bool]]) -> None:
        history, imported = drawn
        world = worlds.make(kind, history.zones)
        orgs = [org.id for org in world.organizations]
        begun = {org: world.store.begin_import(org, "calls.csv", NOW).batch_no for org in orgs}
        for batch, is_import in zip(history.arrived, imported, strict=True):
            world.tell(batch, import_no=begun if is_import else None)
        brought = brought_alone(history, imported)
        gone = {(each.space, canonical(each.event)) for each in brought}

        done = [world.store.withdraw(org, begun[org], NOW) for org in orgs]
        assert sum(each.events for each in done) == len(brought)
        world.withdrawn |= {*begun.items()}
        staying = [each for each in history.said if (each.space, canonical(each.event)) not in gone]
        assert world.content() == world.expected(history, staying)
        no_drift(world)

        again = {org: world.store.begin_import(org, "calls.csv", NOW).batch_no for org in orgs}
        receipts = world.tell(brought, import_no=again)
        assert sum(each.applied + each.stale for each in receipts) == len(brought)
        assert world.content() == world.expected(history)
        no_drift(world)
        worlds.end(world)

    holds()
