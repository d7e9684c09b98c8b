"""What a worker and its writer say to each other: batches one way, receipts or errors the other.

A frame is its length and MessagePack. Of an event only the canonical form goes over: it holds all there is.
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
from callboard.store.interface import Batch, Idempotency, NewRun, Receipt, Rejection

HEAD = struct.Struct("<Q")
"""Of every frame: how many bytes follow."""

Result = Receipt | Exception


class _Batch(Struct, array_like=True, gc=False):
    org_id: int
    space_id: int
    entries: list[tuple[bytes, int, str]]
    """Canonical form, when it was received, by which door."""
    indexes: list[int] | None
    rejections: list[Rejection]
    source: str
    received_at: int
    import_no: int | None
    run: NewRun | None
    idempotency: Idempotency | None


class _Sent(Struct, array_like=True, gc=False):
    since: float
    batches: list[_Batch]


class Sent(Struct, gc=False):
    """Batches that went over together."""

    batches: list[Batch]
    """None: the writer is asked to try whether it could write."""
    since: float
    """When the first of them was taken in, by `time.monotonic`."""

    @property
    def received(self) -> int:
        """Events of them."""
        return sum([batch.received for batch in self.batches])


class _Error(Struct, array_like=True, gc=False):
    name: str
    """Of a class of `errors`; "" for a fault of ours, which the writer has in its log."""
    message: str
    state: dict[str, Any]


class _Result(Struct, array_like=True, gc=False):
    receipt: Receipt | None
    error: _Error | None


_encode = msgspec.msgpack.Encoder().encode
_decode_sent = msgspec.msgpack.Decoder(_Sent).decode
_decode_results = msgspec.msgpack.Decoder(list[_Result]).decode


def settings_frame(settings: Settings) -> bytes:
    """What a writer is told first."""
    return _framed(_encode(settings))


def settings_of(body: bytes) -> Settings:
    """What a writer is told first, as it finds it."""
    return msgspec.msgpack.decode(body, type=Settings)


def batches_frame(batches: Sequence[Batch], since: float) -> bytes:
    """Batches as they go to the writer, the first of which was taken in then."""
    return _framed(_encode(_Sent(since, [_sent(batch) for batch in batches])))


def batches_of(body: bytes) -> Sent:
    """Batches as the writer finds them."""
    sent = _decode_sent(body)
    return Sent([_received(batch) for batch in sent.batches], sent.since)


def results_frame(results: Sequence[Result]) -> bytes:
    """What became of them, as it goes back."""
    return _framed(_encode([_told(result) for result in results]))


def results_of(body: bytes) -> list[Result]:
    """What became of them, as the worker finds it."""
    return [
        each.receipt if each.error is None and each.receipt is not None else _error(each.error)
        for each in _decode_results(body)
    ]


class Frames:
    """Frames out of the bytes of a stream, however they were cut."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, part: bytes) -> list[bytes]:
        """The frames that are whole now, in order."""
        held = self._held
        held += part
        frames = []
        begin = 0
        while len(held) - begin >= HEAD.size:
            end = begin + HEAD.size + HEAD.unpack_from(held, begin)[0]
            if len(held) < end:
                break
            frames.append(bytes(held[begin + HEAD.size : end]))
            begin = end
        if begin:
            del held[:begin]
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
    )


def _told(result: Result) -> _Result:
    if isinstance(result, Receipt):
        return _Result(result, None)
    if isinstance(result, CallboardError):
        return _Result(None, _Error(type(result).__name__, result.message, dict(vars(result))))
    return _Result(None, _Error("", f"{type(result).__name__} in the writer", {}))


def _error(told: _Error | None) -> Exception:
    assert told is not None, "a receipt or an error"
    kind = _kinds(CallboardError).get(told.name)
    if kind is None:
        return RuntimeError(told.message)
    error = kind.__new__(kind)
    error.args = (told.message,)
    vars(error).update(told.state)
    return error


def _kinds(kind: type[CallboardError]) -> dict[str, type[CallboardError]]:
    return {
        kind.__name__: kind,
        **{name: k for sub in kind.__subclasses__() for name, k in _kinds(sub).items()},
    }
