"""The parameters of a store's queries: scopes, filters, windows of lists, aggregates for reports."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from callboard.clock import Micros
from callboard.fold.grain import Grain
from callboard.model.fields import group_fields

# --- lists -----------------------------------------------------------------------------------------


class Scope(Struct, frozen=True):
    """The spaces that a query is about: one, the contact spaces, or all of an organization."""

    org_id: int
    space_id: int | None = None
    all_content: bool = False
    """Without `space_id`: every space, not only those whose content type is contact."""


class Unknown(Struct, frozen=True):
    """The filter value `unknown`: the field is null, or holds the text `unknown` (as end reasons do)."""


UNKNOWN = Unknown()
FilterValue = str | Unknown | None
"""A filter on a text field: a value, `UNKNOWN` for null, or None for no filter."""


class CallFilter(Struct, frozen=True, kw_only=True):
    """Conditions on calls, combined by AND. Void calls never match."""

    # fields: filter of a call
    call_type: FilterValue = None
    call_status: str | None = None
    end_reason: FilterValue = None
    answered_by: FilterValue = None
    agent: FilterValue = None
    source_number: FilterValue = None
    destination_number: FilterValue = None
    task_id: FilterValue = None
    outcome: FilterValue = None
    # end of fields
    external_id: str | None = None
    """One that a row of the call's group has elsewhere: any value of its `external_ids`."""
    has_legs: bool | None = None
    answered: bool | None = None
    made: bool | None = None
    """True: all but queued; false: only queued."""
    final: bool | None = None
    """True: only ended calls; false: only calls that have not ended."""
    duration_known: bool | None = None
    time_to_answer_known: bool | None = None
    """Whether it was answered and the time to answer is known."""
    contradicting: bool | None = None
    """True: only calls whose times contradict: they would give a talk time below 0 or beyond 7 days."""
    min_duration_ms: int | None = None
    """Inclusive; excludes calls of unknown duration."""
    max_duration_ms: int | None = None
    """Inclusive."""
    min_wait_ms: int | None = None
    """Time from creation to answer, inclusive; excludes calls for which it is unknown."""
    max_wait_ms: int | None = None
    """Inclusive."""
    talking_at: tuple[Micros, Micros] | None = None
    """Talking at some moment of this half-open range (a single instant is the range of one microsecond). A
    call without an end lasts until its limit; one that ends before its start never matches.
    """
    offered_at: tuple[Micros, Micros] | None = None
    """The same for the time between creation and end."""
    unplaced: str | None = None
    """`talk` or `offered`: calls that talked, or were offered, at an unknown time."""
    past_limit: bool | None = None
    """True: only calls that are `ringing` or `in_progress` at `now`, longer after their answer, or else
    their creation, than a call may be: the least of what their space and the hooks allow by which they may
    have come."""
    now: Micros = 0
    start: Micros | None = None
    """`creation_time >= start`"""
    end: Micros | None = None
    """`creation_time < end`"""


class TaskFilter(Struct, frozen=True, kw_only=True):
    """Conditions on tasks, combined by AND. Void tasks never match."""

    # fields: filter of a task
    status: str | None = None
    failure_reason: FilterValue = None
    run_id: FilterValue = None
    assignee: FilterValue = None
    attempt: int | None = None
    # end of fields
    created_from: Micros | None = None
    created_to: Micros | None = None
    """Exclusive."""
    updated_before: Micros | None = None
    """`modified < updated_before`"""
    waiting_before: Micros | None = None
    """Pending or running since before this time."""
    call_ended: bool | None = None
    """Whether it is open although its call ended: after the task began to wait or run, more than a minute
    before `now`, and no other call of the task is live."""
    stuck: bool | None = None
    """Stuck at `now`, by the limits of the task's space."""
    now: Micros = 0


class Position(Struct, frozen=True):
    """The position of a page's last row: the next page starts after it (keyset pagination)."""

    at: Micros
    """`creation_time` (calls) or `created` (tasks, runs)."""
    item_id: str
    space_id: int


class Window(Struct, frozen=True, kw_only=True):
    """A section of a list."""

    limit: int
    offset: int = 0
    after: Position | None = None
    """Only rows after this position; `offset` then counts from there."""


# --- sums for reports ------------------------------------------------------------------------------

CONTACT_SPACES = 0
"""Instead of a space id in `Aggregate.spaces`: all contact spaces of the organization together. Their cells
are stored as if they were one more space, with UTC as its home zone.
"""
NO_SPACE = 0
"""Instead of a space id in outcomes: rejected rows of imports whose space is unknown."""


MEASURES = ("items", "answered", "timed", "talk_ms", "wait_ms")
"""What is summed: the number of items, of answered ones, of those with a known duration, their talk time, and
the time from creation to answer. Of tasks only `items` is not 0.
"""


class Sum(Struct, frozen=True):
    """One number of an aggregate: a measure, over items of some statuses."""

    measure: str
    """One of `MEASURES`."""
    among: tuple[str, ...] | None = None
    """Only these statuses; None: all."""
    but: str | None = None
    """All statuses except this one."""

    def counts(self, status: str) -> bool:
        """Whether items of this status are summed."""
        return status != self.but and (self.among is None or status in self.among)


ALL_MEASURES = tuple(Sum(measure) for measure in MEASURES)


class Aggregate(Struct, frozen=True, kw_only=True, cache_hash=True):
    """What a report sums, over which calls or tasks, by which groups: its `SELECT`, `WHERE` and `GROUP BY`
    without the time.
    """

    spaces: tuple[int, ...]
    """Space ids of the organization; or `CONTACT_SPACES` alone, if cells are read."""
    where: CallFilter | TaskFilter = CallFilter()
    """A filter of calls or of tasks: its type decides which are summed. With a counter only its dimensions
    may be set.
    """
    bucket: tuple[Literal["talk", "wait"], int] | None = None
    """Only calls whose talk time or time to answer is in this bucket of `fold.sketch`."""
    group: tuple[str, ...] = ()
    """With rows any of `CALL_GROUPS` or `TASK_GROUPS`; with cells dimensions of the counter, and `space`."""
    sums: tuple[Sum, ...] = ALL_MEASURES
    counter: str | None = None
    """The counter of the catalogue whose cells hold these sums. None: they can only be read from rows."""

    @property
    def of(self) -> Literal["call", "task"]:
        return "call" if isinstance(self.where, CallFilter) else "task"

    @property
    def conditions(self) -> list[tuple[str, FilterValue]]:
        """The filters that are set, and the bucket, as (dimension of the counter, value)."""
        where = self.where
        found: list[tuple[str, FilterValue]] = [
            (name, value)
            for name, unset in zip(where.__struct_fields__, where.__struct_defaults__, strict=True)
            if (value := getattr(where, name)) != unset
        ]
        if self.bucket is not None:
            found.append((self.bucket[0], str(self.bucket[1])))
        return found


class Scan(Struct, frozen=True, kw_only=True):
    """One read of an aggregate from one source: its cells at one grain, or its rows."""

    aggregate: Aggregate
    ranges: tuple[tuple[int, int], ...]
    """Half-open; the result identifies each by its index here. For cells in quarter-hours since 1970: a cell
    belongs to the range that contains its bucket's first quarter-hour. For rows in microseconds, of
    `creation_time` or `created`."""
    grain: Grain | None = None
    """The grain of the cells to read. None: rows are read."""


Place = tuple[int, Micros, Micros]
"""(space id, begin, end): calls of a space created in a half-open time range."""


class Extreme(Struct, frozen=True, kw_only=True):
    """A query for the minimum or maximum of calls' durations."""

    of: Literal["talk", "wait"]
    """Talk time of completed calls, or time to answer."""
    is_max: bool
    bounds: tuple[int, int]
    """Milliseconds, inclusive: only durations within these bounds."""
    places: tuple[Place, ...]
    """Which calls to read. Two places, here and in other queries of the same request, are equal or do not
    overlap."""


class DurationStats(Struct, kw_only=True):
    """The distribution of one duration, in milliseconds."""

    buckets: dict[int, int]
    """Bucket of `fold.sketch` → calls."""
    unknown: int
    """Calls that should have this duration, but it is unknown."""
    total_ms: int
    min_ms: int | None
    max_ms: int | None


GroupDurations = list[tuple[tuple[Any, ...], DurationStats, DurationStats]]
"""(group values as in `Rows`, talk time of completed calls, time to answer of calls made), in any order."""


CALL_GROUPS = ("space", *(each.row_name for each in group_fields("call")), "answered", "talk", "wait")
"""What rows of calls can be grouped by. `answered` is "true" or "false", `talk` and `wait` are buckets of
`fold.sketch` as text."""
TASK_GROUPS = ("space", *(each.row_name for each in group_fields("task")))

Rows = list[tuple[Any, ...]]
"""(index of the range, *group values, *sums), each in the aggregate's order; in any order of rows, without
rows whose sums are all 0. A null group value is "", a space is its id. Rows of changes begin with a
quarter-hour instead of the index of a range.
"""
