"""What came for an organization while others held its lock is in the same commit, behind the others."""

from __future__ import annotations

from callboard.store.interface import Batch, Receipt
from tests.events import call
from tests.stores import NOW, make_organization, make_space


def batch(space, *names, **more):
    """A request's worth of calls."""
    return Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=[call(name) for name in names],
        received_at=NOW,
        **more,
    )


def applied(results):
    """Of each batch."""
    return [each.applied if isinstance(each, Receipt) else each for each in results]


def test_what_comes_late_is_committed_with_the_rest(store, acme, space):
    """A result for each, in order; what is in both counts once."""
    asked = []

    def late(org_id):
        asked.append(org_id)
        return [batch(space, "c3", "c1"), batch(space, "c4", "c5")]

    assert applied(store.ingest([batch(space, "c1"), batch(space, "c2")], late)) == [1, 1, 1, 2]
    assert asked == [acme.id]
    assert store.moved(acme.id, -1).totals[space.id].total_calls == 5
    assert store.verify(deep=True).drift == 0


def test_late_batches_of_another_space_are_taken_too(store, acme, space):
    """The lock is the organization's."""
    other = make_space(store, acme, "Summer")
    assert applied(store.ingest([batch(space, "c1")], lambda _: [batch(other, "c1")])) == [1, 1]
    totals = store.moved(acme.id, -1).totals
    assert (totals[space.id].total_calls, totals[other.id].total_calls) == (1, 1)


def test_nobody_is_asked_where_several_organizations_share_a_commit(store, acme, space):
    """There is no one lock behind which something could have come."""
    other = make_space(store, make_organization(store, "globex.example"))

    def late(_):
        raise AssertionError

    assert applied(store.ingest([batch(space, "c1"), batch(other, "c1")], late)) == [1, 1]


def test_nothing_late_is_nothing(store, acme, space):
    """And no batch at all is none."""
    assert applied(store.ingest([batch(space, "c1")], lambda _: [])) == [1]
    assert store.ingest([], lambda _: []) == []
