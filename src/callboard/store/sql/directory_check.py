"""Who is who, row by row: values that their columns cannot hold, and rows that name what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import msgspec

from callboard.clock import SECOND
from callboard.model.directory import SpaceSettings
from callboard.store.sql.copying import CLOCK, OF_ALL, OF_ORGANIZATIONS, Table
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.directory import move_directory
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import UNREADABLE, Lost, Snapshot, TableWalk, attempt, why

_META = Table("meta", ("name",))
_NAME_AN_ORGANIZATION = (*(table.name for table in OF_ORGANIZATIONS), "space", "member", CLOCK.name)
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
"""Table, numbers that are named, those that there are, what is wrong with the others, and their column. They
are compared here: an engine that spreads its tables cannot join all of them.
"""


def check_directory(read: Snapshot, findings: Findings) -> list[int]:
    """What is everybody's, and what is of an organization that there is not. Returns the spaces whose columns
    differ from the settings that they are made of.
    """
    differing: list[int] = []
    for table in (_META, *OF_ALL, CLOCK):
        try:
            _walk(read, table, findings, differing)
        except UNREADABLE as error:
            findings.tell(table.name, (0, 0), "", why(error), None)
    for name, named, there, said, column in _UNMATCHED:
        for number in _unmatched(read, named, there):
            findings.tell(name, (0, 0), str(number), said, None, column)
    _strays(read, findings)
    return differing


def _walk(read: Snapshot, table: Table, findings: Findings, differing: list[int]) -> None:
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


def _zones(table: str, row: dict[str, Any]) -> list[Lost]:
    column = {"organization": "timezone", "space": "cell_zone"}.get(table, "")
    return (
        [Lost("", column, f"names no time zone: {row[column]}")]
        if column and not _is_zone(row[column])
        else []
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return False
    return True


def _settings(row: dict[str, Any]) -> list[Lost]:
    try:
        settings = msgspec.json.decode(row["settings"], type=SpaceSettings)
    except msgspec.MsgspecError as error:
        return [Lost("", "settings", why(error))]
    if settings.timezone is not None and not _is_zone(settings.timezone):
        return [Lost("", "settings", f"names no time zone: {settings.timezone}")]
    return [
        Lost("", column, f"holds {row[column]}, and its settings say {said}")
        for column, said in _stuck_after(settings).items()
        if row[column] != said
    ]


def _stuck_after(settings: SpaceSettings) -> dict[str, int]:
    return {
        "stuck_running_after_us": settings.stuck_running_after * SECOND,
        "stuck_pending_after_us": settings.stuck_pending_after * SECOND,
    }


def derive_from_settings(db: Database, space_id: int) -> None:
    """Make a space's columns anew that its settings say."""
    kept = db.select_value("SELECT settings FROM space WHERE id = :id", {"id": space_id})
    said = _stuck_after(msgspec.json.decode(kept, type=SpaceSettings))
    changes = ", ".join(f"{column} = :{column}" for column in said)
    move_directory(db)
    db.run(f"UPDATE space SET {changes} WHERE id = :id", {**said, "id": space_id})


def _unmatched(read: Snapshot, named: LiteralString, there: LiteralString) -> list[int]:
    """The numbers of the one that the other lacks; a table that cannot be read is told by its walk."""
    try:
        rows = attempt(read, lambda db: set(db.select(named)) - set(db.select(there)))
        return [row[0] for row in sorted(rows, key=repr)]
    except UNREADABLE as error:
        why(error)
        return []


def _strays(read: Snapshot, findings: Findings) -> None:
    """Rows of organizations that are not there: a clock alone makes none."""
    # Tables first, for writers go on: an organization that is made meanwhile is there by then.
    found = [(table, list(_holders(read, table))) for table in _NAME_AN_ORGANIZATION]
    try:
        known: set[SqlRow] = set(attempt(read, lambda db: db.select("SELECT id FROM organization")))
    except UNREADABLE as error:
        why(error)
        return
    for table, org_ids in found:
        for org_id in org_ids:
            if (org_id,) not in known:
                findings.tell(table, (0, 0), f"{org_id}", "names no organization", None, "org_id")


def _holders(read: Snapshot, table: LiteralString) -> Iterator[int]:
    """The organizations that a table has rows of: one look for each."""
    after = -(2**63)

    def ask(db: Database) -> Any:
        least = f"SELECT min(org_id) FROM {table}{db.dialect.whole} WHERE org_id > :after"
        return db.select_value(least, {"after": after})

    while True:
        try:
            found = attempt(read, ask)
        except UNREADABLE as error:
            why(error)
            return
        if not isinstance(found, int) or found <= after:
            return
        yield found
        after = found
