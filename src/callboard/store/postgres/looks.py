"""What moved, asked for everybody at once: exact reads without a cache that times out.

Whoever needs the numbers of this moment waits for a query that began after they came. One query is on its
way at a time; those who come meanwhile share the next one, never the one already under way, which may have
been answered before what they must see was acknowledged. One query tells of every organization that this
worker has been asked about lately.

Owned by one event loop: nothing is locked.
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
"""Organizations that one query asks about; those asked for longest ago go first."""

_DIRECTORY = b"SELECT value FROM meta WHERE name = 'directory_version'"
_MOVED = (
    "SELECT held.org_id, held.version, totals.space_id, totals.version, "
    + ", ".join(f"totals.{name}" for name in TOTALS_FIELDS)
    + " FROM {watched} LEFT JOIN totals ON totals.org_id = held.org_id AND totals.version > {since} "
    "WHERE held.version <> {since}{one}"
)
_REFRESH_ALL = _MOVED.format(
    watched="unnest($1::BIGINT[], $2::BIGINT[]) AS watched (org_id, since) "
    "JOIN organization_clock AS held ON held.org_id = watched.org_id",
    since="watched.since",
    one="",
).encode()
_REFRESH_ONE = _MOVED.format(
    watched="organization_clock AS held", since="$2::BIGINT", one=" AND held.org_id = $1::BIGINT"
).encode()

_NO_ANSWER = "The database does not answer; try again shortly."

Connect = Callable[[], Connection[Any]]


class Watched:
    """An organization that is asked about: what moved in it since a version."""

    __slots__ = ("base", "spaces", "version")

    def __init__(self, version: int) -> None:
        self.base = self.version = version
        """From which version on it is known what moved, and up to which."""
        self.spaces: dict[int, tuple[int, Totals]] = {}

    def since(self, version: int) -> dict[int, Totals]:
        """The totals that moved after a version, which is not before `base`."""
        return {space: totals for space, (at, totals) in self.spaces.items() if at > version}


class SharedRefresh:
    """See `Refresher`. `connect` makes a connection in autocommit mode; it may block, on a thread."""

    def __init__(self, connect: Connect, timeout_s: float, *, one_by_one: bool) -> None:
        self._connect = connect
        self._timeout_s = timeout_s
        self._one_by_one = one_by_one
        """Each organization is asked about by a statement of its own, all sent together: under Citus each of
        them runs on one shard."""
        self._connection: Connection[Any] | None = None
        self._socket = -1
        """A second descriptor of the connection's socket: ours to watch and to close."""
        self._waiting: list[asyncio.Future[None]] = []
        self._asked: list[asyncio.Future[None]] = []
        self._results: list[pq.abc.PGresult] = []
        self._connecting: asyncio.Task[None] | None = None
        self._under_way = False
        self._deadline: asyncio.TimerHandle | None = None
        self._until = 0.0
        """When those who asked have waited for as long as they may: for a connection and an answer together,
        by the loop's time."""
        self._waiting_since = 0.0
        """When the first of those came who wait for the next query."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: dict[int, Watched] = {}
        self._parameters: list[list[bytes]] | None = None
        self._closed = False
        self.is_refreshing = False
        """Whether somebody asks ahead: then `change_counter` tells what was found, and asks nobody itself."""
        self.change_counter = 0
        self.directory_version = -1
        self.history = 0
        """Another number wherever the database may be an older one than before."""

    # --- for whoever needs this moment's numbers

    async def ask(self) -> None:
        """Returns when `change_counter` and `moved` tell of everything acknowledged before this call."""
        loop = asyncio.get_running_loop()
        self.is_refreshing = True
        future = loop.create_future()
        if not self._waiting:
            self._waiting_since = loop.time()
        self._waiting.append(future)
        if not self._under_way:
            self._begin(loop)
        await future

    def moved(self, org_id: int, since: int) -> Changes | None:
        """What is known to have moved since a version; none when the database must be asked."""
        watched = self._watched.get(org_id)
        if watched is None or since < watched.base or self.directory_version < 0:
            return None
        # Asked for last, forgotten last.
        self._watched[org_id] = self._watched.pop(org_id)
        return Changes(watched.version, self.directory_version, watched.since(since))

    def watch(self, org_id: int, version: int) -> None:
        """From now on tell what moves in an organization after this version."""
        self._watched.pop(org_id, None)
        self._watched[org_id] = Watched(version)
        self._parameters = None
        while len(self._watched) > MAX_WATCHED:
            del self._watched[next(iter(self._watched))]
        # Whoever else knows something of it by an older marker has to look again.
        self.change_counter += 1

    def close(self) -> None:
        """Ask nothing more."""
        self._closed = True
        self._drop()

    # --- one query at a time

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._under_way = True
        self._loop = loop
        self._asked, self._waiting = self._waiting, []
        self._until = self._waiting_since + self._timeout_s
        if self._closed:
            self._end(StoreUnavailableError("The store is closed."))
        elif self._connection is not None:
            self._send()
        else:
            self._deadline = loop.call_at(self._until, self._too_late_to_connect)
            if self._connecting is None or self._connecting.done():
                self._connecting = loop.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        assert self._loop is not None
        try:
            connection = await self._loop.run_in_executor(None, self._connected)
        except StoreError as error:
            self._end(error)
            return
        if self._closed:
            connection.close()
            return
        self._connection = connection
        connection.pgconn.nonblocking = 1
        connection.pgconn.enter_pipeline_mode()
        # The driver closes its own when the connection is lost, and the number may be another's by then.
        self._socket = os.dup(connection.pgconn.socket)
        self._loop.add_reader(self._socket, self._read)
        # What was told before may have gone with a server that failed: everybody starts anew.
        self._forget_everything()
        if self._under_way:
            self._send()

    def _forget_everything(self) -> None:
        self.history += 1
        self._watched.clear()
        self._parameters = None
        self.change_counter += 1

    def _connected(self) -> Connection[Any]:
        with store_errors():
            connection = self._connect()
            look = _REFRESH_ONE if self._one_by_one else _REFRESH_ALL
            try:
                connection.execute(b"PREPARE look AS " + look)
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
        self._deadline = self._loop.call_at(self._until, self._time_out)
        try:
            # First the directory: the totals told with its version are not older than that.
            pgconn.send_query_prepared(b"directory", [])
            for parameters in self._query_parameters():
                pgconn.send_query_prepared(b"look", parameters)
            pgconn.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self._lost(error)

    def _query_parameters(self) -> list[list[bytes]]:
        if self._parameters is None:
            since = {org_id: watched.version for org_id, watched in self._watched.items()}
            if self._one_by_one:
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
            self._lost(error)

    def _read(self) -> None:
        if self._connection is None:
            return
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    if not self._under_way:
                        return
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._take(self._results)
                    return
                if result.status != pq.ExecStatus.TUPLES_OK:
                    raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
                self._results.append(result)
        except psycopg.Error as error:
            self._lost(error)

    # --- what came of it

    def _take(self, results: list[pq.abc.PGresult]) -> None:
        directory, *looked = results
        version = int(directory.get_value(0, 0) or 0)
        moved = version != self.directory_version
        if version < self.directory_version:
            self._forget_everything()
        self.directory_version = version
        for result in looked:
            for row in range(result.ntuples):
                moved = True
                self._note([result.get_value(row, column) for column in range(result.nfields)])
        if moved:
            self.change_counter += 1
            self._parameters = None
        self._end(None)

    def _note(self, row: list[bytes | None]) -> None:
        org_id, version, space_id, at, *totals = [None if value is None else int(value) for value in row]
        assert org_id is not None
        assert version is not None
        watched = self._watched.get(org_id)
        if watched is None:  # forgotten while the query was on its way
            return
        if version < watched.version:
            # Another database answers through the same connection (by a pooler), and it is an older one.
            self._forget_everything()
            return
        watched.version = version
        if space_id is not None and at is not None:
            watched.spaces[space_id] = (at, Totals(*[value or 0 for value in totals]))

    def _time_out(self) -> None:
        self._refuse_waiting()
        self._lost(StoreUnavailableError(_NO_ANSWER, 2))

    def _too_late_to_connect(self) -> None:
        self._refuse_waiting()
        self._end(StoreUnavailableError(_NO_ANSWER, 2))

    def _refuse_waiting(self) -> None:
        """Who came while nothing was answered would wait for as long once more, and in vain."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_exception(StoreUnavailableError(_NO_ANSWER, 2))

    def _lost(self, error: Exception) -> None:
        """The connection is of no use any more; the next one who asks makes another."""
        self._drop()
        if not isinstance(error, StoreError):
            said = next(iter(str(error).strip().splitlines()), error.__class__.__name__)
            error = StoreUnavailableError(f"The database does not answer: {said}", 2)
        self._end(error)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(self._socket)
                self._loop.remove_writer(self._socket)
            os.close(self._socket)
            connection.close()

    def _end(self, error: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        asked, self._asked = self._asked, []
        self._under_way = False
        for future in asked:
            if not future.done():
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        if self._waiting and self._loop is not None:
            self._begin(self._loop)
