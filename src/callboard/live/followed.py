"""The numbers being streamed: the newest message of each scope, encoded once for all its subscribers."""

from __future__ import annotations

from collections.abc import Callable

from callboard.live.message import message
from callboard.model.totals import Totals
from callboard.query.analytics import OrganizationTotals, analytics_body
from callboard.store.questions import Scope


class FollowedScope:
    """The newest message of one scope, and the subscriptions to wake when it changes."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.message = b""
        self.listeners: set[Callable[[], None]] = set()
        self._totals: Totals | None = None

    def update(self, organization: OrganizationTotals) -> None:
        """Take over refreshed totals. If this scope's numbers changed: make a message, wake the listeners."""
        totals = self._of(organization)
        # The organization's version also moves when other scopes change: no message without new numbers.
        if totals == self._totals:
            return
        self._totals = totals
        # Both numbers only grow. The directory's is part of it: a space whose content type changes moves into
        # the organization's numbers, or out of them.
        version = f"{organization.version}.{organization.directory_version}"
        self.message = message(version, analytics_body(totals))
        for listener in self.listeners:
            listener()

    def _of(self, organization: OrganizationTotals) -> Totals:
        if self.scope.space_id is None and self.scope.all_content:
            return organization.everything()
        return organization.totals_of(self.scope.space_id).totals
