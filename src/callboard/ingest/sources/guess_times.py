"""Find the format of a column of times from its values; several where day and month cannot be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from callboard.ingest.sources.times import from_format, from_iso, from_unix

_DATES = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y",
    "%d.%m.%y", "%y%m%d", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y",
    "%d-%b-%Y", "%d-%b-%y", "%a, %d %b %Y", "%a %d %b %Y", "%a %b %d %Y", "%Y-%m-%d",
)  # fmt: skip
_SHAPE = re.compile(
    r"(?P<day>.*?\d)(?P<joint>, | at |[ T])"
    r"(?P<clock>\d{1,2}:\d\d(?P<second>:\d\d)?(?P<fraction>\.\d{1,6})?)(?P<half> ?[AaPp][Mm])?"
    r"(?P<offset> ?[+-]\d\d:?\d\d| ?Z| UTC| GMT)?"
)
_DIGITS_14 = re.compile(r"\d{14}")
_UNIX = {10: "unix", 13: "unix_ms", 16: "unix_us"}
"""Unix times by their number of digits: right for the years 2001 to 2286."""
_YEARS = range(1970, 2101)
"""A format that reads other years is the wrong one, such as `%Y` on a year of two digits."""
_A_FEW = 3


def time_formats(values: Sequence[Any]) -> list[str] | None:
    """The formats that read all these values: `[""]` for ISO 8601; None when no format does.

    More than one when the formats read the values as different days; a person has to choose then.
    """
    times = [value for value in values if isinstance(value, date | datetime)]
    texts = list(dict.fromkeys(str(value).strip() for value in values if not isinstance(value, date)))
    if not texts:
        return [""] if times else None
    if all(from_iso(text) is not None for text in texts):
        return [""]
    if unix := _unix(texts):
        return [unix]
    # By what they read: formats that give the same times are one, and nobody need choose between them.
    readings: dict[tuple[datetime | None, ...], str] = {}
    for form in _formats_shaped_like(texts[0]):
        if _fits(form, texts):
            readings.setdefault(tuple(from_format(text, form) for text in texts), form)
    return list(readings.values()) or None


def date_and_clock(days: Sequence[str], clocks: Sequence[str]) -> list[str] | None:
    """The formats of a date column and a time-of-day column, joined by a space; None if they are not."""
    plain = days and clocks and not any(":" in day for day in days) and all(":" in clock for clock in clocks)
    return (
        time_formats([f"{day} {clock}" for day, clock in zip(days, clocks, strict=False)]) if plain else None
    )


def _formats_shaped_like(text: str) -> list[str]:
    if _DIGITS_14.fullmatch(text):
        return ["%Y%m%d%H%M%S"]
    shape = _SHAPE.fullmatch(text)
    return [day + (_rest(shape) if shape else "") for day in _DATES]


def _rest(shape: re.Match[str]) -> str:
    """The strptime format of what follows the day."""
    hour = "%I" if shape["half"] else "%H"
    clock = hour + ":%M" + (":%S" if shape["second"] else "") + (".%f" if shape["fraction"] else "")
    half = (" %p" if shape["half"].startswith(" ") else "%p") if shape["half"] else ""
    offset = shape["offset"] or ""
    # strptime's %z reads "+01:00" and "Z". The words UTC and GMT stay in the format as literal text.
    if offset.strip() and offset.strip()[0] in "+-Z":
        offset = (" " if offset.startswith(" ") else "") + "%z"
    return shape["joint"] + clock + half + offset


def _fits(form: str, texts: Sequence[str]) -> bool:
    # strptime is slow: the first few values rule out nearly every format, only the rest read all values.
    return all(
        (moment := from_format(text, form)) is not None and moment.year in _YEARS
        for part in (texts[:_A_FEW], texts)
        for text in part
    )


def _unix(texts: Sequence[str]) -> str | None:
    lengths = {len(text.partition(".")[0]) for text in texts}
    form = _UNIX.get(next(iter(lengths))) if len(lengths) == 1 else None
    return form if form and all(from_unix(text, form) is not None for text in texts) else None
