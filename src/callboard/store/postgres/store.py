"""The PostgreSQL store: pools of connections, one commit for each organization, and a refresh that readers
share (single flight).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import random
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel, errors
from psycopg.pq import TransactionStatus

from callboard.errors import (
    MAY_BE_KEPT,
    CommitInDoubtError,
    StoreUnavailableError,
    nothing_kept,
)
from callboard.settings import Settings
from callboard.store.budget import current
from callboard.store.interface import READY_S, Changes, Refresher, StoreFacts
from callboard.store.postgres.background import BackgroundCompaction
from callboard.store.postgres.bulkheads import Bulkheads
from callboard.store.postgres.changes import SEEN, SEEN_ON_NODES, read_changes
from callboard.store.postgres.connection import (
    GRACE_S,
    LOSSES,
    BoundedConnection,
    TooLateError,
    begin_on_nodes,
    conninfo,
    is_lost,
    is_lost_on_node,
    pool,
    prepare,
    store_errors,
)
from callboard.store.postgres.database import TIMEOUT_STEP_S, PostgresDatabase
from callboard.store.postgres.intake import LANES, WRITERS, Committers
from callboard.store.postgres.integrity import (
    file_faults,
    reason_unchecked,
    rebuild_indexes,
    reporting_damage,
)
from callboard.store.postgres.migrate import check, migrate, version_of
from callboard.store.postgres.nodes import (
    Node,
    NodeQuestions,
    NodeSettings,
    facts_of_cluster,
    facts_of_one,
    nodes_of,
    own_settings,
    spread_over,
)
from callboard.store.postgres.pooler import refuse_transaction_pooler
from callboard.store.postgres.refresh import SharedRefresh
from callboard.store.postgres.upgrade import upgrade as bring_up_to_date
from callboard.store.sql.database import Database
from callboard.store.sql.refold import UpgradeObserver, is_due
from callboard.store.sql.verify import Engine
from callboard.store.sql.version_epochs import VersionEpochs

T = TypeVar("T")

TRIES = 5
"""Attempts at a commit that the database aborted because of another (deadlock, serialization failure), or
whose connection was lost before COMMIT was sent."""
SHORTEST_WAIT_S = 0.01
"""Shortest wait for a connection or a lock, also when the time of a request is used up."""
LOCK_SHARE = 0.9
"""With more than this share of the lock timeout left, the connection's own setting is kept."""
COMMIT_S = 1.0
"""On a cluster a COMMIT is in doubt so long before its writer would be replaced (`commit_timeout_ms`), and
never sooner than that."""
ON_LOOP_S = 1.0
"""Longest that a query may block an event loop: such calls are rare, because their answers are cached."""

_IN_DOUBT = f"The connection was lost while committing. {MAY_BE_KEPT}"


class PostgresStore(BackgroundCompaction):
    """Keeps everything in a database that any number of processes may use, on any number of machines."""

    def __init__(
        self,
        url: str,
        settings: Settings | None = None,
        *,
        upgrade: bool | None = False,
        copying: bool = False,
        observer: UpgradeObserver | None = None,
    ) -> None:
        """Open the store at `url`, which must be at this program's version.

        `upgrade=True` upgrades it first, which may take minutes and is reported to `observer`. `None` creates
        the tables in an empty database and upgrades nothing; with `copying` they are marked as an unfinished
        copy. Raises `StoreVersionError` (missing, older, newer), `StoreFileError` (wrong URL, user or
        database) or `StoreUnavailableError` (no answer).
        """
        super().__init__()
        self._url = url
        self._settings = settings or Settings()
        self._conninfo = conninfo(url)
        nodes = self._begin(upgrade, observer, copying=copying)
        self.distributed = bool(nodes)
        self._nodes = NodeQuestions(url, self._settings) if self.distributed else None
        self._bulkheads = None if self._nodes is None else Bulkheads(self._nodes)
        opening = partial(
            pool, url, self._settings, distributed=self.distributed, check=check, patience=self._bulkheads
        )
        self._reads = opening(self._settings.readers + 2, writes=False)
        self._writes = opening(WRITERS * max(1, nodes) + LANES, writes=True)
        self._committers = Committers(self._bulkheads)
        query_s = self._settings.query_timeout_ms / 1000
        self._shared_refresh = SharedRefresh(self._connect_for_refresh, query_s, self._bulkheads)
        self._commit_s = max(COMMIT_S, self._settings.commit_timeout_ms / 1000 - COMMIT_S)
        self._snapshot_seen = ""
        self._change_counter = 0
        self._epochs = VersionEpochs()
        self._begin_compaction()
        if not self.distributed:
            self.lanes = LANES

    @property
    def identity(self) -> str:
        """Empty: every process takes the URL from the same settings."""
        return ""

    def _connect(self, *, writes: bool) -> BoundedConnection:
        connection = BoundedConnection.connect(self._conninfo)
        prepare(connection, self._settings, writes=writes)
        return connection

    def _connect_for_refresh(self) -> BoundedConnection:
        """Checks the schema version too: an upgrade may have run since the connection was lost."""
        connection = self._connect(writes=False)
        try:
            check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_for_long(self) -> BoundedConnection:
        """Without a time limit, for upgrades."""
        connection = self._connect(writes=True)
        connection.until = math.inf
        return connection

    def _begin(self, upgrade: bool | None, observer: UpgradeObserver | None, *, copying: bool) -> int:
        """Upgrade or create the schema, check it, and return over how many nodes it is spread."""
        refuse_transaction_pooler(self._conninfo)
        if upgrade:
            bring_up_to_date(self._connect_for_long, observer)
        with store_errors(), self._connect(writes=True) as connection:
            if upgrade is None and version_of(connection) == 0:
                with _unlimited(connection):
                    migrate(connection, copying=copying)
            check(connection)
            return spread_over(connection)

    # --- transactions

    @contextmanager
    def _writing(self, *, whole_texts: bool = False) -> Iterator[Database]:
        with store_errors(), self._writes.connection() as connection:
            # As in `_commit`: the statement after a lock wait must see what the previous holder committed.
            connection.isolation_level = IsolationLevel.READ_COMMITTED
            connection.autocommit = False
            with _unlimited(connection), connection.transaction(), connection.pipeline():
                begin_on_nodes(connection, self._settings.lock_timeout_ms)
                connection.execute(b"SET LOCAL statement_timeout TO 0")
                yield PostgresDatabase(connection, whole_texts=whole_texts, routed=self.distributed)

    def _write(self, change: Callable[[Database], T], waited_s: float = 0.0) -> T:
        try:
            return self._commit(change, waited_s)
        except StoreUnavailableError as error:
            # An unanswered COMMIT has its own error. All else failed before it, or is an answer.
            raise nothing_kept(error) from error.__cause__

    def _commit(self, change: Callable[[Database], T], waited_s: float) -> T:
        until = time.monotonic() + self._settings.lock_timeout_ms / 1000 - waited_s
        with store_errors():
            for attempt_no in range(1, TRIES + 1):
                committing = False
                try:
                    remaining_s = max(SHORTEST_WAIT_S, until - time.monotonic())
                    with self._writes.connection(timeout=remaining_s) as connection:
                        with self._transaction(connection, until) as db:
                            result = change(db)
                            # In a round trip with the changes: behind one that failed it is not done.
                            committing = True
                            self._activities.begin("sync")
                            if self.distributed:
                                # Sooner than the writer would be replaced: all organizations would feel that.
                                connection.until = time.monotonic() + self._commit_s
                            connection.execute(b"COMMIT", prepare=False)
                        assert connection.info.transaction_status == TransactionStatus.IDLE, "committed"
                        return result
                except (errors.SerializationFailure, errors.DeadlockDetected):
                    if attempt_no == TRIES:
                        raise
                    # Rolled back. The random pause keeps two that blocked each other from meeting again.
                    time.sleep(random() * 0.01 * attempt_no)
                except psycopg.Error as error:
                    if committing and (is_lost(error) or (self.distributed and is_lost_on_node(error))):
                        raise CommitInDoubtError(_IN_DOUBT) from error
                    if not is_lost(error):
                        raise
                    if attempt_no == TRIES or isinstance(error, TooLateError):
                        raise
                    # Nothing was committed. After a restart all pooled connections are dead: replace them
                    # now, or the retry may get another dead one.
                    self._writes.check()
                finally:
                    self._activities.end()
        raise AssertionError("each try returns or raises")

    @contextmanager
    def _transaction(self, connection: BoundedConnection, until: float) -> Iterator[Database]:
        # Our own BEGIN and COMMIT: psycopg's would each cost a round trip in a pipeline.
        connection.autocommit = True
        connection.until = None
        with connection.pipeline():
            connection.execute(_BEGIN, prepare=False)
            lock_s = max(SHORTEST_WAIT_S, until - time.monotonic())
            if self.distributed:
                begin_on_nodes(connection, lock_s * 1000)
            elif lock_s < LOCK_SHARE * self._settings.lock_timeout_ms / 1000:
                # Earlier waits are part of the caller's lock timeout.
                connection.execute(_LOCK_TIMEOUT, (f"{lock_s * 1000:.0f}",))
            yield PostgresDatabase(connection, routed=self.distributed)

    def _write_unsynced(self, change: Callable[[Database], T]) -> T:
        def unsynced(db: Database) -> T:
            db.run("SELECT set_config('synchronous_commit', 'off', true)")
            return change(db)

        return self._write(unsynced)

    @contextmanager
    def _snapshot(self, *, whole_texts: bool = False) -> Iterator[Database]:
        with store_errors(), self._reads.connection() as connection:
            # One snapshot for all statements of the transaction, not one for each.
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.autocommit = False
            with _unlimited(connection), connection.transaction():
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.execute("SELECT set_config(%s, '0', true)", (limit,))
                yield PostgresDatabase(connection, whole_texts=whole_texts, routed=self.distributed)

    def _at_once(self, query: Callable[..., T], *args: Any) -> T:
        return self._reading(query, args, at_once=True)

    def _read(self, query: Callable[..., T], *args: Any) -> T:
        return self._reading(query, args, at_once=False)

    def _reading(self, query: Callable[..., T], args: tuple[Any, ...], *, at_once: bool) -> T:
        within_s = ON_LOOP_S if _on_a_loop() else self._settings.query_timeout_ms / 1000 + GRACE_S
        if (budget := current()) is not None:
            # One deadline for all statements of a query, for getting a connection and for the answers.
            within_s = min(within_s, budget.remaining_s() + GRACE_S)
        until = time.monotonic() + within_s
        with store_errors():
            try:
                return self._read_once(query, args, until, at_once=at_once)
            except LOSSES as error:
                if not is_lost(error) or isinstance(error, TooLateError):
                    raise
                # A read changes nothing, so it is safe to repeat. After a restart all pooled connections are
                # dead: replace them now, or the retry may get another dead one.
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
                    return query(PostgresDatabase(connection, routed=self.distributed), *args)
                # The statement timeout for the rest of the budget is set locally in this transaction, and
                # ends with it.
                connection.isolation_level = (
                    IsolationLevel.REPEATABLE_READ if at_once else IsolationLevel.READ_COMMITTED
                )
                connection.autocommit = False
                result = query(PostgresDatabase(connection, limit_s, routed=self.distributed), *args)
                # Commit here, under the deadline; the pool would commit without one.
                connection.commit()
                return result
            finally:
                connection.until = None

    def _engine(self) -> Engine:
        read = partial(reporting_damage, partial(self._snapshot, whole_texts=True))
        write = partial(reporting_damage, partial(self._writing, whole_texts=True))
        unchecked = reason_unchecked(read, distributed=self.distributed)
        return Engine(read, write, unchecked, partial(file_faults, read), rebuild_indexes)

    # --- what changed

    def refresher(self) -> Refresher:
        return self._shared_refresh

    def change_counter(self) -> int:
        if self._shared_refresh.is_refreshing:
            return self._shared_refresh.change_counter
        seen = self._read(lambda db: str(db.select_value(SEEN_ON_NODES if self.distributed else SEEN)))
        if seen != self._snapshot_seen:
            self._snapshot_seen = seen
            self._change_counter += 1
        return self._change_counter

    def changes_since(self, org_id: int, since: int) -> Changes:
        if self._shared_refresh.is_refreshing:
            self._epochs.observe(self._shared_refresh.database_epoch)
        known_since = self._epochs.to_database_version(since)
        found = None if known_since is None else self._shared_refresh.changes_since(org_id, known_since)
        if found is None:
            read = partial(self._at_once, read_changes, self._bulkheads, org_id)
            found = read(-1 if known_since is None else known_since)
            if known_since is not None and found.version < known_since:
                # The database was replaced by an older copy: the caller's version is from another epoch.
                self._epochs.begin_epoch()
                known_since = None
                found = read(-1)
            if self._shared_refresh.is_refreshing:
                self._shared_refresh.watch(org_id, found.version)
        return self._epochs.with_epoch(found, is_complete=known_since is None)

    def directory_version(self) -> int:
        if self._shared_refresh.is_refreshing and self._shared_refresh.directory_version >= 0:
            self._epochs.observe(self._shared_refresh.database_epoch)
            return self._epochs.directory_with_epoch(self._shared_refresh.directory_version)
        return self._epochs.directory_with_epoch(self._read(lambda db: db.value("directory.version")))

    # --- readiness

    def ready(self, within_s: float = READY_S) -> StoreFacts:
        def read(db: Database) -> tuple[NodeSettings, list[Node]]:
            if is_due(db):
                raise StoreUnavailableError(
                    "The database is being brought up to date by another program.", 10
                )
            return own_settings(db), nodes_of(db) if self.distributed else []

        own, nodes = self._reading(read, (), at_once=False)
        if self._nodes is None:
            return facts_of_one(own)
        return facts_of_cluster(own, nodes, self._nodes.settings(nodes, within_s))

    def close(self) -> None:
        self._end_compaction()
        self._shared_refresh.close()
        self._committers.shutdown()
        self._reads.close()
        self._writes.close()
        if self._bulkheads is not None and self._nodes is not None:
            self._bulkheads.close()
            self._nodes.close()


_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED"
"""Each statement has its own snapshot: those after the lock wait read what the previous holder of the lock
committed. REPEATABLE READ would fail there instead."""
_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', %s, true)"


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def _unlimited(connection: BoundedConnection) -> Iterator[None]:
    """Lift the connection's time limit inside the block."""
    connection.until = math.inf
    try:
        yield
    finally:
        connection.until = None
