"""A task's events make the task: the rules, field by field."""

from itertools import permutations

import pytest

from callboard.clock import SECOND
from callboard.fold.task import fold_task
from callboard.model.task import Stuck, stuck
from tests.events import task
from tests.stores import NOW


def fold(*entries):
    """The task, the same for any order of its events."""
    made = fold_task(list(entries))
    assert all(fold_task(list(order)) == made for order in permutations(entries))
    return made


def test_only_a_higher_attempt_leaves_a_final_status():
    """Within an attempt an end is an end."""
    failed = task("t", "failed", at=1)
    assert fold(failed, task("t", "running", at=9)).status == "failed"
    again = fold(failed, task("t", "pending", at=0, attempt=2))
    assert (again.status, again.attempt) == ("pending", 2)


def test_the_word_received_is_kept_beside_its_meaning():
    """The greatest event's."""
    made = fold(task("t", "queued", at=0), task("t", "canceled", at=1))
    assert (made.status, made.source_status) == ("failed", "canceled")


def test_what_belongs_to_an_attempt_comes_from_the_highest():
    """A retry does not inherit why the first attempt failed, nor what it brought, nor when it was due."""
    made = fold(
        task("t", "failed", at=9, failure_reason="busy", output={"a": 1}, scheduled_at=NOW),
        task("t", "running", at=1, attempt=2),
    )
    assert (made.failure_reason, made.output, made.scheduled_at) == (None, None, None)


def test_what_belongs_to_the_task_comes_from_any_attempt():
    """By the greatest event that carries it."""
    made = fold(
        task("t", "failed", at=9, run_id="r", assignee="ann", execution_type="call", input={"a": 1}),
        task("t", "running", at=1, attempt=2, assignee="ben"),
    )
    assert (made.run_id, made.assignee, made.execution_type, made.input) == ("r", "ben", "call", {"a": 1})


def test_documents_of_a_task_are_taken_whole():
    """They are not merged key by key."""
    made = fold(
        task("t", "pending", at=0, input={"a": 1}, output={"x": 1}),
        task("t", "running", at=1, input={"b": 2}, output={"y": 2}),
    )
    assert (made.input, made.output) == ({"b": 2}, {"y": 2})


def test_created_is_carried_or_the_earliest_word_and_modified_the_latest():
    """Of all attempts."""
    first, second = task("t", "failed", at=5), task("t", "running", at=3, attempt=2)
    assert fold(first, second).created == NOW + 3 * SECOND
    assert fold(first, second).modified == NOW + 5 * SECOND
    assert fold(task("t", "pending", at=9, created=NOW), first, second).created == NOW


def test_a_task_that_has_only_ever_been_pending_waits_since_it_was_created():
    """Whatever else is said of it: that it is pending is no news."""
    assert fold(task("t", "pending", at=5)).status_since == NOW + 5 * SECOND
    made = fold(task("t", "pending", at=5, created=NOW), task("t", "hold", at=90, assignee="ann"))
    assert (made.status_since, made.waiting_since) == (NOW, NOW)


def test_a_pending_task_is_late_past_its_status_and_its_schedule():
    """The later of the two counts; due in the future, it is not late yet."""
    due = fold(task("t", "pending", at=5, scheduled_at=NOW + 99))
    assert due.waiting_since == due.status_since == NOW + 5 * SECOND
    later = fold(task("t", "pending", at=5, scheduled_at=NOW + 60 * SECOND))
    assert later.waiting_since == NOW + 60 * SECOND
    assert stuck(later, NOW + (60 + 3600) * SECOND, 900, 3600) is None
    assert stuck(later, NOW + (60 + 3601) * SECOND, 900, 3600) == Stuck(
        "pending_too_long", NOW + 5 * SECOND, 3656
    )
    put_back = fold(
        task("t", "pending", at=0, scheduled_at=NOW + 9 * SECOND),
        task("t", "running", at=20),
        task("t", "pending", at=50),
    )
    assert put_back.waiting_since == NOW + 50 * SECOND


def test_a_retry_or_a_requeue_starts_the_clock_anew():
    """An old task that was handed out again a moment ago is not stuck."""
    old = [task("t", "pending", at=0, created=NOW - 10**12), task("t", "running", at=5)]
    requeued = fold(*old, task("t", "pending", at=90_000))
    assert requeued.status_since == NOW + 90_000 * SECOND
    retried = fold(*old, task("t", "failed", at=9), task("t", "pending", at=90_000, attempt=2))
    assert retried.status_since == NOW + 90_000 * SECOND
    resumed = fold(*old, task("t", "pending", at=80_000), task("t", "running", at=90_000))
    assert resumed.status_since == NOW + 90_000 * SECOND
    for each in (requeued, retried, resumed):
        assert stuck(each, NOW + 90_001 * SECOND, 900, 3600) is None


def test_saying_the_same_status_again_does_not_make_a_task_young():
    """Progress is no new start, and neither is a word that comes late."""
    words = [task("t", "running", at=5), task("t", "processing", at=60), task("t", "pending", at=2)]
    for order in (words, words[::-1]):
        assert fold(*order).status_since == NOW + 5 * SECOND


def test_a_task_keeps_a_failure_reason_only_while_it_failed_for_it():
    """Of the winning status alone, of the highest attempt alone."""
    failed = task("t", "failed", at=5, failure_reason="busy")
    assert fold(failed).failure_reason == "busy"
    assert fold(failed, task("t", "completed", at=9)).failure_reason is None
    assert fold(failed, task("t", "running", at=9, attempt=2)).failure_reason is None
    assert fold(failed, task("t", "cancelled", at=9)).failure_reason == "busy"
    assert fold(failed, task("t", "completed", at=9, failure_reason="odd")).failure_reason == "odd"


def test_a_finished_task_waits_for_nothing():
    """It cannot be stuck."""
    made = fold(task("t", "running", at=0), task("t", "completed", at=5))
    assert made.waiting_since is None
    assert stuck(made, NOW + 10**12, 900, 3600) is None


@pytest.mark.parametrize(
    ("word", "seconds", "reason"),
    [
        ("running", 900, None),
        ("running", 901, "running_too_long"),
        ("pending", 3600, None),
        ("pending", 3601, "pending_too_long"),
    ],
)
def test_a_task_is_stuck_when_it_waits_longer_than_its_limit(word, seconds, reason):
    """Longer than it, not as long."""
    found = stuck(fold(task("t", word, at=0)), NOW + seconds * SECOND, 900, 3600)
    assert (found.reason if found else None) == reason
    if found:
        assert (found.since, found.age_s) == (NOW, seconds)
