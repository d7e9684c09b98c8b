"""Every counter, declared once, as data: what it counts, by which dimensions, at which grains.

A new breakdown is one line here, and a migration that fills it. A call is counted at its `creation_time`, a
task at its `created`. A dimension that is null is stored as "".
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from callboard.fold.grain import Grain
from callboard.model.fields import FIELDS

ALL_GRAINS = (Grain.QUARTER_HOUR, Grain.HOUR, Grain.DAY)


class Counter(Struct, frozen=True):
    """One breakdown. Each cell holds: items, answered, timed (duration known), talk_ms, wait_ms."""

    code: int
    """Stored instead of the name. Never reused."""
    name: str
    of: Literal["call", "task"]
    dimensions: tuple[str, ...]
    """At most three."""
    grains: tuple[Grain, ...]

    @property
    def status(self) -> str:
        """The dimension that holds an item's status: every counter has one."""
        return "call_status" if self.of == "call" else "status"


CATALOGUE: tuple[Counter, ...] = (
    Counter(1, "calls", "call", ("call_type", "call_status"), ALL_GRAINS),
    Counter(2, "calls_by_end_reason", "call", ("call_type", "call_status", "end_reason"), ALL_GRAINS),
    Counter(3, "calls_by_agent", "call", ("call_type", "call_status", "agent"), ALL_GRAINS),
    Counter(4, "tasks", "task", ("status",), ALL_GRAINS),
    # Sketches: at a shorter grain there would be nearly one bucket for each call. By UTC days: when a home
    # zone changes, sketches by civil days could not be rebuilt without reading every call.
    Counter(5, "talk_times", "call", ("call_type", "call_status", "talk"), (Grain.UTC_DAY,)),
    Counter(6, "answer_times", "call", ("call_type", "call_status", "wait"), (Grain.UTC_DAY,)),
    # Counters that the table of fields declares: calls by one more field.
    *(
        Counter(
            each.counter,
            f"calls_by_{each.name}",
            "call",
            ("call_type", "call_status", each.row_name),
            ALL_GRAINS,
        )
        for each in FIELDS["call"]
        if each.counter
    ),
)
BY_NAME = {counter.name: counter for counter in CATALOGUE}

ADDED_DIMENSIONS: tuple[str, ...] = tuple(each.row_name for each in FIELDS["call"] if each.counter)
"""Dimensions from the table of fields: in a store their columns come after the original ones."""
CALL_DIMENSIONS: tuple[str, ...] = (
    "call_type",
    "call_status",
    "end_reason",
    "agent",
    "talk",
    "wait",
    *ADDED_DIMENSIONS,
)
"""All dimensions of counters of calls. `talk` and `wait` are buckets of `fold.sketch`: of the talk time, and
of the time from creation to answer."""
CALL_FIELD_DIMENSIONS = tuple(name for name in CALL_DIMENSIONS if name not in ("talk", "wait"))
"""Dimensions that are fields: counted by the quarter-hour, where buckets of times are counted by the day."""
TASK_DIMENSIONS: tuple[str, ...] = ("status",)

assert all(len(counter.dimensions) <= 3 for counter in CATALOGUE)
assert all(counter.status in counter.dimensions for counter in CATALOGUE)
assert len({counter.code for counter in CATALOGUE}) == len(CATALOGUE)
assert {dimension for c in CATALOGUE if c.of == "call" for dimension in c.dimensions} <= set(CALL_DIMENSIONS)
