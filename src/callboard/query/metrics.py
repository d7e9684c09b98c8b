"""The one catalogue of metrics: what each counts, in which unit, of what, and which time places it.

Every report makes its numbers here, from sums of whole numbers, so that the same question asked in two ways
gets the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from callboard.model.totals import mean_seconds, percent
from callboard.query.items import seconds
from callboard.store.questions import Aggregate, Sum

VERSION = "1"
"""Of the definitions as a whole: moves when one of them changes."""

Sums = list[int]
"""Whole numbers that metrics are made of, by the places below."""

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
"""Such calls are not made yet and count nowhere."""
OF_CALLS: dict[int, Sum] = {
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
OF_TASKS: dict[int, Sum] = {
    PENDING: Sum("items", ("pending",)),
    RUNNING: Sum("items", ("running",)),
    TASKS_COMPLETED: Sum("items", ("completed",)),
    TASKS_FAILED: Sum("items", ("failed",)),
}
"""What a store adds up for each place."""
_PLACES = {
    **{("call", each): place for place, each in OF_CALLS.items()},
    **{("task", each): place for place, each in OF_TASKS.items()},
}


def places_of(aggregate: Aggregate) -> list[int]:
    """The place of each of its sums."""
    return [_PLACES[aggregate.of, each] for each in aggregate.sums]


class Metric(Struct, frozen=True):
    """One number of reports."""

    name: str
    of: Literal["call", "task"]
    definition: str
    unit: str
    denominator: str | None
    """What a ratio or a mean is over; none for counts and sums."""
    placed_by: str
    """The time that decides which bucket an item counts in."""
    needs: tuple[int, ...]
    """The places of `Sums` that its value is made of."""
    value: Callable[[Sums], Any]
    counts: str
    """The list that the number counts (its denominator, for ratios and means), as filters of it."""
    is_sum: bool = False
    """Its value is the one sum it needs."""

    def column(self, columns: Mapping[int, Sequence[int]], many: int) -> Sequence[Any]:
        """Its values, of `many` sums for each place; a place that is not there is nothing but 0."""
        nothing = (0,) * many
        needed = [columns.get(place, nothing) for place in self.needs]
        if self.is_sum:
            return needed[0]
        sums, values = [0] * SIZE, []
        for row in zip(*needed, strict=True):
            for place, number in zip(self.needs, row, strict=True):
                sums[place] = number
            values.append(self.value(sums))
        return values


def _final(sums: Sums) -> int:
    return sums[COMPLETED] + sums[MISSED] + sums[FAILED]


def _tasks(sums: Sums) -> int:
    return sums[PENDING] + sums[RUNNING] + sums[TASKS_COMPLETED] + sums[TASKS_FAILED]


def _mean(sums: Sums) -> float | None:
    timed = sums[COMPLETED_TIMED]
    return mean_seconds(sums[COMPLETED_TALK_MS], timed) if timed else None


def _count(name: str, definition: str, place: int, counts: str) -> Metric:
    """How many calls or tasks: one sum as it is."""
    of: Literal["call", "task"] = "call" if place in OF_CALLS else "task"
    unit, placed_by = ("calls", "creation_time") if of == "call" else ("tasks", "created")
    return Metric(
        name, of, definition, unit, None, placed_by, (place,), lambda sums: sums[place], counts, is_sum=True
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
    _task("total_tasks", "Tasks, once each, whatever their status.", tuple(OF_TASKS), _tasks, ""),
    _count("tasks_pending", "Tasks that wait.", PENDING, "status=pending"),
    _count("tasks_running", "Tasks under way.", RUNNING, "status=running"),
    _count("tasks_completed", "Tasks done.", TASKS_COMPLETED, "status=completed"),
    _count("tasks_failed", "Tasks that could not be done, or were cancelled.", TASKS_FAILED, "status=failed"),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def chosen(names: Sequence[str]) -> tuple[Metric, ...]:
    """The metrics of these names."""
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
    """The catalogue as users see it."""
    items = [MetricItem(m.name, m.of, m.definition, m.unit, m.denominator, m.placed_by) for m in METRICS]
    return MetricsData(VERSION, items)
