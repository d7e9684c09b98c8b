"""The formats of exports, by the words that choose them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from msgspec import Struct

JSON = "json"


class Format(Struct, frozen=True):
    """One export format."""

    word: str
    """Its name in a query or on the command line, and the extension of the file."""
    media: str
    """The media type in an `Accept` header."""
    content_type: str
    """The `Content-Type` of the answer."""


FORMATS = {
    each.word: each
    for each in (
        Format("csv", "text/csv", "text/csv; charset=utf-8; header=present"),
        Format("ndjson", "application/x-ndjson", "application/x-ndjson"),
        Format("parquet", "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    )
}
BY_MEDIA = {each.media: each for each in FORMATS.values()}


def is_installed(wanted: Format) -> bool:
    """Whether this installation can write a format: Parquet is an extra."""
    return wanted.word != "parquet" or find_spec("pyarrow") is not None


class Encoder(Protocol):
    """Encodes the rows of one list as a file, piece by piece."""

    row_bytes: float
    """About how many bytes a row of the last piece took; sets how many rows are read next."""

    def begin(self) -> bytes:
        """The bytes before the first row."""

    def rows(self, rows: Sequence[Any]) -> bytes:
        """Encode some rows and return the bytes that can be written now; may be empty."""

    def end(self) -> bytes:
        """The remaining bytes, with those after the last row."""
