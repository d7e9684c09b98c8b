"""How the times of a column are written; several ways where day and month cannot be told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import Any

from callboard.ingest.sources.guessing.headings import said_in
from callboard.ingest.sources.guessing.time_shapes import formats_like
from callboard.ingest.sources.values.names import weekday_of
from callboard.ingest.sources.values.nulls import is_no_time
from callboard.ingest.sources.values.times import SERIAL, UNIX_UNITS, reader_of
from callboard.ingest.sources.values.zones import ZoneWord

MAX_UNFIT = 20
"""Cells that do not fit, shown at most."""
_SHAPES_TRIED = 40
_UNIX = {10: "unix", 13: "unix_ms", 16: "unix_us"}
"""Unix times by their number of digits: right for the years 2001 to 2286."""
_YEARS = range(1970, 2101)
"""A format that reads other years is the wrong one, such as `%Y` on a year of two digits."""
_UNIX_YEARS = range(2001, 2101)
"""As above, of Unix times: the numbers of earlier years are of another unit."""
_IS_CLOCK = re.compile(r"\d{1,2}(?::\d\d|[.]\d\d(?:[.]\d\d)?(?!\d)|[hH]\d\d)|\d{4}(?:\d\d)?$")
_IS_SERIAL = re.compile(r"(?:3[7-9]|[4-6]\d|7[0-2])\d{3}[.,]\d+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:-feira)?")
_ORDER = re.compile(r"%([dmyY])(.)?%([dm])(.)?%([dyY])")
# TT.MM.JJJJ, dd/mm/yyyy, jj/mm/aaaa, gg/mm/aaaa: what headings say of the order.
_DAY = r"(?:dd?|tt?|jj?|gg?)"
_YEAR = r"(?:(?:y|j|a){2}|(?:y|j|a){4}|y)"
_SAID_ORDERS = {
    "dmy": re.compile(rf"\b{_DAY}([-/. ])mm?\1{_YEAR}\b", re.IGNORECASE),
    "mdy": re.compile(rf"\bmm?([-/. ]){_DAY}\1{_YEAR}\b", re.IGNORECASE),
    "ymd": re.compile(rf"\b{_YEAR}([-/. ])mm?\1{_DAY}\b", re.IGNORECASE),
}
_TIMES_AS_LONG = 10
"""A log of days is read wrongly by a format that makes it so many times as long as another one does."""


@dataclass
class TimeColumn:
    """How a column's times are written."""

    formats: list[str]
    """As for `--time-format`; "" is ISO 8601. Several: they read the cells as different days, and nothing in
    the column tells which is right. The likeliest comes first."""
    has_offset: bool
    """Every cell that fits says its offset, so that no zone is needed."""
    zone: str | None
    """The zone that the heading says, or all the cells alike."""
    fits: int
    """Cells that the first format reads."""
    unfit: list[Any] = field(default_factory=list)
    """Cells that it does not read, each once, at most `MAX_UNFIT`."""


def time_column(values: Sequence[Any], column: str = "", *, is_named: bool = False) -> TimeColumn | None:
    """How the times of a column are written; None unless most of its cells, without the nulls, are times.

    `is_named`: its heading names a time, so that a spreadsheet's numbers of days are times.
    """
    moments = [value for value in values if isinstance(value, date)]
    texts = Counter(
        str(value).strip()
        for value in values
        if value is not None and not isinstance(value, date | bool | dict | list)
    )
    texts = Counter({text: count for text, count in texts.items() if not is_no_time(text)})
    if not texts:
        return _of_moments(moments, column) if moments else None
    forms = [*_candidates(texts), *([SERIAL] if is_named and _are_serial(texts) else ())]
    readings = [_Reading(form, texts) for form in forms]
    total = texts.total() + len(moments)
    best = _best([each for each in readings if (each.fits + len(moments)) * 2 > total])
    if not best:
        return None
    chosen = _of_said_order(best, column)
    first = chosen[0]
    unfit: list[Any] = [text for text in texts if text not in first.read]
    moments_read = [*first.read.values(), *moments]
    return TimeColumn(
        [each.form for each in chosen],
        _all_placed(moments_read),
        said_in(column).zone or _zone_of_cells(moments_read),
        first.fits + len(moments),
        unfit[:MAX_UNFIT],
    )


def _are_serial(texts: Counter[str]) -> bool:
    """Whether most cells are days of this century and a part of a day."""
    return sum(count for text, count in texts.items() if _IS_SERIAL.fullmatch(text)) * 2 > texts.total()


def date_and_clock(days: Sequence[Any], clocks: Sequence[Any], column: str = "") -> TimeColumn | None:
    """How a column of dates and one of times of day are written, joined by a space; None if they are not.

    `days` and `clocks` are cells of the same rows; `column` is the heading of the dates.
    """
    pairs = [
        (str(day).strip(), str(clock).strip())
        for day, clock in zip(days, clocks, strict=False)
        if day is not None and clock is not None and not is_no_time(str(day)) and str(clock).strip()
    ]
    clocked = sum(_IS_CLOCK.match(clock) is not None and ":" not in day for day, clock in pairs)
    return (
        time_column([f"{day} {clock}" for day, clock in pairs], column) if clocked * 2 > len(pairs) else None
    )


def time_formats_together(columns: Sequence[TimeColumn]) -> None:
    """Settle day and month of columns by other columns of the same file that write dates alike: a 13 in any
    of them is a day in all.
    """
    for each in columns:
        if len(each.formats) < 2:
            continue
        alike = [_alike(form) for form in each.formats]
        others = [
            {_order(form) for form in other.formats}
            for other in columns
            if other is not each and {_alike(form) for form in other.formats} & set(alike)
        ]
        left = [form for form in each.formats if all(_order(form) in orders for orders in others)]
        each.formats = left or each.formats


def time_formats(values: Sequence[Any]) -> list[str] | None:
    """The formats that read all these values; None when no format does."""
    found = time_column(values)
    return None if found is None or found.unfit else found.formats


class _Reading:
    """What a format makes of the cells."""

    def __init__(self, form: str, texts: Counter[str]) -> None:
        self.form = form
        read = reader_of(form)
        years = _UNIX_YEARS if form in UNIX_UNITS else _YEARS
        self.read = {
            text: moment
            for text in texts
            if (moment := read(text)) is not None
            and moment.year in years
            # A weekday that is not the day's own tells that day and month are exchanged.
            and ("%a" not in form or moment.weekday() in _weekdays_in(text))
        }
        self.fits = sum(texts[text] for text in self.read)

    def agrees(self, other: _Reading) -> bool:
        """Whether both read alike what both read."""
        return all(self.read[text] == other.read[text] for text in self.read.keys() & other.read.keys())

    def span(self) -> timedelta:
        """From the first time to the last."""
        times = [moment.replace(tzinfo=None) for moment in self.read.values()]
        return max(times) - min(times)


def _weekdays_in(text: str) -> set[int | None]:
    return {weekday_of(word) for word in _WORD.findall(text)}


def _candidates(texts: Counter[str]) -> Iterator[str]:
    """Formats that some cell is shaped like."""
    seen: set[str] = set()
    yield ""
    lengths = {len(text.partition(".")[0]) for text in texts if text.partition(".")[0].isdecimal()}
    yield from (_UNIX[length] for length in sorted(lengths & _UNIX.keys()))
    example = {_DIGIT.sub("9", text): text for text in sorted(texts)}
    shapes = Counter(_DIGIT.sub("9", text) for text in texts)
    for shape in sorted(shapes, key=lambda each: (-shapes[each], each))[:_SHAPES_TRIED]:
        text = example[shape]
        for form in formats_like(text):
            if form not in seen:
                seen.add(form)
                yield form


def _best(readings: list[_Reading]) -> list[_Reading]:
    """The reading that fits most cells, and those that contradict it with as good a right: they fit as many,
    or some that it does not.
    """
    kept: list[_Reading] = []
    for each in sorted(readings, key=lambda reading: -reading.fits):
        as_good = not kept or each.fits == kept[0].fits or bool(each.read.keys() - kept[0].read.keys())
        if as_good and not any(each.agrees(other) for other in kept):
            kept.append(each)
    return _without_unlikely_years(kept)


def _without_unlikely_years(readings: list[_Reading]) -> list[_Reading]:
    """Without the readings that take the wrong end of 26-02-07 for the year, where that can be told."""
    year_first = [each for each in readings if each.form.startswith("%y")]
    year_last = [each for each in readings if not each.form.startswith("%y")]
    if not year_first or not year_last:
        return readings
    first, last = year_first[0], min(year_last, key=_Reading.span)
    if first.span() * _TIMES_AS_LONG < last.span():
        return year_first
    older = max(first.read.values()).year < min(last.read.values()).year
    if last.span() * _TIMES_AS_LONG < first.span() or older:
        return year_last
    return [*year_first, *year_last]


def _of_said_order(readings: list[_Reading], column: str) -> list[_Reading]:
    """Those of the order that the heading says, if there are some."""
    said = {order for order, pattern in _SAID_ORDERS.items() if pattern.search(column)}
    return [each for each in readings if _order(each.form) in said] or readings


def _order(form: str) -> str:
    found = _ORDER.search(form)
    return f"{found[1]}{found[3]}{found[5]}".lower() if found else form


def _alike(form: str) -> tuple[str, ...]:
    """What formats that differ in the order of day and month alone have in common."""
    found = _ORDER.search(form)
    return (found[2] or "", found[4] or "", "%Y" if "%Y" in form else "%y") if found else (form,)


def _of_moments(moments: list[date], column: str) -> TimeColumn:
    return TimeColumn([""], _all_placed(moments), said_in(column).zone, len(moments))


def _all_placed(moments: Sequence[date]) -> bool:
    zones = [getattr(each, "tzinfo", None) for each in moments]
    return all(zone is not None and not (isinstance(zone, ZoneWord) and zone.zone is None) for zone in zones)


def _zone_of_cells(moments: Sequence[date]) -> str | None:
    zones = {_name(getattr(each, "tzinfo", None)) for each in moments}
    return zones.pop() if len(zones) == 1 else None


def _name(zone: tzinfo | None) -> str | None:
    if isinstance(zone, ZoneWord):
        return zone.zone.key if zone.zone and zone.winter is None else None
    return "UTC" if zone is not None and zone.utcoffset(None) == timedelta() else None
