"""The parts of an upload as one file in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from callboard.errors import CallerError, NotFoundError
from callboard.ingest.sources.files.opening import open_file, reading_errors
from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.store.interface import Store
from callboard.store.uploads import Upload

DECODED_BYTES_MAX: Final = 8 << 30
"""A packed file may decode to so many bytes: it is read as a stream, but each byte of it takes time."""
_PIECE_BYTES: Final = 1 << 20


@contextmanager
def assembled(store: Store, org_id: int, upload: Upload) -> Iterator[Path]:
    """The whole file, until the context ends. Raises `NotFoundError` when a part is not there, and
    `UnreadableFileError` for a packed file that is damaged or decodes to too much.
    """
    with TemporaryDirectory(prefix="callboard-import-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            for part in range(upload.parts):
                body = store.part_body(org_id, upload.upload_id, part)
                if body is None:
                    raise NotFoundError(f"Part {part} of the file is not there any more; upload it again.")
                file.write(body)
        try:
            check_decoded(path, upload.name)
            yield path
        except CallerError as error:
            # An error names the file that was uploaded, not its copy here.
            error.args = (error.message.replace(str(path), upload.name),)
            raise


def check_decoded(path: Path, name: str, most: int = DECODED_BYTES_MAX) -> None:
    """Raise `UnreadableFileError` for a file that decodes to more than `most` bytes, or is damaged."""
    with path.open("rb") as file, open_file(name, str(path)) as opened:
        if file.read(len(opened.head)) == opened.head:
            return  # not packed
        done = 0
        with reading_errors(name):
            while piece := opened.stream.read(_PIECE_BYTES):
                done += len(piece)
                if done > most:
                    raise _too_large(name, most)


def _too_large(name: str, most: int) -> UnreadableFileError:
    return UnreadableFileError(f"{name} decodes to more than {most >> 30} GiB; split it")
