"""Counter differences of a batch, from the rows before and after it.

The differences are first summed by the finest key that any counter distinguishes, one lookup for each row.
Most rows of a batch share a few of these keys, and only the keys are added to the cells of every counter and
grain.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from callboard.fold.catalogue import ADDED_DIMENSIONS, CALL_DIMENSIONS, CATALOGUE, TASK_DIMENSIONS
from callboard.fold.grain import QUARTER_HOUR_US, buckets_of
from callboard.fold.sketch import bucket_text
from callboard.model.call import Call
from callboard.model.task import Task
from callboard.model.totals import TOTALS_FIELDS, Totals
from callboard.model.words import FINAL_CALL

Measures = list[int]
"""items, answered, timed, talk_ms, wait_ms"""
CellKey = tuple[int, str, int, str, str, str]
"""counter code, grain, bucket, and up to three dimension values"""
CallKey = tuple[Any, ...]
"""The quarter-hour, then `CALL_DIMENSIONS`."""
TaskKey = tuple[int, str]

_AT = {name: place for place, name in enumerate(TOTALS_FIELDS)}
_CALLS_AT = {name.removeprefix("calls_"): at for name, at in _AT.items() if name.startswith("calls_")}
_TASKS_AT = {name.removeprefix("tasks_"): at for name, at in _AT.items() if name.startswith("tasks_")}
_TIMED_AT, _TALK_AT = _AT["completed_timed"], _AT["completed_talk_ms"]
_ANSWERED_AT, _ANSWERED_FINAL_AT = _AT["answered_calls"], _AT["answered_final"]


class RunDifference(Struct):
    """The changes of a batch to the tasks of one run."""

    counts: dict[str, int]
    """Status → difference."""
    created: int | None = None
    """The earliest `created` of the changed tasks."""
    modified: int | None = None
    """The latest `modified` of the changed tasks."""
    bounds_left: bool = False
    """A task left the run, or its times moved inwards: the run's times may be those of a task that no longer
    has them, and have to be read again from all of its tasks."""


class Tally:
    """The differences of one batch in one space."""

    def __init__(self) -> None:
        self.calls: dict[CallKey, Measures] = {}
        self.tasks: dict[TaskKey, int] = {}
        self.runs: dict[str, RunDifference] = {}

    def move_call(self, old: Call | None, new: Call | None) -> None:
        """A call's row changed from `old` to `new`; None is no row. A void row counts nowhere."""
        if old is not None and not old.void:
            self._call(old, -1)
        if new is not None and not new.void:
            self._call(new, 1)

    def move_task(self, old: Task | None, new: Task | None) -> None:
        """A task's row changed from `old` to `new`."""
        before = old if old is not None and not old.void else None
        after = new if new is not None and not new.void else None
        if before is not None:
            self._task(before, -1)
        if after is not None:
            self._task(after, 1)
        self._run(before, after)

    def _call(self, call: Call, sign: int) -> None:
        duration, wait = call.duration_ms, call.wait_ms
        key: CallKey = (
            call.creation_time // QUARTER_HOUR_US,
            call.call_type or "",
            call.call_status,
            call.end_reason or "",
            call.agent or "",
            bucket_text(duration),
            bucket_text(wait),
        )
        if ADDED_DIMENSIONS:
            key = (*key, *(getattr(call, name) or "" for name in ADDED_DIMENSIONS))
        measures = self.calls.get(key)
        if measures is None:
            measures = self.calls[key] = [0, 0, 0, 0, 0]
        measures[0] += sign
        if duration is not None:
            measures[2] += sign
            measures[3] += sign * duration
        if duration or call.start_time is not None:
            measures[1] += sign
        if wait is not None:
            measures[4] += sign * wait

    def _task(self, task: Task, sign: int) -> None:
        key = (task.created // QUARTER_HOUR_US, task.status)
        self.tasks[key] = self.tasks.get(key, 0) + sign

    def _run(self, before: Task | None, after: Task | None) -> None:
        if before is not None and before.run_id is not None:
            run = self._run_of(before.run_id)
            run.counts[before.status] = run.counts.get(before.status, 0) - 1
            if (
                after is None
                or after.run_id != before.run_id
                or after.created > before.created
                or after.modified < before.modified
            ):
                run.bounds_left = True
        if after is not None and after.run_id is not None:
            run = self._run_of(after.run_id)
            run.counts[after.status] = run.counts.get(after.status, 0) + 1
            run.created = after.created if run.created is None else min(run.created, after.created)
            run.modified = after.modified if run.modified is None else max(run.modified, after.modified)

    def _run_of(self, run_id: str) -> RunDifference:
        run = self.runs.get(run_id)
        if run is None:
            run = self.runs[run_id] = RunDifference({})
        return run

    def totals(self) -> list[int]:
        """The differences of the space's totals, in the order of `TOTALS_FIELDS`."""
        sums = [0] * len(TOTALS_FIELDS)
        for (_, _, status, *_), (items, answered, timed, talk_ms, _) in self.calls.items():
            sums[_CALLS_AT[status]] += items
            if answered and status != "queued":
                sums[_ANSWERED_AT] += answered
                if status in FINAL_CALL:
                    sums[_ANSWERED_FINAL_AT] += answered
            if status == "completed":
                sums[_TIMED_AT] += timed
                sums[_TALK_AT] += talk_ms
        for (_, status), items in self.tasks.items():
            sums[_TASKS_AT[status]] += items
        return sums

    def cells(self, zone: str) -> dict[CellKey, Measures]:
        """The differences of the cells, for a space whose home zone is `zone`; without empty ones."""
        cells: dict[CellKey, Measures] = {}
        for call_key, measures in self.calls.items():
            if any(measures):
                _add_to_cells(_CALL_COUNTERS, call_key[0], (*call_key, ""), measures, zone, cells)
        for task_key, items in self.tasks.items():
            if items:
                _add_to_cells(_TASK_COUNTERS, task_key[0], (*task_key, ""), [items, 0, 0, 0, 0], zone, cells)
        return {key: measures for key, measures in cells.items() if any(measures)}


DimensionPlaces = tuple[int, int, int]
_CellTargets = list[tuple[int, DimensionPlaces, tuple[str, ...]]]


def _counters_of(kind: str, dimensions: tuple[str, ...]) -> _CellTargets:
    """Each counter's code, the places of its dimensions in a key (after the quarter-hour), and its grains."""
    blank = len(dimensions) + 1
    found: _CellTargets = []
    for counter in CATALOGUE:
        if counter.of == kind:
            places = [dimensions.index(name) + 1 for name in counter.dimensions]
            first, second, third = (*places, blank, blank, blank)[:3]
            found.append((counter.code, (first, second, third), tuple(map(str, counter.grains))))
    return found


_CALL_COUNTERS = _counters_of("call", CALL_DIMENSIONS)
_TASK_COUNTERS = _counters_of("task", TASK_DIMENSIONS)


def _add_to_cells(
    counters: _CellTargets,
    quarter_hour: int,
    key: tuple[Any, ...],
    measures: Measures,
    zone: str,
    cells: dict[CellKey, Measures],
) -> None:
    """Add the measures of one key to every cell that they count in."""
    buckets = buckets_of(quarter_hour, zone)
    for code, (first, second, third), grains in counters:
        d1, d2, d3 = key[first], key[second], key[third]
        for grain in grains:
            _add(cells, (code, grain, buckets[grain], d1, d2, d3), measures)


def _add(cells: dict[CellKey, Measures], key: CellKey, measures: Measures) -> None:
    cell = cells.get(key)
    if cell is None:
        cells[key] = measures[:]
    else:
        cell[0] += measures[0]
        cell[1] += measures[1]
        cell[2] += measures[2]
        cell[3] += measures[3]
        cell[4] += measures[4]


def add_totals(totals: Totals, differences: list[int]) -> Totals:
    """The totals with the differences added."""
    return Totals(
        *[value + difference for value, difference in zip(as_tuple(totals), differences, strict=True)]
    )


def as_tuple(totals: Totals) -> tuple[int, ...]:
    """The totals in the order of `TOTALS_FIELDS`."""
    return tuple(getattr(totals, name) for name in TOTALS_FIELDS)
