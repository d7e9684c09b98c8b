"""What a store can be asked for: scopes, filters, windows of lists, aggregates for reports."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from callboard.clock import Micros
from callboard.fold.grain import Grain
from callboard.model.fields import group_fields

# --- lists -----------------------------------------------------------------------------------------


class Scope(Struct, frozen=True):
    """Which spaces a question is about: one, or the contact spaces, or all of them."""

    org_id: int
    space_id: int | None = None
    all_content: bool = False
    """Without `space_id`: every space, not only those whose content type is contact."""


class Unknown(Struct, frozen=True):
    """The filter value `unknown`: the field is null, or holds that very word (as end reasons do)."""


UNKNOWN = Unknown()
Match = str | Unknown | None
"""A filter on a text field: a value, `UNKNOWN` for null, or none at all."""


class CallFilter(Struct, frozen=True, kw_only=True):
    """Which calls. Everything given must hold. Void calls are never among them."""

    # fields: filter of a call
    call_type: Match = None
    call_status: str | None = None
    end_reason: Match = None
    answered_by: Match = None
    agent: Match = None
    source_number: Match = None
    destination_number: Match = None
    task_id: Match = None
    # end of fields
    answered: bool | None = None
    made: bool | None = None
    """True: all but queued; false: only queued."""
    final: bool | None = None
    """True: those that have ended; false: those that have not."""
    duration_known: bool | None = None
    time_to_answer_known: bool | None = None
    """Whether it was answered, after a time that can be told."""
    contradicting: bool | None = None
    """True: those whose talk time would have to be derived below 0 or beyond 7 days."""
    min_duration_ms: int | None = None
    """Inclusive; a call of unknown duration is not among them."""
    max_duration_ms: int | None = None
    """Inclusive."""
    min_wait_ms: int | None = None
    """Time from creation to answer, inclusive; a call of which it is not known is not among them."""
    max_wait_ms: int | None = None
    """Inclusive."""
    talking_at: tuple[Micros, Micros] | None = None
    """Between start and end at some moment of this half-open time, which a single instant is too (it and the
    next microsecond); without an end for at most its space's limit. None where it ends before it begins."""
    offered_at: tuple[Micros, Micros] | None = None
    """The same, between creation and end."""
    unplaced: str | None = None
    """`talk` or `offered`: it was, at a time that cannot be told."""
    start: Micros | None = None
    """`creation_time >= start`"""
    end: Micros | None = None
    """`creation_time < end`"""


class TaskFilter(Struct, frozen=True, kw_only=True):
    """Which tasks. Everything given must hold. Void tasks are never among them."""

    # fields: filter of a task
    status: str | None = None
    failure_reason: Match = None
    run_id: Match = None
    assignee: Match = None
    attempt: int | None = None
    # end of fields
    created_from: Micros | None = None
    created_to: Micros | None = None
    """Exclusive."""
    updated_before: Micros | None = None
    """`modified < updated_before`"""
    waiting_before: Micros | None = None
    """Pending or running since before this moment."""
    call_ended: bool | None = None
    """Whether it is open although its call ended: after it began to wait or run, more than a minute before
    `now`, and no call of it is still live."""
    stuck: bool | None = None
    """By each task's own space's limits, at `now`."""
    now: Micros = 0


class Position(Struct, frozen=True):
    """Where a page ended: the next one starts behind it."""

    at: Micros
    """`creation_time` (calls) or `created` (tasks, runs)."""
    item_id: str
    space_id: int


class Window(Struct, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: int
    offset: int = 0
    after: Position | None = None
    """Only what comes behind this position; `offset` then counts from there."""


# --- sums for reports ------------------------------------------------------------------------------

CONTACT_SPACES = 0
"""In place of a space id in `Aggregate.spaces`: all contact spaces of the organization together. Their cells
are kept as if they were one more space, with UTC as its home zone."""
NO_SPACE = 0
"""In place of a space id where outcomes are counted: rejected rows of imports that belong to no space."""


MEASURES = ("items", "answered", "timed", "talk_ms", "wait_ms")
"""What is added up: items, those answered, those whose duration is known, their talk time, and the time from
creation to answer. Of tasks only items count."""


class Sum(Struct, frozen=True):
    """One number of an aggregate: a measure, over items of some statuses."""

    measure: str
    """One of `MEASURES`."""
    among: tuple[str, ...] | None = None
    """Only these statuses; None: all."""
    but: str | None = None
    """All statuses except this one."""

    def counts(self, status: str) -> bool:
        """Whether items of this status are added up."""
        return status != self.but and (self.among is None or status in self.among)


ALL_MEASURES = tuple(Sum(measure) for measure in MEASURES)


class Aggregate(Struct, frozen=True, kw_only=True, cache_hash=True):
    """What is added up, of which calls or tasks, and by what it is grouped: the `SELECT`, `WHERE` and
    `GROUP BY` of a report without its time.
    """

    spaces: tuple[int, ...]
    """Space ids of the organization, or `CONTACT_SPACES` alone where cells are read."""
    where: CallFilter | TaskFilter = CallFilter()
    """Its type says whether calls or tasks are meant. Cells are filtered by dimensions of their counter."""
    bucket: tuple[Literal["talk", "wait"], int] | None = None
    """Only calls whose talk time or time to answer lies in this bucket of `fold.sketch`."""
    group: tuple[str, ...] = ()
    """From rows any of `CALL_GROUPS` or `TASK_GROUPS`; from cells dimensions of the counter, and `space`."""
    sums: tuple[Sum, ...] = ALL_MEASURES
    counter: str | None = None
    """The counter of the catalogue whose cells hold these sums. None: only rows do."""

    @property
    def of(self) -> Literal["call", "task"]:
        return "call" if isinstance(self.where, CallFilter) else "task"

    @property
    def conditions(self) -> list[tuple[str, Match]]:
        """The filters that are set and the bucket, by the name of the counter's dimension."""
        where = self.where
        found: list[tuple[str, Match]] = [
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
    """Half-open; the answer names each by its place here. Of cells in quarter-hours since 1970: a cell
    belongs to the range that its bucket's first quarter-hour lies in. Of rows in microseconds, by
    `creation_time` or `created`."""
    grain: Grain | None = None
    """Which cells are read. None: rows are."""


Place = tuple[int, Micros, Micros]
"""A space, and an instant from which and one before which its calls were created."""


class Extreme(Struct, frozen=True, kw_only=True):
    """The least or the greatest of calls' durations."""

    of: Literal["talk", "wait"]
    """Talk time of completed calls, or time to answer."""
    greatest: bool
    bounds: tuple[int, int]
    """Milliseconds, inclusive: of those within."""
    places: tuple[Place, ...]
    """Where they are; none overlaps another, of this or of others asked for with it, but the same."""


class Lengths(Struct, kw_only=True):
    """One distribution, milliseconds."""

    buckets: dict[int, int]
    """Bucket of `fold.sketch` → calls."""
    unknown: int
    """Calls of which the time should be known, and is not."""
    total_ms: int
    least_ms: int | None
    greatest_ms: int | None


GroupLengths = list[tuple[tuple[Any, ...], Lengths, Lengths]]
"""(values of the group as in `Rows`, talk time of completed calls, time to answer of calls made), in no
order."""


CALL_GROUPS = ("space", *(each.row_name for each in group_fields("call")), "answered", "talk", "wait")
"""What rows of calls can be told apart by: `answered` is "true" or "false", `talk` and `wait` are buckets of
`fold.sketch` as text."""
TASK_GROUPS = ("space", *(each.row_name for each in group_fields("task")))

Rows = list[tuple[Any, ...]]
"""(place of the range, *values of the group, *sums), each in the aggregate's order; the rows in no order, and
without those whose sums are all 0. A value that is null is "", a space is its id. Rows of changes begin with
a quarter-hour in place of the range."""
