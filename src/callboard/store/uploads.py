"""Files that are imported over HTTP: what a store keeps of an upload, and of the work on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol

from msgspec import Struct

from callboard.clock import DAY, Micros
from callboard.errors import InvalidInputError, NotFoundError, UploadChangedError, UploadsFullError
from callboard.store.importing import ImportOwner

UploadState = Literal[
    "uploading",
    "reading",
    "asking",
    "ready",
    "importing",
    "done",
    "failed",
    "undoing",
    "undone",
    "dropped",
]
WORKING: Final = frozenset({"reading", "importing", "undoing"})
"""States in which a process works on the upload, or is to."""
FINISHED: Final = frozenset({"done", "undoing", "undone"})
"""States in which the file is imported: its parts are no longer needed."""
DROPPED: Final = "dropped"
"""The state of an upload that is being deleted: nobody sees it any more."""

UPLOAD_BYTES_MAX: Final = 1 << 30
PART_BYTES: Final = 8 << 20
OPEN_UPLOADS_MAX: Final = 5
"""Uploads of an organization that are not finished. Their parts are kept: this bounds the room they take."""
FINISHED_UPLOADS_MAX: Final = 100
"""Finished uploads of an organization that are kept. Beyond it the oldest is forgotten, not its calls."""
UPLOAD_KEPT: Final[Micros] = DAY
"""How long an upload is kept after its last part or action, in microseconds."""


class Upload(Struct, frozen=True, kw_only=True):
    """A file that is uploaded in parts, and how far it is read and imported."""

    upload_id: str
    space_id: int
    name: str
    record_type: str
    size: int
    """Bytes of the whole file."""
    part_bytes: int
    """Bytes of each part but the last."""
    created_at: Micros
    used_at: Micros
    """The last part, action or heartbeat."""
    state: UploadState = "uploading"
    revision: int = 0
    """Counts the changes of the record, heartbeats aside: compare-and-set."""
    heartbeat: int = 0
    owner: ImportOwner | None = None
    """The process that works on it."""
    runs: int = 0
    """Processes that have begun its present work: more than one when one was killed."""
    row_count: int = 0
    """Rows of the file that the present work has come to."""
    batch_no: int | None = None
    """The batch that it was imported into."""
    work: str | None = None
    """What is to be done in a state of `WORKING`, and how, as a JSON document."""
    found: str | None = None
    """What reading the file found, as a JSON document."""
    report: str | None = None
    """The report of the import, as a JSON document. Stores do not look into these documents."""
    message: str | None = None
    """Why it failed."""

    @property
    def parts(self) -> int:
        """How many parts the whole file has."""
        return -(-self.size // self.part_bytes)

    @property
    def expires_at(self) -> Micros:
        return self.used_at + UPLOAD_KEPT

    def part_size(self, part: int) -> int:
        """The bytes of a part."""
        return min(self.part_bytes, self.size - part * self.part_bytes)


def check_room(kept: Sequence[Upload], now: Micros) -> None:
    """Raise `UploadsFullError` when no upload may be opened beside these of the organization. Those that are
    over take no place, also before they are deleted.
    """
    if sum(each.state not in FINISHED and not is_over(each, now) for each in kept) >= OPEN_UPLOADS_MAX:
        raise UploadsFullError


def check_part(upload: Upload, part: int, body: bytes) -> None:
    """Raise `InvalidInputError` unless the file has such a part, of this size."""
    if part >= upload.parts:
        raise InvalidInputError(
            f"There is no part {part}: the file has {upload.parts:,} parts, numbered from 0.",
            [("n", "is past the last part")],
        )
    if len(body) != upload.part_size(part):
        raise InvalidInputError(
            f"Part {part} has {upload.part_size(part):,} bytes, not {len(body):,}.",
            [("body", f"must have {upload.part_size(part):,} bytes")],
        )


def check_uploading(upload: Upload, before: bytes | None, body: bytes) -> None:
    """Raise `UploadChangedError` when a part would change after the file was read. The same bytes again are
    a request that was sent twice.
    """
    if upload.state != "uploading" and before != body:
        raise UploadChangedError(f"All parts of this file have come: it is {upload.state}.")


def check_revision(found: Upload | None, before: Upload) -> None:
    """Raise `UploadChangedError` when the record is not as it was read, `NotFoundError` when it is gone."""
    if found is None or found.state == DROPPED:
        raise NotFoundError("Import not found.")
    if found.revision != before.revision:
        raise UploadChangedError


def oldest_finished(kept: Sequence[Upload]) -> list[Upload]:
    """The finished uploads beyond `FINISHED_UPLOADS_MAX`, given all of an organization, newest first."""
    return [each for each in kept if each.state in FINISHED][FINISHED_UPLOADS_MAX:]


def is_over(upload: Upload, now: Micros) -> bool:
    """Whether an upload is to be deleted: unused for `UPLOAD_KEPT`, or its deletion was interrupted."""
    return upload.state == DROPPED or upload.expires_at <= now


class Uploads(Protocol):
    """What a store keeps of files that are uploaded. See `Store`."""

    def open_upload(self, org_id: int, upload: Upload) -> Upload:
        """Keep a new upload. Raises `UploadsFullError`, and `NotFoundError` without such an organization."""

    def put_part(self, org_id: int, upload_id: str, part: int, body: bytes, now: Micros) -> Upload:
        """Keep a part of the file; the same part again replaces it. Raises `NotFoundError`,
        `InvalidInputError` for a part that the file does not have or of another size, and
        `UploadChangedError` for other bytes once the file was read.
        """

    def upload_parts(self, org_id: int, upload_id: str) -> list[int]:
        """The numbers of the parts that are kept, in order."""

    def part_body(self, org_id: int, upload_id: str, part: int) -> bytes | None: ...

    def drop_parts(self, org_id: int, upload_id: str) -> None:
        """Delete the parts, one in each commit."""

    def uploads(self, org_id: int) -> list[Upload]:
        """All of an organization, newest first, those that are being deleted among them."""

    def find_upload(self, org_id: int, upload_id: str) -> Upload | None:
        """None also for one that is being deleted."""

    def save_upload(self, org_id: int, before: Upload, after: Upload) -> Upload:
        """Replace the record. Raises `UploadChangedError` when it was changed since `before` was read (also
        when `before` owned it and another process took it over), `NotFoundError` when it is gone.
        """

    def beat_upload(self, org_id: int, upload: Upload, row_count: int, now: Micros) -> None:
        """A sign of life of its owner, and how far it is. Does nothing if another process owns it."""

    def drop_upload(self, org_id: int, upload_id: str) -> None:
        """Delete an upload and its parts, in several short commits; from the first of them on it is gone for
        everybody. Interrupted, `purge_uploads` continues. What it imported stays.
        """

    def purge_uploads(self, org_id: int, now: Micros) -> int:
        """Delete the uploads that are over (`is_over`). Returns how many these were."""
