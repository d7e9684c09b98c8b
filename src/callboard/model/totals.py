"""The totals of a space, from which the analytics endpoint answers."""

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
    """The sum of their talk times, ms."""
    tasks_pending: int = 0
    tasks_running: int = 0
    tasks_completed: int = 0
    tasks_failed: int = 0
    answered_calls: int = 0
    """Calls of `total_calls` that were answered."""
    answered_final: int = 0
    """Calls of `answered_calls` that have ended."""

    @property
    def total_calls(self) -> int:
        """Calls made: all but the queued ones."""
        return (
            self.calls_ringing
            + self.calls_in_progress
            + self.calls_completed
            + self.calls_missed
            + self.calls_failed
        )

    @property
    def final_calls(self) -> int:
        """Calls that have ended, with any final status."""
        return self.calls_completed + self.calls_missed + self.calls_failed

    @property
    def total_tasks(self) -> int:
        return self.tasks_pending + self.tasks_running + self.tasks_completed + self.tasks_failed

    @property
    def avg_duration_seconds(self) -> float:
        """Mean talk time in seconds of the completed calls of known duration; 0.0 when there is none."""
        return mean_seconds(self.completed_talk_ms, self.completed_timed)


TOTALS_FIELDS: tuple[str, ...] = Totals.__struct_fields__


def sum_totals(parts: Iterable[Totals]) -> Totals:
    """The sum of the totals of several spaces; all zero for none."""
    rows = [structs.astuple(part) for part in parts]
    return Totals(*map(sum, zip(*rows, strict=True))) if rows else Totals()


def mean_seconds(total_ms: int, count: int) -> float:
    """`total_ms / count` in seconds, rounded half-even to 3 decimals; 0.0 when `count` is 0."""
    if count == 0:
        return 0.0
    # Integers until the last step: the same mean on every store and machine. A float quotient would already
    # be rounded, and rounding it again could give another last digit.
    whole, rest = divmod(total_ms, count)
    if rest * 2 > count or (rest * 2 == count and whole % 2):
        whole += 1
    return whole / 1000


def success_rate(totals: Totals) -> float | None:
    """`completed_calls / total_calls * 100`; None when no call was made."""
    return percent(totals.calls_completed, totals.total_calls)


def answer_rate(totals: Totals) -> float | None:
    """Answered calls in percent of the calls that have ended (telephony's ASR); None when none has ended."""
    return percent(totals.answered_final, totals.final_calls)


def percent(part: int, whole: int) -> float | None:
    """`part / whole * 100`; None when `whole` is 0."""
    return part / whole * 100 if whole else None
