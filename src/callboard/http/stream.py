"""Answers sent piece by piece: for as long as somebody reads, and never so that a part looks like the whole.

What fails midway is not ended but broken off: the last chunk of HTTP is missing, and every client says so.
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
"""A reader that takes nothing for so long is hung up on."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Stream(Protocol):
    """A body in pieces."""

    def parts(self) -> AsyncGenerator[bytes, None]:
        """The pieces, made as they are taken. What it raises breaks the answer off."""

    def close(self) -> None:
        """Called once, when the last piece is sent or nobody takes any more."""


class NoParts:
    """A stream of nothing: what HEAD is answered with."""

    async def parts(self) -> AsyncGenerator[bytes, None]:
        nothing: tuple[bytes, ...] = ()
        for part in nothing:
            yield part

    def close(self) -> None:
        pass


async def send_stream(scope: Message, receive: Receive, send: Send, head: Message, stream: Stream) -> None:
    """Send a body in pieces under this head (`status` and `headers`, the request's id among them); returns
    when it ended, broke off or was hung up on.
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
    """Send all of it; false when the reader stalled."""
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
    """Break the connection with this peer. Nothing when it is gone already.

    The server beneath us keeps a connection open until all that was handed to it is read, also while it
    stops: a reader that stalls would hold it up. It has no word for hanging up, so the socket is looked for
    among this process's own.
    """
    if client is None:
        return
    for entry in Path("/dev/fd").iterdir():
        number = int(entry.name)
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as connection:
                    if connection.getpeername()[:2] == tuple(client[:2]):
                        connection.shutdown(socket.SHUT_RDWR)
                        return
