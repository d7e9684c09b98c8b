"""Whether rows that share an id are events of one call: what its columns say for it and against it.

`Answered` and `No Answer` are events of a call in one log, and how two calls ended in another whose ids come
again every day. So ids and words alone do not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from callboard.clock import HOUR, Micros
from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.length_readings import read
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.mapping import Template
from callboard.ingest.sources.mapping.templates import place_of

LIVE: Final = frozenset({"queued", "ringing", "in_progress"})
ENDS: Final = frozenset({"over", "completed", "missed", "failed"})
_SEVERAL: Final = 0.5
_NEARLY_ALL: Final = 0.8
_FEW: Final = 0.1
_LONGEST: Final = 4 * HOUR


class _Event(NamedTuple):
    at: Micros
    kind: str


def shared_id(draft: Draft) -> tuple[str, list[str]] | None:
    """The source of the id that rows share, and the id of each row; None where no rows share one, or where
    the options say that each row is a call or a leg.
    """
    options = draft.plan.options
    given = draft.given.get("call_id")
    if options.id_from or options.legs or (draft.is_settled("call_id") and given is None):
        return None
    for source in [given] if given else draft.open_candidates("call_id"):
        ids = _ids(draft, source)
        filled = [each for each in ids if each]
        if len(set(filled)) < len(filled):
            return source, ids
    return None


def are_events(
    draft: Draft, ids: Sequence[str], at: Sequence[Micros | None], kinds: Sequence[str | None]
) -> bool:
    """Whether the rows of most ids run from a beginning to an end in the time that a call takes, and neither
    their lengths nor their numbers say that each is a call.
    """
    rows_of: dict[str, list[_Event]] = {}
    for call, moment, kind in zip(ids, at, kinds, strict=True):
        if call and moment is not None and kind:
            rows_of.setdefault(call, []).append(_Event(moment, kind))
    courses = [rows for rows in rows_of.values() if len({row.kind for row in rows}) > 1]
    whole = sum(map(_is_course, courses))
    return (
        len(courses) > len(rows_of) * _SEVERAL
        and whole >= len(courses) * _NEARLY_ALL
        and not _have_own_lengths(draft, kinds)
        and not _have_own_callers(draft, ids)
    )


def _ids(draft: Draft, source: str) -> list[str]:
    template = Template(source if "{" in source else place_of(source)).reader(whole=False)
    found = []
    for record in draft.sample.records:
        try:
            found.append(str(template(record.row) or ""))
        except RowError:
            found.append("")
    return found


def _is_course(rows: Sequence[_Event]) -> bool:
    """Whether these are the events of one call: its end comes last, and within hours, unless it waited."""
    lives = [row.at for row in rows if row.kind in LIVE]
    ends = [row.at for row in rows if row.kind in ENDS]
    begun = [row.at for row in rows if row.kind != "queued"]
    return bool(lives and ends) and max(ends) >= max(lives) and max(begun) - min(begun) <= _LONGEST


def _have_own_lengths(draft: Draft, kinds: Sequence[str | None]) -> bool:
    """Whether rows that say that somebody answered hold a length, which no event knows before the end, and
    the others hold none.
    """
    for column in draft.open_candidates("call_duration"):
        found = length_column(draft.sample.values(column), draft.heading(column))
        if found is None:
            continue
        lengths = read(draft, column, found.unit or "seconds", found.decimals[0]).seconds
        up = [bool(each) for each, kind in zip(lengths, kinds, strict=True) if kind == "in_progress"]
        over = [bool(each) for each, kind in zip(lengths, kinds, strict=True) if kind in ENDS]
        if up and sum(up) > len(up) * _SEVERAL and sum(over) <= len(over) * _FEW:
            return True
    return False


def _have_own_callers(draft: Draft, ids: Sequence[str]) -> bool:
    """Whether the rows of most ids that come again say different numbers of the caller."""
    for column in draft.open_candidates("source_number")[:1]:
        callers: dict[str, list[str]] = {}
        for call, caller in zip(ids, draft.sample.texts(column), strict=True):
            if call and caller:
                callers.setdefault(call, []).append(caller)
        several = [each for each in callers.values() if len(each) > 1]
        return sum(len(set(each)) > 1 for each in several) > len(several) * _SEVERAL
    return False
