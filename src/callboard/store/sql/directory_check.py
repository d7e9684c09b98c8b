"""Checks the directory row by row: values that their columns cannot hold, and references to missing rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import msgspec

from callboard.clock import SECOND
from callboard.model.directory import SpaceSettings
from callboard.store.sql.copying import CLOCK, OF_ALL, ORGANIZATION_TABLES, Table
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.directory import move_directory
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import UNREADABLE, Snapshot, TableWalk, UnreadableRange, attempt, why

_META = Table("meta", ("name",))
_NAME_AN_ORGANIZATION = (*(table.name for table in ORGANIZATION_TABLES), "space", "member", CLOCK.name)
_UNMATCHED: tuple[tuple[LiteralString, LiteralString, LiteralString, str, str], ...] = (
    (
        CLOCK.name,
        "SELECT id FROM organization",
        "SELECT org_id FROM organization_clock",
        "an organization without its clock",
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
    for table in (_META, *OF_ALL, CLOCK):
        try:
            _walk(read, table, findings, differing)
        except UNREADABLE as error:
            findings.tell(table.name, (0, 0), "", why(error), None)
    for name, named, there, said, column in _UNMATCHED:
        for number in _dangling(read, named, there):
            findings.tell(name, (0, 0), str(number), said, None, column)
    _orphans(read, findings)
    return differing


def _walk(read: Snapshot, table: Table, findings: Findings, differing: list[int]) -> None:
    """Check every row of a table; adds the ids of spaces to repair to `differing`."""
    walk = TableWalk(read, table.name, table.key or ("org_id",), None)
    names = [each.name for each in walk.columns]
    for rows, lost in walk.all():
        for each in lost:
            findings.lost(table.name, (0, 0), each)
        for row in rows:
            named = dict(zip(names, row, strict=True))
            faults = walk.faults(row) or _zones(table.name, named)
            if not faults and table.name == "space":
                faults = _settings(named)
                if any(each.column.startswith("stuck") for each in faults):
                    differing.append(named["id"])
            for fault in faults:
                findings.lost(table.name, (0, 0), fault._replace(key=walk.key_of(row)))


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
        return [UnreadableRange("", "settings", why(error))]
    if settings.timezone is not None and not _is_zone(settings.timezone):
        return [UnreadableRange("", "settings", f"names no time zone: {settings.timezone}")]
    return [
        UnreadableRange("", column, f"holds {row[column]}, and its settings say {said}")
        for column, said in _stuck_after(settings).items()
        if row[column] != said
    ]


def _stuck_after(settings: SpaceSettings) -> dict[str, int]:
    return {
        "stuck_running_after_us": settings.stuck_running_after * SECOND,
        "stuck_pending_after_us": settings.stuck_pending_after * SECOND,
    }


def derive_from_settings(db: Database, space_id: int) -> None:
    """Set the columns of a space that are derived from its settings."""
    kept = db.select_value("SELECT settings FROM space WHERE id = :id", {"id": space_id})
    said = _stuck_after(msgspec.json.decode(kept, type=SpaceSettings))
    changes = ", ".join(f"{column} = :{column}" for column in said)
    move_directory(db)
    db.run(f"UPDATE space SET {changes} WHERE id = :id", {**said, "id": space_id})


def _dangling(read: Snapshot, named: LiteralString, there: LiteralString) -> list[int]:
    """The numbers of the first query that the second lacks."""
    try:
        rows = attempt(read, lambda db: set(db.select(named)) - set(db.select(there)))
        # A damaged number may be of any type, and mixed types have no order.
        return [row[0] for row in sorted(rows, key=repr)]
    except UNREADABLE as error:
        # The walk of the unreadable table reports it. `why` raises again when the store does not answer.
        why(error)
        return []


def _orphans(read: Snapshot, findings: Findings) -> None:
    """Rows of organizations that do not exist: a clock alone is no organization."""
    # Tables before organizations, because writers go on: one that is created in between must not be reported.
    found = [(table, list(_org_ids_of(read, table))) for table in _NAME_AN_ORGANIZATION]
    try:
        known: set[SqlRow] = set(attempt(read, lambda db: db.select("SELECT id FROM organization")))
    except UNREADABLE as error:
        why(error)
        return
    for table, org_ids in found:
        for org_id in org_ids:
            if (org_id,) not in known:
                findings.tell(table, (0, 0), f"{org_id}", "names no organization", None, "org_id")


def _org_ids_of(read: Snapshot, table: LiteralString) -> Iterator[int]:
    """The organizations that a table has rows of: a loose index scan, one `min()` for each, because SELECT
    DISTINCT would read every row. Stops where the table is unreadable.
    """
    after = -(2**63)  # below every value of a BIGINT: a damaged org_id may be negative

    def ask(db: Database) -> Any:
        least = f"SELECT min(org_id) FROM {table}{db.dialect.whole} WHERE org_id > :after"
        return db.select_value(least, {"after": after})

    while True:
        try:
            found = attempt(read, ask)
        except UNREADABLE as error:
            why(error)
            return
        # A damaged index may return anything: a value that does not advance would loop for ever.
        if not isinstance(found, int) or found <= after:
            return
        yield found
        after = found
