"""Choose the columns that say when a call or task was created, answered and ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.clock import HOUR, MINUTE, Micros
from callboard.ingest.sources.guessing.creation import at, belongs_to_rows, confirmed_creation
from callboard.ingest.sources.guessing.day_and_month import tell_day_from_month
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.joined_times import (
    are_days,
    is_called_clock,
    sources_of,
    with_clock,
)
from callboard.ingest.sources.guessing.time_sources import TimeSource, instants, instants_of
from callboard.ingest.sources.guessing.times import date_and_clock, time_column
from callboard.ingest.sources.guessing.twelve_hours import doubt_twelve_hours
from callboard.ingest.sources.guessing.zones import choose_zones
from callboard.ingest.sources.mapping import Template, joined
from callboard.ingest.sources.mapping.passing import is_of_change
from callboard.ingest.sources.mapping.templates import place_of

CALL_TIMES: Final = ("creation_time", "start_time", "end_time", "occurred_at")
TASK_TIMES: Final = ("created", "scheduled_at", "occurred_at")
_LARGEST_OFFSET: Final = 15 * HOUR
_QUARTER: Final = 15 * MINUTE
_MOST: Final = 0.5
_FEW: Final = 0.1


def choose_times(draft: Draft) -> None:
    """Choose the columns of all times, with format and zone."""
    targets = CALL_TIMES if draft.plan.options.record_type == "call" else TASK_TIMES
    sources: dict[str, TimeSource] = {}
    taken: set[str] = set()
    for target in targets:
        begins = at(draft, sources[targets[0]]) if targets[0] in sources else None
        found = _given(draft, target) if draft.is_settled(target) else _best(draft, target, taken, begins)
        if found is None or (target == "occurred_at" and not _may_be_change(draft, found, begins)):
            continue
        sources[target] = found
        taken |= set(Template(found.source).columns) if "{" in found.source else {found.source}
    first = targets[0]
    if first not in sources and not draft.is_settled(first):
        earliest = _earliest_unnamed(draft, taken)
        if earliest is not None:
            sources = {first: earliest, **sources}
        _doubt_creation(draft, first, earliest, bool(sources))
    for target, found in sources.items():
        draft.chosen.setdefault(target, found.source)
    last = sources.get("occurred_at")
    if last is not None and "{" not in last.source and "0" in draft.sample.words(last.source):
        draft.nulls["occurred_at"] = ["0"]  # the end of a task that is not over
    if first in sources and not draft.is_settled(first):
        _doubt_days(draft, sources[first])
        if not sources[first].is_absolute:
            doubt_twelve_hours(draft, first, sources[first])
    tell_day_from_month(draft, sources)
    choose_zones(draft, sources)
    _drop_contradicting(draft, sources)


def _may_be_change(draft: Draft, found: TimeSource, begins: Sequence[Micros | None] | None) -> bool:
    """Whether calls may be ordered by when their rows were changed: each was after its call was made. Tasks
    have other times as well that say how they stood.
    """
    if draft.plan.options.record_type == "task" or draft.is_settled("occurred_at"):
        return True
    if begins is None or not is_of_change(found.source):
        return False
    pairs = [each for each in zip(begins, at(draft, found), strict=True) if each[0] is not None]
    known = [(begin, changed) for begin, changed in pairs if begin is not None and changed is not None]
    return len(known) > len(pairs) * _MOST and all(changed >= begin for begin, changed in known)


def _earliest_unnamed(draft: Draft, taken: set[str]) -> TimeSource | None:
    """The column of the earliest times among those whose heading names no time that is known."""
    named = {each for target in CALL_TIMES + TASK_TIMES for each in draft.candidates.get(target, [])}
    found: list[tuple[bool, Micros, str, TimeSource]] = []
    for column in draft.sample.columns:
        values = draft.sample.values(column)
        if column in taken or column in named or len(values) <= len(draft.sample) * _MOST:
            continue
        times = time_column(values, draft.heading(column))
        if times is None:
            continue
        source = TimeSource(column, times)
        if are_days(times, values):
            source = with_clock(draft, column) or source
        read = [
            at for at in instants_of(draft, source.source, source.times.formats[0], None) if at is not None
        ]
        if read and not {"unix", "unix_ms", "unix_us"} & set(times.formats):
            found.append((column in draft.of_others, min(read), column, source))
    return min(found, key=lambda each: each[:3])[3] if found else None


def _doubt_creation(draft: Draft, target: str, found: TimeSource | None, has_others: bool) -> None:
    noun = draft.plan.options.record_type
    if found is not None:
        draft.doubt(
            "time",
            f"No heading says which time is the {noun}'s creation; {found.source!r} is taken, the earliest",
            found.source,
            Answer("--map", f"{target}={found.source}", f"the {noun} was made then"),
        )
    elif has_others:
        draft.doubt(
            "time",
            f"No column says when each {noun} was made; it counts at its earliest other time",
            None,
            Answer("--map", f"{target}=…", "that column"),
        )


def _doubt_days(draft: Draft, found: TimeSource) -> None:
    """Doubt days without a time of day beside a column that is called a time of day and is not read."""
    if "{" in found.source or not are_days(found.times, draft.sample.values(found.source)):
        return
    clock = next((each for each in draft.sample.columns if is_called_clock(draft, each)), None)
    if clock is not None:
        draft.doubt(
            "time",
            f"{found.source!r} holds days alone, and {clock!r} is not read: all count at midnight",
            found.source,
            Answer("--map", joined([f"creation_time={found.source}"]), "the day is enough"),
            Answer(
                "--map",
                joined([f"creation_time={place_of(found.source)} {place_of(clock)}"]),
                f"{clock!r} is the time of day",
            ),
        )


def _given(draft: Draft, target: str) -> TimeSource | None:
    source = draft.given.get(target)
    if source is None:
        return None
    if "{" in source:
        columns = Template(source).columns
        if len(columns) != 2:
            return None
        times = date_and_clock(draft.sample.values(columns[0]), draft.sample.values(columns[1]), columns[0])
    else:
        times = time_column(draft.sample.values(source), draft.heading(source), is_named=True)
    return None if times is None else TimeSource(source, times)


def _best(
    draft: Draft, target: str, taken: set[str], begins: Sequence[Micros | None] | None
) -> TimeSource | None:
    """The likeliest column of a time. A column that says its zone comes before one that shows the same
    moments without it. `begins`: when each row was created, if that is known.
    """
    found = [each for each in sources_of(draft, target) if each.source not in taken]
    if begins is not None:
        found = [each for each in found if belongs_to_rows(draft, begins, each)]
    if target == "start_time":
        found = [each for each in found if _is_answer(draft, each)]
    if not found:
        return None
    first = found[0]
    if target in (CALL_TIMES[0], TASK_TIMES[0]):
        confirmed = confirmed_creation(draft, target, found)
        if confirmed is not first:
            return confirmed
    if not first.is_absolute:
        for other in found[1:]:
            if other.is_absolute and _same_moments(draft, first, other):
                return other
    return first


def _is_answer(draft: Draft, found: TimeSource) -> bool:
    """Whether a column says when calls were answered. A heading such as `answer_time` says so itself;
    `start_time` does if calls of the file lack it, as nobody answered them.
    """
    made = draft.candidates.get("creation_time", [])
    if found.source in draft.candidates.get("start_time", []) and found.source not in made:
        return True
    cells = draft.sample.cells(found.source) if "{" not in found.source else []
    return any(cell is None for cell in cells) and any(cell is not None for cell in cells)


def _same_moments(draft: Draft, one: TimeSource, other: TimeSource) -> bool:
    """Whether two columns differ by nothing but the offset of a zone, in every row."""
    left = instants_of(draft, one.source, one.times.formats[0], one.times.zone)
    right = instants_of(draft, other.source, other.times.formats[0], other.times.zone)
    gaps = [a - b for a, b in zip(left, right, strict=True) if a is not None and b is not None]
    return bool(gaps) and all(abs(gap) <= _LARGEST_OFFSET and gap % _QUARTER == 0 for gap in gaps)


def _drop_contradicting(draft: Draft, sources: dict[str, TimeSource]) -> None:
    """Leave out an answer or an end before the creation: it is of another day, or by another clock."""
    created = instants(draft, "creation_time")
    for target in ("start_time", "end_time"):
        if target not in sources or draft.is_settled(target) or "creation_time" not in sources:
            continue
        if draft.is_left_out(target):
            continue
        pairs = [
            (begin, at)
            for begin, at in zip(created, instants(draft, target), strict=True)
            if begin is not None and at is not None
        ]
        before = sum(at < begin for begin, at in pairs)
        # The clock of an end, joined with the day of the beginning, is a day early after midnight.
        is_joined = "{" in draft.chosen[target]
        if before > len(pairs) * _FEW or (before and is_joined):
            if not is_joined:
                source = draft.chosen[target]
                draft.doubt(
                    "time",
                    f"{source!r} lies before {draft.chosen['creation_time']!r} in {before:,} "
                    f"of {len(pairs):,} rows; it is left out",
                    source,
                    Answer("--null", f"{target}:*", "it is left out"),
                    Answer("--map", joined([f"{target}={source}"]), "it is right all the same"),
                )
            for table in (draft.chosen, draft.formats, draft.zones, draft.rivals):
                table.pop(target, None)
