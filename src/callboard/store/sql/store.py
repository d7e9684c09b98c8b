"""A store on a SQL engine: each operation of `Store` with the kind of transaction it needs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import StoreError
from callboard.model.call import Call
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token, changed_space
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.words import Outcome
from callboard.store.interface import (
    READY_S,
    Activity,
    Batch,
    CallAt,
    Changes,
    Progress,
    Receipt,
    Refresher,
    StoreFacts,
    TaskAt,
)
from callboard.store.questions import (
    Aggregate,
    CallFilter,
    Rows,
    Scan,
    Scope,
    TaskFilter,
    Window,
)
from callboard.store.reporting import Verification
from callboard.store.sql import compaction, directory, lists
from callboard.store.sql.activities import Activities
from callboard.store.sql.copying import Copying, is_unfinished
from callboard.store.sql.database import Database
from callboard.store.sql.importing import SqlImporting
from callboard.store.sql.ingestion import Arrived, Ingestion
from callboard.store.sql.items import entries_of, find_call, find_task, legs_of
from callboard.store.sql.rows import run_of
from callboard.store.sql.save import compact_now, find_clock
from callboard.store.sql.turns import Turns
from callboard.store.sql.verify import Engine, Verifier
from callboard.store.sql.version_epochs import VersionEpochs, delta_with_epoch
from callboard.store.sql.zone_change import follow_home_zone, rebuild_grains

T = TypeVar("T")


class SqlStore(SqlImporting):
    """See `Store`. A subclass for an engine adds connections, changes and readiness."""

    def __init__(self) -> None:
        self._activities = Activities()

    @property
    def activity(self) -> Activity:
        return self._activities.longest

    @abstractmethod
    def _snapshot(self) -> AbstractContextManager[Database]:
        """One snapshot, without a time limit."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Database]:
        """One commit, without retries."""

    lanes = 1
    _epochs: VersionEpochs
    _turns: Turns
    """Organizations with deltas to merge."""
    _is_backlog_known = False
    """Whether organizations whose deltas others left were looked up."""

    @property
    @abstractmethod
    def identity(self) -> str: ...

    @abstractmethod
    def _engine(self) -> Engine:
        """The engine's part of a verification."""

    @abstractmethod
    def change_counter(self) -> int: ...

    @abstractmethod
    def changes_since(self, org_id: int, since: int) -> Changes: ...

    @abstractmethod
    def directory_version(self) -> int: ...

    @abstractmethod
    def refresher(self) -> Refresher | None: ...

    @abstractmethod
    def ready(self, within_s: float = READY_S) -> StoreFacts: ...

    @abstractmethod
    def close(self) -> None: ...

    def sums_since(
        self, org_id: int, scans: Sequence[Scan], since: Sequence[tuple[Aggregate, int]]
    ) -> tuple[list[Rows], list[Rows | None], int | None]:
        epoch = self._epochs.number
        of_epoch = [(aggregate, self._epochs.to_database_delta(number)) for aggregate, number in since]
        rows, changes, delta_number = super().sums_since(org_id, scans, of_epoch)
        return rows, changes, delta_with_epoch(epoch, delta_number)

    # --- events in

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        def change(db: Database) -> tuple[list[Receipt | Exception], Ingestion]:
            ingestion = Ingestion(db)
            return ingestion.run(batches), ingestion

        receipts, ingestion = self._write(change, waited_s)
        self._note_unmerged(ingestion)
        return receipts

    def ingest_joined(
        self, batches: Sequence[Batch], arrived: Arrived, *, waited_s: float = 0.0
    ) -> list[Receipt | Exception]:
        """`ingest`; and if all batches are of one organization, also the batches that `arrived` returns once
        the organization's lock is held: more may have been queued during the lock wait. With several
        organizations `arrived` is not called.

        The results of the joined batches follow the others. A retried commit calls `arrived` again, and
        includes what an earlier call returned.
        """
        if len(org_ids := {batch.org_id for batch in batches}) != 1:
            return self.ingest(batches, waited_s=waited_s)
        [org_id] = org_ids
        every = list(batches)

        def change(db: Database) -> tuple[list[Receipt | Exception], Ingestion]:
            ingestion = Ingestion(db)
            if ingestion.lock(org_id, batches) is not None:
                every.extend(arrived(org_id))
            return ingestion.run(every), ingestion

        receipts, ingestion = self._write(change, waited_s)
        self._note_unmerged(ingestion)
        return receipts

    # --- compaction

    def _note_unmerged(self, ingestion: Ingestion) -> None:
        for org_id, unmerged in ingestion.unmerged().items():
            if unmerged >= compaction.COMPACT_AT:
                self._turns.add(org_id)

    def compact(self) -> bool:
        if not self._is_backlog_known:
            try:
                self._find_backlog()
            except StoreError:
                # A node of a cluster may be away: what waits elsewhere does not wait for it.
                if not self._turns:
                    raise
        org_id = self._turns.take()
        if org_id is None:
            return False
        try:
            left = self._write_unsynced(lambda db: compaction.compact_slice(db, org_id))
        except StoreError:
            self._turns.add(org_id)
            raise
        if left >= compaction.COMPACT_AT:
            self._turns.add(org_id)
        return bool(self._turns)

    def _find_backlog(self) -> None:
        """Of before this store was opened, or left by processes that have ended."""
        least = compaction.COMPACT_AT
        for org_id, _ in self._read(lambda db: db.rows("compaction.waiting", {"least": least})):
            self._turns.add(org_id)
        self._is_backlog_known = True

    def most_unmerged(self) -> int:
        return int(self._read(lambda db: db.value("compaction.most")))

    def try_writing(self) -> None:
        self._write(lambda db: db.run("UPDATE meta SET value = value WHERE name = 'directory_version'"))

    # --- directory

    def create_organization(
        self,
        *,
        name: str,
        domain_handle: str,
        domain: str | None,
        is_private_domain: bool,
        now: Micros,
        timezone: str = "UTC",
    ) -> Organization:
        values = {
            "name": name,
            "domain_handle": domain_handle.lower(),
            "domain": domain,
            "is_private_domain": int(is_private_domain),
            "now": now,
            "timezone": timezone,
        }
        return self._write(lambda db: directory.create_organization(db, values))

    def set_organization_zone(
        self, org_id: int, timezone: str, progress: Progress | None = None
    ) -> Organization:
        found = self._write(lambda db: _set_organization_zone(db, org_id, timezone))
        left = [space.id for space in self.spaces(org_id) if space.cell_zone != space.home_zone]
        for done, space_id in enumerate(left, 1):
            self._write(partial(follow_home_zone, org_id=org_id, space_id=space_id))
            if progress is not None:
                progress(done, len(left))
        return found

    def organizations(self) -> list[Organization]:
        return self._read(directory.organizations)

    def find_organization(self, domain_handle: str) -> Organization | None:
        return self._read(directory.find_organization, domain_handle.lower())

    def create_space(
        self,
        *,
        org_id: int,
        name: str,
        description: str | None,
        content_type: str,
        agent_handle: str | None,
        settings: SpaceSettings,
        now: Micros,
        token: str | None = None,
    ) -> Space:
        values = {
            "token": token,
            "name": name,
            "description": description,
            "content_type": content_type,
            "agent_handle": agent_handle,
            "settings": settings,
            "now": now,
        }
        return self._write(lambda db: directory.create_space(db, org_id, values))

    def update_space(self, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
        return self._write(lambda db: _update_space(db, org_id, space_id, changes))

    def spaces(self, org_id: int) -> list[Space]:
        return self._read(directory.spaces, org_id)

    def spaces_changed(self, since: int) -> list[Space] | None:
        version = self._epochs.to_database_version(since)
        return None if version is None else self._read(directory.spaces_changed, version)

    def find_space(self, token: str) -> Space | None:
        return self._read(directory.space_by_token, token)

    def create_token(
        self,
        *,
        name: str,
        prefix: str,
        secret_digest: bytes,
        members: Sequence[Member],
        expires_at: Micros | None,
        now: Micros,
    ) -> Token:
        values = {"name": name, "prefix": prefix, "expires_at": expires_at, "now": now}
        return self._write(lambda db: directory.create_token(db, values, secret_digest, members))

    def tokens(self, org_id: int) -> list[Token]:
        return self._read(directory.tokens, org_id)

    def find_token(self, token_id: int) -> Token | None:
        return self._read(directory.find_token, token_id)

    def token_of_secret(self, secret_digest: bytes) -> tuple[Token, Micros | None] | None:
        return self._read(directory.token_of_secret, secret_digest)

    def rotate_token(self, token_id: int, *, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
        return self._write(lambda db: directory.rotate_token(db, token_id, prefix, secret_digest, old_until))

    def revoke_token(self, token_id: int, now: Micros) -> Token:
        return self._write(lambda db: directory.revoke_token(db, token_id, now))

    def touch_token(self, token_id: int, now: Micros) -> None:
        self._write(lambda db: db.change("token.touch", {"token_id": token_id, "now": now}))

    # --- lists

    def calls(self, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]:
        return self._read(lists.list_calls, scope, where, window)

    def count_calls(self, scope: Scope, where: CallFilter) -> int:
        return self._at_once(lists.count_calls, scope, where)

    def call(self, org_id: int, space_id: int, call_id: str) -> Call | None:
        return self._read(find_call, org_id, space_id, call_id)

    def legs(self, org_id: int, space_id: int, call_id: str) -> list[Call]:
        return self._read(legs_of, org_id, space_id, call_id)

    def call_entries(self, org_id: int, space_id: int, call_id: str) -> list[Entry]:
        return self._read(entries_of, "call", org_id, space_id, call_id)

    def tasks(self, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]:
        return self._read(lists.list_tasks, scope, where, window)

    def count_tasks(self, scope: Scope, where: TaskFilter) -> int:
        return self._at_once(lists.count_tasks, scope, where)

    def task(self, org_id: int, space_id: int, task_id: str) -> Task | None:
        return self._read(find_task, org_id, space_id, task_id)

    def task_entries(self, org_id: int, space_id: int, task_id: str) -> list[Entry]:
        return self._read(entries_of, "task", org_id, space_id, task_id)

    def runs(self, org_id: int, space_id: int, window: Window) -> list[Run]:
        after = window.after
        where = {
            "org_id": org_id,
            "space_id": space_id,
            "at": None if after is None else after.at,
            "item_id": None if after is None else after.item_id,
            "limit": window.limit,
            "offset": window.offset,
        }
        return [run_of(row) for row in self._read(lambda db: db.rows("run.list", where))]

    def count_runs(self, org_id: int, space_id: int) -> int:
        where = {"org_id": org_id, "space_id": space_id}
        return int(self._read(lambda db: db.value("run.count", where)))

    def run(self, org_id: int, space_id: int, run_id: str) -> Run | None:
        where = {"org_id": org_id, "space_id": space_id, "run_id": run_id}
        row = self._read(lambda db: db.row("run.find", where))
        return None if row is None else run_of(row)

    # --- outcomes

    def outcomes(self, org_id: int, space_id: int | None = None) -> dict[tuple[Outcome, str], int]:
        where = {"org_id": org_id, "space_id": space_id}
        rows = self._read(lambda db: db.rows("outcome.list", where))
        return {(row[0], row[1]): row[2] for row in rows}

    # --- maintenance

    def verify(
        self, *, deep: bool = False, repair: bool = False, progress: Progress | None = None
    ) -> Verification:
        return Verifier(self._engine(), deep=deep, repair=repair).run(progress)

    def copy_to(self, target: SqlStore, progress: Progress | None = None) -> int:
        """Copy everything into an empty store, resume an interrupted copy, or copy what changed since a
        finished one. Returns how many organizations changed here meanwhile: if not 0, call it again. Raises
        `StoreFileError` when the target has data that is not from this store.
        """
        return Copying(self._snapshot, target._writing, target._snapshot, progress).run()

    def end_copy(self, target: SqlStore) -> int:
        """Mark a verified copy as complete. Returns how many organizations changed here since: if not 0, the
        copy is still unfinished.
        """
        return Copying(self._snapshot, target._writing, target._snapshot, None).end()

    def is_unfinished_copy(self) -> bool:
        """Whether this is the target of an unfinished copy, whose numbers are not right yet."""
        return self._read(is_unfinished)


def _set_organization_zone(db: Database, org_id: int, timezone: str) -> Organization:
    find_clock(db, org_id)
    return directory.set_organization_zone(db, org_id, timezone)


def _update_space(db: Database, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
    find_clock(db, org_id)
    before = directory.space_by_id(db, org_id, space_id)
    after = changed_space(before, changes)
    zone = after.settings.timezone or directory.organization_zone(db, org_id)
    if zone != before.cell_zone:
        rebuild_grains(db, before, zone)
        after = structs.replace(after, cell_zone=zone)
    if (after.content_type == "contact") != (before.content_type == "contact"):
        compact_now(db, org_id)
        compaction.count_contact(db, org_id, space_id, 1 if after.content_type == "contact" else -1)
    return directory.update_space(db, after)
