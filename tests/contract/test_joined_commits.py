"""What came for an organization while others held its lock is in the same commit, behind the others: in
stores that several writers share.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callboard.ingest.commit.isolate import Joinable
from callboard.store.interface import Batch, Receipt
from tests.events import call
from tests.stores import NOW, STORES, make_organization, make_space, make_store


@pytest.fixture(params=[kind for kind in STORES if kind != "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Joinable]:
    """A new store that several writers can share."""
    made = make_store(request.param, tmp_path)
    assert isinstance(made, Joinable)
    yield made
    made.close()


def batch(space, *names, **more):
    """A request's worth of calls."""
    return Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=[call(name) for name in names],
        received_at=NOW,
        **more,
    )


def applied(store, batches, arrived):
    """Of each batch, those that arrived meanwhile behind the others."""
    results = store.ingest_joined(batches, arrived, waited_s=0)
    return [each.applied if isinstance(each, Receipt) else each for each in results]


def test_what_arrived_is_committed_with_the_rest(store, acme, space):
    """A result for each, in order; what is in both counts once."""
    asked = []

    def arrived(org_id):
        asked.append(org_id)
        return [batch(space, "c3", "c1"), batch(space, "c4", "c5")]

    assert applied(store, [batch(space, "c1"), batch(space, "c2")], arrived) == [
        1,
        1,
        1,
        2,
    ]
    assert asked == [acme.id]
    assert store.changes_since(acme.id, -1).totals[space.id].total_calls == 5
    assert store.verify(deep=True).drift == 0


def test_batches_of_another_space_are_taken_too(store, acme, space):
    """The lock is the organization's."""
    other = make_space(store, acme, "Summer")
    assert applied(store, [batch(space, "c1")], lambda _: [batch(other, "c1")]) == [
        1,
        1,
    ]
    totals = store.changes_since(acme.id, -1).totals
    assert (totals[space.id].total_calls, totals[other.id].total_calls) == (1, 1)


def test_nobody_is_asked_where_several_organizations_share_a_commit(store, acme, space):
    """There is no one lock behind which something could have come."""
    other = make_space(store, make_organization(store, "globex.example"))

    def arrived(_):
        raise AssertionError

    assert applied(store, [batch(space, "c1"), batch(other, "c1")], arrived) == [
        1,
        1,
    ]


def test_nothing_more_is_nothing(store, acme, space):
    """And no batch at all is none."""
    assert applied(store, [batch(space, "c1")], lambda _: []) == [1]
    assert applied(store, [], lambda _: []) == []
