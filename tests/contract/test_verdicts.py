"""The outcome of every event received is applied, duplicate, stale or rejected, and the answer says which."""

from callboard.store.interface import Rejection
from tests.events import call, ended, send, task


def test_a_new_event_is_applied_and_at_once_in_the_lists_and_totals(store, acme, space):
    """What a batch brought is there when the call returns."""
    receipt = send(store, space, call("c1", duration_ms=61_000), task("t1", "pending"))
    assert ended(receipt) == (2, 0, 0, 0)
    assert store.call(acme.id, space.id, "c1").duration_ms == 61_000
    assert store.task(acme.id, space.id, "t1").status == "pending"
    totals = store.changes_since(acme.id, -1).totals[space.id]
    assert (totals.calls_completed, totals.completed_talk_ms, totals.tasks_pending) == (1, 61_000, 1)


def test_the_same_event_again_is_a_duplicate_across_batches(store, space):
    """Two events equal in everything but receipt are one event."""
    send(store, space, call("c1", agent="ann"))
    assert ended(send(store, space, call("c1", agent="ann"))) == (0, 1, 0, 0)


def test_the_same_event_again_is_a_duplicate_within_a_batch(store, space):
    """Also when both come in one request."""
    assert ended(send(store, space, call("c1"), task("t1"), call("c1"), task("t1"))) == (2, 2, 0, 0)


def test_the_same_event_in_another_space_is_another_event(store, space, other_space):
    """Calls and events belong to their space."""
    send(store, space, call("c1", event_id="e1"))
    assert ended(send(store, other_space, call("c1", event_id="e1"))) == (1, 0, 0, 0)
    assert ended(send(store, other_space, call("c2", agent="ann", event_id="e2"))) == (1, 0, 0, 0)
    assert ended(send(store, space, call("c2", agent="ben", event_id="e2"))) == (1, 0, 0, 0)


def test_an_older_word_that_changes_nothing_is_stale(store, acme, space):
    """It is new, and a greater event says otherwise; it is kept among the call's events."""
    send(store, space, call("c1", "completed", at=10, creation_time=5, agent="ann"))
    assert ended(send(store, space, call("c1", "ringing", at=1, agent="ben"))) == (0, 0, 1, 0)
    assert store.call(acme.id, space.id, "c1").agent == "ann"
    assert len(store.call_entries(acme.id, space.id, "c1")) == 2


def test_an_older_word_that_adds_a_fact_is_applied(store, acme, space):
    """Facts that no greater event carries come from the lesser ones, however late they arrive."""
    send(store, space, call("c1", "completed", at=10))
    assert ended(send(store, space, call("c1", "ringing", at=1, agent="ben"))) == (1, 0, 0, 0)
    assert store.call(acme.id, space.id, "c1").agent == "ben"
    assert store.call(acme.id, space.id, "c1").call_status == "completed"


def test_an_event_id_decides_alone_whether_an_event_is_known(store, acme, space):
    """Known with the same content: a duplicate. With other content: rejected, and the first stands."""
    send(store, space, call("c1", agent="ann", event_id="e1"))
    receipt = send(
        store,
        space,
        call("c1", agent="ann", event_id="e1"),
        call("c1", agent="ben", event_id="e1"),
        call("c2", agent="ann", event_id="e1"),
        task("t1", event_id="e1"),
    )
    assert ended(receipt) == (0, 1, 0, 3)
    assert [(each.index, each.reason) for each in receipt.rejections] == [
        (1, "event_id_conflict"),
        (2, "event_id_conflict"),
        (3, "event_id_conflict"),
    ]
    assert store.call(acme.id, space.id, "c1").agent == "ann"
    assert store.call(acme.id, space.id, "c2") is None


def test_an_event_id_conflict_within_a_batch_rejects_the_later(store, acme, space):
    """In order of arrival."""
    receipt = send(
        store, space, call("c1", agent="ann", event_id="e1"), call("c1", agent="ben", event_id="e1")
    )
    assert ended(receipt) == (1, 0, 0, 1)
    assert store.call(acme.id, space.id, "c1").agent == "ann"


def test_rejections_of_the_edge_and_of_the_store_are_told_together_in_order(store, space):
    """`index` is the event's place in the request, whichever check rejected it; the sums add up."""
    send(store, space, call("c1", event_id="e1"))
    receipt = send(
        store,
        space,
        call("c2"),
        call("c1", agent="ben", event_id="e1"),
        indexes=[0, 3],
        rejections=[
            Rejection(1, "invalid_status", "call_status: 'odd'"),
            Rejection(4, "missing_field", "call_id"),
        ],
    )
    assert ended(receipt) == (1, 0, 0, 3)
    assert receipt.received == 4
    assert [(each.index, each.reason) for each in receipt.rejections] == [
        (1, "invalid_status"),
        (3, "event_id_conflict"),
        (4, "missing_field"),
    ]


def test_a_batch_of_nothing_is_received(store, space):
    """No event is a batch too."""
    assert ended(send(store, space)) == (0, 0, 0, 0)


def test_a_call_takes_a_thousand_distinct_events_and_no_more(store, acme, space):
    """The 1,001st is rejected with its reason, also within the batch; a repeat of a known one is a duplicate;
    other calls go on.
    """
    many = [call("c1", "ringing", at=second) for second in range(999)]
    assert send(store, space, *many).rejected == 0
    receipt = send(
        store,
        space,
        call("c1", "ringing", at=999),
        call("c1", "ringing", at=1000),
        call("c1", "ringing", at=0),
        call("c2", "completed"),
    )
    assert ended(receipt) == (1, 1, 1, 1)
    assert [(each.index, each.reason) for each in receipt.rejections] == [(1, "too_many_events")]
    assert store.call(acme.id, space.id, "c1").call_status == "ringing"
    assert len(store.call_entries(acme.id, space.id, "c1")) == 1000


def test_batches_committed_together_end_as_if_each_came_alone(store, acme, space, other_space):
    """One commit, several requests, each with its own receipt; the second sees what the first brought."""
    from callboard.store.interface import Batch

    def batch(where, *entries):
        return Batch(org_id=where.org_id, space_id=where.id, entries=list(entries), received_at=1)

    receipts = store.ingest(
        [
            batch(space, call("c1")),
            batch(other_space, call("c1")),
            batch(space, call("c1"), call("c2")),
            batch(space, call("c1", "ringing", at=-5, creation_time=None)),
        ]
    )
    assert [ended(receipt) for receipt in receipts] == [
        (1, 0, 0, 0),
        (1, 0, 0, 0),
        (1, 1, 0, 0),
        (1, 0, 0, 0),
    ]
    assert len({receipt.batch_no for receipt in receipts}) == 4
    assert store.changes_since(acme.id, -1).totals[space.id].calls_completed == 2


def test_no_batch_at_all_is_no_fault(store):
    """Nothing in, nothing out."""
    assert store.ingest([]) == []
