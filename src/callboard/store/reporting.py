"""What a store answers for reports: sums, what came, what is late, what was proven."""

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
    GroupLengths,
    Rows,
    Scan,
    Scope,
    Window,
)


class Difference(Struct, frozen=True):
    """One place where what is kept is not what it should be."""

    what: str
    """`totals`, `cell`, `run`, `call`, `task`, `event`, another table, or `file` (its structure)."""
    org_id: int
    """0: of no organization."""
    space_id: int
    """0: of no space, or of all contact spaces together."""
    key: str
    """The id of a call, task or run, the number of an event, the key of another row."""
    kept: Any
    expected: Any
    column: str = ""
    """What of the row is wrong; empty where it is not one column."""


class Verification(Struct, kw_only=True):
    """What a verification found. No differences: no drift."""

    checked: dict[str, int] = field(default_factory=dict)
    """How many spaces, calls, tasks, events, cells, totals were compared."""
    differences: list[Difference] = field(default_factory=list)
    """At most 1,000 of them; `drift` counts all."""
    drift: int = 0
    drift_of: dict[int, int] = field(default_factory=dict)
    """Organization → its part of the drift."""
    repaired: int = 0
    notes: list[str] = field(default_factory=list)
    """What was not checked or not repaired, in sentences."""


class LastVerification(Struct, frozen=True):
    """The latest verification on record."""

    finished_at: Micros
    deep: bool
    repaired: int
    drift: dict[int, int]
    """Organization → how many differences were found; without those of none."""


class Overdue(Struct, frozen=True, kw_only=True):
    """Calls or tasks of a space that are what they are for too long."""

    count: int
    since: Micros | None
    """Of the one that is longest."""
    ids: list[str]
    """The longest first; at most as many as asked for."""


class Arrivals(Struct, frozen=True, kw_only=True):
    """What came for some spaces."""

    outcomes: dict[tuple[Outcome, str], int]
    last_received_at: Micros | None
    latest: list[tuple[Micros, Micros | None]]
    """(received, occurred; none where the source did not say) of their events among the latest of the whole
    organization, last first."""
    looked_back_to: Micros | None
    """When the earliest event that was looked at was received; none when all there are were."""


class Intervals(Struct, frozen=True, kw_only=True):
    """When calls were under way, and those of which that cannot be told."""

    spans: list[tuple[Micros, Micros, int]]
    """(begin, end, whether it has no end yet): half-open; without an end it is over at its limit."""
    unplaced: int
    """Created in the period itself."""


class AgentTasks(Struct, frozen=True):
    """The tasks assigned to one agent."""

    handle: str | None
    """None: tasks without an assignee."""
    by_status: dict[str, int]
    """Status → how many; without statuses of none."""
    spaces: list[int]
    """Ids of the spaces they are in, newest first."""


class Reporting(Protocol):
    """The part of a store that reports ask."""

    def sums(self, org_id: int, scans: Sequence[Scan]) -> list[Rows]:
        """The rows of each scan, all read from one snapshot. Void calls and tasks are left out.

        Raises `StoreTooSlowError` when it takes longer than a query may.
        """

    def sums_since(
        self, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
    ) -> tuple[list[Rows], list[Rows | None], int | None]:
        """The rows of each scan; by how much each aggregate changed in which quarter-hour since that value of
        the change counter; and the change counter of the snapshot that all of it was read from.

        Sums that are held for a range of whole quarter-hours, plus the changes within it, equal what `sums`
        would return now. Changes are None where the store cannot tell them any more (their deltas are merged
        into cells): the sums must be read again. A change counter of None: nothing read now can be held.
        """

    def extremes_ms(
        self, org_id: int, where: CallFilter, wanted: Sequence[Extreme], max_rows: int
    ) -> list[int | None]:
        """Each of these among the calls that pass. None where there is none, or where more than `max_rows`
        calls would have to be looked at.
        """

    def lengths(
        self, org_id: int, aggregate: Aggregate, ranges: Sequence[tuple[Micros, Micros]]
    ) -> GroupLengths:
        """Both distributions of every group, in one pass over the rows of calls; the aggregate's `sums` are
        not asked for. The ranges must not overlap, and are not told apart. Groups that would be empty in both
        distributions are left out.
        """

    def received(self, org_id: int, spaces: Sequence[int], since: Micros, most: int) -> Arrivals:
        """What came for these spaces; of the latest events those received at or after `since`, looking at
        no more than `most` of the organization. `NO_SPACE` among them stands for rejected rows of imports
        that belong to no space.
        """

    def long_live_calls(
        self, org_id: int, status: str, before: Mapping[int, Micros], most: int
    ) -> dict[int, Overdue]:
        """Of each space the calls that are `ringing` or `in_progress` and were created before its moment;
        spaces without any are left out.
        """

    def waiting_tasks(
        self, org_id: int, status: str, before: Mapping[int, Micros], most: int
    ) -> dict[int, Overdue]:
        """Of each space the tasks that are `pending` or `running` since before its moment; spaces without any
        are left out.
        """

    def run_times_ms(self, org_id: int, spaces: Sequence[int], most: int) -> dict[int, list[int]]:
        """How long the completed tasks created last ran, `most` of each space, of those that said when they
        began; spaces without any are left out.
        """

    def record_verification(self, found: Verification, *, deep: bool, now: Micros) -> None:
        """Put a verification on record."""

    def last_verification(self) -> LastVerification | None: ...

    def intervals(
        self,
        org_id: int,
        spaces: Sequence[int],
        period: tuple[Micros, Micros],
        where: CallFilter,
        kind: Literal["talk", "offered"],
    ) -> Intervals:
        """When calls talk or are offered: calls created in the period or at most `MAX_CALL_SPAN` before."""

    def first_item_at(
        self, org_id: int, spaces: Sequence[int], kind: Literal["call", "task"]
    ) -> Micros | None:
        """When the first call or task of these spaces was created; none where there is none."""

    def stuck_tasks(self, org_id: int, now: Micros) -> dict[int, int]:
        """Space id → how many of its tasks are stuck at `now`, by its own limits; without spaces of none."""

    def agents(self, scope: Scope, window: Window, max_pairs: int) -> list[AgentTasks] | None:
        """Whom the tasks in scope are assigned to, counted from rows, all of one snapshot. In the order of
        handles (by code point), tasks without an assignee last; `window.after` names the handle (`item_id`)
        that a page ended with. None where the page has more than `max_pairs` pairs of agent and space.
        """

    def count_agents(self, scope: Scope) -> int:
        """How many of these there are."""
