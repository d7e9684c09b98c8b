"""Verification: rows → counters, and events → rows. Online: it reads in snapshots, writers go on.

Deep, in this order: the file's own structure, every other table, the log against its checksums, events → rows
and rows → counters. A space's counters and the rows they count are read in one snapshot, all else piece by
piece. What cannot be read is a difference with its place, and the verification goes on with what can.
Repairing takes the write lock, a space (or a page of rows) at a time.
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
from callboard.store.sql.fold_check import Refolding, mend_page
from callboard.store.sql.log_check import check_log
from callboard.store.sql.recount import COUNTERS, Cells, counted_cells, counted_totals, kept_cells
from callboard.store.sql.refill import insert_cells, put_totals
from callboard.store.sql.save import compact_for_change, compact_now, home_zones, read_clock, write_clock
from callboard.store.sql.table_check import Damaged, TableCheck, drop_strays, org_ids
from callboard.store.sql.table_walk import UNREADABLE, Snapshot, attempt, why

Faults = Callable[[], Iterator[tuple[str, str]]]


class SpaceKey(NamedTuple):
    """A space, as far as counting needs it."""

    org_id: int
    id: int


class Engine(NamedTuple):
    """What an engine adds: how it reads and writes, and what it says of its own file."""

    read: Snapshot
    write: Snapshot
    unchecked: str | None
    """Why the file's structure cannot be checked; none when it can."""
    faults: Faults
    """(table, what is wrong with its structure)."""
    rebuild: Callable[..., None]
    """Make a table's indexes anew."""


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
        """Tables whose structure was damaged before the repair, with how many faults."""
        self._done = self._all = 0
        self._progress: Progress | None = None

    def run(self, progress: Progress | None) -> Verification:
        """Check every space. Rows come first: counters are compared with the rows they should count."""
        self._progress = progress
        orgs = org_ids(self._read)
        spaces = {org_id: self._space_ids(org_id) for org_id in orgs}
        self._all = sum(map(len, spaces.values()))
        if self._deep:
            self._structure()
            for space_id in check_directory(self._read, self._findings):
                if self._repair:
                    self._mend(1, partial(derive_from_settings, space_id=space_id))
        for org_id in orgs:
            damaged = Damaged([], frozenset())
            if self._deep:
                damaged = self._tables(org_id, set(spaces[org_id]))
                self._guarded("event", org_id, 0, partial(self._rows, org_id, set(spaces[org_id]), damaged))
            for space_id in spaces[org_id]:
                self._counters(SpaceKey(org_id, space_id), damaged)
                self._findings.count("spaces", 1)
                self._tell_progress()
        for org_id in orgs:
            self._contact_spaces(org_id)
        self._structure_again()
        return self._findings.found

    def _tell_progress(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._all)

    def _guarded(self, what: str, org_id: int, space_id: int, check: Callable[[], None]) -> None:
        """What fails is a difference, and the rest goes on."""
        try:
            check()
        except UNREADABLE as error:
            self._findings.tell(what, (org_id, space_id), "", why(error), None)

    def _mend(self, wrong: int, *ways: Callable[[Database], object]) -> None:
        """A repair in one commit: by the first way that succeeds. One that fails changes nothing. Each may be
        repeated after a lost connection, because it makes what it writes from other rows.
        """
        said = ""
        for change in ways:
            try:
                attempt(self._write, change, self._read)
            except UNREADABLE as error:
                said = why(error)
            else:
                self._findings.repaired(wrong)
                return
        self._findings.note(f"Not repaired: {said.removesuffix('.')}.")

    def _space_ids(self, org_id: int) -> list[int]:
        try:
            rows = attempt(self._read, lambda db: db.rows("space.ids", {"org_id": org_id}))
            return sorted(row[0] for row in rows)
        except UNREADABLE as error:
            self._findings.tell("space", (org_id, 0), "", why(error), None)
            return []

    # the file itself

    def _structure(self) -> None:
        if self._engine.unchecked is not None:
            self._findings.note(self._engine.unchecked)
            return
        faulty: dict[str, int] = {}
        for table, said in self._engine.faults():
            faulty[table] = faulty.get(table, 0) + 1
            self._findings.tell("file", (0, 0), table, said, "ok")
        if faulty and self._repair:
            self._broken, faulty = faulty, self._rebuilt(faulty)
        # Events that an index no longer leads to would be missing from a row made anew.
        self._sound_log = "event" not in faulty

    def _rebuilt(self, faulty: Iterable[str]) -> dict[str, int]:
        """What is still damaged after the indexes of these tables were made anew."""
        for table in faulty:
            # Two rows with one key, or a page that cannot be read: it is looked at again below.
            try:
                attempt(self._write, partial(self._engine.rebuild, table=table), self._read)
            except UNREADABLE as error:
                why(error)
        return Counter(table for table, _ in self._engine.faults())

    def _structure_again(self) -> None:
        """Once all is repaired that can be: rows that were made anew may have left the damaged pages."""
        if not self._broken:
            return
        still = Counter(table for table, _ in self._engine.faults())
        for table, faults in self._broken.items():
            if table not in still:
                self._findings.repaired(faults)
        for table in sorted(still):
            self._findings.note(f"The structure of {table} stays damaged: restore a backup.")

    # events → rows

    def _rows(self, org_id: int, spaces: set[int], damaged: Damaged) -> None:
        log = check_log(self._read, org_id, self._findings)
        log = log._replace(whole=log.whole and self._sound_log)
        for begin, end, wrong in Refolding(self._read, org_id, log, self._findings).pages():
            if any(not each.unsound for each in wrong) and self._repair:
                mend = partial(mend_page, org_id=org_id, begin=begin, end=end, log=log)
                # In the same commit, if all rows can be counted: a row and what counts it never part, not
                # even on the way back. Else counting waits until the other damaged rows are mended.
                both = partial(self._mend_and_count, org_id, spaces, mend, damaged)
                self._mend(sum(not each.unsound for each in wrong), both, mend)

    @staticmethod
    def _mend_and_count(
        org_id: int,
        spaces: set[int],
        mend: Callable[[Database], frozenset[int]],
        damaged: Damaged,
        db: Database,
    ) -> None:
        for space_id in sorted(mend(db) & spaces):
            _rewrite_counters(db, org_id, space_id, damaged.runs)

    def _tables(self, org_id: int, spaces: set[int]) -> Damaged:
        damaged = Damaged([], frozenset())
        try:
            damaged = TableCheck(self._read, org_id, spaces, self._findings).run()
        except UNREADABLE as error:
            self._findings.tell("table", (org_id, 0), "", why(error), None)
        if self._repair and damaged.drop:

            def change(db: Database) -> None:
                drop_strays(db, org_id, damaged)
                # Also deltas already merged into cells: views catch up from them.
                compact_now(db, org_id)

            self._mend(len(damaged.drop), change)
        return damaged

    # rows → counters

    def _counters(self, space: SpaceKey, damaged: Damaged) -> None:
        before = self._findings.drift
        for what, compare in (
            ("totals", self._compare_totals),
            ("cell", self._compare_cells),
            ("run", self._compare_runs),
        ):
            self._guarded(what, *space, partial(compare, space, damaged))
        if self._repair and self._findings.drift > before:
            self._mend(
                self._findings.drift - before,
                lambda db: _rewrite_counters(db, space.org_id, space.id, damaged.runs),
            )

    def _compare_totals(self, space: SpaceKey, _: Damaged) -> None:
        where = {"org_id": space.org_id, "space_id": space.id}
        row, counted = attempt(
            self._read, lambda db: (db.row("totals.of_space", where), counted_totals(db, *space))
        )
        kept = None if row is None else Totals(*row)
        self._findings.count("totals", 1)
        if kept != counted:
            self._findings.tell("totals", space, "totals", kept, counted)
        if not self._deep:
            calls = (getattr(counted, name) for name in Totals.__struct_fields__ if name.startswith("calls_"))
            self._findings.count("calls", sum(calls))
            self._findings.count("tasks", counted.total_tasks)

    def _compare_cells(self, space: SpaceKey, _: Damaged) -> None:
        def read(db: Database) -> tuple[Cells, Cells]:
            zone = _zone(db, *space)
            return kept_cells(db, *space, zone), counted_cells(db, *space, zone)

        kept, counted = attempt(self._read, read)
        self._findings.count("cells", len(counted))
        if kept == counted:
            return
        # A damaged key may hold anything, also what cannot be compared with the others.
        for key in sorted(kept.keys() | counted.keys(), key=repr):
            if kept.get(key) != counted.get(key):
                name = "/".join(map(str, key))
                self._findings.tell("cell", space, name, kept.get(key), counted.get(key))

    def _compare_runs(self, space: SpaceKey, damaged: Damaged) -> None:
        kept, expected = attempt(self._read, lambda db: (_kept_runs(db, *space), _counted_runs(db, *space)))
        self._findings.count("runs", len(expected))
        for run_id in sorted(kept.keys() | expected.keys(), key=repr):
            same = kept.get(run_id) == expected.get(run_id)
            if not same and (space.id, run_id) not in damaged.runs:
                self._findings.tell("run", space, str(run_id), kept.get(run_id), expected.get(run_id))

    def _contact_spaces(self, org_id: int) -> None:
        before = self._findings.drift
        self._guarded("cell", org_id, CONTACT_SPACES, partial(self._compare_contact, org_id))
        wrong = self._findings.drift - before
        if wrong and self._repair:

            def change(db: Database) -> None:
                compact_now(db, org_id)
                recount_contact(db, org_id)

            self._mend(wrong, change)

    def _compare_contact(self, org_id: int) -> None:
        for name, kept, expected in wrong_cells(self._read, org_id):
            self._findings.tell("cell", (org_id, CONTACT_SPACES), name, kept, expected)


def _zone(db: Database, org_id: int, space_id: int) -> str:
    """The space's home zone as of this snapshot: it may have changed since the verification began."""
    zone = home_zones(db, org_id, [space_id]).get(space_id)
    if zone is None:
        raise LookupError(f"space {space_id} has no row")
    return zone


def _rewrite_counters(
    db: Database, org_id: int, space_id: int, keep: frozenset[tuple[int, str]] = frozenset()
) -> None:
    """Counters as the rows make them, whatever was kept; runs to `keep` (space, id) stay as they are."""
    where = {"org_id": org_id, "space_id": space_id}
    clock = read_clock(db, org_id)
    compact_for_change(db, clock)
    put_totals(db, org_id, space_id, clock.version)
    db.change("cell.drop_space", {**where, "counters": COUNTERS})
    insert_cells(db, org_id, space_id, _zone(db, org_id, space_id))
    # In the same commit: a list of all contact spaces counts by their cells together.
    if any(wrong_cells(lambda: nullcontext(db), org_id)):
        recount_contact(db, org_id)
    kept, counted = _kept_runs(db, org_id, space_id), _counted_runs(db, org_id, space_id)
    alone = {run_id for of_space, run_id in keep if of_space == space_id}
    gone = kept.keys() - counted.keys() - alone
    db.change_many("run.drop", [(org_id, space_id, run_id) for run_id in gone])
    put = [(org_id, space_id, run_id, *values) for run_id, values in counted.items() if run_id not in alone]
    db.change_many("run.put", put)
    write_clock(db, clock)


def _kept_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    where = {"org_id": org_id, "space_id": space_id}
    return {row[0]: row[3:] for row in db.rows("run.of_space", where)}


def _counted_runs(db: Database, org_id: int, space_id: int) -> dict[str, tuple[int, ...]]:
    """Runs as their tasks make them; registered ones stand without any."""
    where = {"org_id": org_id, "space_id": space_id}
    runs = {row[0]: row[1:] for row in db.rows("run.recount", where)}
    for run_id, registered, batch_count, *_ in db.rows("run.of_space", where):
        if batch_count == 0:
            continue
        counted = runs.get(run_id, (registered, registered, 0, 0, 0, 0))
        runs[run_id] = (registered, max(registered, counted[1]), *counted[2:])
    return runs
