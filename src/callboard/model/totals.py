"""Totals of a space: the numbers the analytics endpoint answers from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs


class Totals(Struct, frozen=True):
    """Counts of one space, or the sum over several. All integers: sums are exact in any order."""

    calls_queued: int = 0
    calls_ringing: int = 0
    calls_in_progress: int = 0
    calls_completed: int = 0
    calls_missed: int = 0
    calls_failed: int = 0
    completed_timed: int = 0
    """Completed calls whose duration is known."""
    completed_talk_ms: int = 0
    """Their talk time together."""
    tasks_pending: int = 0
    tasks_running: int = 0
    tasks_completed: int = 0
    tasks_failed: int = 0
    answered_calls: int = 0
    """Calls made that were answered."""
    answered_final: int = 0
    """Those of them that have ended."""

    @property
    def total_calls(self) -> int:
        """Calls made: all but the queued."""
        return (
            self.calls_ringing
            + self.calls_in_progress
            + self.calls_completed
            + self.calls_missed
            + self.calls_failed
        )

    @property
    def final_calls(self) -> int:
        """Calls that have ended, however."""
        return self.calls_completed + self.calls_missed + self.calls_failed

    @property
    def total_tasks(self) -> int:
        return self.tasks_pending + self.tasks_running + self.tasks_completed + self.tasks_failed

    @property
    def avg_duration_seconds(self) -> float:
        """Mean talk time of the completed calls whose duration is known, seconds; 0.0 when there is none."""
        return mean_seconds(self.completed_talk_ms, self.completed_timed)


TOTALS_FIELDS: tuple[str, ...] = Totals.__struct_fields__


def sum_totals(parts: Iterable[Totals]) -> Totals:
    """The totals of several spaces together; of none, all zero."""
    rows = [structs.astuple(part) for part in parts]
    return Totals(*map(sum, zip(*rows, strict=True))) if rows else Totals()


def mean_seconds(total_ms: int, count: int) -> float:
    """`total_ms / count` in seconds, rounded half-even to 3 decimals, by integers alone; 0.0 over nothing."""
    if count == 0:
        return 0.0
    whole, rest = divmod(total_ms, count)
    if rest * 2 > count or (rest * 2 == count and whole % 2):
        whole += 1
    return whole / 1000


def success_rate(totals: Totals) -> float | None:
    """`completed_calls / total_calls * 100`; none when no call was made."""
    return percent(totals.calls_completed, totals.total_calls)


def answer_rate(totals: Totals) -> float | None:
    """Answered calls of those that have ended, in percent; none when none has."""
    return percent(totals.answered_final, totals.final_calls)


def percent(part: int, whole: int) -> float | None:
    """`part / whole * 100`; none over nothing."""
    return part / whole * 100 if whole else None
