"""Carry out what is to be done with one upload: read it, import it, or withdraw what it imported."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from callboard.clock import Clock
from callboard.errors import (
    CallerError,
    ImportCollisionError,
    InvalidInputError,
    NotFoundError,
    UploadChangedError,
)
from callboard.ingest.sources.compared_rows import ComparedRows
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.imported_before import other_space_doubt, same_calls_doubt
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.known_ids import known_ids_doubt
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.overlaps import NO_OVERLAPS, Overlaps, find_overlaps
from callboard.ingest.sources.plan import ImportPlan, open_rows, wanted_columns
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.running import wait_for_running, with_overlaps
from callboard.ingest.sources.saved import document_of, reading_of
from callboard.ingest.sources.targets import OneSpace
from callboard.ingest.uploads.assembly import assembled
from callboard.ingest.uploads.claiming import Owned, claimed
from callboard.ingest.uploads.collisions import collision
from callboard.ingest.uploads.documents import Found, Work, document, read_document
from callboard.ingest.uploads.reading import SHOWN_MESSAGE, place_of, plan_of, read_file
from callboard.store.importing import ImportBatch, Reading
from callboard.store.interface import Store, batch_id
from callboard.store.uploads import UploadState

COMMIT_ROWS: Final = 250
"""Rows in one commit of an import that runs beside a server: a live event waits for one commit at most."""
PAUSE_SHARE: Final = 0.5
"""The pause after a commit, as a share of the time that it took with its reading: live events go first."""
PAUSE_MAX_S: Final = 0.5
_READ_ROWS: Final = 1_000
"""Rows after which a guess reports its progress."""


def carry_out(store: Store, org_id: int, upload_id: str, clock: Clock) -> bool:
    """Do what is to be done with the upload. False when there is nothing to do, or another process does it.

    Raises `StoreError`; then the next process carries on.
    """
    upload = claimed(store, org_id, upload_id, clock)
    if upload is None:
        return False
    owned = Owned(store, org_id, upload, clock)
    assert upload.work is not None, "an upload in a state of work says which"
    work = read_document(upload.work, Work)
    try:
        with owned.heartbeat():
            after = _failing(owned, lambda: _WORK[work.does](owned, work))
        owned.save(
            lambda now: structs.replace(
                now, **after, owner=None, work=None, row_count=owned.rows, used_at=clock()
            )
        )
    except (UploadChangedError, NotFoundError):
        return False  # it was dropped, or another process has taken it over
    if owned.upload.state == "done":
        store.drop_parts(org_id, upload_id)
    return True


def _failing(owned: Owned, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the work changes in the record; where the file cannot be read or imported so, why."""
    try:
        return work()
    except UploadChangedError:
        raise
    except ImportCollisionError as error:
        # One that was begun after the question whether to replace it.
        batches = (owned.store.find_import(owned.org_id, each) for each in error.batches)
        found = read_document(owned.upload.found or "", Found)
        message = collision([each for each in batches if each is not None], found.reading)
    except CallerError as error:
        message = error.message
    except OSError as error:
        message = f"The file could not be kept for reading: {error.strerror}."
    if owned.store.find_upload(owned.org_id, owned.upload.upload_id) is None:
        raise NotFoundError("Import not found.")
    return _to("failed", message=message[:SHOWN_MESSAGE])


def _to(state: UploadState, **more: Any) -> dict[str, Any]:
    return {"state": state, "message": None, **more}


def _read(owned: Owned, work: Work) -> dict[str, Any]:
    def progress() -> None:
        owned.come_to(owned.rows + _READ_ROWS)

    with assembled(owned.store, owned.org_id, owned.upload) as path:
        found = read_file(owned.upload, work, path, owned.clock, progress)
        if not found.missing:
            plan = plan_of(owned.upload, structs.replace(work, options=found.plan), path)
            # Some of it holds for this file alone, and is in no plan that may be saved.
            accept = {*plan.accept, *work.options.get("accept", ())}
            plan = dataclasses.replace(plan, accept=tuple(sorted(accept)))
            overlaps = _overlaps(owned, work, plan, found.reading, "")
            found = structs.replace(found, overlapping=sorted(overlaps.rows))
            doubts = _of_known_calls(owned, work, plan, found.reading, is_new=not overlaps.rows)
            found = structs.replace(found, doubts=[*found.doubts, *doubts])
    owned.rows = found.received
    return _to("asking" if found.doubts else "ready", found=document(found))


def _import(owned: Owned, work: Work) -> dict[str, Any]:
    upload = owned.upload
    plan = plan_of(upload, work)
    if upload.batch_no is not None:
        record = owned.store.find_import(owned.org_id, upload.batch_no)
        if record is not None and record.finished_at is not None and record.withdrawn_at is None:
            # A process before this one ended between the end of the import and its note here.
            return _imported(owned, work, plan, _report_of(owned, record))
    with assembled(owned.store, owned.org_id, upload) as path:
        report = _run(owned, work, plan_of(upload, work, path), path)
    return _imported(owned, work, plan, report)


def _run(owned: Owned, work: Work, plan: ImportPlan, path: Path) -> ImportReport:
    space = owned.store.find_space(work.space_token)
    if space is None:
        raise NotFoundError("Space not found.")
    mapping = RowMapping(plan.options)
    giving_way = GivingWay()
    with (
        open_rows(plan, wanted_columns(plan, mapping), whole=mapping.reads_all) as (source, rows),
        RejectsFile(path.with_name("rejected"), rows.kind, rows.columns) as rejects,
    ):
        importer = Importer(rows, mapping, OneSpace(space), rejects, owned.clock, chunk_rows=COMMIT_ROWS)

        def progress() -> None:
            report = importer.report
            assert report is not None, "it has committed rows"
            owned.come_to(report.received)
            if owned.upload.batch_no != report.batch_no:
                owned.save(lambda now: structs.replace(now, batch_no=report.batch_no))
            giving_way.pause()

        label, reading = plan.label(source, owned.upload.name), reading_of(plan, source, place_of(work))

        def look() -> Overlaps:
            # A worker that waited for another import would leave other uploads undone.
            wait_for_running(owned.store, owned.org_id, reading, label)
            return _overlaps(owned, work, plan, reading, label)

        def run(overlaps: Overlaps) -> ImportReport:
            return importer.run(
                Destination(owned.store, owned.org_id),
                label,
                same_rows=True,
                progress=progress,
                reading=reading,
                replace=work.replace,
                overlaps=overlaps,
            )

        report = with_overlaps(look, run, again=True)
    owned.rows = report.received
    return report


def _overlaps(owned: Owned, work: Work, plan: ImportPlan, reading: Reading, label: str) -> Overlaps:
    space = owned.store.find_space(work.space_token)
    if space is None:
        return NO_OVERLAPS
    return find_overlaps(owned.store, owned.org_id, plan, OneSpace(space), reading, label, owned.clock)


def _of_known_calls(
    owned: Owned, work: Work, plan: ImportPlan, reading: Reading, *, is_new: bool
) -> list[Doubt]:
    """The doubts about calls that stand. `is_new`: no earlier import says something else of them."""
    space = owned.store.find_space(work.space_token)
    if space is None:
        return []
    compared = ComparedRows(owned.store, owned.org_id, plan, OneSpace(space), owned.clock)
    known = known_ids_doubt(compared) if is_new else None
    before = (other_space_doubt(compared, reading), same_calls_doubt(compared, reading))
    return [*([known] if known else []), *(each.plain() for each in before if each is not None)]


def _imported(owned: Owned, work: Work, plan: ImportPlan, report: ImportReport) -> dict[str, Any]:
    assert report.batch_no is not None, "it was no dry run"
    message = None
    if work.save_mapping is not None and not 0 < report.received == report.rejected:
        try:
            owned.store.save_mapping(owned.org_id, work.save_mapping, document_of(plan), owned.clock())
            report.saved_mapping, report.accepted = work.save_mapping, plan.accept
        except InvalidInputError as error:
            # There was room when it was started. The import stands.
            message = f"It is imported, but how it was read is not saved: {error.message}"
    # The file of rejected rows is gone with the copy of the file; reasons and lines are in the report.
    report.rejects = None
    told = report.as_json(plan.undo(batch_id(report.batch_no)))
    told["rejected_examples"] = {
        reason: {"line": line, "message": message} for reason, (line, message) in report.examples.items()
    }
    return {
        **_to("done", batch_no=report.batch_no, report=document(told), found=None),
        "message": message,
    }


def _report_of(owned: Owned, record: ImportBatch) -> ImportReport:
    """What the store knows of an import whose report was lost."""
    report = ImportReport(record.batch_no, received=record.position, earlier=record.position)
    report.applied, report.duplicate, report.stale = record.applied, record.duplicate, record.stale
    report.replaced = record.replaced
    replaced = [owned.store.find_import(owned.org_id, number) for number in record.replaces]
    report.replaces = tuple(each.batch_no for each in replaced if each and each.withdrawn_at is not None)
    if record.rejected:
        report.reasons["before_the_interruption"] = record.rejected
    return report


def _undo(owned: Owned, work: Work) -> dict[str, Any]:  # noqa: ARG001 - as the others
    assert owned.upload.batch_no is not None, "what was not imported is not withdrawn"
    owned.store.withdraw(owned.org_id, owned.upload.batch_no, owned.clock())
    return _to("undone")


_WORK: Final[Mapping[str, Callable[[Owned, Work], dict[str, Any]]]] = {
    "read": _read,
    "import": _import,
    "undo": _undo,
}


class GivingWay:
    """Pauses between the commits of an import, so that events that come live need not wait behind it."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def pause(self) -> None:
        """Wait for a share of the time since the last pause."""
        time.sleep(min(PAUSE_MAX_S, PAUSE_SHARE * (time.monotonic() - self._since)))
        self._since = time.monotonic()
