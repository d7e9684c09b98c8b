"""The queries of a store for reports: sums, arrivals, overdue items, verifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from callboard.clock import Micros
from callboard.model.words import Outcome
from callboard.store.questions import (
    Aggregate,
    CallFilter,
    Extreme,
    GroupDurations,
    Rows,
    Scan,
    Scope,
    Window,
)


class Difference(Struct, frozen=True):
    """A stored value that differs from the expected one."""

    what: str
    """`totals`, `cell`, `run`, `call`, `task`, `event`, another table, or `file` (its structure)."""
    org_id: int
    """0: no organization."""
    space_id: int
    """0: no space, or all contact spaces together."""
    key: str
    """The id of a call, task or run, the number of an event, or the key of another row."""
    kept: Any
    expected: Any
    column: str = ""
    """The wrong column of the row; empty if it is not one column."""


class Verification(Struct, kw_only=True):
    """The result of a verification."""

    checked: dict[str, int] = field(default_factory=dict)
    """How many spaces, calls, tasks, events, cells and totals were compared."""
    differences: list[Difference] = field(default_factory=list)
    """At most 1,000 of them; `drift` counts all."""
    drift: int = 0
    drift_of: dict[int, int] = field(default_factory=dict)
    """Organization → its number of differences."""
    repaired: int = 0
    notes: list[str] = field(default_factory=list)
    """Sentences on what was not checked or not repaired."""


class LastVerification(Struct, frozen=True):
    """The latest verification on record."""

    finished_at: Micros
    deep: bool
    repaired: int
    drift: dict[int, int]
    """Organization → number of differences; only organizations with any."""


class Overdue(Struct, frozen=True, kw_only=True):
    """Calls or tasks of a space that have been in their status for too long."""

    count: int
    since: Micros | None
    """The start of the longest."""
    ids: list[str]
    """The longest first; at most `max_ids` of the query."""


class Arrivals(Struct, frozen=True, kw_only=True):
    """What was received for some spaces."""

    outcomes: dict[tuple[Outcome, str], int]
    last_received_at: Micros | None
    recent: list[tuple[Micros, Micros | None]]
    """(received, occurred; None where the source did not state it) of their events among the latest of the
    whole organization, newest first.
    """
    looked_back_to: Micros | None
    """When the earliest event that was read was received; None if the read was not cut off."""


class Intervals(Struct, frozen=True, kw_only=True):
    """When calls were in progress, and the number of those for which that is unknown."""

    spans: list[tuple[Micros, Micros, int]]
    """(begin, end, 1 if it has no end yet): half-open; a call without an end lasts until its space's limit.
    """
    unplaced: int
    """Calls created in the period whose times are unknown."""


class AgentTasks(Struct, frozen=True):
    """The tasks assigned to one agent."""

    handle: str | None
    """None: tasks without an assignee."""
    by_status: dict[str, int]
    """Status → number of tasks; only statuses with any."""
    spaces: list[int]
    """Ids of the spaces they are in, newest first."""


class BesideCalls(Struct, frozen=True):
    """What is beside the calls of some spaces."""

    facts_without_call: int
    """Ids of which there are facts, and no event with a status: no calls."""
    oversized: int
    """Calls whose group has too many rows to be one: each counts by itself."""


class Reporting(Protocol):
    """The part of a store that reports read."""

    def sums(self, org_id: int, scans: Sequence[Scan]) -> list[Rows]:
        """The rows of each scan, all read from one snapshot. Void calls and tasks are left out.

        Raises `StoreTooSlowError` when it takes longer than a query may.
        """

    def sums_since(
        self, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
    ) -> tuple[list[Rows], list[Rows | None], int | None]:
        """The rows of each scan; by how much each aggregate changed, by quarter-hour, since a delta number;
        and the delta number of the snapshot that all of it was read from.

        The sums of a range of whole quarter-hours as of that delta number, plus the changes within the range,
        equal what `sums` would return now. Changes are None where their deltas have been deleted: the sums
        must be read again. A delta number of None: a result read now cannot be kept.
        """

    def extremes_ms(
        self, org_id: int, where: CallFilter, wanted: Sequence[Extreme], max_rows: int
    ) -> list[int | None]:
        """Each of these extremes among the calls that match `where`. None where no call matches, or where
        more than `max_rows` calls would have to be read.
        """

    def durations(
        self, org_id: int, aggregate: Aggregate, ranges: Sequence[tuple[Micros, Micros]]
    ) -> GroupDurations:
        """Both distributions of every group, in one pass over the rows of calls; the aggregate's `sums` are
        ignored. The ranges must not overlap; their results are added together. Groups that are empty in both
        distributions are left out.
        """

    def arrivals(self, org_id: int, spaces: Sequence[int], since: Micros, max_events: int) -> Arrivals:
        """What was received for these spaces. `recent` are the events received at or after `since`, among the
        latest `max_events` of the organization. `NO_SPACE` adds rejected rows of imports whose space is
        unknown.
        """

    def long_live_calls(
        self, org_id: int, status: str, spaces: Sequence[int], now: Micros, max_ids: int
    ) -> dict[int, Overdue]:
        """By space, the calls with this status (`ringing` or `in_progress`) that are past their limit at
        `now` (`CallFilter.past_limit`); only spaces with any.
        """

    def waiting_tasks(
        self, org_id: int, status: str, before: Mapping[int, Micros], max_ids: int
    ) -> dict[int, Overdue]:
        """By space, the tasks that have had this status (`pending` or `running`) since before the space's
        time in `before`; only spaces with any.
        """

    def run_times_ms(self, org_id: int, spaces: Sequence[int], max_tasks: int) -> dict[int, list[int]]:
        """By space, how long each of the `max_tasks` latest completed tasks ran, without those whose start is
        unknown; only spaces with any.
        """

    def record_verification(self, found: Verification, *, deep: bool, now: Micros) -> None:
        """Store the result of a verification."""

    def last_verification(self) -> LastVerification | None: ...

    def record_backup(self, at: Micros) -> None:
        """Note that there is a backup of this moment. An earlier one than is noted changes nothing."""

    def last_backup(self) -> Micros | None:
        """The moment of the latest backup on record."""

    def intervals(
        self,
        org_id: int,
        spaces: Sequence[int],
        period: tuple[Micros, Micros],
        where: CallFilter,
        kind: Literal["talk", "offered"],
    ) -> Intervals:
        """When calls talk or are offered, of calls created in the period or at most `MAX_CALL_SPAN` before
        it.
        """

    def first_item_at(
        self, org_id: int, spaces: Sequence[int], kind: Literal["call", "task"]
    ) -> Micros | None:
        """When the first call or task of these spaces was created; None without any."""

    def beside_calls(self, org_id: int, spaces: Sequence[int]) -> BesideCalls:
        """What of these spaces is no call by itself, or one that might be a leg."""

    def stuck_tasks(self, org_id: int, now: Micros) -> dict[int, int]:
        """Space id → number of tasks stuck at `now`, by the space's limits; only spaces with any."""

    def agents(self, scope: Scope, window: Window, max_pairs: int) -> list[AgentTasks] | None:
        """The agents that tasks in scope are assigned to, counted from rows in one snapshot. Ordered by
        handle (by code point), tasks without an assignee last; `window.after.item_id` is the last handle of
        the previous page. None if the page has more than `max_pairs` pairs of agent and space.
        """

    def count_agents(self, scope: Scope) -> int:
        """The number of agents in scope, for the length of that list."""
