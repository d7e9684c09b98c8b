"""Checks the directory row by row: values that their columns cannot hold, and references to missing rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import msgspec

from callboard.clock import SECOND
from callboard.model.directory import SpaceSettings
from callboard.store.sql.copying import CLOCK, ORGANIZATION_TABLES, SHARED_TABLES, StoredTable
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.directory import bump_directory_version
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import (
    UNREADABLE,
    Snapshot,
    TableWalk,
    UnreadableRange,
    fault_text,
    run_with_retry,
)

_META = StoredTable("meta", ("name",))
_WITH_ORG_ID = (*(table.name for table in ORGANIZATION_TABLES), "space", "member", CLOCK.name)
_REFERENCES: tuple[tuple[LiteralString, LiteralString, LiteralString, str, str], ...] = (
    (
        CLOCK.name,
        "SELECT id FROM organization",
        "SELECT org_id FROM organization_clock",
        "an organization without its clock",
        "org_id",
    ),
    (
        "compaction",
        "SELECT id FROM organization",
        "SELECT org_id FROM compaction",
        "an organization of which nothing says what is merged into cells",
        "org_id",
    ),
    (
        "member",
        "SELECT id FROM token",
        "SELECT token_id FROM member",
        "a token that opens no organization",
        "token_id",
    ),
    ("member", "SELECT token_id FROM member", "SELECT id FROM token", "names no token", "token_id"),
    (
        "token_secret",
        "SELECT token_id FROM token_secret",
        "SELECT id FROM token",
        "names no token",
        "token_id",
    ),
)
"""Table, query for the numbers to look up, query for those that exist, fault of the others, their column. The
two sets are compared here and not in SQL: Citus cannot join all of these tables.
"""


def check_directory(read: Snapshot, findings: Findings) -> list[int]:
    """Check the tables of the whole store, the clocks, and rows whose organization is missing. Returns the
    ids of spaces whose columns differ from the settings that they are derived from.
    """
    differing: list[int] = []
    for table in (_META, *SHARED_TABLES, CLOCK):
        try:
            _walk(read, table, findings, differing)
        except UNREADABLE as error:
            findings.report(table.name, (0, 0), "", fault_text(error), None)
    for name, named, existing, message, column in _REFERENCES:
        for number in _dangling(read, named, existing):
            findings.report(name, (0, 0), str(number), message, None, column)
    _orphans(read, findings)
    return differing


def _walk(read: Snapshot, table: StoredTable, findings: Findings, differing: list[int]) -> None:
    """Check every row of a table; adds the ids of spaces to repair to `differing`."""
    walk = TableWalk(read, table.name, table.key or ("org_id",), None)
    names = [each.name for each in walk.columns]
    for rows, unreadable in walk.all():
        for each in unreadable:
            findings.report_fault(table.name, (0, 0), each)
        for row in rows:
            named = dict(zip(names, row, strict=True))
            faults = walk.faults(row) or _zones(table.name, named)
            if not faults and table.name == "space":
                faults = _settings(named)
                if any(each.column.startswith("stuck") for each in faults):
                    differing.append(named["id"])
            for fault in faults:
                findings.report_fault(table.name, (0, 0), fault._replace(key=walk.key_of(row)))


def _zones(table: str, row: dict[str, Any]) -> list[UnreadableRange]:
    column = {"organization": "timezone", "space": "cell_zone"}.get(table, "")
    return (
        [UnreadableRange("", column, f"names no time zone: {row[column]}")]
        if column and not _is_zone(row[column])
        else []
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    # ZoneInfo raises its own LookupError for an unknown name, ValueError for a path outside of its directory
    # or a NUL, OSError where the name is a directory.
    except (LookupError, OSError, ValueError):
        return False
    return True


def _settings(row: dict[str, Any]) -> list[UnreadableRange]:
    try:
        settings = msgspec.json.decode(row["settings"], type=SpaceSettings)
    except msgspec.MsgspecError as error:
        return [UnreadableRange("", "settings", fault_text(error))]
    if settings.timezone is not None and not _is_zone(settings.timezone):
        return [UnreadableRange("", "settings", f"names no time zone: {settings.timezone}")]
    return [
        UnreadableRange("", column, f"holds {row[column]}, and its settings say {message}")
        for column, message in _stuck_after(settings).items()
        if row[column] != message
    ]


def _stuck_after(settings: SpaceSettings) -> dict[str, int]:
    return {
        "stuck_running_after_us": settings.stuck_running_after * SECOND,
        "stuck_pending_after_us": settings.stuck_pending_after * SECOND,
    }


def derive_from_settings(db: Database, space_id: int) -> None:
    """Set the columns of a space that are derived from its settings."""
    kept = db.select_value("SELECT settings FROM space WHERE id = :id", {"id": space_id})
    message = _stuck_after(msgspec.json.decode(kept, type=SpaceSettings))
    changes = ", ".join(f"{column} = :{column}" for column in message)
    bump_directory_version(db)
    db.run(f"UPDATE space SET {changes} WHERE id = :id", {**message, "id": space_id})


def _dangling(read: Snapshot, named: LiteralString, existing: LiteralString) -> list[int]:
    """The numbers of the first query that the second lacks."""
    try:
        rows = run_with_retry(read, lambda db: set(db.select(named)) - set(db.select(existing)))
        # A damaged number may be of any type, and mixed types have no order.
        return [row[0] for row in sorted(rows, key=repr)]
    except UNREADABLE as error:
        # The walk of the unreadable table reports it. `fault_text` raises again when the store does not
        # answer.
        fault_text(error)
        return []


def _orphans(read: Snapshot, findings: Findings) -> None:
    """Rows of organizations that do not exist: a clock alone is no organization."""
    # Tables before organizations, because writers go on: one that is created in between must not be reported.
    found = [(table, list(_org_ids_of(read, table))) for table in _WITH_ORG_ID]
    try:
        known: set[SqlRow] = set(run_with_retry(read, lambda db: db.select("SELECT id FROM organization")))
    except UNREADABLE as error:
        fault_text(error)
        return
    for table, org_ids in found:
        for org_id in org_ids:
            if (org_id,) not in known:
                findings.report(table, (0, 0), f"{org_id}", "names no organization", None, "org_id")


def _org_ids_of(read: Snapshot, table: LiteralString) -> Iterator[int]:
    """The organizations that a table has rows of: a loose index scan, one `min()` for each, because SELECT
    DISTINCT would read every row. Stops where the table is unreadable.
    """
    after = -(2**63)  # below every value of a BIGINT: a damaged org_id may be negative

    def ask(db: Database) -> Any:
        least = f"SELECT min(org_id) FROM {table}{db.dialect.table_only} WHERE org_id > :after"
        return db.select_value(least, {"after": after})

    while True:
        try:
            found = run_with_retry(read, ask)
        except UNREADABLE as error:
            fault_text(error)
            return
        # A damaged index may return anything: a value that does not advance would loop endlessly.
        if not isinstance(found, int) or found <= after:
            return
        yield found
        after = found
