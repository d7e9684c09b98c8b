"""Compressed bodies, their decoded size bounded while they are decoded: no bomb ever unfolds."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import zstandard

from callboard.errors import BodyTooLargeError, UnreadableBodyError, UnsupportedBodyError

_GZIP_WBITS = 16 + zlib.MAX_WBITS
_GZIP_CHUNK = 64 * 1024
_GZIP_STEP = 1024 * 1024
"""What one step may unfold to."""
_PARTS_MAX: Final = 10_000
"""Most gzip members or zstd frames of one body: an empty one costs more to read than to send."""
_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
"""What every encoder stays within unless told otherwise (RFC 8878, 3.1.1.1.2)."""
_ZSTD_CHUNK = 256
"""A block of four bytes may unfold to 128 KiB, and a zstd decoder hands out all that it was given: so few
bytes at a time mean at most 8 MiB beyond the limit."""
_ZSTD_STEP = _ZSTD_CHUNK // 4 * 128 * 1024

Grow = Callable[[int], None]
"""Takes room for so many bytes more; raises when there is none."""


def _grow_freely(size: int) -> None:
    """Where nobody shares the room."""


def decompress(body: bytes, encoding: str, limit: int, grow: Grow = _grow_freely) -> bytes:
    """The body that `encoding` (of `Content-Encoding`) stands for. `grow` is asked for room before each step
    unfolds, for the most that it may come to: more than is needed in the end.

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
    unfolded = _Unfolded("gzip", limit, grow)
    decoder = zlib.decompressobj(_GZIP_WBITS)
    waiting = memoryview(body)
    left: bytes = b""
    is_full = False
    """The last step ended at its bound: there may be more of what was handed in."""
    while left or waiting or is_full:
        if not (left or is_full):
            left, waiting = bytes(waiting[:_GZIP_CHUNK]), waiting[_GZIP_CHUNK:]
        if decoder.eof:
            if not left.strip(b"\0") and not bytes(waiting).strip(b"\0"):
                break  # padding behind the last member, as gzip itself allows
            decoder = zlib.decompressobj(_GZIP_WBITS)
            unfolded.part()
        unfolded.make_room(_GZIP_STEP)
        step = min(_GZIP_STEP, unfolded.room + 1)
        try:
            piece = decoder.decompress(left, step)
        except zlib.error as error:
            raise UnreadableBodyError(f"The gzip body is damaged: {error}.") from None
        unfolded.add(piece)
        is_full = len(piece) == step and not decoder.eof
        left = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    return unfolded.whole(decoder)


def _unzstd(body: bytes, limit: int, grow: Grow) -> bytes:
    unfolded = _Unfolded("zstd", limit, grow)
    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    decoder = frames.decompressobj()
    for start in range(0, len(body), _ZSTD_CHUNK):
        left = body[start : start + _ZSTD_CHUNK]
        while left:
            if decoder.eof:
                decoder = frames.decompressobj()
                unfolded.part()
            try:
                unfolded.make_room(_ZSTD_STEP)
                unfolded.add(decoder.decompress(left))
            except zstandard.ZstdError as error:
                raise UnreadableBodyError(f"The zstd body is damaged: {error}.") from None
            left = decoder.unused_data if decoder.eof else b""
    return unfolded.whole(decoder)


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...


class _Unfolded:
    """What came out so far, and how much more may."""

    def __init__(self, name: str, limit: int, grow: Grow) -> None:
        self.room = limit
        self._grow = grow
        self._size = self._held = 0
        self._name = name
        self._limit = limit
        self._parts = 1
        self._pieces: list[bytes] = []

    def make_room(self, most: int) -> None:
        """Before a step that may unfold to so many bytes."""
        if (more := self._size + most - self._held) > 0:
            self._grow(more)
            self._held += more

    def add(self, piece: bytes) -> None:
        self.room -= len(piece)
        self._size += len(piece)
        if self.room < 0:
            raise _too_large(self._limit)
        self._pieces.append(piece)

    def part(self) -> None:
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise UnreadableBodyError(f"The {self._name} body has more than {_PARTS_MAX:,} parts.")

    def whole(self, decoder: _Decoder) -> bytes:
        if not decoder.eof:
            raise UnreadableBodyError(f"The {self._name} body is truncated.")
        return b"".join(self._pieces)


def _too_large(limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"The body decodes to more than {limit:,} bytes.")
