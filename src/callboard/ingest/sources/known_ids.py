"""Compares rows with the calls that a store holds under their ids: an id that is given anew would make one
call of two.

Exports that number their rows count from 1 each time, and systems begin anew after a reset.
"""

from __future__ import annotations

import re
from typing import Final

from callboard.clock import HOUR, SECOND, Micros, iso
from callboard.ingest.sources.compared_rows import ComparedRow, ComparedRows
from callboard.ingest.sources.guessing.checks import accepting
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.mapping import assignments, joined
from callboard.ingest.sources.mapping.templates import place_of
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.saved import is_told_in_parts
from callboard.model.call import Call
from callboard.model.event import CallEvent

KIND: Final = "known_ids"
_ONE_CALL: Final = 4 * HOUR
"""Rows of one call lie closer together than this."""
_ONE_START: Final = 60 * SECOND
"""Two systems say the start of a call with this difference at most."""
_DIGITS: Final = 7
"""The last digits of a number, which every spelling of it has."""
_LEAST: Final = 0.1
"""The share of the rows of known ids that must contradict."""


def known_ids_doubt(rows: ComparedRows) -> Doubt | None:
    """The doubt about rows whose ids the store knows from other calls. Raises `ImportOptionError`."""
    plan = rows.plan
    if KIND in plan.accept or plan.options.record_type != "call" or plan.options.id_from:
        return None
    return next((found for part in rows.parts if (found := _doubt(rows, part)) is not None), None)


def _doubt(rows: ComparedRows, part: list[ComparedRow]) -> Doubt | None:
    plan = rows.plan
    in_parts = bool(plan.format) or is_told_in_parts(plan.options)
    known, others = 0, []
    for row in part:
        call = rows.known(row)
        if call is None or row.space_id is None or rows.is_own(row.space_id, call.call_id):
            continue
        known += 1
        why = _contradiction(row.event, call, in_parts=in_parts)
        if why is not None and not rows.stands(row):
            others.append((row.line, row.event.call_id, why))
    if not others or len(others) < known * _LEAST:
        return None
    line, call_id, why = others[0]
    message = (
        f"{len(others):,} of {known:,} compared rows whose ids are known say something else than the calls "
        f"of these ids, so each would change another call: {call_id!r} in line {line:,} {why}"
    )
    column, answers = _with_time(plan)
    return Doubt("id", message, column, (*answers, accepting(KIND)))


def _with_time(plan: ImportPlan) -> tuple[str | None, tuple[Answer, ...]]:
    """The column of the ids, and the answer that the times of the calls complete it."""
    mapped = assignments(plan.options.map, "--map")
    column, at = mapped.get("call_id"), mapped.get("creation_time")
    if column is None or at is None or "{" in column + at or "}" in column + at:
        return column, ()
    value = joined([f"call_id={place_of(column)}/{place_of(at)}"])
    return column, (Answer("--map", value, f"ids come again, and {at!r} tells their calls apart"),)


def _contradiction(event: CallEvent, call: Call, *, in_parts: bool) -> str | None:
    """What an event says that cannot be of the call; None if it can."""
    said, number = _start(event), _number(event, call)
    apart = None if said is None else abs(said - call.creation_time)
    if apart is not None and said is not None and apart > _ONE_CALL:
        return f"is of {iso(said)}, and the call of {iso(call.creation_time)}"
    if number is None or in_parts or (apart is not None and apart <= _ONE_START):
        return None
    return f"is of {number[0]}, and the call of {number[1]}"


def _start(event: CallEvent) -> Micros | None:
    for at in (event.creation_time, event.start_time, event.occurred_at):
        if isinstance(at, int):
            return at
    return None


def _number(event: CallEvent, call: Call) -> tuple[str, str] | None:
    """The first number of the event that is another than the call's."""
    for said, kept in (
        (event.destination_number, call.destination_number),
        (event.source_number, call.source_number),
    ):
        if isinstance(said, str) and said and kept and digits_of(said) != digits_of(kept):
            return said, kept
    return None


def digits_of(number: str) -> str:
    """What tells a number, however it is written."""
    return re.sub(r"\D", "", number)[-_DIGITS:] or number.casefold()
