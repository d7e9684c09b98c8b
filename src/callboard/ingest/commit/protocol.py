"""The protocol between a worker and the writer process: batches one way, receipts or errors the other.

A frame is its length (8 bytes, little-endian) and a MessagePack body. Events are sent in their canonical
form, which holds everything but the receipt. A worker's batches are numbered from 0 in the order in which it
sends them, and each result has the number of its batch: they come in any order.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from callboard.errors import CallboardError
from callboard.model.event import Entry, from_canonical
from callboard.settings import Settings
from callboard.store.hooks import HookDelivery
from callboard.store.interface import Batch, Idempotency, NewRun, Receipt, Rejection

HEAD = struct.Struct("<Q")
"""The head of a frame: the number of bytes that follow."""

Result = Receipt | Exception
Numbered = tuple[int, Result]
"""A result and the number of its batch."""


class _Batch(Struct, array_like=True, gc=False):
    org_id: int
    space_id: int
    entries: list[tuple[bytes, int, str]]
    """Canonical form, time of receipt, source."""
    indexes: list[int] | None
    rejections: list[Rejection]
    source: str
    received_at: int
    import_no: int | None
    run: NewRun | None
    idempotency: Idempotency | None
    delivery: HookDelivery | None


class _SentFrame(Struct, array_like=True, gc=False):
    since: float
    batches: list[_Batch]


class SentFrame(Struct, gc=False):
    """Batches sent in one frame."""

    batches: list[Batch]
    """Empty: a check whether the writer can write, which has a number as a batch has."""
    since: float
    """When the first of them was received, by `time.monotonic`, which all processes of a machine share."""


class _Error(Struct, array_like=True, gc=False):
    name: str
    """The name of a class of `errors`; "" for an internal error, which is in the log of the writer."""
    message: str
    state: dict[str, Any]


class _Result(Struct, array_like=True, gc=False):
    number: int
    receipt: Receipt | None
    error: _Error | None


_encode = msgspec.msgpack.Encoder().encode
_decode_sent = msgspec.msgpack.Decoder(_SentFrame).decode
_decode_results = msgspec.msgpack.Decoder(list[_Result]).decode


class Opening(Struct, array_like=True, gc=False):
    """What a worker says first."""

    settings: Settings
    identity: str | None
    """Of its store, which the writer's has to be too; None: any."""


def opening_frame(opening: Opening) -> bytes:
    """The first frame that a worker sends."""
    return _framed(_encode(opening))


def opening_of(body: bytes) -> Opening:
    """What the body of the first frame says."""
    return msgspec.msgpack.decode(body, type=Opening)


def batches_frame(batches: Sequence[Batch], since: float) -> bytes:
    """A frame of batches. `since`: when the first of them was received."""
    return _framed(_encode(_SentFrame(since, [_sent(batch) for batch in batches])))


def batches_of(body: bytes) -> SentFrame:
    """The batches in the body of a frame."""
    sent = _decode_sent(body)
    return SentFrame([_received(batch) for batch in sent.batches], sent.since)


def results_frame(results: Sequence[Numbered]) -> bytes:
    """A frame of results."""
    return _framed(_encode([_encode_result(number, result) for number, result in results]))


def results_of(body: bytes) -> list[Numbered]:
    """The results in the body of a frame: receipts, and errors to be raised."""
    return [
        (
            each.number,
            each.receipt if each.error is None and each.receipt is not None else _error(each.error),
        )
        for each in _decode_results(body)
    ]


class Frames:
    """Splits a stream of bytes into frames, wherever the parts of the stream were cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes and return the bodies of the frames that are now complete, in order."""
        buffer = self._buffer
        buffer += data
        frames = []
        begin = 0
        while len(buffer) - begin >= HEAD.size:
            end = begin + HEAD.size + HEAD.unpack_from(buffer, begin)[0]
            if len(buffer) < end:
                break
            frames.append(bytes(buffer[begin + HEAD.size : end]))
            begin = end
        # One deletion for all frames: each deletion moves the bytes that remain.
        if begin:
            del buffer[:begin]
        return frames


def _framed(body: bytes) -> bytes:
    return HEAD.pack(len(body)) + body


def _sent(batch: Batch) -> _Batch:
    return _Batch(
        batch.org_id,
        batch.space_id,
        [(entry.body, entry.received_at, entry.source) for entry in batch.entries],
        None if batch.indexes is None else list(batch.indexes),
        batch.rejections,
        batch.source,
        batch.received_at,
        batch.import_no,
        batch.run,
        batch.idempotency,
        batch.delivery,
    )


def _received(sent: _Batch) -> Batch:
    return Batch(
        org_id=sent.org_id,
        space_id=sent.space_id,
        entries=[Entry(from_canonical(body), body, at, source) for body, at, source in sent.entries],
        indexes=sent.indexes,
        rejections=sent.rejections,
        source=sent.source,
        received_at=sent.received_at,
        import_no=sent.import_no,
        run=sent.run,
        idempotency=sent.idempotency,
        delivery=sent.delivery,
    )


def _encode_result(number: int, result: Result) -> _Result:
    if isinstance(result, Receipt):
        return _Result(number, result, None)
    if isinstance(result, CallboardError):
        return _Result(number, None, _Error(type(result).__name__, result.message, dict(vars(result))))
    return _Result(number, None, _Error("", f"{type(result).__name__} in the writer", {}))


def _error(sent: _Error | None) -> Exception:
    assert sent is not None, "a receipt or an error"
    kind = _kinds(CallboardError).get(sent.name)
    if kind is None:
        return RuntimeError(sent.message)
    # Without __init__: the classes take different arguments. Message and attributes are all their state.
    error = kind.__new__(kind)
    error.args = (sent.message,)
    vars(error).update(sent.state)
    return error


def _kinds(kind: type[CallboardError]) -> dict[str, type[CallboardError]]:
    return {
        kind.__name__: kind,
        **{name: k for sub in kind.__subclasses__() for name, k in _kinds(sub).items()},
    }
