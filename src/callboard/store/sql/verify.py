"""Verification: rows → counters, and with `deep` events → rows. Online: it reads snapshots while writers go
on.

A deep verification checks in this order: the structure of the engine's files, all other tables, the event
log against its checksums, events → rows, rows → counters. A space's counters and the rows they count are
read in one snapshot, everything else piece by piece. What cannot be read is reported as a difference with
its position, and the verification continues after it. A repair takes the write lock for one space, or one
page of rows, at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

from callboard.model.totals import Totals
from callboard.store.interface import Progress
from callboard.store.questions import CONTACT_SPACES
from callboard.store.reporting import Verification
from callboard.store.sql.compaction import recount_contact
from callboard.store.sql.contact_check import wrong_cells
from callboard.store.sql.database import Database
from callboard.store.sql.directory_check import check_directory, derive_from_settings
from callboard.store.sql.findings import Findings
from callboard.store.sql.fold_check import Refolding, repair_page
from callboard.store.sql.group_check import GroupCheck, repair_groups
from callboard.store.sql.links import Link
from callboard.store.sql.log_check import check_log
from callboard.store.sql.recount import COUNTERS, CellSums, recounted_cells, recounted_totals, stored_cells
from callboard.store.sql.refill import insert_cells, put_totals
from callboard.store.sql.save import compact_for_change, compact_now, home_zones, read_clock, write_clock
from callboard.store.sql.table_check import Damaged, TableCheck, drop_orphans, org_ids
from callboard.store.sql.table_walk import UNREADABLE, Snapshot, fault_text, run_with_retry

Faults = Callable[[], Iterator[tuple[str, str]]]


class SpaceKey(NamedTuple):
    """The key of a space."""

    org_id: int
    id: int


class Engine(NamedTuple):
    """The engine's part: snapshots, commits, and its own check of tables and indexes."""

    read: Snapshot
    write: Snapshot
    unchecked: str | None
    """Why the structure cannot be checked, as a sentence; None when it can."""
    faults: Faults
    """(table, fault of its structure)."""
    rebuild: Callable[..., None]
    """Rebuild a table's indexes."""


class Verifier:
    """One verification of a whole store."""

    def __init__(self, engine: Engine, *, deep: bool, repair: bool) -> None:
        self._engine = engine
        self._read = engine.read
        self._write = engine.write
        self._deep = deep
        self._repair = repair
        self._findings = Findings()
        self._sound_log = True
        self._broken: dict[str, int] = {}
        """Tables whose structure was damaged before the repair, with their number of faults."""
        self._done = self._all = 0
        self._progress: Progress | None = None

    def run(self, progress: Progress | None) -> Verification:
        """Check every space. Rows are checked, and repaired, before the counters that are compared with
        them.
        """
        self._progress = progress
        orgs = org_ids(self._read)
        spaces = {org_id: self._space_ids(org_id) for org_id in orgs}
        self._all = sum(map(len, spaces.values()))
        if self._deep:
            self._check_structure()
            for space_id in check_directory(self._read, self._findings):
                if self._repair:
                    self._commit_repair(1, partial(derive_from_settings, space_id=space_id))
        for org_id in orgs:
            damaged = Damaged([], frozenset())
            if self._deep:
                damaged = self._check_tables(org_id, set(spaces[org_id]))
                self._report_failure_of(
                    "event", org_id, 0, partial(self._check_rows, org_id, set(spaces[org_id]), damaged)
                )
            groups = partial(self._check_groups, org_id, set(spaces[org_id]), damaged)
            self._report_failure_of("call", org_id, 0, groups)
            for space_id in spaces[org_id]:
                self._check_counters(SpaceKey(org_id, space_id), damaged)
                self._findings.count("spaces", 1)
                self._report_progress()
        # After all spaces: the contact spaces' cells are compared with those of each space, repaired by now.
        for org_id in orgs:
            self._check_contact_spaces(org_id)
        self._check_structure_again()
        return self._findings.found

    def _report_progress(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._all)

    def _report_failure_of(self, what: str, org_id: int, space_id: int, check: Callable[[], None]) -> None:
        """Run one check. If it fails, that is a difference, and the verification continues."""
        try:
            check()
        except UNREADABLE as error:
            self._findings.report(what, (org_id, space_id), "", fault_text(error), None)

    def _commit_repair(self, wrong: int, *ways: Callable[[Database], object]) -> None:
        """Repair in one commit, by the first of `ways` that succeeds; one that fails is rolled back. Each
        must be idempotent, because it is repeated after a lost connection: the first commit may have been
        applied.
        """
        message = ""
        for change in ways:
            try:
                run_with_retry(self._write, change, self._read)
            except UNREADABLE as error:
                message = fault_text(error)
            else:
                self._findings.repaired(wrong)
                return
        self._findings.note(f"Not repaired: {message.removesuffix('.')}.")

    def _space_ids(self, org_id: int) -> list[int]:
        try:
            rows = run_with_retry(self._read, lambda db: db.rows("space.ids", {"org_id": org_id}))
            return sorted(row[0] for row in rows)
        except UNREADABLE as error:
            self._findings.report("space", (org_id, 0), "", fault_text(error), None)
            return []

    # the file itself

    def _check_structure(self) -> None:
        if self._engine.unchecked is not None:
            self._findings.note(self._engine.unchecked)
            return
        faulty: dict[str, int] = {}
        for table, message in self._engine.faults():
            faulty[table] = faulty.get(table, 0) + 1
            self._findings.report("file", (0, 0), table, message, "ok")
        if faulty and self._repair:
            self._broken, faulty = faulty, self._rebuild_indexes(faulty)
        # With a damaged index, events may not be found, and would be missing from a rebuilt row.
        self._sound_log = "event" not in faulty

    def _rebuild_indexes(self, faulty: Iterable[str]) -> dict[str, int]:
        """Rebuild the indexes of these tables. Returns what is damaged afterwards, by table."""
        for table in faulty:
            # Fails on duplicate keys or unreadable pages: the check below then reports the table again.
            try:
                run_with_retry(self._write, partial(self._engine.rebuild, table=table), self._read)
            except UNREADABLE as error:
                fault_text(error)
        return Counter(table for table, _ in self._engine.faults())

    def _check_structure_again(self) -> None:
        """Check damaged tables once more at the end: rows that were rebuilt may have left the damaged
        pages.
        """
        if not self._broken:
            return
        still = Counter(table for table, _ in self._engine.faults())
        for table, faults in self._broken.items():
            if table not in still:
                self._findings.repaired(faults)
        for table in sorted(still):
            self._findings.note(f"The structure of {table} stays damaged: restore a backup.")

    # events → rows

    def _check_rows(self, org_id: int, spaces: set[int], damaged: Damaged) -> None:
        log = check_log(self._read, org_id, self._findings)
        log = log._replace(is_complete=log.is_complete and self._sound_log)
        for begin, end, wrong in Refolding(self._read, org_id, log, self._findings).pages():
            # Page by page as they are found: memory stays bounded, and each repair is one short commit.
            if any(not each.unknown_because for each in wrong) and self._repair:
                repair = partial(repair_page, org_id=org_id, begin=begin, end=end, log=log)
                # First try rows and counters in one commit, so that counters match rows during a repair as
                # well. Where some row cannot be counted yet, repair the rows alone; `_check_counters`
                # recounts later.
                both = partial(self._repair_and_count, org_id, spaces, repair, damaged)
                self._commit_repair(sum(not each.unknown_because for each in wrong), both, repair)

    @staticmethod
    def _repair_and_count(
        org_id: int,
        spaces: set[int],
        repair: Callable[[Database], frozenset[int]],
        damaged: Damaged,
        db: Database,
    ) -> None:
        for space_id in sorted(repair(db) & spaces):
            _rewrite_counters(db, org_id, space_id, damaged.runs)

    def _check_tables(self, org_id: int, spaces: set[int]) -> Damaged:
        damaged = Damaged([], frozenset())
        try:
            damaged = TableCheck(self._read, org_id, spaces, self._findings).run()
        except UNREADABLE as error:
            self._findings.report("table", (org_id, 0), "", fault_text(error), None)
        if self._repair and damaged.drop:

            def change(db: Database) -> None:
                drop_orphans(db, org_id, damaged)
                # The dropped rows may be deltas that were merged into cells already, from which materialized
                # views catch up. This makes every view read its cells again.
                compact_now(db, org_id)

            self._commit_repair(len(damaged.drop), change)
        return damaged

    # rows → places in groups

    def _check_groups(self, org_id: int, spaces: set[int], damaged: Damaged) -> None:
        for numbers, orphans in GroupCheck(self._read, org_id, self._findings).pages():
            if not self._repair:
                continue

            def repair(db: Database, numbers: list[int] = numbers, orphans: list[Link] = orphans) -> None:
                for space_id in sorted(repair_groups(db, org_id, numbers, orphans) & spaces):
                    _rewrite_counters(db, org_id, space_id, damaged.runs)

            self._commit_repair(len(numbers) + len(orphans), repair)

    # rows → counters

    def _check_counters(self, space: SpaceKey, damaged: Damaged) -> None:
        before = self._findings.drift
        for what, compare in (
            ("totals", self._compare_totals),
            ("cell", self._compare_cells),
            ("run", self._compare_runs),
        ):
            self._report_failure_of(what, *space, partial(compare, space, damaged))
        if self._repair and self._findings.drift > before:
            self._commit_repair(
                self._findings.drift - before,
                lambda db: _rewrite_counters(db, space.org_id, space.id, damaged.runs),
            )

    def _compare_totals(self, space: SpaceKey, _: Damaged) -> None:
        where = {"org_id": space.org_id, "space_id": space.id}
        row, counted = run_with_retry(
            self._read, lambda db: (db.row("totals.of_space", where), recounted_totals(db, *space))
        )
        stored = None if row is None else Totals(*row)
        self._findings.count("totals", 1)
        if stored != counted:
            self._findings.report("totals", space, "totals", stored, counted)
        # A deep verification counts calls and tasks when it refolds them.
        if not self._deep:
            calls = (getattr(counted, name) for name in Totals.__struct_fields__ if name.startswith("calls_"))
            self._findings.count("calls", sum(calls))
            self._findings.count("tasks", counted.total_tasks)

    def _compare_cells(self, space: SpaceKey, _: Damaged) -> None:
        def read(db: Database) -> tuple[CellSums, CellSums]:
            zone = _zone(db, *space)
            return stored_cells(db, *space, zone), recounted_cells(db, *space, zone)

        stored, counted = run_with_retry(self._read, read)
        self._findings.count("cells", len(counted))
        if stored == counted:
            return
        # Sorted by repr: a damaged key may hold a value of any type, and mixed types have no order.
        for key in sorted(stored.keys() | counted.keys(), key=repr):
            if stored.get(key) != counted.get(key):
                name = "/".join(map(str, key))
                self._findings.report("cell", space, name, stored.get(key), counted.get(key))

    def _compare_runs(self, space: SpaceKey, damaged: Damaged) -> None:
        stored, expected = run_with_retry(
            self._read, lambda db: (_stored_runs(db, *space), _recounted_runs(db, *space))
        )
        self._findings.count("runs", len(expected))
        for run_id in sorted(stored.keys() | expected.keys(), key=repr):
            same = stored.get(run_id) == expected.get(run_id)
            if not same and (space.id, run_id) not in damaged.runs:
                self._findings.report("run", space, str(run_id), stored.get(run_id), expected.get(run_id))

    def _check_contact_spaces(self, org_id: int) -> None:
        before = self._findings.drift
        self._report_failure_of("cell", org_id, CONTACT_SPACES, partial(self._compare_contact, org_id))
        wrong = self._findings.drift - before
        if wrong and self._repair:

            def change(db: Database) -> None:
                compact_now(db, org_id)
                recount_contact(db, org_id)

            self._commit_repair(wrong, change)

    def _compare_contact(self, org_id: int) -> None:
        for name, stored, expected in wrong_cells(self._read, org_id):
            self._findings.report("cell", (org_id, CONTACT_SPACES), name, stored, expected)


def _zone(db: Database, org_id: int, space_id: int) -> str:
    """The zone of a space's hours and days in this snapshot: it may change during a verification, and cells
    follow it in the same commit.
    """
    zone = home_zones(db, org_id, [space_id]).get(space_id)
    if zone is None:
        raise LookupError(f"space {space_id} has no row")
    return zone


def _rewrite_counters(
    db: Database, org_id: int, space_id: int, keep: frozenset[tuple[int, str]] = frozenset()
) -> None:
    """Rewrite a space's counters as counted from its rows. Runs in `keep`, pairs (space, run id), stay as
    they are: what a request registered of them is damaged, and no count can restore it.
    """
    where = {"org_id": org_id, "space_id": space_id}
    clock = read_clock(db, org_id)
    compact_for_change(db, clock)
    put_totals(db, org_id, space_id, clock.version)
    db.change("cell.drop_space", {**where, "counters": COUNTERS})
    insert_cells(db, org_id, space_id, _zone(db, org_id, space_id))
    # In the same commit: lists over all contact spaces are counted from their common cells.
    if any(wrong_cells(lambda: nullcontext(db), org_id)):
        recount_contact(db, org_id)
    stored, counted = _stored_runs(db, org_id, space_id), _recounted_runs(db, org_id, space_id)
    kept_as_is = {run_id for of_space, run_id in keep if of_space == space_id}
    removed = stored.keys() - counted.keys() - kept_as_is
    db.change_many("run.drop", [(org_id, space_id, run_id) for run_id in removed])
    put = [
        (org_id, space_id, run_id, *values) for run_id, values in counted.items() if run_id not in kept_as_is
    ]
    db.change_many("run.put", put)
    write_clock(db, clock)


def _stored_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    where = {"org_id": org_id, "space_id": space_id}
    return {row[0]: row[3:] for row in db.rows("run.of_space", where)}


def _recounted_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    """Runs as counted from their tasks; a run that was registered by a request needs no task."""
    where = {"org_id": org_id, "space_id": space_id}
    runs = {row[0]: row[1:] for row in db.rows("run.recount", where)}
    for run_id, registered, batch_count, *_ in db.rows("run.of_space", where):
        if batch_count == 0:
            continue
        counted = runs.get(run_id, (registered, registered, 0, 0, 0, 0))
        runs[run_id] = (registered, max(registered, counted[1]), *counted[2:])
    return runs
