"""A batch is committed whole or not at all."""

import pytest

from callboard.store.interface import Idempotency, NewRun
from tests.events import call, send, task
from tests.stores import NOW, bits, dump


def test_a_batch_that_fails_half_way_leaves_nothing(store, acme, space):
    """Our own fault crashes, and nothing of the request is kept: neither rows nor log nor keys."""
    send(store, space, call("c1", "ringing"), task("t1", "pending", run_id="r1"))
    before, outcomes = bits(dump(store, acme.id)), store.outcomes(acme.id)
    broken = call("c3", "completed", at=1)
    broken.event = "no event at all"  # type: ignore[assignment]
    with pytest.raises((AttributeError, TypeError)):
        send(
            store,
            space,
            call("c1", "completed", at=5, event_id="e1"),
            call("c2"),
            broken,
            run=NewRun("r2", NOW, None, None),
            idempotency=Idempotency("k1", b"one", b"first"),
        )
    assert bits(dump(store, acme.id)) == before
    assert store.outcomes(acme.id) == outcomes
    assert len(store.call_entries(acme.id, space.id, "c1")) == 1
    again = send(
        store,
        space,
        call("c1", "completed", at=5, event_id="e1"),
        idempotency=Idempotency("k1", b"two", b"second"),
    )
    assert (again.applied, again.first_answer) == (1, None)
    assert store.verify(deep=True).drift == 0


def test_a_store_keeps_what_it_was_given_whatever_becomes_of_it(store, acme, space):
    """Who sent an entry may do with it as they like."""
    given = call("c1", agent="ann")
    send(store, space, given)
    given.received_at, given.source, given.body = 0, "changed", b""
    [kept] = store.call_entries(acme.id, space.id, "c1")
    assert (kept.received_at, kept.source) == (NOW, "events")
    assert kept.body != b""
