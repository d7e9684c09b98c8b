"""Sums for reports: from stored cells, or counted from rows one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.catalogue import BY_NAME
from callboard.fold.ranges import indexes_containing
from callboard.fold.sketch import bucket, bucket_text
from callboard.fold.tally import CellKey, Measures
from callboard.model.call import Call
from callboard.model.fields import group_fields
from callboard.model.task import Task
from callboard.store.budget import charge_rows
from callboard.store.questions import (
    CONTACT_SPACES,
    MEASURES,
    Aggregate,
    CallFilter,
    DurationStats,
    Extreme,
    GroupDurations,
    Rows,
    Scan,
    TaskFilter,
)
from tests.model.counters import contact_cells
from tests.model.filters import call_passes, matches, task_passes
from tests.model.state import SpaceState, StateMixin

Counted = tuple[int, dict[str, Any], str, Sequence[int]]
"""Time (in the unit of the ranges), values by group name, status, measures."""


class ReportSums(StateMixin):
    """`sums`."""

    def sums(self, org_id: int, scans: Sequence[Scan]) -> list[Rows]:
        with self.state.lock:
            found = [_summed(self._counted(org_id, scan), scan) for scan in scans]
        charge_rows(sum(map(len, found)))
        return found

    def sums_since(
        self, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
    ) -> tuple[list[Rows], list[Rows | None], int | None]:
        # None: the model always reads rows and cells, so materialized views have nothing to catch up from.
        return self.sums(org_id, scans), [None] * len(since), None

    def durations(
        self, org_id: int, aggregate: Aggregate, ranges: Sequence[tuple[Micros, Micros]]
    ) -> GroupDurations:
        every: dict[tuple[Any, ...], tuple[list[int | None], list[int | None]]] = {}
        places = indexes_containing(ranges)
        with self.state.lock:
            for space, call in self._calls_of(org_id, aggregate):
                if not places(call.creation_time):
                    continue
                values = _values(space, call)
                key = tuple(values[name] for name in aggregate.group)
                talk, wait = every.setdefault(key, ([], []))
                if call.call_status == "completed":
                    talk.append(call.duration_ms)
                if call.call_status != "queued" and (call.answered or call.wait_ms is not None):
                    wait.append(call.wait_ms)
        charge_rows(len(every))
        return [
            (key, _duration_stats(talk), _duration_stats(wait))
            for key, (talk, wait) in every.items()
            if talk or wait
        ]

    def extremes_ms(
        self,
        org_id: int,
        where: CallFilter,
        wanted: Sequence[Extreme],
        max_rows: int,
    ) -> list[int | None]:
        with self.state.lock:
            return [self._extreme_ms(org_id, where, each) for each in wanted]

    def _extreme_ms(self, org_id: int, where: CallFilter, wanted: Extreme) -> int | None:
        values = [
            value
            for space_id, begin, end in wanted.places
            for space in [self.state.need_space(org_id, space_id)]
            for call in space.non_void_calls()
            if call_passes(call, where, self.state.call_limits(org_id, space_id))
            and (call.call_status == "completed" if wanted.of == "talk" else call.call_status != "queued")
            and begin <= call.creation_time < end
            for value in [call.duration_ms if wanted.of == "talk" else call.wait_ms]
            if value is not None and wanted.bounds[0] <= value <= wanted.bounds[1]
        ]
        return (max if wanted.is_max else min)(values, default=None)

    def first_item_at(
        self, org_id: int, spaces: Sequence[int], kind: Literal["call", "task"]
    ) -> Micros | None:
        with self.state.lock:
            added = [self.state.need_space(org_id, space_id) for space_id in spaces]
            if kind == "call":
                found = [call.creation_time for space in added for call in space.non_void_calls()]
            else:
                found = [task.created for space in added for task in space.non_void_tasks()]
            return min(found, default=None)

    def stuck_tasks(self, org_id: int, now: Micros) -> dict[int, int]:
        where = TaskFilter(stuck=True, now=now)
        with self.state.lock:
            counted = {
                space.space.id: sum(
                    task_passes(task, where, space.space.settings) for task in space.non_void_tasks()
                )
                for space in self.state.spaces_of(org_id)
            }
        return {space_id: stuck for space_id, stuck in counted.items() if stuck}

    def _counted(self, org_id: int, scan: Scan) -> Iterator[Counted]:
        if scan.grain is not None:
            return self._of_cells(org_id, scan)
        of_calls = isinstance(scan.aggregate.where, CallFilter)
        return (self._of_calls if of_calls else self._of_tasks)(org_id, scan.aggregate)

    def _of_cells(self, org_id: int, scan: Scan) -> Iterator[Counted]:
        aggregate = scan.aggregate
        assert aggregate.counter is not None
        counter = BY_NAME[aggregate.counter]
        for space_id in aggregate.spaces:
            for (code, grain, quarter_hour, *dimensions), measures in self._cells(org_id, space_id).items():
                if code == counter.code and grain == scan.grain:
                    values = dict(zip(counter.dimensions, dimensions, strict=False))
                    if all(matches(wanted, values[name] or None) for name, wanted in aggregate.conditions):
                        yield quarter_hour, {"space": space_id, **values}, values[counter.status], measures

    def _of_calls(self, org_id: int, aggregate: Aggregate) -> Iterator[Counted]:
        for space, call in self._calls_of(org_id, aggregate):
            timed = call.duration_ms is not None
            measures = (1, int(call.answered), int(timed), call.duration_ms or 0, call.wait_ms or 0)
            yield call.creation_time, _values(space, call), call.call_status, measures

    def _of_tasks(self, org_id: int, aggregate: Aggregate) -> Iterator[Counted]:
        assert isinstance(aggregate.where, TaskFilter)
        for space in [self.state.need_space(org_id, space_id) for space_id in aggregate.spaces]:
            for task in space.non_void_tasks():
                if task_passes(task, aggregate.where, space.space.settings, space.non_void_calls()):
                    yield task.created, _values_of_task(space, task), task.status, (1, 0, 0, 0, 0)

    def _calls_of(self, org_id: int, aggregate: Aggregate) -> Iterator[tuple[SpaceState, Call]]:
        assert isinstance(aggregate.where, CallFilter)
        for space in [self.state.need_space(org_id, space_id) for space_id in aggregate.spaces]:
            limits = self.state.call_limits(org_id, space.space.id)
            for call in space.non_void_calls():
                if call_passes(call, aggregate.where, limits) and _in_bucket(call, aggregate):
                    yield space, call

    def _cells(self, org_id: int, space_id: int) -> dict[CellKey, Measures]:
        if space_id != CONTACT_SPACES:
            return self.state.need_space(org_id, space_id).cells
        if not any(each.id == org_id for each in self.state.organizations.values()):
            raise NotFoundError("Organization not found.")
        return contact_cells(self.state, org_id)


def _in_bucket(call: Call, aggregate: Aggregate) -> bool:
    if aggregate.bucket is None:
        return True
    of, wanted = aggregate.bucket
    value = call.duration_ms if of == "talk" else call.wait_ms
    return value is not None and bucket(value) == wanted


def _values(space: SpaceState, call: Call) -> dict[str, Any]:
    return {
        "space": space.space.id,
        **{each.row_name: getattr(call, each.row_name) or "" for each in group_fields("call")},
        "answered": "true" if call.answered else "false",
        "talk": bucket_text(call.duration_ms),
        "wait": bucket_text(call.wait_ms),
    }


def _values_of_task(space: SpaceState, task: Task) -> dict[str, Any]:
    return {
        "space": space.space.id,
        **{each.row_name: getattr(task, each.row_name) or "" for each in group_fields("task")},
    }


def _duration_stats(values: Sequence[int | None]) -> DurationStats:
    known = [value for value in values if value is not None]
    buckets: dict[int, int] = {}
    for value in known:
        buckets[bucket(value)] = buckets.get(bucket(value), 0) + 1
    return DurationStats(
        buckets=buckets,
        unknown=len(values) - len(known),
        total_ms=sum(known),
        min_ms=min(known, default=None),
        max_ms=max(known, default=None),
    )


def _summed(counted: Iterable[Counted], scan: Scan) -> Rows:
    wanted, places = scan.aggregate.sums, indexes_containing(scan.ranges)
    sums: dict[tuple[Any, ...], list[int]] = {}
    for at, values, status, measures in counted:
        for place in places(at):
            key = (place, *[values[name] for name in scan.aggregate.group])
            added = sums.setdefault(key, [0] * len(wanted))
            for number, each in enumerate(wanted):
                if each.counts(status):
                    added[number] += measures[MEASURES.index(each.measure)]
    return [(*key, *added) for key, added in sums.items() if any(added)]
