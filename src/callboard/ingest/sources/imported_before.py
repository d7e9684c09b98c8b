"""Whether the organization holds already what a file says, though no id tells: it would count twice."""

from __future__ import annotations

from typing import Final

from callboard.clock import iso
from callboard.ingest.sources.alike_calls import Alike, compare
from callboard.ingest.sources.compared_rows import ComparedRows
from callboard.ingest.sources.guessing.accepted import Accepted
from callboard.ingest.sources.guessing.checks import accepting
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.store.importing import ONE_SPACE, ImportBatch, Reading, contradicts
from callboard.store.interface import Store, batch_id

OTHER_SPACE: Final[Accepted] = "other_space"
SAME_CALLS: Final[Accepted] = "same_calls"


class Before(Doubt, frozen=True, kw_only=True):
    """A doubt about what stands already."""

    batch_no: int | None
    """The import that brought it; None where it came by events or hooks."""

    def plain(self) -> Doubt:
        """The doubt without the import, as an upload keeps it."""
        return Doubt(self.about, self.message, self.column, self.answers)


def other_space_doubt(rows: ComparedRows, reading: Reading) -> Before | None:
    """The doubt about a file that was imported into another space, or whose calls stand in one: it is the
    wrong one, it seems. Raises `ImportOptionError`.
    """
    plan = rows.plan
    if OTHER_SPACE in plan.accept or reading.file_digest is None:
        return None
    every = rows.store.earlier_imports(rows.org_id, reading.record_type)
    if (found := _of_the_file(every, reading)) is not None:
        return found
    # One of the same file, by another say which space a row belongs to, is replaced as a whole, or refused.
    if plan.options.record_type != "call" or any(contradicts(each, reading) for each in every):
        return None
    return _of_its_calls(rows, every)


def _of_the_file(every: list[ImportBatch], reading: Reading) -> Before | None:
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


def _of_its_calls(rows: ComparedRows, every: list[ImportBatch]) -> Before | None:
    compared = next((each for each in compare(rows) if each.elsewhere), None)
    if compared is None:
        return None
    store, org_id, first = rows.store, rows.org_id, compared.elsewhere[0]
    tokens = {each.id: each.token for each in store.spaces(org_id)}
    found, how = _brought(store, org_id, first, every)
    message = (
        f"{len(compared.elsewhere):,} of {compared.rows:,} compared rows say calls that another space "
        f"holds, {ONE_SPACE}{tokens[first.space_id]}, by {how}. Imported here as well, each counts twice "
        f"in the organization: {first.event.call_id!r} in line {first.line:,}"
    )
    return Before("rows", message, None, (accepting(OTHER_SPACE),), batch_no=found)


def same_calls_doubt(rows: ComparedRows, reading: Reading) -> Before | None:
    """The doubt about rows that say calls which the space holds under other ids. Raises `ImportOptionError`.

    A platform's own export has the platform's ids, by which calls and their legs are told apart.
    """
    plan = rows.plan
    if SAME_CALLS in plan.accept or plan.options.record_type != "call" or plan.format is not None:
        return None
    every = rows.store.earlier_imports(rows.org_id, "call")
    # One of the same file is replaced as a whole, or refused.
    if any(contradicts(each, reading) for each in every):
        return None
    compared = next((each for each in compare(rows) if each.here), None)
    if compared is None:
        return None
    first = compared.here[0]
    found, how = _brought(rows.store, rows.org_id, first, every)
    message = (
        f"{len(compared.here):,} of {compared.rows:,} compared rows say the start, numbers and talk time of "
        f"calls that the space holds under other ids, by {how}, so each would count twice: "
        f"{first.event.call_id!r} in line {first.line:,} and {first.call.call_id!r}"
    )
    return Before("id", message, None, (accepting(SAME_CALLS),), batch_no=found)


def _brought(store: Store, org_id: int, alike: Alike, every: list[ImportBatch]) -> tuple[int | None, str]:
    """The last import that brought a call, and what brought it, in words."""
    batches = {each.batch_no for each in store.call_entries(org_id, alike.space_id, alike.call.call_id)}
    found = next((each for each in reversed(every) if each.batch_no in batches), None)
    if found is None:
        return None, "events or hooks"
    return found.batch_no, f"{batch_id(found.batch_no)} ({found.label})"
