"""Organizations and spaces."""

import pytest

from callboard.errors import AlreadyExistsError, NotFoundError
from callboard.model.directory import SpaceSettings
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space


def test_an_organization_is_found_by_its_handle_whatever_the_case(store):
    """`Org-Handle` is not case-sensitive."""
    made = store.create_organization(
        name="Acme", domain_handle="Acme.Example", domain="acme.example", is_private_domain=True, now=NOW
    )
    assert (made.name, made.domain_handle, made.domain) == ("Acme", "acme.example", "acme.example")
    assert made.is_private_domain
    assert made.created_at == NOW
    assert store.find_organization("ACME.example") == made
    assert store.find_organization("other.example") is None


def test_a_handle_is_taken_once(store, acme):
    """Whatever its case."""
    with pytest.raises(AlreadyExistsError):
        make_organization(store, "ACME.example")
    assert store.organizations() == [acme]


def test_organizations_are_listed_newest_first(store):
    """By when they were made."""
    for handle, now in (("b.example", 2), ("c.example", 3), ("a.example", 1)):
        make_organization(store, handle, NOW + now)
    assert [each.domain_handle for each in store.organizations()] == ["c.example", "b.example", "a.example"]


def test_a_space_keeps_what_it_was_made_with(store, acme):
    """And has a public token and a slug."""
    settings = SpaceSettings(timezone="Asia/Kolkata", stuck_running_after=60, stuck_pending_after=120)
    made = store.create_space(
        org_id=acme.id,
        name="Spring Sale 2026",
        description="All of it",
        content_type="email",
        agent_handle="ann",
        settings=settings,
        now=NOW,
    )
    assert store.find_space(made.token) == made
    assert store.spaces(acme.id) == [made]
    assert (made.name, made.slug, made.description) == ("Spring Sale 2026", "spring-sale-2026", "All of it")
    assert (made.content_type, made.agent_handle, made.archived) == ("email", "ann", False)
    assert (made.settings, made.created_at, made.org_id) == (settings, NOW, acme.id)


def test_a_new_space_counts_nothing(store, acme, space):
    """Its totals, all zero, are among those returned."""
    totals = store.changes_since(acme.id, -1).totals
    assert totals.keys() == {space.id}
    assert totals[space.id].total_calls == totals[space.id].total_tasks == 0


def test_spaces_are_listed_newest_first_and_are_their_tenants(store, acme, globex):
    """Nobody sees another's."""
    for organization, name, now in ((acme, "b", 2), (acme, "c", 3), (globex, "x", 9), (acme, "a", 1)):
        make_space(store, organization, name, now=NOW + now)
    assert [each.name for each in store.spaces(acme.id)] == ["c", "b", "a"]
    assert [each.name for each in store.spaces(globex.id)] == ["x"]
    assert store.find_space("spc_0000000000000000") is None


def test_public_ids_differ(store, acme, globex, space, other_space):
    """Of organizations and spaces alike."""
    tokens = {acme.token, globex.token, space.token, other_space.token}
    assert len(tokens) == 4


def test_a_space_of_an_organization_that_is_not_there_cannot_be_made(store, acme):
    """`NotFoundError`."""
    with pytest.raises(NotFoundError):
        store.create_space(
            org_id=acme.id + 1,
            name="Spring",
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=NOW,
        )


def test_a_space_changes_in_what_is_said_and_in_nothing_else(store, acme, space, other_space):
    """Its token stays; its neighbour stays."""
    changed = store.update_space(
        acme.id, space.id, {"name": "Autumn", "description": "New", "agent_handle": "ben", "archived": True}
    )
    assert (changed.name, changed.slug, changed.description) == ("Autumn", "autumn", "New")
    assert (changed.agent_handle, changed.archived, changed.token) == ("ben", True, space.token)
    assert (changed.content_type, changed.settings) == (space.content_type, space.settings)
    assert store.find_space(space.token) == changed
    assert store.find_space(other_space.token) == other_space
    assert store.update_space(acme.id, space.id, {}) == changed


def test_an_archived_space_keeps_its_numbers_and_takes_events(store, acme, space):
    """Archived is only a label."""
    send(store, space, call("c1"))
    store.update_space(acme.id, space.id, {"archived": True})
    assert send(store, space, call("c2")).applied == 1
    assert store.changes_since(acme.id, -1).totals[space.id].calls_completed == 2


@pytest.mark.parametrize("whose", ["another tenant's", "nobody's"])
def test_a_space_that_is_not_the_tenants_cannot_be_changed(store, acme, foreign_space, whose):
    """`NotFoundError`, and nothing changed."""
    space_id = foreign_space.id if whose == "another tenant's" else 999
    with pytest.raises(NotFoundError):
        store.update_space(acme.id, space_id, {"name": "Mine"})
    assert store.find_space(foreign_space.token) == foreign_space
