"""Open a file or standard input, and decompress it. The first bytes decide the format, never the name."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.sources.files.zstd import ZstdFile

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
PARQUET = b"PAR1"
_PEEK = 64 * 1024
_MARKUP = re.compile(rb"\s*<(?:!doctype html|html|head|body|meta|table|\?xml)\b", re.IGNORECASE)
_FOREIGN = {
    b"PK\x03\x04": "a workbook or zip archive: save the sheet as CSV, or unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV first",
    b"BZh": "packed with bzip2: unpack it first (bunzip2)",
    b"\xfd7zXZ": "packed with xz: unpack it first (unxz)",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a recording or a picture",
    b"ID3": "a recording",
    b"7z\xbc\xaf": "packed with 7-Zip: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
}


class CountedFile(io.RawIOBase):
    """Counts the bytes read, before decompression, for the progress bar."""

    def __init__(self, inner: io.RawIOBase | BinaryIO) -> None:
        self._inner = inner
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        count = cast(io.RawIOBase, self._inner).readinto(buffer) or 0
        self.done += count
        return count


@dataclass
class Opened:
    """An open file, decompressed as it is read."""

    stream: io.BufferedReader
    head: bytes
    """The first bytes, decompressed; `stream` still begins with them."""
    name: str
    size: int | None
    """Bytes on disk; None for a pipe."""
    done: Callable[[], int]
    """Bytes read from disk so far."""
    rewindable: bool
    """Whether `digest` covers the whole file, so that an equal digest means equal rows."""
    find_digest: Callable[[], str]
    find_content_digest: Callable[[], str]

    @cached_property
    def content_digest(self) -> str:
        """SHA-256 of the whole file unpacked: the same for a file and its packed copy."""
        return self.find_content_digest()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole file as it is on disk; of a pipe, only of its first bytes."""
        return self.find_digest()


@contextmanager
def open_file(file: str, copy: str | None = None) -> Iterator[Opened]:
    """Open a file, or standard input for `-`. Decompresses gzip and zstd. Raises `UnreadableFileError`.

    `copy`: the file that holds what standard input brought.
    """
    path = copy or file
    try:
        raw = cast(BinaryIO, sys.stdin.buffer) if path == "-" else Path(path).open("rb", buffering=0)  # noqa: SIM115
    except OSError as error:
        raise UnreadableFileError(f"{path}: {error.strerror}") from error
    try:
        yield _opened(path, raw, "standard input" if file == "-" else Path(file).name)
    finally:
        if path != "-":
            raw.close()


def _opened(path: str, raw: BinaryIO, name: str) -> Opened:
    counted = CountedFile(raw)
    packed = io.BufferedReader(counted, buffer_size=_PEEK)
    head = packed.peek(_PEEK)
    rewindable = path != "-" and Path(path).is_file()  # a path can also name a pipe, as /dev/fd/63 does
    stream = _unpacked(packed, head)
    with reading_errors(path):
        unpacked_head = stream.peek(_PEEK)
    if stream is not packed and unpacked_head.startswith((GZIP, ZSTD)):
        raise UnreadableFileError(f"{path} is packed twice: unpack it once, and import what comes out")
    _reject_unknown(path, unpacked_head)
    return Opened(
        stream=stream,
        head=unpacked_head,
        name=name,
        size=Path(path).stat().st_size if rewindable else None,
        done=lambda: counted.done,
        rewindable=rewindable,
        find_digest=lambda: _digest_of(path) if rewindable else hashlib.sha256(head).hexdigest(),
        find_content_digest=lambda: _content_digest_of(path),
    )


def _unpacked(packed: io.BufferedReader[Any], head: bytes) -> io.BufferedReader:
    if head.startswith(GZIP):
        return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=packed)), buffer_size=_PEEK)
    if head.startswith(ZSTD):
        return io.BufferedReader(ZstdFile(packed), buffer_size=_PEEK)
    return packed


@contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Turn the errors of reading a damaged or truncated file into `UnreadableFileError`."""
    try:
        yield
    except READING_FAULTS as error:
        raise broken_off(name, error) from error


READING_FAULTS = (EOFError, OSError, zlib.error, zstandard.ZstdError)
"""The exceptions that reading and decompressing a file can raise."""


def broken_off(name: str, error: Exception) -> UnreadableFileError:
    """The error to show for one of the `READING_FAULTS`."""
    if isinstance(error, EOFError):
        return UnreadableFileError(f"{name}: the compressed file is cut off: its end is missing")
    if isinstance(error, gzip.BadGzipFile | zlib.error | zstandard.ZstdError):
        return UnreadableFileError(f"{name}: the compressed file is damaged ({error})")
    return UnreadableFileError(f"{name}: {getattr(error, 'strerror', None) or error}")


def _reject_unknown(path: str, head: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFileError(f"{path} is {what}")
    # Pages of tables are often named like a workbook.
    if found := _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        what = "an XML document" if b"xml" in found[0].lower() else "an HTML page"
        raise UnreadableFileError(f"{path} is {what}: open it in a spreadsheet and save the table as CSV")


def _digest_of(path: str) -> str:
    with Path(path).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _content_digest_of(path: str) -> str:
    with Path(path).open("rb") as source:
        packed = io.BufferedReader(cast(io.RawIOBase, source), buffer_size=_PEEK)
        stream = _unpacked(packed, packed.peek(_PEEK))
        digest = hashlib.sha256()
        # Of a file that is cut off, what can be read: the import says so when it comes to the end.
        with suppress(*READING_FAULTS):
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()


@contextmanager
def seekable(opened: Opened) -> Iterator[BinaryIO]:
    """A temporary copy of the content that supports seeking: the index of a Parquet file is at its end."""
    with tempfile.TemporaryFile() as copy:
        with reading_errors(opened.name):
            shutil.copyfileobj(opened.stream, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)
