"""Read an uploaded file by the options that were given and a guess of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from callboard.clock import Clock
from callboard.ingest.sources.files.opening import open_file
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.guessing.fit import accepted_by
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.guessing.missing import missing_doubt
from callboard.ingest.sources.guessing.usual_length import with_usual
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.saved import document_of, reading_of, type_of, with_document
from callboard.ingest.uploads.documents import Found, FoundRow, Work
from callboard.ingest.uploads.known import read_known
from callboard.store.uploads import Upload

SHOWN_ROWS: Final = 20
SHOWN_COLUMNS: Final = 500
SHOWN_DOUBTS: Final = 100
SHOWN_CHARACTERS: Final = 200
"""Of a cell or an event's text, of the rows that are shown. What is imported is never shortened."""
SHOWN_MESSAGE: Final = 1_000


def plan_of(upload: Upload, work: Work, path: Path | None = None) -> ImportPlan:
    """The plan of an upload by the options of its work, and by its mapping. Raises `ImportOptionError`."""
    plan = ImportPlan(
        # A dash alone stands for standard input on the command line.
        file="./-" if upload.name == "-" else upload.name,
        handle=work.handle,
        space=work.space_token,
        options=MapOptions(record_type=upload.record_type),
        spool=None if path is None else str(path),
        mapping=work.series,
    )
    plan = with_document(plan, msgspec.json.encode(work.options).decode())
    if work.mapped is None:
        return plan
    check_type(upload, work.mapped)
    return with_document(plan, work.mapped, frozenset(work.options))


def check_type(upload: Upload, mapped: str) -> None:
    """Raise `ImportOptionError` for a mapping whose rows are of another type."""
    if (of := type_of(mapped)) != upload.record_type:
        raise ImportOptionError(f"This mapping reads {of}s; the upload was opened for {upload.record_type}s")


def place_of(work: Work) -> str:
    """Where the rows belong, as a store keeps it with an import."""
    return f"space {work.space_token}"


def read_file(
    upload: Upload, work: Work, path: Path, clock: Clock, progress: Callable[[], None] | None = None
) -> Found:
    """Read the whole file: by a saved mapping, or as a file of our own export, else by a guess of what the
    options leave open. Raises `UnreadableFileError`, `ImportOptionError`.
    """
    given = plan_of(upload, work, path)
    found = read_known(given, clock, progress) or _asked_for_missing(guess(given, clock, progress))
    with open_file(upload.name, str(path)) as opened:
        reading = reading_of(found.plan, opened, place_of(work))
    whole = found.whole
    return Found(
        options=work.options,
        plan=_options_of(found.plan),
        command=found.plan.command(),
        columns=[_short(each) or "" for each in found.columns[:SHOWN_COLUMNS]],
        rows=_rows(found),
        doubts=[_shown(each) for each in found.doubts[:SHOWN_DOUBTS]],
        missing=found.missing,
        preview=found.preview.as_json(),
        received=whole.received,
        rejected=whole.rejected_rows,
        left_out=dict(whole.left_out),
        mended=whole.mended,
        unknown_words=[each.as_json() for each in whole.unknown_words],
        reading=reading,
        mapping=work.mapping,
        accepting=list(accepted_by(found.plan, found.preview)),
        usual_length=with_usual(found.plan, found.preview).usual_length,
    )


def _options_of(plan: ImportPlan) -> dict[str, Any]:
    """The options of a plan, without the type of its rows, which an upload says."""
    options: dict[str, Any] = msgspec.json.decode(document_of(plan))
    options.pop("record_type", None)
    return options


def _asked_for_missing(found: Guess) -> Guess:
    """The guess with a doubt about each missing field that it has no question about."""
    asked = {answer.value.partition("=")[0] for doubt in found.doubts for answer in doubt.answers}
    of = found.plan.options.record_type
    found.doubts = [
        *(missing_doubt(each, of) for each in found.missing if each not in asked),
        *found.doubts,
    ]
    return found


def _shown(doubt: Doubt) -> Doubt:
    return msgspec.structs.replace(doubt, message=doubt.message[:SHOWN_MESSAGE])


def _rows(found: Guess) -> list[FoundRow]:
    mapping = None
    if not found.missing:
        mapping = RowMapping(found.plan.options)
    return [_row(each, found.columns[:SHOWN_COLUMNS], mapping) for each in found.sample[:SHOWN_ROWS]]


def _row(record: Record, columns: list[str], mapping: RowMapping | None) -> FoundRow:
    cells = [_short(record.row.get(each)) for each in columns]
    if record.problem is not None:
        return FoundRow(line=record.line, cells=cells, problem=record.problem.message[:SHOWN_MESSAGE])
    if mapping is None:
        return FoundRow(line=record.line, cells=cells)
    try:
        event = {name: _plain(value) for name, value in mapping.event(record.row).items() if name != "type"}
    except (RowError, ImportOptionError) as error:
        return FoundRow(line=record.line, cells=cells, problem=error.message[:SHOWN_MESSAGE])
    return FoundRow(line=record.line, cells=cells, event=event)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else _short(value)


def _short(value: Any) -> str | None:
    if value is None:
        return None
    # Undecodable bytes of the file are surrogates, which no answer can hold.
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
