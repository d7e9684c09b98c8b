"""Totals of spaces and organizations, cached in memory and exact at every read.

An object belongs to one thread (the event loop, or a command), so nothing is locked. A refresh reads the
store's change counter. Only when it has moved are the totals of changed spaces read, and the list of spaces
only when the directory has changed too. So the cost follows what changed, not the number of calls or spaces.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from callboard.model.totals import TOTALS_FIELDS, Totals, sum_totals
from callboard.query.messages import fetched
from callboard.store.interface import Changes, Store
from callboard.store.questions import Scope

MAX_SPACES = 100_000
"""About how many spaces' totals are cached. Beyond it, organizations refreshed longest ago are dropped."""

_json = msgspec.json.Encoder()


class TaskStatusBreakdown(Struct, frozen=True):
    """Always all four; they add up to `total_tasks`."""

    pending: int
    running: int
    completed: int
    failed: int


class AnalyticsData(Struct, frozen=True):
    """The six fields, in the order of the reference."""

    total_calls: int
    completed_calls: int
    failed_calls: int
    avg_duration_seconds: float
    total_tasks: int
    task_status_breakdown: TaskStatusBreakdown


class AnalyticsAnswer(Struct, frozen=True):
    """The body of the analytics endpoint."""

    status_code: int
    message: str
    data: AnalyticsData


def analytics_answer(totals: Totals) -> AnalyticsAnswer:
    """The endpoint's answer for these totals."""
    data = AnalyticsData(
        total_calls=totals.total_calls,
        completed_calls=totals.calls_completed,
        failed_calls=totals.calls_failed,
        avg_duration_seconds=totals.avg_duration_seconds,
        total_tasks=totals.total_tasks,
        task_status_breakdown=TaskStatusBreakdown(
            totals.tasks_pending, totals.tasks_running, totals.tasks_completed, totals.tasks_failed
        ),
    )
    return AnalyticsAnswer(200, fetched("Analytics"), data)


def analytics_body(totals: Totals) -> bytes:
    """The body of the analytics endpoint: exactly the documented keys, in their documented order."""
    return _json.encode(analytics_answer(totals))


class ScopeTotals:
    """The totals of one scope, and the answer that a reader rendered from them."""

    __slots__ = ("rendered", "totals")

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.rendered: Any = None
        """Set by a reader; set back to None whenever the totals change, so a cached answer is never stale."""

    def set(self, totals: Totals) -> None:
        if totals != self.totals:
            self.totals = totals
            self.rendered = None


_ZERO = Totals()


class OrganizationTotals:
    """One organization's totals as of the last refresh."""

    def __init__(self, org_id: int) -> None:
        self.org_id = org_id
        self.change_counter: int | None = None
        self.version = -1
        self.directory_version = -1
        self.contact = ScopeTotals(_ZERO)
        """The sum over all contact spaces."""
        self.spaces: dict[int, ScopeTotals] = {}
        self.contact_ids: set[int] = set()
        self._sums = [0] * len(TOTALS_FIELDS)

    def totals_of(self, space_id: int | None) -> ScopeTotals:
        """The totals of one space of this organization; None: the sum over the contact spaces."""
        if space_id is None:
            return self.contact
        found = self.spaces.get(space_id)
        if found is None:
            found = self.spaces[space_id] = ScopeTotals(_ZERO)
        return found

    def everything(self) -> Totals:
        """The sum over all spaces, of any content type."""
        return sum_totals(each.totals for each in self.spaces.values())

    def apply(self, changes: Changes) -> None:
        """Apply changed totals. The sum over the contact spaces changes by the differences, so the cost is
        that of the changed spaces. All are integers: the sum always equals that of its parts.
        """
        if changes.is_complete:
            self._reset()
        for space_id, totals in changes.totals.items():
            of_scope = self.totals_of(space_id)
            if space_id in self.contact_ids:
                before = msgspec.structs.astuple(of_scope.totals)
                after = msgspec.structs.astuple(totals)
                self._sums = [
                    total + new - old for total, new, old in zip(self._sums, after, before, strict=True)
                ]
            of_scope.set(totals)
        self.version = changes.version
        if changes.totals or changes.is_complete:
            self.contact.set(Totals(*self._sums))

    def _reset(self) -> None:
        """Set all totals to zero. The objects stay: readers may hold a reference to one."""
        for each in (self.contact, *self.spaces.values()):
            each.set(_ZERO)
        self._sums = [0] * len(TOTALS_FIELDS)

    def regroup(self, contact: set[int], directory_version: int) -> None:
        """Set which spaces are contact spaces, and sum their totals again."""
        if contact != self.contact_ids:
            self.contact_ids = contact
            total = sum_totals(self.spaces[each].totals for each in contact if each in self.spaces)
            self._sums = list(msgspec.structs.astuple(total))
            self.contact.set(total)
        self.directory_version = directory_version


class Analytics:
    """Totals of any scope, exact at the moment of the call, on every worker."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, OrganizationTotals] = {}

    def totals(self, scope: Scope) -> Totals:
        """The totals of one space, of all contact spaces, or of all spaces."""
        organization = self.refresh(scope.org_id)
        if scope.space_id is None and scope.all_content:
            return organization.everything()
        return organization.totals_of(scope.space_id).totals

    def refresh(self, org_id: int) -> OrganizationTotals:
        """An organization's totals, refreshed if the store has changed."""
        # The change counter is read before the totals. A commit in between is then either in the totals or
        # seen by the next call; read after them, the counter could hide a commit that the totals lack.
        change_counter = self._store.change_counter()
        known = self._known.get(org_id)
        if known is not None and known.change_counter == change_counter:
            return known
        # Removed during the refresh: if it fails half-way, the half-changed totals must not be used again.
        # Inserted again it is the newest entry, which `_evict_oldest` relies on.
        self._known.pop(org_id, None)
        organization = known or OrganizationTotals(org_id)
        self._read_changes(organization)
        organization.change_counter = change_counter
        self._known[org_id] = organization
        if known is None:
            self._evict_oldest()
        return organization

    def _read_changes(self, organization: OrganizationTotals) -> None:
        org_id = organization.org_id
        changes = self._store.changes_since(org_id, organization.version)
        organization.apply(changes)
        while changes.directory_version != organization.directory_version:
            contact = self._contact_now(organization)
            # The spaces are read between two reads of the totals. Only if both have the same directory
            # version do the content types belong to these totals; otherwise the sum over the contact spaces
            # might be one that was never true.
            again = self._store.changes_since(org_id, organization.version)
            organization.apply(again)
            if again.directory_version == changes.directory_version:
                organization.regroup(contact, again.directory_version)
            changes = again

    def _contact_now(self, organization: OrganizationTotals) -> set[int]:
        """The contact spaces: those known, and what changed since."""
        changed = self._store.spaces_changed(organization.directory_version)
        if changed is None:
            every = self._store.spaces(organization.org_id)
            return {each.id for each in every if each.content_type == "contact"}
        own = {each.id: each.content_type for each in changed if each.org_id == organization.org_id}
        contact = {space_id for space_id, content_type in own.items() if content_type == "contact"}
        return organization.contact_ids - own.keys() | contact

    def _evict_oldest(self) -> None:
        # A dict keeps the order of insertion: the first entry was refreshed longest ago. The last one stays,
        # however many spaces it has.
        cached = sum(len(each.spaces) for each in self._known.values())
        while cached > MAX_SPACES and len(self._known) > 1:
            cached -= len(self._known.pop(next(iter(self._known))).spaces)
