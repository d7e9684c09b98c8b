"""Checks all other tables row by row: values that do not fit their column, orphaned rows, checksums."""

from __future__ import annotations

from functools import partial
from typing import Any, LiteralString, NamedTuple

from callboard.fold.catalogue import ADDED_DIMENSIONS, CATALOGUE
from callboard.store.questions import CONTACT_SPACES
from callboard.store.sql.checksum import are_complete, delta_checksum, run_checksum
from callboard.store.sql.copying import ORGANIZATION_TABLES, StoredTable
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.findings import Findings
from callboard.store.sql.table_walk import (
    UNREADABLE,
    Snapshot,
    TableWalk,
    UnreadableRange,
    fault_text,
    run_with_retry,
)

CHECKED_ELSEWHERE = frozenset({"event", "call", "task", "group_end"})
"""Checked by item number in `log_check` and `fold_check`."""
COUNTER_TABLES = frozenset({"totals", "cell", "delta", "run"})
"""Tables that can be recounted: a repair deletes their orphaned rows."""

_CELLS = frozenset((counter.code, str(grain)) for counter in CATALOGUE for grain in counter.grains)
_FACTS = ("space_id", "run_id", "registered_at", "collection_ref", "run_mode", "batch_count")


class Damaged(NamedTuple):
    """An organization's damage, for the repair."""

    drop: list[tuple[StoredTable, SqlRow]]
    """Orphaned or invalid rows of counters, by their keys."""
    runs: frozenset[tuple[int, str]]
    """Runs whose registration is damaged: kept unchanged."""


class TableCheck:
    """The tables of one organization, except the log and the rows that are folded from it."""

    def __init__(self, read: Snapshot, org_id: int, spaces: set[int], findings: Findings) -> None:
        self._read = read
        self._org_id = org_id
        self._spaces = spaces
        self._findings = findings
        self._drop: list[tuple[StoredTable, SqlRow]] = []
        self._runs: set[tuple[int, str]] = set()
        self._complete = run_with_retry(read, are_complete)

    def run(self) -> Damaged:
        for table in ORGANIZATION_TABLES:
            if table.name not in CHECKED_ELSEWHERE:
                try:
                    self._table(table)
                except UNREADABLE as error:
                    self._findings.report(table.name, (self._org_id, 0), "", fault_text(error), None)
        return Damaged(self._drop, frozenset(self._runs))

    def _table(self, table: StoredTable) -> None:
        walk = TableWalk(self._read, table.name, table.key, self._org_id, table.chunk_rows)
        names = [each.name for each in walk.columns]
        versions: dict[str, int] = {}
        for rows, unreadable in walk.all():
            for each in unreadable:
                self._findings.report_fault(table.name, (self._org_id, 0), each)
            for row in rows:
                faults = walk.faults(row) or self._row_faults(table.name, dict(zip(names, row, strict=True)))
                for fault in faults:
                    space_id = row[names.index("space_id")] if "space_id" in names else 0
                    place = (self._org_id, space_id if isinstance(space_id, int) else 0)
                    self._findings.report_fault(table.name, place, fault._replace(key=walk.key_of(row)))
                if faults and table.name in COUNTER_TABLES:
                    self._remember(table, row, names)
                elif table.name == "totals":
                    versions[walk.key_of(row)] = row[names.index("version")]
        if versions:
            self._check_versions(versions)

    def _check_versions(self, versions: dict[str, int]) -> None:
        """Report totals with a version after the organization's clock. The clock is read after the totals,
        because writers go on.
        """
        clock = run_with_retry(self._read, lambda db: db.row("clock.read", {"org_id": self._org_id}))
        if clock is None:
            return  # reported by the check of the directory
        for key, version in versions.items():
            if version > clock[0]:
                place = (self._org_id, int(key))
                self._findings.report("totals", place, key, version, f"at most {clock[0]}", "version")

    def _remember(self, table: StoredTable, row: SqlRow, names: list[str]) -> None:
        if table.name == "run":
            self._runs.add((row[names.index("space_id")], row[names.index("run_id")]))
        elif len(self._drop) < 1_000:
            self._drop.append((table, tuple(row[names.index(each)] for each in table.key)))

    def _row_faults(self, table: str, row: dict[str, Any]) -> list[UnreadableRange]:
        if row["org_id"] != self._org_id:
            return [UnreadableRange("", "org_id", f"holds {row['org_id']}")]
        spaces = self._spaces | {CONTACT_SPACES} if table == "cell" else self._spaces
        if table in COUNTER_TABLES and row["space_id"] not in spaces:
            return [UnreadableRange("", "space_id", f"names no space: {row['space_id']}")]
        if table == "cell" and (row["counter"], row["grain"]) not in _CELLS:
            return [
                UnreadableRange("", "counter, grain", f"names no counter: {row['counter']}/{row['grain']}")
            ]
        if table == "delta":
            added = [row[name] for name in ADDED_DIMENSIONS]
            counted = [value for name, value in row.items() if name not in ("checksum", *ADDED_DIMENSIONS)]
            return self._checksum_faults(row["checksum"], delta_checksum(counted, added))
        if table == "run":
            return self._run_faults(row)
        return []

    def _checksum_faults(self, kept: int | None, expected: int) -> list[UnreadableRange]:
        if kept == expected or (kept is None and not self._complete):
            return []
        return [UnreadableRange("", "", "fails its checksum" if kept is not None else "has no checksum")]

    def _run_faults(self, row: dict[str, Any]) -> list[UnreadableRange]:
        facts = [row[name] for name in _FACTS]
        if row["checksum"] is None and row["batch_count"] == 0 and facts[2:5] == [None, None, None]:
            return []  # created by tasks only, never registered
        return self._checksum_faults(row["checksum"], run_checksum((self._org_id, *facts)))


def _select(sql: LiteralString, db: Database) -> list[SqlRow]:
    return db.select(sql)


def org_ids(read: Snapshot) -> list[int]:
    """Every organization that exists or has a clock."""
    found: set[int] = set()
    for sql in ("SELECT id FROM organization", "SELECT org_id FROM organization_clock"):
        try:
            rows = run_with_retry(read, partial(_select, sql))
            found.update(row[0] for row in rows if isinstance(row[0], int))
        except UNREADABLE as error:
            fault_text(error)
    return sorted(found)


def drop_orphans(db: Database, org_id: int, damaged: Damaged) -> None:
    """Delete orphaned rows of counters. What should be there is recounted later."""
    for table, key in damaged.drop:
        where = {f"key{place}": value for place, value in enumerate(key)}
        named = " AND ".join(f"{each} = :key{place}" for place, each in enumerate(table.key))
        db.run(f"DELETE FROM {table.name} WHERE org_id = :org_id AND {named}", {**where, "org_id": org_id})
