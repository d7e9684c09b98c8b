"""Whether the likeliest creation is that of the row: other times that lie before it, or days after it.

A heading alone does not tell. `created_at` is when the call was made in one file, and when the customer was
in another; `start_time` may be the answer, and `Arrival` beside it the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros
from callboard.ingest.sources.guessing.day_and_month import in_order_of_others
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.joined_times import are_days
from callboard.ingest.sources.guessing.time_sources import TimeSource, instants_of
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.words.table import words_of

Instants = Sequence[Micros | None]
_MOST: Final = 0.5
_NEARLY_ALL: Final = 0.9
_ROUNDING: Final = 3 * SECOND // 2
_QUARTER: Final = 15 * MINUTE
_LARGEST_OFFSET: Final = 15 * HOUR
_STEPS: Final = (DAY, HOUR, MINUTE)
_LONGEST_WAIT: Final = {"call": HOUR, "task": DAY}
"""From the creation to the start, in most rows."""
_SHOWN: Final = 3
_FEW: Final = 0.1
_SOME: Final = 0.25
_SEVERAL: Final = 4
_SKEW: Final = MINUTE
"""Between the clocks of two machines, at most."""
_CREATED: Final = re.compile(
    r"creat|creaz|cread|creac|cria[cçd]|\bcr[eé]{2}|erstell|entered|inserted", re.IGNORECASE
)
"""Headings of a record's creation, which may be that of the row in a database."""
_OF_A_CALL: Final = frozenset(
    ("start", "started", "begin", "began", "dial", "dialed", "dialled", "ring", "rang", "ringing", "called")
)
"""Words in headings of a call's own beginning, whatever else stands there."""
_OTHER_FIELDS: Final = (
    "end_time",
    "occurred_at",
    "call_id",
    "task_id",
    "source_number",
    "destination_number",
)


def confirmed_creation(draft: Draft, target: str, found: Sequence[TimeSource]) -> TimeSource | None:
    """The creation among its candidates, the likeliest first, with a doubt where other times contradict it.
    None where all candidates are of something else than the call or task.
    """
    first = found[0]
    if _is_of_another(draft, first) and not _may_be_own(draft, first):
        return None
    begins = at(draft, first)
    others = [*found[1:], *_unnamed(draft, found)]
    before = [each for each in others if _is_earlier(draft, first, begins, each, is_named=each in found)]
    if before:
        earlier = before[0]
        draft.doubt(
            "time",
            f"{first.source!r} lies after {earlier.source!r} of its row; {earlier.source!r} is taken as the "
            "creation",
            earlier.source,
            *(_made_at(target, each) for each in (*before[:_SHOWN], first)),
        )
        return earlier
    if draft.plan.options.record_type != "call":
        return first
    own = _calls_own(draft, found)
    after = [each for each in own if _is_before(draft, first, each)]
    far = after or [
        each
        for each in own
        if _is_long_after(draft, first, each)
        or _is_days_off(draft, begins, each)
        or _is_of_another_day(draft, first, each)
    ]
    if not far:
        return _doubt_one_moment(draft, target, first, begins, [*own, *_unnamed(draft, found)])
    starts = [each for each in far if _is_named_start(draft, each, found)]
    likely = next((each for each in starts if _is_as_filled(begins, at(draft, each))), first)
    ways = {each.source: each for each in (likely, first, *far[:_SHOWN])}
    said = (
        f"{first.source!r} lies after {far[0].source!r} in some rows: it may say when the row was written"
        if after
        else f"{first.source!r} and {far[0].source!r} are hours or days apart: one of them is not of the call"
    )
    draft.doubt(
        "time",
        f"{said}; {likely.source!r} is taken as the creation",
        likely.source,
        *(_made_at(target, each) for each in ways.values()),
    )
    return likely


def _doubt_one_moment(
    draft: Draft, target: str, first: TimeSource, begins: Instants, others: Sequence[TimeSource]
) -> TimeSource:
    """Doubt a creation that is the same in all rows: it is when the file was written, or read in."""
    known = [each for each in begins if each is not None]
    if len(known) < _SEVERAL or max(known) - min(known) >= SECOND:
        return first
    telling = [each for each in others if len(set(at(draft, each))) > 1]
    if not telling and "{" not in first.source and are_days(first.times, draft.sample.values(first.source)):
        return first  # the log of one day
    own = [each for each in telling if not _is_of_another(draft, each)]
    likely = next((each for each in own if _is_as_filled(begins, at(draft, each))), first)
    ways = {each.source: each for each in (likely, first, *telling[:_SHOWN])}
    draft.doubt(
        "time",
        f"{first.source!r} says one moment for all {len(known):,} rows: it may be when they were written; "
        f"{likely.source!r} is taken as the creation",
        likely.source,
        *(_made_at(target, each) for each in ways.values()),
    )
    return likely


def belongs_to_rows(draft: Draft, begins: Instants, found: TimeSource) -> bool:
    """Whether a time of something else than the call or task follows the creation of its row within a day."""
    if not _is_of_another(draft, found):
        return True
    gaps = [end - begin for begin, end in _pairs(begins, at(draft, found))]
    within = sum(-_ROUNDING <= gap <= DAY for gap in gaps)
    return bool(gaps) and within >= len(gaps) * _NEARLY_ALL and _differs(begins, at(draft, found))


def at(draft: Draft, found: TimeSource) -> Instants:
    """The instants of a source in the rows of the sample."""
    return instants_of(draft, found.source, found.times.formats[0], found.times.zone)


def _made_at(target: str, found: TimeSource) -> Answer:
    return Answer("--map", joined([f"{target}={found.source}"]), f"it was made at {found.source!r}")


def _is_of_another(draft: Draft, found: TimeSource) -> bool:
    return found.source in draft.of_others


def _may_be_own(draft: Draft, found: TimeSource) -> bool:
    """Whether a time of an object may all the same be that of the row: nothing else in the row says a time,
    or it goes before all that does.
    """
    own = list(_own_times(draft))
    begins = at(draft, found)
    later = {column for field in ("start_time", *_OTHER_FIELDS) for column in draft.candidates.get(field, [])}
    if any(each.source not in later for each in own):
        return False
    for each in own:
        gaps = [end - begin for begin, end in _pairs(begins, at(draft, each))]
        if not gaps or sum(-_ROUNDING <= gap <= DAY for gap in gaps) < len(gaps) * _NEARLY_ALL:
            return False
    return not own or all(_differs(at(draft, each), begins) for each in own)


def _own_times(draft: Draft) -> Iterator[TimeSource]:
    for column in draft.sample.columns:
        if column not in draft.of_others and (found := _time(draft, column)) is not None:
            yield found


def _unnamed(draft: Draft, found: Sequence[TimeSource], *, begins: bool = False) -> Iterator[TimeSource]:
    """The times under headings that no field knows, the longest before the creation first. `begins`: those
    under headings of a call's beginning, also where a field of another kind knows them: `dialed`.
    """
    named = {each.source for each in found}
    known = {column for field in _OTHER_FIELDS for column in draft.candidates.get(field, [])}
    for column in draft.sample.columns:
        is_open = _is_begin(column) if begins else column not in known
        if column not in named and is_open and (times := _time(draft, column)) is not None:
            yield times


def _time(draft: Draft, column: str) -> TimeSource | None:
    """A column of whole times that most rows have."""
    values = draft.sample.values(column)
    if len(values) <= len(draft.sample) * _MOST:
        return None
    times = time_column(values, draft.heading(column))
    if times is None or are_days(times, values):
        return None
    return TimeSource(column, in_order_of_others(draft, times))


def _is_earlier(
    draft: Draft, first: TimeSource, begins: Instants, other: TimeSource, *, is_named: bool
) -> bool:
    """Whether a column says of nearly each row a moment shortly before that of the likeliest creation, which
    may then be when the record was written, or the answer.
    """
    if other.is_absolute != first.is_absolute or other.source == first.source:
        return False
    is_planned = other.source in draft.candidates.get("scheduled_at", [])
    if (is_planned or _is_of_another(draft, other)) and not _is_start(draft, first):
        return False
    instants = at(draft, other)
    pairs = _pairs(begins, instants)
    if not is_named and len(pairs) <= len(draft.sample) * _MOST / 2:
        return False
    gaps = [begin - moment for begin, moment in pairs]
    step = _step(instants, gaps)
    before = [gap for gap in gaps if gap > max(_ROUNDING, step) and not _is_offset(gap)]
    share = _MOST if is_named else _NEARLY_ALL
    later = sum(gap < -_ROUNDING for gap in gaps)
    if len(before) <= len(gaps) * _MOST or later > len(gaps) * (1 - share):
        return False
    limit = DAY if is_named else _LONGEST_WAIT[draft.plan.options.record_type]
    if draft.plan.options.record_type == "task" and is_named and not _is_of_another(draft, other):
        return True
    if median(before) > (HOUR if is_planned else limit):
        return False
    # What is the same in many rows is of a batch or a campaign; tasks are queued in batches.
    return draft.plan.options.record_type == "task" or _differs(begins, instants)


def _is_start(draft: Draft, found: TimeSource) -> bool:
    if draft.plan.options.record_type == "call":
        return found.source in draft.candidates.get("start_time", [])
    return any(word in found.source.lower() for word in ("start", "begin"))


def _calls_own(draft: Draft, found: Sequence[TimeSource]) -> list[TimeSource]:
    """The other times that headings say of a call."""
    named = {each.source for each in found}
    columns = (*draft.open_candidates("start_time"), *draft.open_candidates("end_time"))
    more = [_time(draft, column) for column in dict.fromkeys(columns) if column not in named]
    # A number that was dialled may look like a Unix time.
    dialled = [
        each
        for each in _unnamed(draft, found, begins=True)
        if each.source not in columns and not each.times.formats[0].startswith("unix")
    ]
    rest = [*found[1:], *(each for each in more if each is not None), *dialled]
    return [each for each in rest if not _is_of_another(draft, each)]


def _is_named_start(draft: Draft, other: TimeSource, found: Sequence[TimeSource]) -> bool:
    """Whether a heading says that a call began then, or was answered; not that it ended."""
    return other in found or other.source in draft.candidates.get("start_time", []) or _is_begin(other.source)


def _is_begin(column: str) -> bool:
    return not _OF_A_CALL.isdisjoint(words_of(column.rpartition(".")[2]).split("_"))


def _is_before(draft: Draft, first: TimeSource, other: TimeSource) -> bool:
    """Whether calls began before the moment that a heading says they were created at, by more than clocks
    differ. Where the file says the zone of one alone, only what no zone explains counts.
    """
    if not _is_called_created(first):
        return False
    gaps = _gaps_beyond_steps(draft, other, first)
    return sum(gap > _SKEW for gap in gaps) > len(gaps) * _FEW


def _is_long_after(draft: Draft, first: TimeSource, other: TimeSource) -> bool:
    """Whether calls began later after the moment of their creation than dialling and queues take, or ended
    days after it, in more than single rows: then a customer or an order was created.
    """
    if not _is_called_created(first):
        return False
    longest = DAY if other.source in draft.candidates.get("end_time", []) else HOUR
    gaps = _gaps_beyond_steps(draft, first, other)
    return sum(gap > longest for gap in gaps) > len(gaps) * _SOME


def _is_of_another_day(draft: Draft, first: TimeSource, other: TimeSource) -> bool:
    """Whether calls began, were answered or ended more than a day after the moment of their creation, in more
    than single rows, whatever that is called: it is of a customer, a list or an order.
    """
    fields = ("start_time", "end_time")
    is_own = _is_begin(other.source) or any(other.source in draft.candidates.get(each, []) for each in fields)
    if not is_own or _is_called_created(other) or not _differs(at(draft, first), at(draft, other)):
        return False
    gaps = _gaps_beyond_steps(draft, first, other)
    return sum(gap > DAY for gap in gaps) > len(gaps) * _FEW


def _is_called_created(found: TimeSource) -> bool:
    return _CREATED.search(found.source.rpartition(".")[2]) is not None


def _gaps_beyond_steps(draft: Draft, one: TimeSource, other: TimeSource) -> list[Micros]:
    """How long after the one the other lies in each row; 0 where rounding or a zone explains the gap."""
    left, right = at(draft, one), at(draft, other)
    gaps = [b - a for a, b in _pairs(left, right)]
    step = max(_step(left, gaps), _step(right, gaps), _ROUNDING)
    is_of_one_zone = one.is_absolute == other.is_absolute
    return [
        gap
        if abs(gap) > (step if is_of_one_zone else step + _LARGEST_OFFSET) and not _is_offset(abs(gap))
        else 0
        for gap in gaps
    ]


def _is_days_off(draft: Draft, begins: Instants, other: TimeSource) -> bool:
    gaps = [abs(moment - begin) for begin, moment in _pairs(begins, at(draft, other))]
    return bool(gaps) and sum(gap > 2 * DAY for gap in gaps) >= len(gaps) * _NEARLY_ALL


def _is_as_filled(begins: Instants, others: Instants) -> bool:
    return len(_pairs(begins, others)) == sum(each is not None for each in begins)


def _pairs(one: Instants, other: Instants) -> list[tuple[Micros, Micros]]:
    return [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]


def _differs(begins: Instants, others: Instants) -> bool:
    """Whether the others are about as many moments as the creations of the same rows."""
    pairs = _pairs(begins, others)
    return len({b for _, b in pairs}) * 2 >= len({a for a, _ in pairs})


def _step(instants: Instants, gaps: Sequence[int]) -> int:
    """What the moments are cut to: a column of whole minutes lies before the exact one, by up to a minute."""
    known = [each for each in instants if each is not None]
    return next(
        (
            step
            for step in _STEPS
            if all(each % step == 0 for each in known) and any(gap * 2 > step for gap in gaps)
        ),
        0,
    )


def _is_offset(gap: int) -> bool:
    """Whether two times may be one moment in two zones."""
    return gap <= _LARGEST_OFFSET and min(gap % _QUARTER, -gap % _QUARTER) <= _ROUNDING
