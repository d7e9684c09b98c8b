"""Whether the organization holds already what a file says, though no id tells: it would count twice."""

from __future__ import annotations

from typing import Final

from callboard.clock import Clock, iso
from callboard.ingest.sources.guessing.accepted import Accepted
from callboard.ingest.sources.guessing.checks import accepting
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.known_ids import sample_events
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.targets import Target
from callboard.model.call import Call
from callboard.model.event import CallEvent
from callboard.store.importing import ONE_SPACE, ImportBatch, Reading, contradicts
from callboard.store.interface import Store, batch_id
from callboard.store.questions import CallFilter, Scope, Window

OTHER_SPACE: Final[Accepted] = "other_space"
SAME_CALLS: Final[Accepted] = "same_calls"
_FEW: Final = 0.1
"""The share of new rows that are calls of other ids, by a number as well."""
_MOST: Final = 0.5
"""The same by start and talk time alone."""
_ALIKE: Final = 20
"""Calls of one moment that a row is compared with."""


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


def same_calls_doubt(
    store: Store, org_id: int, plan: ImportPlan, target: Target, reading: Reading, clock: Clock
) -> Before | None:
    """The doubt about rows that say calls which the space holds under other ids, by an earlier import that
    read otherwise. `target` must create no space. Raises `ImportOptionError`.
    """
    if SAME_CALLS in plan.accept or plan.options.record_type != "call":
        return None
    every = store.earlier_imports(org_id, "call")
    # One of the same file is replaced as a whole, or refused.
    if any(contradicts(each, reading) for each in every) or not any(
        each.reading is not None and each.reading.options_digest != reading.options_digest for each in every
    ):
        return None
    some = list(sample_events(plan, target, clock))
    own = {event.call_id for _, _, event in some}
    new = [each for each in some if store.call(org_id, each[1], each[2].call_id) is None]
    same = {
        call.call_id: (record.line, space_id, event, call)
        for record, space_id, event in new
        for call in _calls_like(store, org_id, space_id, event)
        if call.call_id not in own
    }
    numbered = sum(_is_one_number(event, call) for _, _, event, call in same.values())
    lengths = {call.duration_ms for _, _, _, call in same.values() if call.duration_ms}
    is_likely = numbered >= len(new) * _FEW or (len(lengths) > 1 and len(same) >= len(new) * _MOST)
    if not same or not is_likely:
        return None
    line, space_id, event, call = next(iter(same.values()))
    batches = {each.batch_no for each in store.call_entries(org_id, space_id, call.call_id)}
    found = next((each for each in reversed(every) if each.batch_no in batches), None)
    if found is None:
        return None
    message = (
        f"{len(same):,} of {len(some):,} compared rows say the start, numbers and talk time of calls that "
        f"the space holds under other ids, by {batch_id(found.batch_no)} ({found.label}), so each "
        f"would count twice: {event.call_id!r} in line {line:,} and {call.call_id!r}"
    )
    return Before("id", message, None, (accepting(SAME_CALLS),), batch_no=found.batch_no)


def _calls_like(store: Store, org_id: int, space_id: int, event: CallEvent) -> list[Call]:
    """Calls that began at the very moment of an event and of which it says nothing else."""
    at = event.creation_time
    if not isinstance(at, int):
        return []
    found = store.calls(Scope(org_id, space_id), CallFilter(start=at, end=at + 1), Window(limit=_ALIKE))
    return [each.call for each in found if _is_alike(event, each.call)]


def _is_alike(event: CallEvent, call: Call) -> bool:
    pairs = (
        (event.duration_ms, call.duration_ms),
        (event.source_number, call.source_number),
        (event.destination_number, call.destination_number),
    )
    return not any(said and kept and said != kept for said, kept in pairs)


def _is_one_number(event: CallEvent, call: Call) -> bool:
    return any(
        said and said == kept
        for said, kept in (
            (event.source_number, call.source_number),
            (event.destination_number, call.destination_number),
        )
    )
