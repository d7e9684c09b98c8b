"""Stuck since when, and failed for what, as every store lists and counts it."""

from __future__ import annotations

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.store.questions import Scope, TaskFilter, Window
from tests.events import send, task
from tests.stores import NOW

LATER = NOW + DAY


def stuck_at(store, acme, space, now):
    """The ids of stuck tasks: as listed, as counted for the space, and as attention finds them."""
    where = TaskFilter(stuck=True, now=now)
    scope = Scope(acme.id, space.id)
    listed = sorted(each.task.task_id for each in store.tasks(scope, where, Window(limit=50)))
    assert store.count_tasks(scope, where) == len(listed)
    assert store.stuck_tasks(acme.id, now).get(space.id, 0) == len(listed)
    late = [
        *(
            task_id
            for status, limit in (("running", 15 * MINUTE), ("pending", HOUR))
            for found in store.waiting_tasks(acme.id, status, {space.id: now - limit}, 50).values()
            for task_id in found.ids
        ),
    ]
    assert sorted(late) == listed
    return listed


def test_an_old_task_that_was_handed_out_again_is_not_stuck(store, acme, space):
    """By a retry, by a requeue, by both; it is stuck again after waiting that long once more."""
    for name in ("requeued", "retried", "resumed", "left", "due"):
        send(store, space, task(name, "pending", created=NOW), task(name, "running", at=60))
    at = (LATER - NOW) / SECOND
    send(store, space, task("requeued", "pending", at=at), task("resumed", "running", at=at, attempt=2))
    send(store, space, task("retried", "pending", at=at, attempt=2))
    send(store, space, task("due", "pending", at=120, scheduled_at=LATER))
    send(store, space, task("left", "processing", at=at))  # says again what was known
    assert stuck_at(store, acme, space, LATER + MINUTE) == ["left"]
    assert stuck_at(store, acme, space, LATER + 16 * MINUTE) == ["left", "resumed"]
    everyone = ["due", "left", "requeued", "resumed", "retried"]
    assert stuck_at(store, acme, space, LATER + HOUR + 1) == everyone
    assert store.task(acme.id, space.id, "due").status_since == NOW + 120 * SECOND
    assert store.verify(deep=True).drift == 0


def test_a_task_that_completed_is_listed_under_no_failure(store, acme, space):
    """Neither in the list of a reason nor among those with one."""
    failed = task("t", "failed", failure_reason="busy")
    send(store, space, failed)
    where, scope = TaskFilter(failure_reason="busy"), Scope(acme.id, space.id)
    assert store.count_tasks(scope, where) == 1
    send(store, space, task("t", "completed", at=60))
    assert store.count_tasks(scope, where) == 0
    assert store.tasks(scope, where, Window(limit=10)) == []
    assert store.task(acme.id, space.id, "t").failure_reason is None
