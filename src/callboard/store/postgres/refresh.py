"""One refresh query for all readers (single flight): exact reads without a cache that expires.

A reader waits for a query that started after the reader arrived. One query is in flight at a time. Readers
that arrive meanwhile share the next one: the database may have taken the snapshot of the one in flight before
the commit that they must see. One query refreshes every organization that this worker has read lately.

Used by one event loop only, so nothing is locked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import Connection, pq

from callboard.errors import StoreError, StoreUnavailableError
from callboard.model.totals import TOTALS_FIELDS, Totals
from callboard.store.interface import Changes
from callboard.store.postgres.arrays import array_text
from callboard.store.postgres.connection import store_errors

MAX_WATCHED = 1_000
"""Organizations that one query refreshes; the least recently used are evicted first."""

_DIRECTORY = b"SELECT value FROM meta WHERE name = 'directory_version'"
_CHANGES = (
    "SELECT held.org_id, held.version, totals.space_id, totals.version, "
    + ", ".join(f"totals.{name}" for name in TOTALS_FIELDS)
    + " FROM {source} LEFT JOIN totals ON totals.org_id = held.org_id AND totals.version > {since} "
    "WHERE held.version <> {since}{one}"
)
_REFRESH_ALL = _CHANGES.format(
    source="unnest($1::BIGINT[], $2::BIGINT[]) AS watched (org_id, since) "
    "JOIN organization_clock AS held ON held.org_id = watched.org_id",
    since="watched.since",
    one="",
).encode()
_REFRESH_ONE = _CHANGES.format(
    source="organization_clock AS held", since="$2::BIGINT", one=" AND held.org_id = $1::BIGINT"
).encode()

_NO_ANSWER = "The database does not answer; try again shortly."

Connect = Callable[[], Connection[Any]]


class WatchedOrganization:
    """An organization that is refreshed: its totals that changed since a version."""

    __slots__ = ("known_since", "spaces", "version")

    def __init__(self, version: int) -> None:
        self.known_since = self.version = version
        """Changes are known after version `known_since`, up to and including `version`."""
        self.spaces: dict[int, tuple[int, Totals]] = {}

    def since(self, version: int) -> dict[int, Totals]:
        """The totals that changed after a version, which must be at least `known_since`."""
        return {space: totals for space, (at, totals) in self.spaces.items() if at > version}


class SharedRefresh:
    """See `Refresher`. `connect` makes a connection in autocommit mode; it may block, on a thread."""

    def __init__(self, connect: Connect, timeout_s: float, *, query_per_organization: bool) -> None:
        self._connect = connect
        self._timeout_s = timeout_s
        self._query_per_organization = query_per_organization
        """One statement for each organization, all sent in one pipeline: under Citus each runs on one shard.
        """
        self._connection: Connection[Any] | None = None
        self._socket = -1
        """A duplicate of the connection's descriptor, closed by us: the event loop watches it."""
        self._waiting: list[asyncio.Future[None]] = []
        self._in_flight: list[asyncio.Future[None]] = []
        self._results: list[pq.abc.PGresult] = []
        self._connecting: asyncio.Task[None] | None = None
        self._is_in_flight = False
        self._deadline: asyncio.TimerHandle | None = None
        self._answer_by = 0.0
        """When the readers of the query in flight give up, in the loop's time: one limit for connecting and
        the answer together."""
        self._waiting_since = 0.0
        """When the first reader that waits for the next query arrived."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._organizations: dict[int, WatchedOrganization] = {}
        self._parameters: list[list[bytes]] | None = None
        self._closed = False
        self.is_refreshing = False
        """Whether `refresh` has been called: from then on `change_counter` is what the last query found, and
        reading it sends nothing.
        """
        self.change_counter = 0
        self.directory_version = -1
        self.database_epoch = 0
        """Incremented whenever the database may have been replaced by an older copy."""

    # --- for readers

    async def refresh(self) -> None:
        """Returns once all commits acknowledged before the call are reflected. See `Refresher`."""
        loop = asyncio.get_running_loop()
        self.is_refreshing = True
        future = loop.create_future()
        if not self._waiting:
            self._waiting_since = loop.time()
        self._waiting.append(future)
        if not self._is_in_flight:
            self._start_query(loop)
        await future

    def changes_since(self, org_id: int, since: int) -> Changes | None:
        """The changes since a version. None if they are not known, and must be read from the database."""
        organization = self._organizations.get(org_id)
        if organization is None or since < organization.known_since or self.directory_version < 0:
            return None
        # Least recently used: the dict's order is the order of use.
        self._organizations[org_id] = self._organizations.pop(org_id)
        return Changes(organization.version, self.directory_version, organization.since(since))

    def watch(self, org_id: int, version: int) -> None:
        """Start tracking changes of an organization after this version."""
        self._organizations.pop(org_id, None)
        self._organizations[org_id] = WatchedOrganization(version)
        self._parameters = None
        while len(self._organizations) > MAX_WATCHED:
            del self._organizations[next(iter(self._organizations))]
        # Readers compare the change counter only: without a new value one that knows an older version of this
        # organization would not call `changes_since`.
        self.change_counter += 1

    def close(self) -> None:
        """Close the connection, and refuse later refreshes."""
        self._closed = True
        self._close_connection()

    # --- one query at a time

    def _start_query(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_in_flight = True
        self._loop = loop
        self._in_flight, self._waiting = self._waiting, []
        self._answer_by = self._waiting_since + self._timeout_s
        if self._closed:
            self._resolve(StoreUnavailableError("The store is closed."))
        elif self._connection is not None:
            self._send()
        else:
            self._deadline = loop.call_at(self._answer_by, self._time_out_connecting)
            if self._connecting is None or self._connecting.done():
                self._connecting = loop.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        assert self._loop is not None
        try:
            connection = await self._loop.run_in_executor(None, self._connect_and_prepare)
        except StoreError as error:
            self._resolve(error)
            return
        if self._closed:
            connection.close()
            return
        self._connection = connection
        connection.pgconn.nonblocking = 1
        connection.pgconn.enter_pipeline_mode()
        # The driver closes its descriptor when the connection is lost, and the number may be reused by
        # another socket before `remove_reader`.
        self._socket = os.dup(connection.pgconn.socket)
        self._loop.add_reader(self._socket, self._read)
        # After a failover the database may lack commits that were reported: everything is read again.
        self._forget_everything()
        if self._is_in_flight:
            self._send()

    def _forget_everything(self) -> None:
        self.database_epoch += 1
        self._organizations.clear()
        self._parameters = None
        self.change_counter += 1

    def _connect_and_prepare(self) -> Connection[Any]:
        with store_errors():
            connection = self._connect()
            query = _REFRESH_ONE if self._query_per_organization else _REFRESH_ALL
            try:
                connection.execute(b"PREPARE look AS " + query)
                connection.execute(b"PREPARE directory AS " + _DIRECTORY)
            except psycopg.Error:
                connection.close()
                raise
            return connection

    def _send(self) -> None:
        assert self._connection is not None
        assert self._loop is not None
        pgconn = self._connection.pgconn
        self._results = []
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._loop.call_at(self._answer_by, self._time_out)
        try:
            # The directory first: the totals that are returned with its version must not be older than it.
            pgconn.send_query_prepared(b"directory", [])
            for parameters in self._query_parameters():
                pgconn.send_query_prepared(b"look", parameters)
            pgconn.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self._fail(error)

    def _query_parameters(self) -> list[list[bytes]]:
        if self._parameters is None:
            since = {org_id: organization.version for org_id, organization in self._organizations.items()}
            if self._query_per_organization:
                self._parameters = [[b"%d" % org_id, b"%d" % version] for org_id, version in since.items()]
            else:
                self._parameters = [
                    [array_text(list(since)).encode(), array_text(list(since.values())).encode()]
                ]
        return self._parameters

    def _flush(self) -> None:
        assert self._connection is not None
        assert self._loop is not None
        pgconn = self._connection.pgconn
        if pgconn.flush() == 1:
            self._loop.add_writer(self._socket, self._flush_rest)

    def _flush_rest(self) -> None:
        if self._connection is None or self._loop is None:
            return
        self._loop.remove_writer(self._socket)
        try:
            self._flush()
        except psycopg.Error as error:
            self._fail(error)

    def _read(self) -> None:
        if self._connection is None:
            return
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    if not self._is_in_flight:
                        return
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._apply_results(self._results)
                    return
                if result.status != pq.ExecStatus.TUPLES_OK:
                    raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
                self._results.append(result)
        except psycopg.Error as error:
            self._fail(error)

    # --- results

    def _apply_results(self, results: list[pq.abc.PGresult]) -> None:
        directory, *changes = results
        version = int(directory.get_value(0, 0) or 0)
        has_changes = version != self.directory_version
        if version < self.directory_version:
            self._forget_everything()
        self.directory_version = version
        for result in changes:
            for row in range(result.ntuples):
                has_changes = True
                self._apply([result.get_value(row, column) for column in range(result.nfields)])
        if has_changes:
            self.change_counter += 1
            self._parameters = None
        self._resolve(None)

    def _apply(self, row: list[bytes | None]) -> None:
        org_id, version, space_id, at, *totals = [None if value is None else int(value) for value in row]
        assert org_id is not None
        assert version is not None
        organization = self._organizations.get(org_id)
        if organization is None:  # evicted while the query was in flight
            return
        if version < organization.version:
            # A pooler may switch to an older database behind the same connection.
            self._forget_everything()
            return
        organization.version = version
        if space_id is not None and at is not None:
            organization.spaces[space_id] = (at, Totals(*[value or 0 for value in totals]))

    def _time_out(self) -> None:
        self._refuse_waiting()
        self._fail(StoreUnavailableError(_NO_ANSWER, 2))

    def _time_out_connecting(self) -> None:
        self._refuse_waiting()
        self._resolve(StoreUnavailableError(_NO_ANSWER, 2))

    def _refuse_waiting(self) -> None:
        """Fail the readers of the next query too: with a database that does not answer they would wait for
        another full timeout.
        """
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_exception(StoreUnavailableError(_NO_ANSWER, 2))

    def _fail(self, error: Exception) -> None:
        """Drop the connection, whose state is unknown; the next query opens another."""
        self._close_connection()
        if not isinstance(error, StoreError):
            message = next(iter(str(error).strip().splitlines()), error.__class__.__name__)
            error = StoreUnavailableError(f"The database does not answer: {message}", 2)
        self._resolve(error)

    def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(self._socket)
                self._loop.remove_writer(self._socket)
            os.close(self._socket)
            connection.close()

    def _resolve(self, error: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        in_flight, self._in_flight = self._in_flight, []
        self._is_in_flight = False
        for future in in_flight:
            if not future.done():
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        if self._waiting and self._loop is not None:
            self._start_query(self._loop)
