"""The SQLite store: one writing connection under a lock, readers on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Literal, TypeVar

import apsw
from msgspec import structs

from callboard.clock import Micros
from callboard.errors import NotFoundError, StoreUnavailableError
from callboard.model.call import Call
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.totals import Totals
from callboard.model.words import Outcome
from callboard.settings import Settings
from callboard.store.interface import Batch, CallAt, ImportBatch, Moved, Progress, Receipt, TaskAt, Withdrawal
from callboard.store.questions import (
    CallFilter,
    Scope,
    TaskFilter,
    Window,
)
from callboard.store.reporting import Verification
from callboard.store.sqlite import directory, lists, settling
from callboard.store.sqlite.connection import open_connection, store_errors, transaction
from callboard.store.sqlite.imports import begin_import, finish_import, import_of
from callboard.store.sqlite.ingestion import Ingestion
from callboard.store.sqlite.items import entries_of, find_call, find_task
from callboard.store.sqlite.migrate import migrate, newest_version
from callboard.store.sqlite.readers import Readers
from callboard.store.sqlite.reporting import SqliteReporting
from callboard.store.sqlite.rows import run_of
from callboard.store.sqlite.save import settle_now
from callboard.store.sqlite.statements import statement
from callboard.store.sqlite.verify import Verifier
from callboard.store.sqlite.withdrawal import begin_withdrawal, withdraw_some
from callboard.store.sqlite.zone_change import rebuild_grains

T = TypeVar("T")


class SqliteStore(SqliteReporting):
    """Keeps everything in one file. Several processes may have it open at once."""

    def __init__(self, path: str, settings: Settings | None = None, *, vfs: str | None = None) -> None:
        """Open the file at `path`; make it when it is missing, bring it up to date when it is older.

        Raises `StoreFileError` (not a database, another program's, damaged, no such folder),
        `StoreVersionError` (newer than this program) or `StoreUnavailableError` (locked, read-only).
        """
        self._path = path
        self._settings = settings or Settings()
        self._vfs = vfs
        self._write_lock = Lock()
        self._look_lock = Lock()
        self._writer = self._connect(writer=True)
        # SQLite opens a file it may not write without a word: reading goes on, serving must not begin.
        self._read_only = self._writer.readonly("main")
        try:
            migrate(self._writer, path)
            self._looker = self._connect()
        except BaseException:
            self._writer.close()
            raise
        # One more each for the event loop and for the thread that records last uses of tokens.
        self._readers = Readers(self._connect, self._settings.readers + 2, self._settings.query_timeout_ms)
        self._closed = False

    def _connect(self, *, writer: bool = False) -> apsw.Connection:
        return open_connection(self._path, self._settings, writer=writer, vfs=self._vfs)

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """The write lock of this process and of the file, for one commit."""
        with self._write_lock, store_errors(self._path):
            if self._closed:
                raise StoreUnavailableError("The store is closed.")
            with transaction(self._writer, "IMMEDIATE"):
                yield self._writer

    @contextmanager
    def _snapshot(self) -> Iterator[apsw.Connection]:
        with self._readers.lend(limited=False) as db, transaction(db, "DEFERRED"):
            yield db

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        """One snapshot for several statements, within the query time."""
        with self._readers.lend() as db, transaction(db, "DEFERRED"):
            yield db

    def _read(self, query: Callable[..., T], *args: Any) -> T:
        with self._readers.lend() as db:
            return query(db, *args)

    # --- events in

    def ingest(self, batches: Sequence[Batch]) -> list[Receipt | Exception]:
        with self._writing() as db:
            return Ingestion(db).run(batches)

    def begin_import(self, org_id: int, label: str, now: Micros) -> ImportBatch:
        with self._writing() as db:
            return begin_import(db, org_id, label, now)

    def finish_import(self, org_id: int, batch_no: int, now: Micros) -> ImportBatch:
        with self._writing() as db:
            return finish_import(db, org_id, batch_no, now)

    def find_import(self, org_id: int, batch_no: int) -> ImportBatch | None:
        return self._read(import_of, org_id, batch_no)

    def withdraw(
        self, org_id: int, batch_no: int, now: Micros, progress: Progress | None = None
    ) -> Withdrawal:
        with self._writing() as db:
            # On record first: an import that still runs brings nothing behind the range read here.
            first, last = begin_withdrawal(db, org_id, batch_no, now)
        events = calls = tasks = 0
        begin: int | None = first
        while begin is not None:
            with self._writing() as db:
                begin, done = withdraw_some(db, org_id, batch_no, begin, last)
            events, calls, tasks = events + done.events, calls + done.calls, tasks + done.tasks
            if progress is not None:
                progress(last - first + 1 if begin is None else begin - first, last - first + 1)
        return Withdrawal(batch_no=batch_no, events=events, calls=calls, tasks=tasks)

    # --- what changed

    def marker(self) -> int:
        # A connection that never writes sees every commit, also those of this process's writer. Asked on
        # every request: so the errors are turned only when there is one.
        with self._look_lock:
            try:
                return self._looker.execute("PRAGMA data_version").get  # type: ignore[no-any-return]
            except apsw.Error:
                with store_errors(self._path):
                    raise

    def moved(self, org_id: int, since: int) -> Moved:
        # Two statements need no transaction here: the totals are of one snapshot, not older than the version
        # they are told under, and what is newer in them is only told once more the next time.
        with self._look_lock, store_errors(self._path):
            found = self._looker.execute(statement("clock.version"), {"org_id": org_id}).get
            if found is None:
                raise NotFoundError("Organization not found.")
            version, directory_version = found
            if version == since:
                return Moved(version, directory_version, {})
            rows = self._looker.execute(statement("totals.moved"), {"org_id": org_id, "since": since})
            return Moved(version, directory_version, {row[0]: Totals(*row[1:]) for row in rows})

    # --- directory

    def create_organization(
        self, *, name: str, domain_handle: str, domain: str | None, is_private_domain: bool, now: Micros
    ) -> Organization:
        values = {
            "name": name,
            "domain_handle": domain_handle.lower(),
            "domain": domain,
            "is_private_domain": int(is_private_domain),
            "now": now,
        }
        with self._writing() as db:
            return directory.create_organization(db, values)

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
    ) -> Space:
        values = {
            "name": name,
            "description": description,
            "content_type": content_type,
            "agent_handle": agent_handle,
            "settings": settings,
            "now": now,
        }
        with self._writing() as db:
            return directory.create_space(db, org_id, values)

    def update_space(self, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
        with self._writing() as db:
            before = directory.space_by_id(db, org_id, space_id)
            after = structs.replace(before, **changes)
            if after.settings.timezone != before.settings.timezone:
                rebuild_grains(db, after)
            if (after.content_type == "contact") != (before.content_type == "contact"):
                settle_now(db, org_id)
                settling.count_contact(db, org_id, space_id, 1 if after.content_type == "contact" else -1)
            return directory.update_space(db, after)

    def spaces(self, org_id: int) -> list[Space]:
        return self._read(directory.spaces, org_id)

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
        with self._writing() as db:
            return directory.create_token(db, values, secret_digest, members)

    def tokens(self, org_id: int) -> list[Token]:
        return self._read(directory.tokens, org_id)

    def find_token(self, token_id: int) -> Token | None:
        return self._read(directory.find_token, token_id)

    def token_of_secret(self, secret_digest: bytes) -> tuple[Token, Micros | None] | None:
        return self._read(directory.token_of_secret, secret_digest)

    def rotate_token(self, token_id: int, *, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
        with self._writing() as db:
            return directory.rotate_token(db, token_id, prefix, secret_digest, old_until)

    def revoke_token(self, token_id: int, now: Micros) -> Token:
        with self._writing() as db:
            return directory.revoke_token(db, token_id, now)

    def touch_token(self, token_id: int, now: Micros) -> None:
        with self._writing() as db:
            db.execute(statement("token.touch"), {"token_id": token_id, "now": now})

    # --- lists

    def calls(self, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]:
        return self._read(lists.list_calls, scope, where, window)

    def count_calls(self, scope: Scope, where: CallFilter) -> int:
        with self._reading() as db:
            return lists.count_calls(db, scope, where)

    def call(self, org_id: int, space_id: int, call_id: str) -> Call | None:
        return self._read(find_call, org_id, space_id, call_id)

    def call_entries(self, org_id: int, space_id: int, call_id: str) -> list[Entry]:
        return self._read(entries_of, "call", org_id, space_id, call_id)

    def tasks(self, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]:
        return self._read(lists.list_tasks, scope, where, window)

    def count_tasks(self, scope: Scope, where: TaskFilter) -> int:
        with self._reading() as db:
            return lists.count_tasks(db, scope, where)

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
        with self._readers.lend() as db:
            return [run_of(row) for row in db.execute(statement("run.list"), where)]

    def count_runs(self, org_id: int, space_id: int) -> int:
        with self._readers.lend() as db:
            return int(db.execute(statement("run.count"), {"org_id": org_id, "space_id": space_id}).get)

    def run(self, org_id: int, space_id: int, run_id: str) -> Run | None:
        where = {"org_id": org_id, "space_id": space_id, "run_id": run_id}
        with self._readers.lend() as db:
            row = db.execute(statement("run.find"), where).fetchone()
        return None if row is None else run_of(row)

    # --- outcomes

    def outcomes(self, org_id: int, space_id: int | None = None) -> dict[tuple[Outcome, str], int]:
        where = {"org_id": org_id, "space_id": space_id}
        with self._readers.lend() as db:
            return {(row[0], row[1]): row[2] for row in db.execute(statement("outcome.list"), where)}

    # --- care

    def verify(
        self, *, deep: bool = False, repair: bool = False, progress: Progress | None = None
    ) -> Verification:
        spaces = [space for organization in self.organizations() for space in self.spaces(organization.id)]
        return Verifier(self._snapshot, self._writing, deep=deep, repair=repair).run(spaces, progress)

    def ready(self) -> dict[Literal["engine", "version", "durable"], str]:
        self.marker()
        if self._read_only:
            raise StoreUnavailableError(f"{self._path} is read-only: events could not be kept.")
        return {"engine": "sqlite", "version": str(newest_version()), "durable": "synchronous=FULL"}

    def close(self) -> None:
        with self._write_lock, self._look_lock:
            if self._closed:
                return
            self._closed = True
            self._readers.close()
            self._looker.close()
            self._writer.close()
