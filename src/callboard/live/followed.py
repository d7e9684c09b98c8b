"""The numbers that somebody follows: of each scope the newest message, made once for all who follow it."""

from __future__ import annotations

from collections.abc import Callable

from callboard.live.message import message
from callboard.model.totals import Totals
from callboard.query.analytics import OrganizationTotals, analytics_body
from callboard.store.questions import Scope


class Followed:
    """One scope's newest message, and who wants to know of a newer one."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.message = b""
        self.listeners: set[Callable[[], None]] = set()
        self._totals: Totals | None = None

    def take(self, organization: OrganizationTotals) -> None:
        """Take over what was found at a look; tell everybody when it is not what they were told."""
        totals = self._of(organization)
        if totals == self._totals:
            return
        self._totals = totals
        version = f"{organization.version}.{organization.directory_version}"
        self.message = message(version, analytics_body(totals))
        for listener in self.listeners:
            listener()

    def _of(self, organization: OrganizationTotals) -> Totals:
        if self.scope.space_id is None and self.scope.all_content:
            return organization.everything()
        return organization.cell(self.scope.space_id).totals
