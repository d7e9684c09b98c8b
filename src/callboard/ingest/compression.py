"""Decompress request bodies. The size is checked at each step, so that a decompression bomb stops early."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import zstandard

from callboard.errors import BodyTooLargeError, UnreadableBodyError, UnsupportedBodyError

_GZIP_WBITS = 16 + zlib.MAX_WBITS
_GZIP_CHUNK = 64 * 1024
_GZIP_STEP = 1024 * 1024
"""Most bytes that one step may produce."""
_PARTS_MAX: Final = 10_000
"""Most gzip members or zstd frames of one body: an empty one produces nothing, but costs a new decoder."""
_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
"""The window size that RFC 8878 (3.1.1.1.2) recommends as the limit; a larger one would let a small body
allocate that much memory."""
_ZSTD_CHUNK = 256
"""Input bytes of one step. The zstd decoder has no output limit, and an RLE block of 4 bytes decodes to 128
KiB (RFC 8878, 3.1.1.2): with this many bytes a step produces at most 8 MiB."""
_ZSTD_STEP = _ZSTD_CHUNK // 4 * 128 * 1024

Grow = Callable[[int], None]
"""Reserves this many more bytes of memory; raises when there is no room."""


def _grow_freely(size: int) -> None:
    """For callers without a shared memory limit."""


def decompress(body: bytes, encoding: str, limit: int, grow: Grow = _grow_freely) -> bytes:
    """The body decoded by `encoding`, the value of `Content-Encoding`.

    `grow` is called before each step with the most that the step may add, so that memory is reserved before
    it is used; the sum is more than the body needs in the end.

    Raises `UnsupportedBodyError` for another encoding than gzip, zstd or identity, `UnreadableBodyError` for
    a damaged or truncated body, `BodyTooLargeError` when it decodes to more than `limit` bytes.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    if name in ("gzip", "x-gzip"):
        return _gunzip(body, limit, grow)
    if name == "zstd":
        return _unzstd(body, limit, grow)
    raise UnsupportedBodyError(f"Content-Encoding {encoding.strip()[:40]!r} is none of gzip, zstd, identity.")


def _gunzip(body: bytes, limit: int, grow: Grow) -> bytes:
    output = _Decompressed("gzip", limit, grow)
    decoder = zlib.decompressobj(_GZIP_WBITS)
    unread = memoryview(body)
    pending: bytes = b""
    is_full = False
    """The last step filled its output limit, so the decoder may hold more output for input already given."""
    while pending or unread or is_full:
        if not (pending or is_full):
            pending, unread = bytes(unread[:_GZIP_CHUNK]), unread[_GZIP_CHUNK:]
        if decoder.eof:
            if not pending.strip(b"\0") and not bytes(unread).strip(b"\0"):
                break  # zero padding after the last member, which gzip accepts too
            # A gzip file may be several members, one after the other (RFC 1952, 2.2).
            decoder = zlib.decompressobj(_GZIP_WBITS)
            output.next_member()
        output.check_size(_GZIP_STEP)
        # One byte more than may still come: enough to see that the body is too large. And never 0, which
        # means "no limit" to zlib.
        step = min(_GZIP_STEP, output.remaining + 1)
        try:
            piece = decoder.decompress(pending, step)
        except zlib.error as error:
            raise UnreadableBodyError(f"The gzip body is damaged: {error}.") from None
        output.add(piece)
        is_full = len(piece) == step and not decoder.eof
        pending = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    return output.joined(decoder)


def _unzstd(body: bytes, limit: int, grow: Grow) -> bytes:
    output = _Decompressed("zstd", limit, grow)
    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    decoder = frames.decompressobj()
    for start in range(0, len(body), _ZSTD_CHUNK):
        pending = body[start : start + _ZSTD_CHUNK]
        while pending:
            if decoder.eof:
                decoder = frames.decompressobj()
                output.next_member()
            try:
                output.check_size(_ZSTD_STEP)
                output.add(decoder.decompress(pending))
            except zstandard.ZstdError as error:
                raise UnreadableBodyError(f"The zstd body is damaged: {error}.") from None
            pending = decoder.unused_data if decoder.eof else b""
    return output.joined(decoder)


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...


class _Decompressed:
    """The output so far, and how much more is allowed."""

    def __init__(self, name: str, limit: int, grow: Grow) -> None:
        self.remaining = limit
        self._grow = grow
        self._size = self._reserved = 0
        self._name = name
        self._limit = limit
        self._parts = 1
        self._pieces: list[bytes] = []

    def check_size(self, size: int) -> None:
        """Reserve memory for a step that may produce `size` bytes."""
        if (more := self._size + size - self._reserved) > 0:
            self._grow(more)
            self._reserved += more

    def add(self, piece: bytes) -> None:
        self.remaining -= len(piece)
        self._size += len(piece)
        if self.remaining < 0:
            raise _too_large(self._limit)
        self._pieces.append(piece)

    def next_member(self) -> None:
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise UnreadableBodyError(f"The {self._name} body has more than {_PARTS_MAX:,} parts.")

    def joined(self, decoder: _Decoder) -> bytes:
        if not decoder.eof:
            raise UnreadableBodyError(f"The {self._name} body is truncated.")
        return b"".join(self._pieces)


def _too_large(limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"The body decodes to more than {limit:,} bytes.")
