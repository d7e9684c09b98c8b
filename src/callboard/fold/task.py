"""A task's events → the task. A higher attempt is the only way out of a final status."""

from __future__ import annotations

from collections.abc import Sequence

from callboard.clock import Micros
from callboard.fold.facts import Facts
from callboard.fold.stamp import Stamp, stamp
from callboard.model.event import Entry, TaskEvent
from callboard.model.task import Task
from callboard.model.words import FINAL_TASK

_FACTS = ("created", "run_id", "assignee", "execution_type", "input", "void")
"""Decided by the greatest event that carries them."""
_OF_ATTEMPT = ("scheduled_at", "failure_reason", "output")
"""Decided among the events of the highest attempt."""


def fold_task(entries: Sequence[Entry]) -> Task:
    """The task that a set of events makes: the same for any order of `entries`. At least one is needed."""
    fold = TaskFold()
    for entry in entries:
        fold.add(entry)
    return fold.row()


def run_time_ms(entries: Sequence[Entry]) -> int | None:
    """How long the highest attempt of a finished task ran: from the first word that it runs to its last end.
    None when it has not ended, or never said that it runs.
    """
    attempt = max(_event(entry).attempt for entry in entries)
    mine = [entry for entry in entries if _event(entry).attempt == attempt]
    began = [entry.occurred_at for entry in mine if _event(entry).status == "running"]
    ended = [entry.occurred_at for entry in mine if _event(entry).status in FINAL_TASK]
    if not began or not ended or max(ended) < min(began):
        return None
    return (max(ended) - min(began)) // 1000


def _event(entry: Entry) -> TaskEvent:
    event = entry.event
    assert isinstance(event, TaskEvent)
    return event


class TaskFold:
    """Takes a task's events in any order, each once; tells the task they make at any time."""

    __slots__ = ("_earliest", "_facts", "_greatest", "_latest", "_of_attempt", "_running_since", "_stamp")

    def __init__(self) -> None:
        self._facts = Facts()
        self._of_attempt = Facts()
        self._running_since: dict[int, Micros] = {}
        self._greatest: TaskEvent | None = None
        self._stamp: Stamp | None = None
        self._earliest: Micros | None = None
        self._latest: Micros | None = None

    def add(self, entry: Entry) -> None:
        """One event more."""
        event, at, occurred = entry.event, stamp(entry), entry.occurred_at
        assert isinstance(event, TaskEvent)
        for name in _FACTS:
            self._facts.take(name, at, getattr(event, name))
        for name in _OF_ATTEMPT:
            self._of_attempt.take((event.attempt, name), at, getattr(event, name))
        if event.status == "running":
            since = self._running_since.get(event.attempt, occurred)
            self._running_since[event.attempt] = min(since, occurred)
        if self._stamp is None or at > self._stamp:
            self._greatest, self._stamp = event, at
        self._earliest = occurred if self._earliest is None else min(self._earliest, occurred)
        self._latest = occurred if self._latest is None else max(self._latest, occurred)

    def row(self) -> Task:
        """The task; at least one event is needed."""
        greatest, earliest, latest = self._greatest, self._earliest, self._latest
        assert greatest is not None
        assert earliest is not None
        assert latest is not None
        known, attempt = self._facts.known, greatest.attempt
        created = known("created")
        if created is None:
            created = earliest
        scheduled = self._of_attempt.known((attempt, "scheduled_at"))
        return Task(
            task_id=greatest.task_id,
            status=greatest.status,
            source_status=greatest.source_status,
            attempt=attempt,
            created=created,
            modified=latest,
            run_id=known("run_id"),
            assignee=known("assignee"),
            execution_type=known("execution_type"),
            scheduled_at=scheduled,
            failure_reason=self._of_attempt.known((attempt, "failure_reason")),
            input=known("input"),
            output=self._of_attempt.known((attempt, "output")),
            waiting_since=self._waiting_since(greatest, created, scheduled),
            void=bool(known("void")),
        )

    def _waiting_since(self, greatest: TaskEvent, created: Micros, scheduled: Micros | None) -> Micros | None:
        if greatest.status == "pending":
            return created if scheduled is None else scheduled
        return self._running_since[greatest.attempt] if greatest.status == "running" else None
