"""Agents: whom tasks are assigned to, compared with plain Python over all rows; and a space's own token."""

from __future__ import annotations

from collections import Counter
from threading import Barrier, Thread

import pytest

from callboard.errors import AlreadyExistsError
from callboard.model.directory import SpaceSettings
from callboard.store.interface import Store
from callboard.store.questions import Position, Scope, Window
from callboard.store.reporting import AgentTasks
from tests.contract.population import populate
from tests.stores import NOW, dump, make_organization

ALL = Window(limit=1_000)


@pytest.mark.parametrize("all_content", [False, True])
def test_agents_count_each_standing_task_in_scope_once(store: Store, all_content: bool):
    """By handle, none last; a page at a time they are the same."""
    acme = make_organization(store)
    spaces = populate(store, acme)
    wanted = {each.id for each in spaces if all_content or each.content_type == "contact"}
    rows = [
        (task.assignee, space_id, task.status)
        for (space_id, _), task in dump(store, acme.id)["tasks"].items()
        if space_id in wanted and not task.void
    ]
    expected = [
        AgentTasks(
            handle,
            dict(Counter(status for who, _, status in rows if who == handle)),
            sorted({space_id for who, space_id, _ in rows if who == handle}, reverse=True),
        )
        for handle in ("ann", "ben", None)
    ]
    scope = Scope(acme.id, all_content=all_content)
    assert store.agents(scope, ALL, 100) == expected
    assert store.count_agents(scope) == 3
    paged = [store.agents(scope, Window(limit=1, offset=at), 100) for at in range(4)]
    assert paged == [[each] for each in expected] + [[]]
    assert store.agents(scope, Window(limit=9, after=Position(0, "ann", 0)), 100) == expected[1:]
    assert store.agents(scope, Window(limit=9, after=Position(0, "zoe", 0)), 100) == expected[2:]
    assert store.agents(scope, ALL, 2) is None


def _create(store: Store, org_id: int, token: str | None) -> str:
    return store.create_space(
        org_id=org_id,
        name="x",
        description=None,
        content_type="contact",
        agent_handle=None,
        settings=SpaceSettings(),
        now=NOW,
        token=token,
    ).token


def test_a_space_has_the_token_it_is_given_and_no_two_have_one(store: Store):
    """Of whichever organization: the second is refused and leaves nothing."""
    acme, other = make_organization(store), make_organization(store, "other.example")
    assert _create(store, acme.id, "SPACE-1") == "SPACE-1"
    for org_id in (acme.id, other.id):
        with pytest.raises(AlreadyExistsError):
            _create(store, org_id, "SPACE-1")
    assert store.spaces(other.id) == []
    assert _create(store, other.id, None) != _create(store, other.id, None)


def test_of_two_that_want_one_token_at_once_one_gets_it(store: Store):
    """Organizations commit side by side on PostgreSQL; a token is still unique."""
    organizations = [make_organization(store, f"{name}.example") for name in "abcd"]
    ready, outcomes = Barrier(len(organizations)), []

    def create(org_id: int) -> None:
        ready.wait()
        try:
            outcomes.append(_create(store, org_id, "SPACE-1"))
        except AlreadyExistsError as error:
            outcomes.append(error.message)

    threads = [Thread(target=create, args=(each.id,)) for each in organizations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["SPACE-1", *["There is a space with this token already."] * 3]
