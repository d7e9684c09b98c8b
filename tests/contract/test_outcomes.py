"""How events received ended, counted; nothing is dropped silently."""

from callboard.store.interface import Rejection
from tests.events import call, send, task
from tests.stores import NOW


def test_every_event_received_is_counted_by_how_it_ended(store, acme, space, other_space):
    """The rejected under their reason; what the counts add up to is what was received."""
    send(store, space, call("c1", at=10, event_id="e1", creation_time=1), task("t1"))
    send(
        store,
        space,
        call("c1", "ringing", at=1),
        task("t1"),
        call("c1", at=11, event_id="e1"),
        indexes=[0, 1, 4],
        rejections=[Rejection(2, "invalid_status", "odd"), Rejection(3, "invalid_status", "odd")],
    )
    send(store, other_space, call("c1"))
    here = {
        ("applied", ""): 2,
        ("stale", ""): 1,
        ("duplicate", ""): 1,
        ("rejected", "invalid_status"): 2,
        ("rejected", "event_id_conflict"): 1,
    }
    assert store.outcomes(acme.id, space.id) == here
    assert sum(here.values()) == 7
    assert store.outcomes(acme.id, other_space.id) == {("applied", ""): 1}
    assert store.outcomes(acme.id) == {**here, ("applied", ""): 3}


def test_outcomes_are_a_tenants_own(store, acme, globex, space, foreign_space):
    """Neither its sum nor a space's is shown to another organization."""
    send(store, foreign_space, call("c1"))
    assert store.outcomes(acme.id) == {}
    assert store.outcomes(acme.id, foreign_space.id) == {}
    assert store.outcomes(globex.id) == {("applied", ""): 1}


def test_a_withdrawal_does_not_unsay_what_was_received(store, acme, space):
    """The events came, and were applied; the withdrawal is on record beside."""
    receipt = send(store, space, call("c1"))
    store.withdraw(acme.id, receipt.batch_no, NOW)
    assert store.outcomes(acme.id) == {("applied", ""): 1}
