"""The catalogue of metrics: what each counts, its unit, its denominator, and the time that decides its
bucket.

Every report computes its values here, from integer sums, so that two reports about the same calls give the
same number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from callboard.model.totals import mean_seconds, percent
from callboard.query.items import seconds
from callboard.store.questions import Aggregate, Sum

VERSION = "1"
"""The version of all definitions together: changed whenever one of them changes."""

Sums = list[int]
"""The integers that metrics are computed from, by the indexes below."""

(
    MADE,
    COMPLETED,
    MISSED,
    FAILED,
    ANSWERED,
    ANSWERED_FINAL,
    TALK_MS,
    COMPLETED_TIMED,
    COMPLETED_TALK_MS,
    PENDING,
    RUNNING,
    TASKS_COMPLETED,
    TASKS_FAILED,
) = range(13)
SIZE = 13

_QUEUED = "queued"
"""Queued calls are not made yet: no metric counts them."""
CALL_SUMS: dict[int, Sum] = {
    MADE: Sum("items", but=_QUEUED),
    COMPLETED: Sum("items", ("completed",)),
    MISSED: Sum("items", ("missed",)),
    FAILED: Sum("items", ("failed",)),
    ANSWERED: Sum("answered", but=_QUEUED),
    ANSWERED_FINAL: Sum("answered", ("completed", "missed", "failed")),
    TALK_MS: Sum("talk_ms", but=_QUEUED),
    COMPLETED_TIMED: Sum("timed", ("completed",)),
    COMPLETED_TALK_MS: Sum("talk_ms", ("completed",)),
}
TASK_SUMS: dict[int, Sum] = {
    PENDING: Sum("items", ("pending",)),
    RUNNING: Sum("items", ("running",)),
    TASKS_COMPLETED: Sum("items", ("completed",)),
    TASKS_FAILED: Sum("items", ("failed",)),
}
"""Index → the sum of an aggregate: of calls above, of tasks here."""
_INDEXES = {
    **{("call", each): index for index, each in CALL_SUMS.items()},
    **{("task", each): index for index, each in TASK_SUMS.items()},
}


def sum_indexes(aggregate: Aggregate) -> list[int]:
    """The index of each sum of an aggregate."""
    return [_INDEXES[aggregate.of, each] for each in aggregate.sums]


class Metric(Struct, frozen=True):
    """One number that reports can answer: its name, what it is made of, and its unit."""

    name: str
    of: Literal["call", "task"]
    definition: str
    unit: str
    denominator: str | None
    """The denominator of a ratio or mean; None for counts and sums."""
    placed_by: str
    """The time that decides which bucket a call or task counts in."""
    needs: tuple[int, ...]
    """The indexes of the `Sums` that its value is computed from."""
    value: Callable[[Sums], Any]
    counts: str
    """The filters of the list that the number counts; for ratios and means, of the list of the
    denominator."""
    is_sum: bool = False
    """Whether its value is simply the one sum it needs."""

    def column(self, columns: Mapping[int, Sequence[int]], count: int) -> Sequence[Any]:
        """Its values, from columns of `count` numbers by index of `Sums`; a missing column is all 0."""
        zeros = (0,) * count
        needed = [columns.get(index, zeros) for index in self.needs]
        if self.is_sum:
            return needed[0]
        sums, values = [0] * SIZE, []
        for row in zip(*needed, strict=True):
            for index, number in zip(self.needs, row, strict=True):
                sums[index] = number
            values.append(self.value(sums))
        return values


def _final(sums: Sums) -> int:
    return sums[COMPLETED] + sums[MISSED] + sums[FAILED]


def _tasks(sums: Sums) -> int:
    return sums[PENDING] + sums[RUNNING] + sums[TASKS_COMPLETED] + sums[TASKS_FAILED]


def _mean(sums: Sums) -> float | None:
    timed = sums[COMPLETED_TIMED]
    return mean_seconds(sums[COMPLETED_TALK_MS], timed) if timed else None


def _count(name: str, definition: str, index: int, counts: str) -> Metric:
    """A metric that is one sum: a number of calls or tasks."""
    of: Literal["call", "task"] = "call" if index in CALL_SUMS else "task"
    unit, placed_by = ("calls", "creation_time") if of == "call" else ("tasks", "created")
    return Metric(
        name, of, definition, unit, None, placed_by, (index,), lambda sums: sums[index], counts, is_sum=True
    )


def _call(
    name: str,
    definition: str,
    unit: str,
    denominator: str | None,
    needs: tuple[int, ...],
    value: Callable[[Sums], Any],
    counts: str,
) -> Metric:
    return Metric(name, "call", definition, unit, denominator, "creation_time", needs, value, counts)


def _task(
    name: str, definition: str, needs: tuple[int, ...], value: Callable[[Sums], Any], counts: str
) -> Metric:
    return Metric(name, "task", definition, "tasks", None, "created", needs, value, counts)


METRICS: tuple[Metric, ...] = (
    _count("total_calls", "Calls made: every call, once, unless it is only queued.", MADE, "made=true"),
    _count(
        "completed_calls",
        "Calls whose parties were connected and that ended normally, voicemail included.",
        COMPLETED,
        "call_status=completed",
    ),
    _count("missed_calls", "Calls that were offered and never connected.", MISSED, "call_status=missed"),
    _count(
        "failed_calls",
        "Calls that could not be offered, or were connected and then cut by an error.",
        FAILED,
        "call_status=failed",
    ),
    _count(
        "answered_calls",
        "Calls made whose start is known or whose talk time is above 0.",
        ANSWERED,
        "made=true&answered=true",
    ),
    _call(
        "talk_seconds",
        "Talk time of all calls made of which it is known, together.",
        "seconds",
        None,
        (TALK_MS,),
        lambda sums: seconds(sums[TALK_MS]),
        "made=true&duration_known=true",
    ),
    _call(
        "avg_duration_seconds",
        "Mean talk time of the completed calls whose duration is known.",
        "seconds",
        "completed calls whose duration is known",
        (COMPLETED_TIMED, COMPLETED_TALK_MS),
        _mean,
        "call_status=completed&duration_known=true",
    ),
    _call(
        "success_rate",
        "Completed calls of all calls made.",
        "percent",
        "total_calls",
        (MADE, COMPLETED),
        lambda sums: percent(sums[COMPLETED], sums[MADE]),
        "made=true",
    ),
    _call(
        "answer_rate",
        "Answered calls of those that have ended (telephony's answer-seizure ratio).",
        "percent",
        "calls that have ended: completed, missed and failed",
        (COMPLETED, MISSED, FAILED, ANSWERED_FINAL),
        lambda sums: percent(sums[ANSWERED_FINAL], _final(sums)),
        "final=true",
    ),
    _task("total_tasks", "Tasks, once each, whatever their status.", tuple(TASK_SUMS), _tasks, ""),
    _count("tasks_pending", "Tasks that wait.", PENDING, "status=pending"),
    _count("tasks_running", "Tasks under way.", RUNNING, "status=running"),
    _count("tasks_completed", "Tasks done.", TASKS_COMPLETED, "status=completed"),
    _count("tasks_failed", "Tasks that could not be done, or were cancelled.", TASKS_FAILED, "status=failed"),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def metrics_named(names: Sequence[str]) -> tuple[Metric, ...]:
    """The metrics with these names, in this order."""
    return tuple(BY_NAME[name] for name in names)


class MetricItem(Struct, frozen=True):
    """A metric as the reference shows it."""

    name: str
    of: str
    definition: str
    unit: str
    denominator: str | None
    placed_by: str


class MetricsData(Struct, frozen=True):
    """All metrics, and the version of their definitions as a whole."""

    version: str
    metrics: list[MetricItem]


def metrics_data() -> MetricsData:
    """The catalogue as an answer."""
    items = [MetricItem(m.name, m.of, m.definition, m.unit, m.denominator, m.placed_by) for m in METRICS]
    return MetricsData(VERSION, items)
