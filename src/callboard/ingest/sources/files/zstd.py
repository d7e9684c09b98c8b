"""A file packed with zstd, read as a stream whose end is checked."""

from __future__ import annotations

import io
from typing import Any, Final

import zstandard

_CHUNK: Final = 1_024
"""Packed bytes that are unpacked at once: they unpack to at most 32 MiB, a block of 128 KiB for 4 bytes."""


class ZstdFile(io.RawIOBase):
    """The unpacked bytes, of one frame or several. Raises `EOFError` where the last frame has no end, which
    the reader of the library takes for the end of the file.
    """

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        self._packed = packed
        self._frames = zstandard.ZstdDecompressor()
        self._frame = self._frames.decompressobj()
        self._is_open = True
        """Whether the frame is not at its end."""
        self._rest = b""
        """Packed bytes behind the end of a frame."""
        self._unpacked = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._unpacked:
            chunk = self._rest or self._packed.read(_CHUNK)
            self._rest = b""
            if not chunk:
                if self._is_open:
                    raise EOFError("the last frame has no end")
                return 0
            if not self._is_open:
                self._frame, self._is_open = self._frames.decompressobj(), True
            self._unpacked = memoryview(self._frame.decompress(chunk))
            if self._frame.eof:
                self._is_open, self._rest = False, self._frame.unused_data
        count = min(len(buffer), len(self._unpacked))
        buffer[:count] = self._unpacked[:count]
        self._unpacked = self._unpacked[count:]
        return count
