"""Answers in pieces: whole, broken off, or hung up on; never a part that looks like the whole."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from callboard.http import stream


class Pieces:
    """A stream of these pieces; an exception among them is raised in its turn."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces
        self.closed = 0

    async def parts(self) -> AsyncGenerator[bytes, None]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self) -> None:
        self.closed += 1


def sent(pieces: Pieces, *, taken: int = 100, gone: bool = False) -> list[Any]:
    """The messages that go out to a reader that takes so many of them."""
    messages: list[Any] = []

    async def receive() -> Any:
        if not gone:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if len(messages) >= taken:
            await asyncio.Event().wait()
        messages.append(message)

    asyncio.run(
        stream.send_stream({}, receive, send, {"status": 200, "headers": [(b"x-request-id", b"id")]}, pieces)
    )
    assert pieces.closed == 1
    return messages


def test_a_stream_that_ends_is_ended():
    """Head, pieces, and the message that says it is whole."""
    head, *body = sent(Pieces(b"a", b"b"))
    assert (head["status"], head["headers"]) == (200, [(b"x-request-id", b"id")])
    assert [each["body"] for each in body] == [b"a", b"b", b""]
    assert [each.get("more_body", False) for each in body] == [True, True, False]


def test_a_stream_that_fails_is_never_ended(caplog: pytest.LogCaptureFixture):
    """The last message is missing, the log says why without phone numbers."""
    messages = sent(Pieces(b"a", ValueError("+12025550123")))
    assert [each.get("more_body") for each in messages[1:]] == [True]
    assert "request id broke off" in caplog.text
    assert "2025550" not in caplog.text


def test_a_reader_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch):
    """What it did not take in time is not waited for."""
    monkeypatch.setattr(stream, "STALLED_S", 0.01)
    messages = sent(Pieces(b"a", b"b"), taken=2)
    assert [each.get("more_body") for each in messages[1:]] == [True]


def test_a_reader_that_hung_up_ends_it():
    """At once, and without a word in the log."""
    messages = sent(Pieces(b"a", b"b"), taken=1, gone=True)
    assert len(messages) <= 1


def test_hanging_up_breaks_the_connection_with_that_peer_alone():
    """Its other end reads what was sent before, then nothing more; a neighbour's connection stands."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pairs = []
        for _ in range(2):
            client = socket.create_connection(listener.getsockname())
            pairs.append((client, *listener.accept()))
        (one, served, address), (other, neighbour, _) = pairs
        served.sendall(b"before")
        stream.abort_connection(address)
        assert one.recv(100) == b"before"
        assert one.recv(100) == b""
        with pytest.raises(OSError, match="Broken pipe"):
            served.sendall(b"after")
        neighbour.sendall(b"after")
        assert other.recv(100) == b"after"
        for each in (one, served, other, neighbour):
            each.close()
    stream.abort_connection(address)
    stream.abort_connection(None)
