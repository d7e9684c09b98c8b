"""What changed: the change counter differs after a commit, `changes_since` returns the changes."""

import pytest

from callboard.model.directory import Member
from tests.events import call, send, task
from tests.stores import NOW, make_organization, make_space


def test_the_marker_stands_still_while_nothing_happens(store, acme, space):
    """Reading moves nothing."""
    before = store.change_counter()
    store.changes_since(acme.id, -1)
    store.verify(deep=True)
    assert store.change_counter() == before


def test_the_marker_moves_with_every_kind_of_change(store, acme, space):
    """Events, imports, withdrawals, and the directory."""
    token = store.create_token(
        name="t",
        prefix="p",
        secret_digest=b"1",
        members=[Member(acme.id, "admin")],
        expires_at=None,
        now=NOW,
    )
    begun = store.begin_import(acme.id, "file", NOW)
    for change in (
        lambda: send(store, space, call("c1")),
        lambda: send(store, space, task("t1"), import_no=begun.batch_no),
        lambda: store.withdraw(acme.id, begun.batch_no, NOW),
        lambda: store.update_space(acme.id, space.id, {"name": "Autumn"}),
        lambda: make_space(store, acme, "New"),
        lambda: make_organization(store, "new.example"),
        lambda: store.revoke_token(token.id, NOW),
    ):
        before = store.change_counter()
        change()
        assert store.change_counter() != before


def test_totals_are_told_of_spaces_that_changed_since(store, acme, space, other_space):
    """And only of those; all of them since -1."""
    first = store.changes_since(acme.id, -1)
    assert first.totals.keys() == {space.id, other_space.id}
    send(store, space, call("c1", duration_ms=1000))
    second = store.changes_since(acme.id, first.version)
    assert second.totals.keys() == {space.id}
    assert second.totals[space.id].completed_talk_ms == 1000
    assert second.version != first.version
    assert store.changes_since(acme.id, second.version).totals == {}
    send(store, other_space, task("t1"))
    assert store.changes_since(acme.id, second.version).totals.keys() == {other_space.id}
    assert store.changes_since(acme.id, first.version).totals.keys() == {space.id, other_space.id}


def test_a_tenant_is_not_told_of_anothers_changes(store, acme, globex, space, foreign_space):
    """Nor of their spaces."""
    version = store.changes_since(acme.id, -1).version
    send(store, foreign_space, call("c1"))
    assert store.changes_since(acme.id, version).totals == {}
    assert store.changes_since(globex.id, -1).totals.keys() == {foreign_space.id}


def test_withdrawing_moves_the_totals_back(store, acme, space):
    """Reported like any other change."""
    receipt = send(store, space, call("c1"))
    version = store.changes_since(acme.id, -1).version
    store.withdraw(acme.id, receipt.batch_no, NOW)
    assert store.changes_since(acme.id, version).totals[space.id].calls_completed == 0


@pytest.mark.parametrize(
    "change", ["organization", "space", "content type", "token", "rotation", "revocation"]
)
def test_the_directory_version_moves_when_who_is_who_changes(store, acme, space, change):
    """Or a cache would go on letting in whom it should not."""

    def token(secret):
        return store.create_token(
            name="t",
            prefix="p",
            secret_digest=secret,
            members=[Member(acme.id, "admin")],
            expires_at=None,
            now=NOW,
        )

    made = token(b"1")
    before = store.changes_since(acme.id, -1).directory_version
    if change == "organization":
        make_organization(store, "new.example")
    elif change == "space":
        make_space(store, acme, "New")
    elif change == "content type":
        store.update_space(acme.id, space.id, {"content_type": "email"})
    elif change == "token":
        token(b"2")
    elif change == "rotation":
        store.rotate_token(made.id, prefix="q", secret_digest=b"2", old_until=NOW)
    else:
        store.revoke_token(made.id, NOW)
    assert store.changes_since(acme.id, -1).directory_version != before


def test_events_do_not_move_the_directory_version(store, acme, space):
    """A busy campaign does not make readers read the totals of all others."""
    before = store.changes_since(acme.id, -1).directory_version
    send(store, space, call("c1"), task("t1"))
    assert store.changes_since(acme.id, -1).directory_version == before


def test_the_version_of_the_directory_is_there_without_an_organization(store):
    """It has a place of its own: no organization has to be asked for it, whose node may be away."""
    before = store.directory_version()
    assert store.directory_version() == before
    acme = make_organization(store)
    made = store.directory_version()
    assert made != before
    space = make_space(store, acme)
    send(store, space, call("c1"))
    assert store.directory_version() != made
    assert store.directory_version() == store.changes_since(acme.id, -1).directory_version
