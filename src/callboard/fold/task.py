"""A task's events → the task. Only an event of a higher attempt takes a task out of a final status."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from callboard.clock import Micros
from callboard.fold.facts import Facts
from callboard.fold.stamp import Stamp, stamp
from callboard.model.event import Entry, TaskEvent
from callboard.model.fields import folded
from callboard.model.task import Task
from callboard.model.words import FINAL_TASK

_FACTS = folded("task", "greatest")
"""Fields that the greatest event (by stamp) that carries them decides."""
_ATTEMPT_FACTS = folded("task", "attempt")
"""Fields that are decided among the events of the highest attempt."""


def fold_task(entries: Sequence[Entry]) -> Task:
    """The task that a set of events makes: the same for any order of `entries`. At least one is needed."""
    fold = TaskFold()
    for entry in entries:
        fold.add(entry)
    return fold.row()


def run_time_ms(entries: Sequence[Entry]) -> int | None:
    """How long the highest attempt of a finished task ran: from its first event with status running to its
    last final one. None when it has no such event, or they contradict each other.
    """
    attempt = max(_event(entry).attempt for entry in entries)
    own_events = [entry for entry in entries if _event(entry).attempt == attempt]
    began = [entry.occurred_at for entry in own_events if _event(entry).status == "running"]
    ended = [entry.occurred_at for entry in own_events if _event(entry).status in FINAL_TASK]
    if not began or not ended or max(ended) < min(began):
        return None
    return (max(ended) - min(began)) // 1000


def _event(entry: Entry) -> TaskEvent:
    event = entry.event
    assert isinstance(event, TaskEvent)
    return event


class TaskFold:
    """Takes a task's events in any order, each once; `row` gives the task that they make so far."""

    __slots__ = (
        "_attempt_events",
        "_attempt_facts",
        "_earliest",
        "_facts",
        "_greatest",
        "_latest",
        "_stamp",
        "_status_facts",
    )

    def __init__(self) -> None:
        self._facts = Facts()
        self._attempt_facts = Facts()
        self._status_facts = Facts()
        self._attempt_events: list[tuple[Stamp, str, Micros]] = []
        """The highest attempt's events in stamp order: stamp, status, and when they occurred."""
        self._greatest: TaskEvent | None = None
        self._stamp: Stamp | None = None
        self._earliest: Micros | None = None
        self._latest: Micros | None = None

    def add(self, entry: Entry) -> None:
        """Fold one more event in."""
        event, at, occurred = entry.event, stamp(entry), entry.occurred_at
        assert isinstance(event, TaskEvent)
        for name in _FACTS:
            self._facts.record(name, at, getattr(event, name))
        for name in _ATTEMPT_FACTS:
            self._attempt_facts.record((event.attempt, name), at, getattr(event, name))
        # By status, so that `row` reads it from events of the winning status only: a task that completed
        # after it failed has no failure reason.
        self._status_facts.record((event.attempt, event.status), at, event.failure_reason)
        if self._greatest is not None and event.attempt > self._greatest.attempt:
            self._attempt_events.clear()
        if self._greatest is None or event.attempt >= self._greatest.attempt:
            insort(self._attempt_events, (at, event.status, occurred))
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
        scheduled = self._attempt_facts.known((attempt, "scheduled_at"))
        since = self._status_since(created)
        return Task(
            task_id=greatest.task_id,
            status=greatest.status,
            source_status=greatest.source_status,
            attempt=attempt,
            created=created,
            modified=latest,
            scheduled_at=scheduled,
            failure_reason=self._status_facts.known((attempt, greatest.status)),
            # fields: fold of the facts of a task
            run_id=known("run_id"),
            assignee=known("assignee"),
            execution_type=known("execution_type"),
            input=known("input"),
            output=self._attempt_facts.known((attempt, "output")),
            # end of fields
            status_since=since,
            waiting_since=_waiting_since(greatest.status, since, scheduled),
            void=bool(known("void")),
        )

    def _status_since(self, created: Micros) -> Micros | None:
        """When the highest attempt took its current status: the first of its last events that all have it, in
        stamp order, so that an older event received late changes nothing. None for a final status.
        """
        last, status, _ = self._attempt_events[-1]
        if status in FINAL_TASK:
            return None
        begin = len(self._attempt_events) - 1
        while begin > 0 and self._attempt_events[begin - 1][1] == status:
            begin -= 1
        if begin == 0 and status == "pending" and last[0] == 1:
            return created  # it has not been started since it was created
        return self._attempt_events[begin][2]


def _waiting_since(status: str, since: Micros | None, scheduled: Micros | None) -> Micros | None:
    if since is None or status != "pending" or scheduled is None:
        return since
    return max(since, scheduled)
