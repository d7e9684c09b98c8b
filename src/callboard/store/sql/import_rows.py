"""Commits the next rows of an import together with the position after them: all of it or nothing."""

from __future__ import annotations

from collections import Counter

from callboard.store.importing import check_step
from callboard.store.interface import ImportStep, Receipt
from callboard.store.questions import NO_SPACE
from callboard.store.sql.database import Database
from callboard.store.sql.imports import advance_import, need_import
from callboard.store.sql.ingestion import Ingestion
from callboard.store.sql.replacing import Replacing
from callboard.store.sql.save import read_clock, write_clock


def import_rows(db: Database, step: ImportStep) -> list[Receipt]:
    """See `Store.import_rows`."""
    # The lock first: owner and position cannot change between this check and the commit.
    clock = read_clock(db, step.org_id)
    found = need_import(db, step.org_id, step.batch_no)
    check_step(found, step.owner, step.from_row)
    batches = list(step.batches)
    if batches:
        ingestion = Ingestion(db, step.owner, Replacing.of(db, step.org_id, found))
        receipts = _all(ingestion.run(batches))
    else:
        # No batch: nothing else would write the clock, and with it the new version.
        receipts = []
        write_clock(db, clock)
    _count_unplaced(db, step)
    advance_import(db, found, step.org_id, step.from_row, step.to_row, len(step.without_space))
    return receipts


def _all(results: list[Receipt | Exception]) -> list[Receipt]:
    """The receipts. Raises the first failure, which rolls back all batches: a part of them with the position
    of all would lose rows.
    """
    receipts = []
    for result in results:
        if isinstance(result, Exception):
            raise result
        receipts.append(result)
    return receipts


def _count_unplaced(db: Database, step: ImportStep) -> None:
    """Count the rejected rows that name no space."""
    reasons = Counter(each.reason for each in step.without_space)
    rows = [
        (step.org_id, NO_SPACE, "rejected", reason, many, step.received_at)
        for reason, many in sorted(reasons.items())
    ]
    if rows:
        db.change_many("outcome.add", rows)
