"""A task event that means "the current attempt" or "the status as it is" takes them under the lock."""

from callboard.model.event import CURRENT_ATTEMPT, CURRENT_STATUS, TaskEvent
from callboard.store.questions import Scope, TaskFilter, Window
from tests.events import ended, entry, send, task
from tests.stores import NOW


def update(task_id, status=CURRENT_STATUS, *, at=60, attempt=CURRENT_ATTEMPT, **fields):
    """A PATCH of a task, as the edge makes it."""
    return entry(
        TaskEvent(
            task_id=task_id,
            status=status,
            source_status=status,
            attempt=attempt,
            standing=0,
            occurred_at=NOW + at * 1_000_000,
            **fields,
        )
    )


def test_an_update_is_of_the_tasks_current_attempt(store, acme, space):
    """It does not bring an older attempt back."""
    send(store, space, task("t1", "failed", attempt=1), task("t1", "running", at=1, attempt=2))
    assert ended(send(store, space, update("t1", "completed"))) == (1, 0, 0, 0)
    row = store.task(acme.id, space.id, "t1")
    assert (row.status, row.attempt) == ("completed", 2)


def test_an_update_without_a_status_leaves_it_as_it_is(store, acme, space):
    """The word received before stays, too."""
    send(store, space, task("t1", "hold"))
    assert ended(send(store, space, update("t1", assignee="ann"))) == (1, 0, 0, 0)
    row = store.task(acme.id, space.id, "t1")
    assert (row.status, row.source_status, row.assignee) == ("pending", "hold", "ann")


def test_an_update_of_a_finished_task_leaves_it_finished(store, acme, space):
    """A note on a task that failed is no new attempt."""
    send(store, space, task("t1", "cancelled", failure_reason="cancelled"))
    send(store, space, update("t1", assignee="ann"))
    row = store.task(acme.id, space.id, "t1")
    assert (row.status, row.source_status, row.assignee) == ("failed", "cancelled", "ann")
    assert row.failure_reason == "cancelled"


def test_an_update_sees_what_came_before_it_in_its_batch(store, acme, space):
    """A task created and updated in one request."""
    assert ended(send(store, space, task("t1", "pending"), update("t1", "running"))) == (2, 0, 0, 0)
    assert store.task(acme.id, space.id, "t1").status == "running"


def test_an_update_of_a_task_that_is_not_there_is_rejected(store, acme, space, other_space):
    """`unknown_task`; a task of that id in another space does not count."""
    send(store, other_space, task("t1", "pending"))
    receipt = send(store, space, update("t1", "running"))
    assert [each.reason for each in receipt.rejections] == ["unknown_task"]
    assert store.tasks(Scope(acme.id, space.id), TaskFilter(), Window(limit=10)) == []


def test_an_update_is_kept_as_what_it_meant(store, acme, space):
    """The log holds the attempt and status it resolved to: folding again gives the same."""
    send(store, space, task("t1", "running", attempt=3))
    send(store, space, update("t1", assignee="ann"))
    kept = store.task_entries(acme.id, space.id, "t1")[-1].event
    assert (kept.attempt, kept.status, kept.source_status) == (3, "running", "running")
    assert store.verify(deep=True).drift == 0


def test_an_update_that_names_a_new_attempt_begins_it(store, acme, space):
    """A runner that announces a retry does not end it as the attempt before ended."""
    send(store, space, task("t1", "failed", failure_reason="busy"))
    assert ended(send(store, space, update("t1", attempt=2))) == (1, 0, 0, 0)
    row = store.task(acme.id, space.id, "t1")
    assert (row.status, row.attempt, row.failure_reason) == ("pending", 2, None)


def test_a_void_task_is_not_there_to_be_updated(store, space):
    """It is in no list; the answer to an update must not say that it was applied."""
    send(store, space, task("t1", "running"), task("t1", "running", at=1, void=True))
    receipt = send(store, space, update("t1", "completed"))
    assert [rejection.reason for rejection in receipt.rejections] == ["unknown_task"]


def test_an_update_that_failed_with_its_commit_is_resolved_anew(store, acme, space):
    """What "current" means is found at the commit that keeps it, and kept nowhere else."""
    send(store, space, task("t1", "running"))
    same = update("t1", assignee="ann")
    send(store, space, same)
    assert same.event.attempt == CURRENT_ATTEMPT
    assert same.event.status == CURRENT_STATUS
    assert store.task(acme.id, space.id, "t1").assignee == "ann"
