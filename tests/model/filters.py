"""Filters as plain predicates, and the order and windows of lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from callboard.clock import SECOND
from callboard.model.call import MAX_CALL_SPAN, Call
from callboard.model.directory import SpaceSettings
from callboard.model.fields import filter_fields
from callboard.model.run import Run
from callboard.model.task import CALL_ENDED_FOR, Task, stuck
from callboard.model.words import FINAL_CALL
from callboard.store.interface import CallAt, TaskAt
from callboard.store.questions import CallFilter, FilterValue, Position, TaskFilter, Unknown, Window

CALL_MATCHES = tuple(each.row_name for each in filter_fields("call"))
TASK_MATCHES = tuple(each.row_name for each in filter_fields("task"))
At = TypeVar("At", CallAt, TaskAt, Run)


def matches(expected: FilterValue | int, value: str | int | None) -> bool:
    """Whether a field matches: any value without a filter; null or the text `unknown` for `UNKNOWN`."""
    if expected is None:
        return True
    return value in (None, "unknown") if isinstance(expected, Unknown) else value == expected


class CallLimits(NamedTuple):
    """How long calls of a space may stay live, in seconds."""

    of_space: int
    of_source: Mapping[str, int]
    """Of hooks, by the source that their calls have."""

    def of(self, call: Call) -> int:
        return min(self.of_space, self.of_source.get(call.source, self.of_space))


def is_past_limit(call: Call, now: int, limits: CallLimits) -> bool:
    """Whether a call is live, longer than it may be."""
    live = call.call_status in ("ringing", "in_progress")
    since = max(call.creation_time, call.start_time or 0)
    return live and since + limits.of(call) * SECOND < now


def call_passes(call: Call, where: CallFilter, limits: CallLimits) -> bool:
    """Whether a call matches the filter; `limits` are its space's."""
    duration, wait = call.duration_ms, call.wait_ms
    return (
        all(matches(getattr(where, name), getattr(call, name)) for name in CALL_MATCHES)
        and where.answered in (None, call.answered)
        and where.made in (None, call.call_status != "queued")
        and where.final in (None, call.call_status in FINAL_CALL)
        and where.duration_known in (None, duration is not None)
        and (where.talking_at is None or _is_in_progress(call, "talk", where.talking_at, limits))
        and (where.offered_at is None or _is_in_progress(call, "offered", where.offered_at, limits))
        and (where.unplaced is None or call.has_unknown_time(where.unplaced))
        and where.time_to_answer_known in (None, wait is not None)
        and where.contradicting in (None, call.contradicting)
        and where.past_limit in (None, is_past_limit(call, where.now, limits))
        and (where.min_wait_ms is None or (wait is not None and wait >= where.min_wait_ms))
        and (where.max_wait_ms is None or (wait is not None and wait <= where.max_wait_ms))
        and (where.min_duration_ms is None or (duration is not None and duration >= where.min_duration_ms))
        and (where.max_duration_ms is None or (duration is not None and duration <= where.max_duration_ms))
        and (where.start is None or call.creation_time >= where.start)
        and (where.end is None or call.creation_time < where.end)
    )


def _is_in_progress(call: Call, kind: str, span: tuple[int, int], limits: CallLimits) -> bool:
    began = call.begins(kind)
    if began is None:
        return False
    ended = call.ends(began, limits.of(call))
    if ended is None:
        return False
    ended = min(ended, call.creation_time + MAX_CALL_SPAN)
    return span[0] < span[1] and began < ended and began < span[1] and ended > span[0]


def call_ended(task: Task, calls: Iterable[Call], now: int) -> bool:
    """Whether a task is open although its call has ended; `calls` are those of its space."""
    since = task.waiting_since
    of_task = [call for call in calls if call.task_id == task.task_id]
    return (
        since is not None
        and any(
            call.call_status in FINAL_CALL
            and call.end_time is not None
            and since < call.end_time < now - CALL_ENDED_FOR
            for call in of_task
        )
        and not any(call.call_status in ("ringing", "in_progress") for call in of_task)
    )


def task_passes(task: Task, where: TaskFilter, limits: SpaceSettings, calls: Iterable[Call] = ()) -> bool:
    """Whether a task matches the filter; `limits` are its space's."""
    return (
        all(matches(getattr(where, name), getattr(task, name)) for name in TASK_MATCHES)
        and (where.created_from is None or task.created >= where.created_from)
        and (where.created_to is None or task.created < where.created_to)
        and (where.updated_before is None or task.modified < where.updated_before)
        and (
            where.waiting_before is None
            or (task.waiting_since is not None and task.waiting_since < where.waiting_before)
        )
        and (where.call_ended is None or where.call_ended == call_ended(task, calls, where.now))
        and (where.stuck is None or where.stuck == _is_stuck(task, where.now, limits))
    )


def _is_stuck(task: Task, now: int, limits: SpaceSettings) -> bool:
    return stuck(task, now, limits.stuck_running_after, limits.stuck_pending_after) is not None


def position(item: CallAt | TaskAt | Run) -> Position:
    """Where an item is in its list."""
    if isinstance(item, CallAt):
        return Position(item.call.creation_time, item.call.call_id, item.space_id)
    if isinstance(item, TaskAt):
        return Position(item.task.created, item.task.task_id, item.space_id)
    return Position(item.created, item.run_id, item.space_id)


def windowed(items: Iterable[At], window: Window) -> list[At]:
    """Newest first, ties by id, then space; of that, the part asked for."""
    ordered = sorted(items, key=lambda item: _place(position(item)))
    if window.after is not None:
        behind = _place(window.after)
        ordered = [item for item in ordered if _place(position(item)) > behind]
    return ordered[window.offset : window.offset + window.limit]


def _place(at: Position) -> tuple[int, str, int]:
    return (-at.at, at.item_id, at.space_id)
