"""The formats of exports, by the words they are asked for with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

JSON = "json"


class Format(Struct, frozen=True):
    """One format."""

    word: str
    media: str
    content_type: str
    """As it is sent."""


FORMATS = {
    each.word: each
    for each in (
        Format("csv", "text/csv", "text/csv; charset=utf-8; header=present"),
        Format("ndjson", "application/x-ndjson", "application/x-ndjson"),
        Format("parquet", "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    )
}
BY_MEDIA = {each.media: each for each in FORMATS.values()}


class Encoder(Protocol):
    """Turns the rows of one list into a file, piece by piece."""

    row_bytes: float
    """How much memory a row lately took, about."""

    def begin(self) -> bytes:
        """What stands before the first row."""

    def rows(self, rows: Sequence[Any]) -> bytes:
        """Some rows more; what of them can be written now."""

    def end(self) -> bytes:
        """The rest, and what stands behind the last row."""
