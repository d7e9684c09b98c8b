"""Answers sent in chunks, for as long as the client reads.

If an answer fails midway, the connection is cut: the last chunk of HTTP is missing, so that every client
reports an error instead of taking a part for the whole.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, Protocol

from callboard.errors import CallboardError
from callboard.http.masking import masked

_log = logging.getLogger("callboard.http")

STALLED_S = 60.0
"""Seconds without progress after which a reader's connection is cut."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Stream(Protocol):
    """A body in pieces."""

    def parts(self) -> AsyncGenerator[bytes, None]:
        """The pieces, each made when the previous one was sent. An exception breaks the answer off."""

    def close(self) -> None:
        """Called once, after the last piece or when the client is gone."""


class NoParts:
    """An empty stream: the answer to HEAD."""

    async def parts(self) -> AsyncGenerator[bytes, None]:
        nothing: tuple[bytes, ...] = ()
        for part in nothing:
            yield part

    def close(self) -> None:
        pass


async def send_stream(scope: Message, receive: Receive, send: Send, head: Message, stream: Stream) -> None:
    """Send a body in pieces with this head (`status` and `headers`, which include the request id). Returns
    when it has ended, has failed, or the client is gone.
    """
    sending = asyncio.create_task(_send(send, head, stream))
    disconnect = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({sending, disconnect}, return_when=asyncio.FIRST_COMPLETED)
        has_disconnected = disconnect.done()
    finally:
        sending.cancel()
        disconnect.cancel()
        await asyncio.gather(sending, disconnect, return_exceptions=True)
        stream.close()
    if has_disconnected:
        return
    fault = None if sending.cancelled() else sending.exception()
    if isinstance(fault, CallboardError):
        _log.warning("request %s broke off: %s: %s", _id_of(head), fault.code, fault.message)
    elif fault is not None:
        text = masked("".join(traceback.format_exception(fault)))
        _log.error("request %s broke off\n%s", _id_of(head), text)
    if fault is not None or sending.cancelled() or not sending.result():
        abort_connection(scope.get("client"))


def _id_of(head: Message) -> str:
    return str(dict(head["headers"])[b"x-request-id"].decode())


async def _send(send: Send, head: Message, stream: Stream) -> bool:
    """Send the whole stream. Returns False if the reader stalled."""
    await send({"type": "http.response.start", **head})
    async with aclosing(stream.parts()) as parts:
        async for part in parts:
            try:
                async with asyncio.timeout(STALLED_S):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except TimeoutError:
                return False
    await send({"type": "http.response.body", "body": b""})
    return True


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def abort_connection(client: tuple[str, int] | None) -> None:
    """Cut the connection to this peer; does nothing if it is closed already.

    Granian keeps a connection open until everything handed to it has been read, even during shutdown: a
    stalled reader would delay that. It offers no way to abort a connection, so the socket is found among this
    process's file descriptors.
    """
    if client is None:
        return
    for entry in Path("/dev/fd").iterdir():
        number = int(entry.name)
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                # A duplicate: closing it leaves the server's descriptor open. `shutdown` acts on both.
                with socket.socket(fileno=os.dup(number)) as connection:
                    if connection.getpeername()[:2] == tuple(client[:2]):
                        connection.shutdown(socket.SHUT_RDWR)
                        return
