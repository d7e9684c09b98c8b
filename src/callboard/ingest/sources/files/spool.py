"""Standard input kept in a temporary file, so that it can be read more than once."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final

from callboard.ingest.sources.files.opening import reading_errors
from callboard.ingest.sources.files.records import UnreadableFileError

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan

MAX_SPOOLED_BYTES: Final = 8 << 30
"""Standard input is kept up to this size, as it comes (packed input is kept packed)."""
_PIECE_BYTES: Final = 1 << 20


@contextmanager
def spooled(plan: ImportPlan, *, needed: bool) -> Iterator[ImportPlan]:
    """The plan, reading a copy where its file is standard input and it has to be read more than once.

    Raises `UnreadableFileError` when the input is longer than `MAX_SPOOLED_BYTES`.
    """
    if not needed or plan.file != "-":
        yield plan
        return
    with tempfile.NamedTemporaryFile(prefix="callboard-import-") as copy:
        _copy(sys.stdin.buffer, copy)  # type: ignore[arg-type]
        yield replace(plan, spool=copy.name)


def _copy(source: BinaryIO, copy: BinaryIO) -> None:
    size = 0
    with reading_errors("standard input"):
        while piece := source.read(_PIECE_BYTES):
            size += len(piece)
            if size > MAX_SPOOLED_BYTES:
                raise UnreadableFileError(
                    f"Standard input is longer than {MAX_SPOOLED_BYTES >> 30} GiB; import it as a file"
                )
            copy.write(piece)
    copy.flush()
