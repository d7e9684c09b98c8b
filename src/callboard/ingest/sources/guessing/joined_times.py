"""Times that stand in several columns: a day, a clock, AM or PM, a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.day_and_month import in_order_of_others
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading, is_an_id
from callboard.ingest.sources.guessing.serial_days import since_its_day
from callboard.ingest.sources.guessing.short_clocks import are_hours_of_day, are_lengths, is_called_length
from callboard.ingest.sources.guessing.time_sources import TimeSource
from callboard.ingest.sources.guessing.times import TimeColumn, date_and_clock, time_column
from callboard.ingest.sources.mapping import Template
from callboard.ingest.sources.mapping.templates import place_of
from callboard.ingest.sources.words.columns import CLOCKS, DAYS
from callboard.ingest.sources.words.table import words_of

_ZONE_HEADINGS: Final = frozenset(
    ("time_zone", "timezone", "tz", "zone", "utc_offset", "gmt_offset", "offset", "tz_offset",
     "time_zone_offset", "timezone_offset", "utc_offset_minutes", "offset_minutes", "tz_offset_minutes",
     "zeitzone", "zona_horaria", "fuseau_horaire", "fuso_horario", "fuso_orario")
)  # fmt: skip
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?:\s*[ap]\.?\s?(?:m\.?)?|\s*(?:uhr|h|hrs?|o'clock)\.?)?"
    r"|\d{1,2}h\d\d(?:m?\d\ds?)?",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BARE_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
_HALF: Final = re.compile(r"[ap]\.?\s?m\.?", re.IGNORECASE)
_MOST: Final = 0.5


def sources_of(draft: Draft, target: str) -> Iterator[TimeSource]:
    """The candidates of a time, the likeliest first; days without a clock come last. A column beside them
    that names the zone of each row belongs to them.
    """
    for plain in _plain_sources(draft, target):
        found = _with_half(draft, plain) or plain
        found = replace(found, times=in_order_of_others(draft, found.times))
        found = since_its_day(draft, found)
        yield found if found.is_absolute else _with_zone_column(draft, found) or found


def _plain_sources(draft: Draft, target: str) -> Iterator[TimeSource]:
    days: list[TimeSource] = []
    for column in draft.open_candidates(target):
        values = draft.sample.values(column)
        times = time_column(values, draft.heading(column), is_named=True)
        if times is None:
            is_clock = _are_clocks(draft, column) and not _is_length(draft, column)
            joined = _with_day(draft, column) if is_clock else None
            if joined is not None:
                yield joined
        elif are_days(times, values):
            joined = with_clock(draft, column)
            if joined is not None:
                yield joined
            else:
                days.append(TimeSource(column, times))
        else:
            yield TimeSource(column, times)
    yield from days


def zone_column(draft: Draft) -> str | None:
    """The filled column that names the zone of each row; None without one."""
    columns = draft.sample.columns
    # `bare` would take the unit of utc_offset_minutes away.
    called = (each for each in columns if heading(each) in _ZONE_HEADINGS or words_of(each) in _ZONE_HEADINGS)
    return next((each for each in called if draft.sample.is_filled(each)), None)


def _with_zone_column(draft: Draft, found: TimeSource) -> TimeSource | None:
    """A local time joined with the column of its row's zone; None without such a column that can be read."""
    for column in draft.sample.columns:
        if heading(column) not in _ZONE_HEADINGS or not draft.sample.is_filled(column):
            continue
        template = f"{found.source if '{' in found.source else f'{{{found.source}}}'} {{{column}}}"
        times = time_column(_joined(draft, template))
        if times is not None and (times.has_offset or times.zone is not None):
            return TimeSource(template, times)
    return None


def _joined(draft: Draft, template: str) -> list[Any]:
    """What a template makes of the rows; None where one of its columns is empty."""
    read = Template(template).reader(whole=True)
    found: list[Any] = []
    for record in draft.sample.records:
        try:
            found.append(read(record.row))
        except RowError:
            found.append(None)
    return found


def with_clock(draft: Draft, day: str) -> TimeSource | None:
    """A column of days joined with a column of clocks, which is looked for from the day on: one that is
    called a time of day before any other, as lengths of h:mm:ss are written like clocks.
    """
    columns = draft.sample.columns
    place = columns.index(day) if day in columns else 0
    ordered = (*columns[place + 1 :], *columns[:place])
    for clock in sorted(ordered, key=lambda each: not is_called_clock(draft, each)):
        if _are_clocks(draft, clock) and not _is_length(draft, clock):
            times = date_and_clock(*_both(draft, day, clock), draft.heading(day))
            if times is not None:
                return TimeSource(f"{{{day}}} {{{clock}}}", times)
    return None


def _with_day(draft: Draft, clock: str) -> TimeSource | None:
    """A column of clocks joined with one of days: one that is called so before any other, and never an id, as
    260202 is written like a day.
    """
    named = {*draft.candidates.get("creation_time", []), *draft.candidates.get("start_time", [])}
    columns = [each for each in draft.sample.columns if not is_an_id(each)]
    for day in sorted(columns, key=lambda each: heading(each) not in DAYS and each not in named):
        values = draft.sample.values(day)
        times = time_column(values, draft.heading(day)) if day != clock and values else None
        if times is not None and are_days(times, values):
            both = date_and_clock(*_both(draft, day, clock), draft.heading(day))
            if both is not None:
                return TimeSource(f"{{{day}}} {{{clock}}}", both)
    return None


def _both(draft: Draft, day: str, clock: str) -> tuple[list[Any], list[Any]]:
    pairs = [
        (one, other)
        for one, other in zip(draft.sample.cells(day), draft.sample.cells(clock), strict=True)
        if one is not None and other is not None
    ]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _are_clocks(draft: Draft, column: str) -> bool:
    """Whether a column holds times of day. Digits alone (0834) are such only under a heading that says so."""
    values = [str(each) for each in draft.sample.values(column)]
    if any(_CLOCK.fullmatch(each) for each in values):
        return sum(_CLOCK.fullmatch(each) is not None for each in values) > len(values) * _MOST
    return is_called_clock(draft, column) and all(_BARE_CLOCK.fullmatch(each) for each in values)


def is_called_clock(draft: Draft, column: str) -> bool:
    """Whether a filled column is called a time of day, and not the length of something."""
    is_length = is_called_length(draft, column) and column not in draft.candidates.get("creation_time", [])
    return heading(column) in CLOCKS and draft.sample.is_filled(column) and not is_length


def are_days(times: TimeColumn, values: Sequence[Any]) -> bool:
    """Whether a column says days without a time of day."""
    form = times.formats[0]
    if form:
        return form.startswith("%") and not any(part in form for part in ("%H", "%I", "%c", "%X", "%s"))
    texts = [each for each in values if isinstance(each, str)]
    return bool(texts) and all(_DAY.fullmatch(each) for each in texts)


def _is_length(draft: Draft, column: str) -> bool:
    """Whether a column of clocks is rather a length of time, of the talk or of waiting: by its heading,
    unless its cells say the opposite of it.
    """
    is_length = is_called_length(draft, column)
    if is_length and column in draft.candidates.get("creation_time", []):
        return are_lengths(draft, column)
    return not are_hours_of_day(draft, column) if is_length else are_lengths(draft, column)


def _with_half(draft: Draft, found: TimeSource) -> TimeSource | None:
    """A time joined with a column that says AM or PM in each row; None without such a column."""
    if any("%p" in form for form in found.times.formats):
        return None
    for column in draft.sample.columns:
        values = [str(each) for each in draft.sample.cells(column)]
        if column == found.source or not values or not all(_HALF.fullmatch(each) for each in values):
            continue
        template = f"{found.source if '{' in found.source else place_of(found.source)} {place_of(column)}"
        times = time_column(_joined(draft, template))
        if times is not None and "%p" in times.formats[0]:
            return TimeSource(template, times)
    return None
