"""A request with an `Idempotency-Key` is carried out once, however often it is sent, for seven days."""

import pytest

from callboard.clock import DAY
from callboard.errors import IdempotencyConflictError
from callboard.store.interface import Batch, Idempotency, NewRun
from tests.events import send, task
from tests.stores import NOW


def once(key="k1", digest=b"one", answer=b"first"):
    return Idempotency(key, digest, answer)


def test_a_repeat_gets_the_first_answer_and_does_nothing(store, acme, space):
    """Even when what it would have done differs by the ids it made up."""
    first = send(store, space, task("t1", "pending"), idempotency=once(), run=NewRun("r1", NOW, None, None))
    assert first.first_answer is None
    repeat = store.ingest(
        [
            Batch(
                org_id=acme.id,
                space_id=space.id,
                entries=[task("t2", "pending")],
                received_at=NOW + 1,
                idempotency=once(answer=b"second"),
                run=NewRun("r2", NOW, None, None),
            )
        ]
    )[0]
    assert repeat.first_answer == b"first"
    assert (repeat.applied, repeat.duplicate, repeat.stale, repeat.rejected) == (0, 0, 0, 0)
    assert store.task(acme.id, space.id, "t2") is None
    assert store.run(acme.id, space.id, "r2") is None
    assert store.outcomes(acme.id) == {("applied", ""): 1}


def test_the_same_key_with_another_body_is_refused_and_its_neighbours_stand(store, acme, space):
    """The fault comes back in the batch's own place."""
    send(store, space, task("t1", "pending"), idempotency=once())

    def batch(task_id, idempotency):
        return Batch(
            org_id=acme.id,
            space_id=space.id,
            entries=[task(task_id, "pending")],
            received_at=NOW,
            idempotency=idempotency,
        )

    good, bad, other = store.ingest(
        [batch("t2", None), batch("t3", once(digest=b"two")), batch("t4", once("k2"))]
    )
    assert (good.applied, other.applied) == (1, 1)
    assert isinstance(bad, IdempotencyConflictError)
    assert store.task(acme.id, space.id, "t3") is None
    assert store.task(acme.id, space.id, "t4") is not None


def test_two_of_one_key_in_one_commit_are_carried_out_once(store, acme, space):
    """Two requests that wait for the same commit."""
    batches = [
        Batch(
            org_id=acme.id,
            space_id=space.id,
            entries=[task(task_id, "pending")],
            received_at=NOW,
            idempotency=once(answer=task_id.encode()),
        )
        for task_id in ("t1", "t2")
    ]
    first, second = store.ingest(batches)
    assert (first.applied, first.first_answer) == (1, None)
    assert second.first_answer == b"t1"
    assert store.task(acme.id, space.id, "t2") is None


def test_a_key_is_of_its_space(store, space, other_space, foreign_space):
    """Other spaces, and other tenants, may use the same key."""
    for where in (space, other_space, foreign_space):
        assert send(store, where, task("t1", "pending"), idempotency=once()).applied == 1


@pytest.mark.parametrize(("days", "kept"), [(6.9, True), (7.1, False)])
def test_a_key_is_kept_for_seven_days(store, acme, space, days, kept):
    """Then it may mean something new."""
    send(store, space, task("t1", "pending"), idempotency=once())
    later = NOW + round(days * DAY)
    repeat = store.ingest(
        [
            Batch(
                org_id=acme.id,
                space_id=space.id,
                entries=[task("t2", "pending")],
                received_at=later,
                idempotency=once(digest=b"one", answer=b"second"),
            )
        ]
    )[0]
    assert (repeat.first_answer == b"first") is kept
    assert (store.task(acme.id, space.id, "t2") is None) is kept


def test_a_key_used_anew_after_seven_days_is_kept_from_then_on(store, space):
    """The newest answer counts."""
    send(store, space, task("t1", "pending"), idempotency=once())
    send(
        store,
        space,
        task("t2", "pending"),
        idempotency=once(digest=b"two", answer=b"second"),
        received_at=NOW + 8 * DAY,
    )
    repeat = store.ingest(
        [
            Batch(
                org_id=space.org_id,
                space_id=space.id,
                entries=[],
                received_at=NOW + 9 * DAY,
                idempotency=once(digest=b"two", answer=b"third"),
            )
        ]
    )[0]
    assert repeat.first_answer == b"second"
