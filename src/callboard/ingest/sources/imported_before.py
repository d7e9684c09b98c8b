"""Whether the organization holds already what a file says, though no id tells: it would count twice."""

from __future__ import annotations

from typing import Final

from callboard.clock import iso
from callboard.ingest.sources.guessing.accepted import Accepted
from callboard.ingest.sources.guessing.checks import accepting
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.plan import ImportPlan
from callboard.store.importing import ONE_SPACE, ImportBatch, Reading
from callboard.store.interface import Store, batch_id

OTHER_SPACE: Final[Accepted] = "other_space"


class Before(Doubt, frozen=True, kw_only=True):
    """A doubt about what an earlier import brought."""

    batch_no: int

    def plain(self) -> Doubt:
        """The doubt without the import, as an upload keeps it."""
        return Doubt(self.about, self.message, self.column, self.answers)


def other_space_doubt(store: Store, org_id: int, plan: ImportPlan, reading: Reading) -> Before | None:
    """The doubt about a file that was imported into another space: into the wrong one, it seems."""
    if OTHER_SPACE in plan.accept or reading.file_digest is None:
        return None
    every = store.earlier_imports(org_id, reading.record_type)
    found = [each for each in every if _is_elsewhere(each, reading)]
    # Who imported it here before has been asked.
    if not found or any(_is_of_file(each, reading) and not _is_elsewhere(each, reading) for each in every):
        return None
    last = found[-1]
    assert last.reading is not None, "it is of the same file"
    message = (
        f"this file was imported into another space before: {batch_id(last.batch_no)} ({last.label}, "
        f"{iso(last.received_at)}), {last.reading.place}. Imported here as well, each of its "
        f"{reading.record_type}s counts twice in the organization"
    )
    return Before("rows", message, None, (accepting(OTHER_SPACE),), batch_no=last.batch_no)


def _is_elsewhere(found: ImportBatch, reading: Reading) -> bool:
    """Whether an import brought the same file into another space alone."""
    return (
        found.reading is not None
        and _is_of_file(found, reading)
        and found.reading.place != reading.place
        and found.reading.place.startswith(ONE_SPACE)
        and reading.place.startswith(ONE_SPACE)
    )


def _is_of_file(found: ImportBatch, reading: Reading) -> bool:
    """Whether rows of the same file are there by an import, whole or in part."""
    return (
        found.reading is not None
        and found.withdrawn_at is None
        and found.position > 0
        and found.reading.file_digest == reading.file_digest
    )
