"""Copies one store into another, whatever their engines: one organization at a time, each from one snapshot
of the source. A copy can be interrupted at any point and resumed.

From the commit that creates its tables, the target is marked as an unfinished copy; `meta` also says which
version of which organization is in progress. An organization that changed in the source since then is
copied again; one that is complete at the source's version is skipped. An organization's clock is copied
last, so a clock in the target means that the organization is complete. Then all rows of both stores are
compared, and tables that differ are copied again: some changes do not raise an organization's version, and
this module need not know which. After both stores were verified, `end` removes the mark and notes the
copied versions: the copy can be repeated later, and is refused when the target was written to in between.

Columns come from the schema; only key columns are named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import zip_longest
from typing import Any, LiteralString, NamedTuple

from callboard.errors import StoreFileError
from callboard.store.interface import Progress
from callboard.store.sql.checksum import COMPLETE
from callboard.store.sql.database import Database, SqlRow

CHUNK_ROWS = 5_000
"""Rows read and committed together."""

_DIRECTORY = "directory_version"
UNFINISHED = "copy_unfinished"
"""In `meta` of a target until its copy has ended."""
UNFINISHED_COPY = (
    "This store is being copied into, and not all of it is there: let callboard db copy end, or run it again."
)
_IN_PROGRESS = "copy_of_organization_"
_COPIED = "copied_"
_COPIED_DIRECTORY = "copied_directory"
"""After the end of a copy: the copied version of the directory and, as `copied_<org_id>`, of each
organization.
"""


class StoredTable(NamedTuple):
    """A table and its primary key without `org_id`."""

    name: LiteralString
    key: tuple[LiteralString, ...]
    chunk_rows: int = CHUNK_ROWS
    """Rows read together; fewer where a row is large."""


ORGANIZATION_TABLES = (
    StoredTable("batch", ("no",)),
    StoredTable("event", ("seq",)),
    StoredTable("event_repeat", ("item_no", "body_digest", "batch_no")),
    StoredTable("call", ("no",)),
    StoredTable("task", ("no",)),
    StoredTable("call_link", ("space_id", "kind", "value", "no")),
    StoredTable("group_end", ("no",)),
    StoredTable("totals", ("space_id",)),
    StoredTable("cell", ("counter", "grain", "space_id", "bucket", "d1", "d2", "d3")),
    StoredTable("delta", ("no",)),
    StoredTable("compaction", ("org_id",)),
    StoredTable("run", ("space_id", "run_id")),
    StoredTable("outcome", ("space_id", "outcome", "reason")),
    StoredTable("idempotency", ("space_id", "idempotency_key")),
    StoredTable("import_mapping", ("name",)),
    StoredTable("import_upload", ("upload_id",)),
    StoredTable("import_part", ("upload_id", "part"), chunk_rows=2),
    StoredTable("hook_count", ("hook_id",)),
    StoredTable("hook_tally", ("hook_id", "outcome", "reason", "word")),
    StoredTable("reconciliation", ("hook_id",)),
    StoredTable("quarantine", ("quarantine_id",), chunk_rows=50),
)
CLOCK = StoredTable("organization_clock", ())
SHARED_TABLES = (
    StoredTable("organization", ("id",)),
    StoredTable("space", ("id",)),
    StoredTable("token", ("id",)),
    StoredTable("token_secret", ("digest",)),
    StoredTable("member", ("org_id", "token_id")),
    StoredTable("hook", ("id",)),
    StoredTable("hook_token", ("digest",)),
    StoredTable("hook_secret", ("hook_id", "no")),
    StoredTable("verification", ("id",)),
)
"""Tables of the whole store, each after the tables that its foreign keys refer to."""
NUMBERED = tuple(table.name for table in SHARED_TABLES if table.key == ("id",))
"""Tables whose ids the engine generates."""
_COUNTED = frozenset({"event", "call", "task"})
"""Tables whose rows the progress counts: an organization's clock says how many there are."""

Open = Callable[[], AbstractContextManager[Database]]


class Copying:
    """One copy. `read` opens a snapshot of the source, `write` a commit in the target, `read_target` a
    snapshot of it.
    """

    def __init__(self, read: Open, write: Open, read_target: Open, progress: Progress | None) -> None:
        self._read = read
        self._write = write
        self._read_target = read_target
        self._progress = progress
        self._done = self._all = 0

    def run(self) -> int:
        """Copy everything that is missing. Returns how many organizations changed in the source meanwhile and
        have to be copied again. The target stays unfinished until `end`. Raises `StoreFileError` when the
        target has data that is not from this source.
        """
        with self._read() as source, self._write() as target:
            _mark_unfinished(source, target)
        with self._read() as source:
            with self._write() as target:
                _copy_directory(source, target)
            clocks = source.select("SELECT org_id, next_event, next_item FROM organization_clock")
        # Each clock holds the next number: one more than there are.
        self._all = sum(events + items - 2 for _, events, items in clocks)
        for org_id, _, _ in sorted(clocks):
            self._copy_organization(org_id)
        for org_id, _, _ in sorted(clocks):
            self._compare(org_id)
        with self._read() as source, self._read_target() as target:
            return _count_changed(source, target)

    def end(self) -> int:
        """Declare the target complete; the caller has verified it. From this commit on it is a normal store.
        Returns how many organizations changed in the source since `run`: if any, the target stays unfinished
        and they have to be copied first.
        """
        with self._read() as source, self._write() as target:
            changed = _count_changed(source, target)
            if changed:
                return changed
            _copy_directory(source, target)
            # All names of this module: copy_unfinished, copy_of_organization_…, copied_….
            target.run("DELETE FROM meta WHERE name LIKE 'cop%'")
            _note(target, _DIRECTORY, _noted(source, _DIRECTORY) or 0)
            for name, version in _versions(target).items():
                _note(target, name, version)
            target.restart_numbers(NUMBERED)
            return 0

    # one organization

    def _copy_organization(self, org_id: int) -> None:
        with self._read() as source:
            found = _version(source, org_id)
            with self._write() as target:
                # None while the copy is in progress: the clock comes last.
                copied = _version(target, org_id)
                # Rows of another version may be gone or changed in the source, so appending is not enough.
                if copied != found and _noted(target, f"{_IN_PROGRESS}{org_id}") != found:
                    self._drop(target, org_id)
                    _note(target, f"{_IN_PROGRESS}{org_id}", found)
                    copied = None
            for table in ORGANIZATION_TABLES:
                self._copy_table(source, table, org_id, is_copied=copied == found)
            # The clock and the end of the progress note are one commit, after all rows.
            if copied != found:
                with self._write() as target:
                    columns = _columns(source, target, CLOCK)
                    names = ", ".join(columns)
                    row = source.select(
                        f"SELECT {names} FROM organization_clock WHERE org_id = :id", {"id": org_id}
                    )
                    target.append(CLOCK.name, columns, row)
                    target.run("DELETE FROM meta WHERE name = :name", {"name": f"{_IN_PROGRESS}{org_id}"})

    @staticmethod
    def _drop(target: Database, org_id: int) -> None:
        for table in (CLOCK, *ORGANIZATION_TABLES):
            target.run(f"DELETE FROM {table.name} WHERE org_id = :id", {"id": org_id})

    def _copy_table(self, source: Database, table: StoredTable, org_id: int, *, is_copied: bool) -> None:
        counted = table.name in _COUNTED
        if is_copied:
            if counted:
                self._report_progress(_count(source, table, org_id))
            return
        with self._read_target() as target:
            keys = ", ".join(table.key)
            backwards = ", ".join(f"{each} DESC" for each in table.key)
            # Rows are appended in key order, one commit a piece: continue after the greatest key that is
            # there.
            last = target.select(
                f"SELECT {keys} FROM {table.name} WHERE org_id = :org_id ORDER BY {backwards} LIMIT 1",
                {"org_id": org_id},
            )
            if last and counted:
                self._report_progress(_count(target, table, org_id))
        self._append(source, table, org_id, last[0] if last else None)

    def _compare(self, org_id: int) -> None:
        """Copy again the tables of an organization whose rows differ from the source's."""
        with self._read() as source:
            with self._read_target() as target:
                if _version(source, org_id) != _version(target, org_id):
                    return  # it changed meanwhile: the next run copies all of it again
            for table in ORGANIZATION_TABLES:
                with self._read_target() as target:
                    same = _is_same(source, target, table, org_id)
                if not same:
                    with self._write() as target:
                        target.run(f"DELETE FROM {table.name} WHERE org_id = :id", {"id": org_id})
                    self._append(source, table, org_id, None)

    def _append(self, source: Database, table: StoredTable, org_id: int, last: SqlRow | None) -> None:
        with self._read_target() as target:
            columns = _columns(source, target, table)
        for rows in _chunks(source, table, columns, {"org_id": org_id}, last):
            with self._write() as target:
                target.append(table.name, columns, rows)
            if table.name in _COUNTED:
                self._report_progress(len(rows))

    def _report_progress(self, more: int) -> None:
        self._done += more
        if self._progress is not None:
            self._progress(min(self._done, self._all), self._all)


def is_unfinished(db: Database) -> bool:
    """Whether this store is the target of a copy that has not ended."""
    return _noted(db, UNFINISHED) is not None


def _mark_unfinished(source: Database, target: Database) -> None:
    """Mark the target as an unfinished copy. Raises `StoreFileError` unless it is empty, an unfinished copy
    of this source, or an ended copy of it that was not written to since.
    """
    in_source: dict[int, str] = dict(source.select("SELECT id, token FROM organization"))
    in_target: dict[int, str] = dict(target.select("SELECT id, token FROM organization"))
    if _noted(target, UNFINISHED) is None:
        if in_target and _noted(target, _COPIED_DIRECTORY) is None:
            raise StoreFileError(
                "The store to copy to is not empty: name a new one (what it holds stays as it is)."
            )
        if in_target and _versions(target) != _notes_of_end(target):
            raise StoreFileError(
                "The store to copy to was written to since it was copied: name a new one (what it holds "
                "stays as it is)."
            )
    # Tokens of organizations are random: an id with another token comes from another store.
    if in_target.items() - in_source.items():
        raise StoreFileError("The store to copy to is a copy of another store: name a new one.")
    _note(target, UNFINISHED, 1)


def _versions(target: Database) -> dict[str, int]:
    """The versions that the end of a copy notes, as they are now."""
    clocks = target.select("SELECT org_id, version FROM organization_clock")
    return {
        _COPIED_DIRECTORY: _noted(target, _DIRECTORY) or 0,
        **{f"{_COPIED}{org_id}": version for org_id, version in clocks},
    }


def _notes_of_end(target: Database) -> dict[str, int]:
    return dict(target.select(f"SELECT name, value FROM meta WHERE name LIKE '{_COPIED}%'"))


def _count_changed(source: Database, target: Database) -> int:
    """How many organizations differ from the source in their version; if none does, 1 when the directory
    does.
    """
    copied: dict[int, int] = dict(target.select("SELECT org_id, version FROM organization_clock"))
    found: dict[int, int] = dict(source.select("SELECT org_id, version FROM organization_clock"))
    changed = len(found.items() - copied.items())
    return changed or int(_noted(source, _DIRECTORY) != _noted(target, _DIRECTORY))


def _copy_directory(source: Database, target: Database) -> None:
    """Copy organizations, campaigns, tokens, and the notes on the whole store."""
    # No other table refers to these, so they are emptied: rows that the source no longer has must go.
    for name in ("member", "token_secret", "verification"):
        target.run(f"DELETE FROM {name}")
    for table in SHARED_TABLES:
        columns = _columns(source, target, table)
        for rows in _chunks(source, table, columns, {}, None):
            _upsert(target, table, columns, rows)
    _note(target, _DIRECTORY, _noted(source, _DIRECTORY) or 0)
    if _noted(source, COMPLETE) is None:
        target.run("DELETE FROM meta WHERE name = :name", {"name": COMPLETE})
    else:
        _note(target, COMPLETE, 1)


def _is_same(source: Database, target: Database, table: StoredTable, org_id: int) -> bool:
    """Whether a table of an organization has the same rows, in all columns, as in the source."""
    columns = _columns(source, target, table)
    # Both sides in key order, a piece at a time: memory stays bounded, and `zip_longest` meets extra rows.
    one, other = (_chunks(db, table, columns, {"org_id": org_id}, None) for db in (source, target))
    return all(rows == others for rows, others in zip_longest(one, other))


def _version(db: Database, org_id: int) -> int | None:
    found: int | None = db.select_value(
        "SELECT version FROM organization_clock WHERE org_id = :id", {"id": org_id}
    )
    return found


def _noted(db: Database, name: str) -> int | None:
    """A value of the table `meta`; None when it is not there."""
    found = db.select("SELECT value FROM meta WHERE name = :name", {"name": name})
    return found[0][0] if found else None


def _note(db: Database, name: str, value: int | None) -> None:
    db.run("DELETE FROM meta WHERE name = :name", {"name": name})
    db.run("INSERT INTO meta (name, value) VALUES (:name, :value)", {"name": name, "value": value})


def _count(db: Database, table: StoredTable, org_id: int) -> int:
    return int(db.select_value(f"SELECT count(*) FROM {table.name} WHERE org_id = :id", {"id": org_id}))


def _columns(source: Database, target: Database, table: StoredTable) -> list[str]:
    """The columns of a table, in the source's order: a migration may have added them in another one."""
    columns = source.columns(table.name)
    if sorted(columns) != sorted(target.columns(table.name)):
        raise StoreFileError(f"The two stores keep {table.name} in different ways: bring both up to date.")
    return columns


def _chunks(
    source: Database, table: StoredTable, columns: Sequence[str], where: dict[str, Any], after: SqlRow | None
) -> Iterator[list[SqlRow]]:
    """All rows after a key, in key order: keyset pagination by a comparison of row values."""
    keys = ", ".join(table.key)
    places = [columns.index(each) for each in table.key]
    conditions = [f"{name} = :{name}" for name in where]
    while True:
        placeholders = ", ".join(f":key{place}" for place in range(len(table.key)))
        further = [f"({keys}) > ({placeholders})"] if after is not None else []
        sql = f"SELECT {', '.join(columns)} FROM {table.name}"
        if conditions or further:
            sql += f" WHERE {' AND '.join(conditions + further)}"
        values = where | {f"key{place}": value for place, value in enumerate(after or ())}
        rows = source.select(f"{sql} ORDER BY {keys} LIMIT {table.chunk_rows}", values)
        if rows:
            yield rows
        if len(rows) < table.chunk_rows:
            return
        after = tuple(rows[-1][place] for place in places)


def _upsert(target: Database, table: StoredTable, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
    """Insert rows, or update those that are there."""
    # Never empty: each of these tables has a column beside its key (`member.role`, `token_secret.ends_at`).
    changed = ", ".join(f"{each} = excluded.{each}" for each in columns if each not in table.key)
    names, values = ", ".join(columns), ", ".join(f":{each}" for each in columns)
    sql = (
        f"INSERT INTO {table.name} ({names}) VALUES ({values}) "
        f"ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {changed}"
    )
    for row in rows:
        target.run(sql, dict(zip(columns, row, strict=True)))
