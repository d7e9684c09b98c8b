"""The PostgreSQL store: pools of connections, an organization a commit, and one look for many readers."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from random import random
from typing import Any, Literal, TypeVar

import psycopg
from psycopg import IsolationLevel, errors

from callboard.errors import (
    MAY_BE_KEPT,
    NotFoundError,
    StoreUnavailableError,
    nothing_kept,
)
from callboard.model.totals import Totals
from callboard.settings import Settings
from callboard.store.budget import current
from callboard.store.interface import IDLE, Activity, Changes, Refresher
from callboard.store.postgres.connection import (
    GRACE_S,
    BoundedConnection,
    TooLateError,
    conninfo,
    pool,
    prepare,
    store_errors,
)
from callboard.store.postgres.database import TIMEOUT_STEP_S, PostgresDatabase
from callboard.store.postgres.distribute import is_distributed
from callboard.store.postgres.intake import Intake
from callboard.store.postgres.integrity import (
    file_faults,
    reason_unchecked,
    rebuild_indexes,
    reporting_damage,
)
from callboard.store.postgres.looks import SharedRefresh
from callboard.store.postgres.migrate import check, migrate, version_of
from callboard.store.postgres.statements import newest_version
from callboard.store.postgres.upgrade import upgrade as bring_up_to_date
from callboard.store.sql.database import Database
from callboard.store.sql.histories import VersionEpochs
from callboard.store.sql.refold import UpgradeObserver, is_due
from callboard.store.sql.verify import Engine

T = TypeVar("T")

WRITERS = 4
"""Connections that write, per process; each is at one organization's commit."""
TRIES = 5
"""How often a commit is begun that the database gave up for another's sake, or whose connection was lost
before it committed."""

SHORTEST_WAIT_S = 0.01
"""For a connection or a lock: also who has waited for his whole time takes one that is free."""
WHOLE = 0.9
"""Of the time for a lock: who has more than this left need not say how much it is."""
ON_LOOP_S = 1.0
"""Longest that an event loop is held up by a question that it asks itself, as the answer is almost always
remembered."""

_IN_DOUBT = f"The connection was lost while committing. {MAY_BE_KEPT}"


class PostgresStore(Intake):
    """Keeps everything in a database. Any number of processes, on any number of machines, may use it."""

    def __init__(
        self,
        url: str,
        settings: Settings | None = None,
        *,
        upgrade: bool | None = False,
        copying: bool = False,
        watch: UpgradeObserver | None = None,
    ) -> None:
        """Open the store at `url`, which must be at this program's version.

        `upgrade=True` brings it there first, which may take minutes and is told to `watch`, `None` only where
        there is no store yet (`copying`: and then as one that is no store yet). Raises
        `StoreVersionError` (none there, older, newer), `StoreFileError` (wrong URL, user or database) or
        `StoreUnavailableError` (no answer).
        """
        self._url = url
        self._settings = settings or Settings()
        self._conninfo = conninfo(url)
        self.distributed = self._begin(upgrade, watch, copying=copying)
        self._reads = pool(url, self._settings, self._settings.readers + 2, writes=False, check=check)
        self._writes = pool(url, self._settings, WRITERS, writes=True, check=check)
        self._committers = ThreadPoolExecutor(WRITERS, thread_name_prefix="callboard-commit")
        self._looks = SharedRefresh(
            self._connect_for_refresh,
            self._settings.query_timeout_ms / 1000,
            one_by_one=self.distributed,
        )
        self._snapshot_seen = ""
        self._change_counter = 0
        self._histories = VersionEpochs()
        self.doing: Activity = IDLE

    @property
    def identity(self) -> str:
        """Its URL says which it is, and every process has that of the settings."""
        return ""

    def _connect(self, *, writes: bool) -> BoundedConnection:
        connection = BoundedConnection.connect(self._conninfo)
        prepare(connection, self._settings, writes=writes)
        return connection

    def _connect_for_refresh(self) -> BoundedConnection:
        """Made again when it was lost: the database may be of another version by then."""
        connection = self._connect(writes=False)
        try:
            check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_for_long(self) -> BoundedConnection:
        """For bringing the database up to date, which takes as long as it takes."""
        connection = self._connect(writes=True)
        connection.until = math.inf
        return connection

    def _begin(self, upgrade: bool | None, watch: UpgradeObserver | None, *, copying: bool) -> bool:
        """Whether the tables are distributed."""
        if upgrade:
            bring_up_to_date(self._connect_for_long, watch)
        with store_errors(), self._connect(writes=True) as connection:
            if upgrade is None and version_of(connection) == 0:
                with _unlimited(connection):
                    migrate(connection, copying=copying)
            check(connection)
            return is_distributed(connection)

    # --- transactions

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with store_errors(), self._writes.connection() as connection:
            connection.isolation_level = IsolationLevel.READ_COMMITTED
            connection.autocommit = False
            with _unlimited(connection), connection.transaction(), connection.pipeline():
                connection.execute("SELECT set_config('statement_timeout', '0', true)")
                yield PostgresDatabase(connection)

    def _write(self, change: Callable[[Database], T], waited_s: float = 0.0) -> T:
        try:
            return self._commit(change, waited_s)
        except StoreUnavailableError as error:
            # Where COMMIT was sent and not answered it says so; everything else ends before that, or is the
            # database's own word that it did not commit.
            raise nothing_kept(error) from error.__cause__

    def _commit(self, change: Callable[[Database], T], waited_s: float) -> T:
        lock_timeout_s = self._settings.lock_timeout_ms / 1000
        until = time.monotonic() + lock_timeout_s - waited_s
        with store_errors():
            for tried in range(1, TRIES + 1):
                committing = False
                try:
                    remaining_s = max(SHORTEST_WAIT_S, until - time.monotonic())
                    with self._writes.connection(timeout=remaining_s) as connection:
                        connection.isolation_level = IsolationLevel.READ_COMMITTED
                        connection.autocommit = False
                        with connection.pipeline():
                            remaining_s = max(SHORTEST_WAIT_S, until - time.monotonic())
                            if remaining_s < WHOLE * lock_timeout_s:
                                # A part of the time is over: the lock has the rest.
                                connection.execute(_LOCK_TIMEOUT, (f"{remaining_s * 1000:.0f}",))
                            result = change(PostgresDatabase(connection))
                        committing = True
                        self.doing = "sync", time.monotonic()
                        connection.commit()
                        return result
                except (errors.SerializationFailure, errors.DeadlockDetected):
                    if tried == TRIES:
                        raise
                    time.sleep(random() * 0.01 * tried)
                except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                    if not _is_lost(error):
                        raise
                    if committing:
                        raise StoreUnavailableError(_IN_DOUBT) from error
                    if tried == TRIES or isinstance(error, TooLateError):
                        raise
                    # Nothing was committed. The others of the pool are likely lost as well.
                    self._writes.check()
                finally:
                    self.doing = IDLE
        raise AssertionError("each try returns or raises")

    @contextmanager
    def _snapshot(self) -> Iterator[Database]:
        with store_errors(), self._reads.connection() as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.autocommit = False
            with _unlimited(connection), connection.transaction():
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.execute("SELECT set_config(%s, '0', true)", (limit,))
                yield PostgresDatabase(connection)

    def _at_once(self, query: Callable[..., T], *args: Any) -> T:
        return self._reading(query, args, at_once=True)

    def _read(self, query: Callable[..., T], *args: Any) -> T:
        return self._reading(query, args, at_once=False)

    def _reading(self, query: Callable[..., T], args: tuple[Any, ...], *, at_once: bool) -> T:
        within_s = ON_LOOP_S if _on_a_loop() else self._settings.query_timeout_ms / 1000 + GRACE_S
        if (budget := current()) is not None:
            # One clock for all that a question asks, for connections as for answers.
            within_s = min(within_s, budget.remaining_s() + GRACE_S)
        until = time.monotonic() + within_s
        with store_errors():
            try:
                return self._read_once(query, args, until, at_once=at_once)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if not _is_lost(error) or isinstance(error, TooLateError):
                    raise
                self._reads.check()
                return self._read_once(query, args, until, at_once=at_once)

    def _read_once(self, query: Callable[..., T], args: tuple[Any, ...], until: float, *, at_once: bool) -> T:
        limit_s = self._settings.query_timeout_ms / 1000
        budget = current()
        remaining_s = limit_s if budget is None else budget.remaining_s()
        wait_s = min(self._reads.timeout, remaining_s, max(SHORTEST_WAIT_S, until - time.monotonic()))
        with self._reads.connection(timeout=wait_s) as connection:
            connection.until = until
            try:
                if not at_once and remaining_s >= limit_s - TIMEOUT_STEP_S:
                    connection.autocommit = True
                    return query(PostgresDatabase(connection), *args)
                # A limit for the rest of a question's budget is one of the transaction, and ends with it.
                connection.isolation_level = (
                    IsolationLevel.REPEATABLE_READ if at_once else IsolationLevel.READ_COMMITTED
                )
                connection.autocommit = False
                result = query(PostgresDatabase(connection, limit_s), *args)
                # Here, where its answer is waited for no longer than the rest.
                connection.commit()
                return result
            finally:
                connection.until = None

    def _engine(self) -> Engine:
        read, write = partial(reporting_damage, self._snapshot), partial(reporting_damage, self._writing)
        unchecked = reason_unchecked(read, distributed=self.distributed)
        return Engine(read, write, unchecked, partial(file_faults, read), rebuild_indexes)

    # --- what changed

    def ahead(self) -> Refresher:
        return self._looks

    def change_counter(self) -> int:
        if self._looks.is_refreshing:
            return self._looks.change_counter
        seen = self._read(lambda db: str(db.select_value(_SEEN_ON_NODES if self.distributed else _SEEN)))
        if seen != self._snapshot_seen:
            self._snapshot_seen = seen
            self._change_counter += 1
        return self._change_counter

    def moved(self, org_id: int, since: int) -> Changes:
        if self._looks.is_refreshing:
            self._histories.begin(self._looks.history)
        known_since = self._histories.told(since)
        found = None if known_since is None else self._looks.moved(org_id, known_since)
        if found is None:
            found = self._at_once(_moved, org_id, -1 if known_since is None else known_since)
            if known_since is not None and found.version < known_since:
                # An older database answers: what is known of the newer one is no part of its history.
                self._histories.another()
                known_since = None
                found = self._at_once(_moved, org_id, -1)
            if self._looks.is_refreshing:
                self._looks.watch(org_id, found.version)
        return self._histories.tell(found, anew=known_since is None)

    # --- what it says of itself

    def ready(self) -> dict[Literal["engine", "version", "durable"], str]:
        def ask(db: Database) -> tuple[Any, ...]:
            if is_due(db):
                raise StoreUnavailableError(
                    "The database is being brought up to date by another program.", 10
                )
            return db.select(_READY)[0]

        standby, fsync, commit, standbys = self._reading(ask, (), at_once=False)
        if standby:
            raise StoreUnavailableError("The database is a standby: events could not be kept.", 10)
        # Writers raise what is weaker to `on`.
        level = "on" if commit in ("off", "local") else commit
        durable = f"synchronous_commit={level}, fsync={fsync}"
        durable += f", synchronous standbys: {standbys}" if standbys else ", no synchronous standby"
        engine = "citus" if self.distributed else "postgresql"
        return {"engine": engine, "version": str(newest_version()), "durable": durable}

    def close(self) -> None:
        self._looks.close()
        self._committers.shutdown(wait=True)
        self._reads.close()
        self._writes.close()


_SEEN = "SELECT pg_current_snapshot()::TEXT"
"""Two snapshots that read the same see the same: every commit in between would show."""
_SEEN_ON_NODES = (
    "SELECT (SELECT sum(version) FROM organization_clock) || ' ' || "
    "(SELECT value FROM meta WHERE name = 'directory_version')"
)
"""Commits on the nodes do not show in a snapshot of the coordinator's; each moves one of these."""
_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', %s, true)"
_READY = (
    "SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names')"
)


def _moved(db: Database, org_id: int, since: int) -> Changes:
    found = db.row("clock.version", {"org_id": org_id})
    if found is None:
        raise NotFoundError("Organization not found.")
    version, directory_version = found
    if version == since:
        return Changes(version, directory_version, {})
    rows = db.rows("totals.moved", {"org_id": org_id, "since": since})
    return Changes(version, directory_version, {row[0]: Totals(*row[1:]) for row in rows})


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def _unlimited(connection: BoundedConnection) -> Iterator[None]:
    """For work that may take as long as it takes."""
    connection.until = math.inf
    try:
        yield
    finally:
        connection.until = None


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone (and not just this statement refused)."""
    return error.sqlstate is None or (
        error.sqlstate[:2] in ("08", "57") and not isinstance(error, errors.QueryCanceled)
    )
