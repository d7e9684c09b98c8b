"""Imports as bodies and answers show them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from callboard.clock import iso
from callboard.ingest.sources.guessing.accepted import Accepted
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.saved import type_of
from callboard.ingest.uploads.documents import Found, FoundRow, read_document
from callboard.store.importing import MAPPING_NAME_BYTES, SavedMapping
from callboard.store.interface import batch_id
from callboard.store.uploads import UPLOAD_BYTES_MAX, Upload

OPTION_TEXTS_MAX = 2_000
ANSWERS_MAX = 200
ANSWER_CHARACTERS = 4_000

# Printed and written into a command line: no control characters.
FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern="^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
MappingName = Annotated[str, Meta(min_length=1, max_length=MAPPING_NAME_BYTES)]
"""The store says which of these may name one: at most 64 bytes, printable."""
Texts = Annotated[list[str], Meta(max_length=OPTION_TEXTS_MAX)]
Pair = Annotated[list[str], Meta(min_length=2, max_length=2)]


class NewImport(Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is to be uploaded."""

    name: FileName
    size: Annotated[int, Meta(ge=1, le=UPLOAD_BYTES_MAX, description="Bytes of the whole file.")]
    type: Literal["call", "task"] = "call"
    """What a row is."""


class ImportOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How a file is read, as the options of `callboard import`. What is left out is guessed."""

    map: Texts | UnsetType = UNSET
    set: Texts | UnsetType = UNSET
    values: Texts | UnsetType = UNSET
    null: Texts | UnsetType = UNSET
    time_format: Texts | UnsetType = UNSET
    timezone: Texts | UnsetType = UNSET
    duration_unit: (
        Literal["seconds", "milliseconds", "microseconds", "minutes", "hours", "h:mm"] | UnsetType
    ) = UNSET
    decimal: Literal["point", "comma"] | UnsetType = UNSET
    when: Annotated[list[Pair], Meta(max_length=OPTION_TEXTS_MAX)] | UnsetType = UNSET
    """A condition, and the `field=value` that it gives."""
    leave_out: Texts | UnsetType = UNSET
    """Conditions for rows that are not imported."""
    id_from: Texts | UnsetType = UNSET
    legs: bool | UnsetType = UNSET
    encoding: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    separator: Annotated[str, Meta(min_length=1, max_length=1, pattern='^[^"\\r\\n\\x00]$')] | UnsetType = (
        UNSET
    )
    header: Texts | UnsetType = UNSET
    table: Annotated[str, Meta(min_length=1, max_length=256)] | UnsetType = UNSET
    """The table that is read of a dump of SQL."""
    accept: Annotated[list[Accepted], Meta(max_length=ANSWERS_MAX)] | UnsetType = UNSET
    """What is right about the file although it is asked about."""
    usual_length: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    """The usual talk time in seconds, which a file by a saved mapping must not be far from."""
    skip_lines: Annotated[int, Meta(ge=0, le=100_000)] | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Name → value of those that are given."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


class AnswerGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to a doubt, as the doubt has it; where its value holds `…`, with that filled in."""

    option: Annotated[str, Meta(max_length=64)]
    value: Annotated[str, Meta(max_length=ANSWER_CHARACTERS)]


class ReadRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is to be read."""

    options: ImportOptions = ImportOptions()
    answers: Annotated[list[AnswerGiven], Meta(max_length=ANSWERS_MAX)] = []
    """Answers to doubts, in their order; they are added to the options."""
    mapping: MappingName | None = None
    """Read it by this saved mapping instead of a guess; the options are beside it and override."""


class StartRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How the import is started."""

    options: ImportOptions | None = None
    """What the file was read by, `options` or `plan` of its state: an import is refused when another request
    had it read otherwise meanwhile. Left out: whatever it was read by last."""
    anyway: bool = False
    """Import although something is doubtful."""
    replace: bool = False
    """Replace what an earlier import read by other options, of this file or of the same saved mapping."""
    save_mapping: MappingName | None = None
    """Save how the file is read under this name, when it is imported."""


class ListedImport(Struct, frozen=True, kw_only=True):
    """One entry of a space's imports."""

    id: str
    name: str
    size: int
    type: str
    state: str
    created_at: str | None
    expires_at: str | None
    """It is deleted then, unless it is used before; what it imported stays."""
    rows_done: int
    """Rows of the file that the present work has come to; reading may pass a file several times."""
    rows_total: int | None
    """Rows of the file, once it is read."""
    batch_id: str | None
    message: str | None
    """Why it failed."""


class ImportItem(ListedImport, frozen=True, kw_only=True):
    """An import with all that is known of it."""

    part_bytes: int
    """Bytes of each part but the last."""
    parts: int
    """Parts of the whole file."""
    parts_kept: list[int]
    """Parts that have come; while it is uploading."""
    mapping: str | None = None
    """The saved mapping that the file was read by."""
    options: dict[str, Any] | None = None
    """The options that the file was read by, beside the mapping."""
    plan: dict[str, Any] | None = None
    """The same, completed by what was guessed: the import runs on these."""
    command: str | None = None
    """The command line that does the same."""
    columns: list[str] | None = None
    rows: list[FoundRow] | None = None
    """The first 20 rows, as they stand and as events."""
    doubts: list[Doubt] | None = None
    missing: list[str] | None = None
    """Fields that every event needs and no column seems to hold."""
    preview: dict[str, Any] | None = None
    """The numbers that the import would bring, of this file alone."""
    rejected: int | None = None
    """Rows that cannot be taken."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Lines that are no rows, by what they are."""
    mended: int = 0
    """Rows that were read in spite of quotes that are not doubled."""
    unknown_words: list[dict[str, Any]] = field(default_factory=list)
    """Words of closed lists that nobody knows, with the choices of what each may mean."""
    report: dict[str, Any] | None = None
    """What became of the rows, when it is done."""
    can_undo: bool = False
    withdrawn: bool = False
    """Nothing of what it imported counts any more: undone, or replaced by a later import of the file."""


class ListedMapping(Struct, frozen=True, kw_only=True):
    """One entry of an organization's saved mappings."""

    name: str
    version: int
    """Counts the changes of it, from 1."""
    type: str
    """What a row is of the files that it reads: `call` or `task`."""
    saved_at: str | None


class MappingItem(ListedMapping, frozen=True, kw_only=True):
    """A saved mapping with the options that it holds."""

    options: dict[str, Any]
    command: str | None
    """The command line that reads a file as it does; null when it has options that this version lacks."""


def listed_mapping(found: SavedMapping) -> ListedMapping:
    return ListedMapping(
        name=found.name, version=found.version, type=type_of(found.reading), saved_at=iso(found.saved_at)
    )


def listed_import(upload: Upload) -> ListedImport:
    return ListedImport(**_listed(upload, _found(upload)))


def import_item(upload: Upload, parts_kept: list[int], *, withdrawn: bool = False) -> ImportItem:
    found = _found(upload)
    told: dict[str, Any] = {}
    if found is not None:
        names = (
            "mapping",
            "options",
            "plan",
            "command",
            "columns",
            "rows",
            "doubts",
            "missing",
            "preview",
            "rejected",
        )
        told = {name: getattr(found, name) for name in (*names, "left_out", "mended", "unknown_words")}
    return ImportItem(
        **_listed(upload, found),
        part_bytes=upload.part_bytes,
        parts=upload.parts,
        parts_kept=parts_kept,
        report=_report(upload),
        can_undo=upload.batch_no is not None and upload.state in ("done", "failed") and not withdrawn,
        withdrawn=withdrawn,
        **told,
    )


def _listed(upload: Upload, found: Found | None) -> dict[str, Any]:
    report = _report(upload)
    total = report["received"] if report is not None else None if found is None else found.received
    return {
        "id": upload.upload_id,
        "name": upload.name,
        "size": upload.size,
        "type": upload.record_type,
        "state": upload.state,
        "created_at": iso(upload.created_at),
        "expires_at": iso(upload.expires_at),
        "rows_done": upload.row_count,
        "rows_total": total,
        "batch_id": None if upload.batch_no is None else batch_id(upload.batch_no),
        "message": upload.message,
    }


def _found(upload: Upload) -> Found | None:
    return None if upload.found is None else read_document(upload.found, Found)


def _report(upload: Upload) -> dict[str, Any] | None:
    return None if upload.report is None else read_document(upload.report, dict[str, Any])
