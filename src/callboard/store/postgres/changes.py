"""What a reader asks the database itself: where no refresh has told it yet."""

from __future__ import annotations

from callboard.errors import NotFoundError
from callboard.model.totals import Totals
from callboard.store.interface import Changes
from callboard.store.postgres.bulkheads import Bulkheads
from callboard.store.sql.database import Database

SEEN = "SELECT pg_current_snapshot()::TEXT"
"""Equal texts mean equal visible data: any commit in between changes the text."""
SEEN_ON_NODES = (
    "SELECT (SELECT sum(version) FROM organization_clock) || ' ' || "
    "(SELECT value FROM meta WHERE name = 'directory_version')"
)
"""Commits on worker nodes do not change the coordinator's snapshot; each changes one of these numbers."""


def read_changes(db: Database, bulkheads: Bulkheads | None, org_id: int, since: int) -> Changes:
    """The totals of an organization's spaces that changed since a version. Raises `NotFoundError`."""
    if bulkheads is not None:
        bulkheads.look_up(db, org_id)
    found = db.row("clock.version", {"org_id": org_id})
    if found is None:
        raise NotFoundError("Organization not found.")
    version, directory_version = found
    if version == since:
        return Changes(version, directory_version, {})
    rows = db.rows("totals.changed", {"org_id": org_id, "since": since})
    return Changes(version, directory_version, {row[0]: Totals(*row[1:]) for row in rows})
