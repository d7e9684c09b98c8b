"""A connection to the database that an event loop watches, with one question in flight."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import psycopg
from psycopg import Connection, pq

from callboard.errors import StoreError, StoreUnavailableError
from callboard.store.postgres.connection import store_errors
from callboard.store.postgres.what_changed import Question

NO_ANSWER = "The database does not answer; try again shortly."

Connect = Callable[[], Connection[Any]]
Results = list[pq.abc.PGresult]


class Asker(Protocol):
    """Who asks by a link. Of each question exactly one of `answered` and `failed` is called."""

    def connected(self) -> Sequence[Question]:
        """There is a connection now; called before each question. Returns what to ask."""

    def opened(self) -> None:
        """The connection is another one than before."""

    def answered(self, results: Results) -> None:
        """The results, one for each question."""

    def failed(self, error: StoreError, *, is_late: bool) -> None:
        """There is no answer. `is_late`: there was none in time."""


class Link:
    """Asks in pipeline mode. `connect` makes a connection in autocommit mode; it may block, on a thread."""

    def __init__(self, connect: Connect, statements: Mapping[str, bytes], asker: Asker) -> None:
        self._connect = connect
        self._statements = statements
        self._asker = asker
        self._connection: Connection[Any] | None = None
        self._socket = -1
        """A duplicate of the connection's descriptor, closed by us: the event loop watches it."""
        self._connecting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._results: Results = []
        self._deadline: asyncio.TimerHandle | None = None
        self._answer_by = 0.0
        """One limit for connecting and the answer together."""
        self._closed = False
        self.is_busy = False
        """Whether a question is in flight."""

    def ask(self, loop: asyncio.AbstractEventLoop, answer_by: float) -> None:
        """Ask what `connected` returns; no answer by then, in the loop's time, is a failure."""
        self.is_busy = True
        self._loop = loop
        self._answer_by = answer_by
        if self._closed:
            self._end(StoreUnavailableError("The store is closed."))
        elif self._connection is not None:
            self._send()
        else:
            self._deadline = loop.call_at(answer_by, self._end, StoreUnavailableError(NO_ANSWER, 2), True)
            if self._connecting is None or self._connecting.done():
                self._connecting = loop.create_task(self._reconnect())

    def close(self) -> None:
        """Close the connection; later questions fail."""
        self._closed = True
        self._close_connection()

    async def _reconnect(self) -> None:
        assert self._loop is not None
        try:
            connection = await self._loop.run_in_executor(None, self._connect_and_prepare)
        except StoreError as error:
            if self.is_busy:
                self._end(error)
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
        self._asker.opened()
        if self.is_busy:
            self._send()

    def _connect_and_prepare(self) -> Connection[Any]:
        with store_errors():
            connection = self._connect()
            try:
                for name, statement in self._statements.items():
                    connection.execute(f"PREPARE {name} AS ".encode() + statement)
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
            for question in self._questions():
                pgconn.send_query_prepared(question.name, question.values)
            pgconn.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self._fail(error)

    def _questions(self) -> Sequence[Question]:
        return self._asker.connected()

    def _flush(self) -> None:
        assert self._connection is not None
        assert self._loop is not None
        if self._connection.pgconn.flush() == 1:
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
                    if not self.is_busy:
                        return
                    continue
                if result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._end(None)
                    return
                if result.status != pq.ExecStatus.TUPLES_OK:
                    raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
                self._results.append(result)
        except psycopg.Error as error:
            self._fail(error)

    def _time_out(self) -> None:
        self._fail(StoreUnavailableError(NO_ANSWER, 2), is_late=True)

    def _fail(self, error: Exception, *, is_late: bool = False) -> None:
        """Drop the connection, whose state is unknown; the next question opens another."""
        self._close_connection()
        if not isinstance(error, StoreError):
            message = next(iter(str(error).strip().splitlines()), error.__class__.__name__)
            error = StoreUnavailableError(f"The database does not answer: {message}", 2)
        if self.is_busy:
            self._end(error, is_late)

    def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(self._socket)
                self._loop.remove_writer(self._socket)
            os.close(self._socket)
            connection.close()

    def _end(self, error: StoreError | None, is_late: bool = False) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self.is_busy = False
        if error is None:
            self._asker.answered(self._results)
        else:
            self._asker.failed(error, is_late=is_late)
