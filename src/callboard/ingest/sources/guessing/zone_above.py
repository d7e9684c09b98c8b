"""The zone of a table's times where only a line above or below says it: `All times in America/New_York`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from callboard.ingest.sources.guessing.said import zone_of
from callboard.ingest.sources.words import words_of

_AMERICA: Final = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles", "alaskan?": "America/Anchorage", "hawaii(?:an)?": "Pacific/Honolulu",
    "atlantic": "America/Halifax", "newfoundland": "America/St_Johns",
}  # fmt: skip
_NAMES: Final = {
    r"[cw]\.? europe standard time|central european (?:standard |summer )?time|w\. europe": "Europe/Berlin",
    r"gmt standard time|british (?:summer )?time|uk time": "Europe/London",
    r"india(?:n)? standard time|indian time": "Asia/Kolkata",
    r"tokyo standard time|japan (?:standard )?time": "Asia/Tokyo",
    r"singapore (?:standard )?time": "Asia/Singapore",
    r"china standard time": "Asia/Shanghai",
    r"aus(?:tralian)? eastern (?:standard |daylight )?time": "Australia/Sydney",
    r"south africa standard time": "Africa/Johannesburg",
    r"(?:e\. south america|bras[ií]lia) (?:standard )?time|hor[aá]rio de bras[ií]lia": "America/Sao_Paulo",
    r"mitteleuropäische (?:sommer)?zeit|deutsche zeit|ortszeit deutschland": "Europe/Berlin",
    r"hora peninsular": "Europe/Madrid",
    **{rf"(?:us )?{word}(?: (?:standard|daylight|savings?))* time|us[ -]{word}": zone
       for word, zone in _AMERICA.items()},
}  # fmt: skip
_SHORT: Final = {
    "EST": "America/New_York", "EDT": "America/New_York", "EST5EDT": "America/New_York",
    "ET": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "CT": "America/Chicago",
    "MST": "America/Denver", "MDT": "America/Denver", "MT": "America/Denver",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PT": "America/Los_Angeles",
    "AKST": "America/Anchorage", "HST": "Pacific/Honolulu",
    "CET": "Europe/Berlin", "CEST": "Europe/Berlin", "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin",
    "WET": "Europe/Lisbon", "EET": "Europe/Athens", "EEST": "Europe/Athens", "BST": "Europe/London",
    "MSK": "Europe/Moscow", "IST": "Asia/Kolkata", "SGT": "Asia/Singapore", "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "ACST": "Australia/Adelaide",
    "AWST": "Australia/Perth", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
    "SAST": "Africa/Johannesburg", "BRT": "America/Sao_Paulo",
}  # fmt: skip
"""Abbreviations → the zone that is meant by most. They are always asked about."""
_IANA: Final = re.compile(
    r"\b(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico"
    r"|Pacific|US)/[A-Za-z_+-]+[0-9]*(?:[ /][A-Za-z_-]+)*",
    re.IGNORECASE,
)
_OFFSET: Final = re.compile(
    r"(?:\b(?:UTC|GMT)\s?|(?<=[\s:;,(=])|^)(?P<offset>[+\-\u2212\u2013]\s?(?:\d{1,2}:?\d\d|\d{1,2}))(?![\d/.-])"
)
_UTC: Final = re.compile(r"\b(?:UTC|GMT|Zulu|Coordinated Universal Time|Universal Time)\b(?!\s?[+-]\s?\d)")
_SIGNS: Final = {
    "日本時間": "Asia/Tokyo", "日本標準時": "Asia/Tokyo", "北京时间": "Asia/Shanghai",
    "北京時間": "Asia/Shanghai", "中国标准时间": "Asia/Shanghai", "한국시간": "Asia/Seoul",
    "한국 시간": "Asia/Seoul", "МСК": "Europe/Moscow", "Московское": "Europe/Moscow",
}  # fmt: skip
"""Zones in words that stand in headings without a border around them."""
_FOREIGN: Final = re.compile(r"(?<=[^\x00-\x7f])(?=[A-Z])|(?<=[A-Z])(?=[^\x00-\x7f])")
_SHORT_WORD: Final = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b")
_NAMED: Final = [(re.compile(rf"\b(?:{text})\b", re.IGNORECASE), zone) for text, zone in _NAMES.items()]
_OF_TIMES: Final = re.compile(
    r"time|zone|\btz\b|zeit|\bhoras?\b|horari|huso|heure|fuseau|\bora\b|\bore\b|\borari|fuso|hor[aá]ri|tijd|czas",
    re.IGNORECASE,
)
_OF_THE_REPORT: Final = re.compile(
    r"generat|export|creat|print|produced|downloaded|\brun\b|as of"
    r"|erstellt|erzeugt|gener[aó]|criad|créé|emis",
    re.IGNORECASE,
)
_OF_A_ZONE: Final = re.compile(
    r"time ?zone|\btz\b|zeitzone|ortszeit|fuseau|zona horaria|huso|fuso|tijdzone"
    r"|\b(?:all time|times|timestamps|zeiten|zeitangaben|horas|heures|orari) "
    r"(?:are |is |shown |given |displayed |sind )*(?:in|as|are|en|em|de|des)\b"
    r"(?! \w*(?:seconds|minutes|format))",
    re.IGNORECASE,
)
"""A line that is about the zone, whatever it calls it."""
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d")
_YEAR: Final = 2025
_CLOCK_BEFORE: Final = re.compile(r"\d:\d\d\s?$")
_BEHIND: Final = re.compile(r"[)\]]?\s*[^\W\d_]{3}")
"""A name behind an offset: (UTC-07:00) Mountain Time. Its clocks may be set forward in summer."""


class ZoneSaid(NamedTuple):
    """A zone, and the line that names it."""

    zone: str | None
    """None: the line names one that is not known."""
    line: str
    is_sure: bool
    """Whether the line says it of all times, in a word of one meaning."""


def zone_said(lines: Sequence[str]) -> ZoneSaid | None:
    """The zone that lines around a table name for its times; None if none does, or it is the report's own.

    Where several are named, the first that is sure, and none is then: they contradict each other.
    """
    found = [each for line in lines for each in _zones_in(line)]
    sure = [each for each in found if each.is_sure]
    if sure and len({each.zone for each in found}) == 1:
        return sure[0]
    return (sure or found)[0]._replace(is_sure=False) if found else None


def zone_in_heading(column: str) -> ZoneSaid | None:
    """The zone that a heading names in its own way: `Start Time (ET)`, `Start (all times UTC)`."""
    # Between signs of another script, a word has no border: 開始UTC.
    text = _FOREIGN.sub(" ", column)
    found = next(((zone, is_plain) for zone, _, _, is_plain in _named(text)), None)
    if found is not None:
        return ZoneSaid(found[0], column, found[1])
    words = words_of(column).split("_")
    ends = [words[-1], words[0]] if len(words) > 1 else []
    # An abbreviation has capitals, or none as all of the heading: `Ist Beginn` says "actual start".
    short = [_SHORT.get(each.upper()) for each in ends if not re.search(rf"\b{each.capitalize()}\b", text)]
    signs = [zone for name, zone in _SIGNS.items() if name in column]
    zone = next(filter(None, (*short, *signs)), None) or _zone_of_place(" ".join(words))
    return ZoneSaid(zone, column, is_sure=False) if zone else None


def _zones_in(line: str) -> Iterator[ZoneSaid]:
    text = " ".join(line.split())
    about_times = _OF_TIMES.search(text) is not None
    has_clock = _CLOCK.search(_OFFSET.sub(" ", text)) is not None
    if has_clock and _OF_THE_REPORT.search(text):
        return
    of_a_zone = _OF_A_ZONE.search(text) is not None
    for zone, begin, end, is_plain in _named(text):
        alone = not any(sign.isalnum() for sign in text[:begin] + text[end:])
        if is_plain or of_a_zone or about_times or alone or has_clock:
            yield ZoneSaid(zone, text, is_plain and (about_times or alone) and not has_clock)
            return
    if of_a_zone and not has_clock:
        yield ZoneSaid(_zone_of_place(text), text, is_sure=False)


def _zone_of_place(text: str) -> str | None:
    """The zone of a city or a part of America that the text names."""
    words = text.casefold()
    for place, zone in _AMERICA.items():
        if re.search(rf"\b{place}\b", words):
            return zone
    several = re.findall(r"[^\W_]+", words)
    named = {" ".join(several[at : at + many]) for at in range(len(several)) for many in (1, 2, 3)}
    return next((zone for city, zone in _cities() if city in named), None)


@cache
def _cities() -> tuple[tuple[str, str], ...]:
    """City → zone, in the order of the zones."""
    parts = ((zone.rpartition("/"), zone) for zone in sorted(available_timezones()))
    return tuple(
        (re.sub(r"[_-]", " ", city).casefold(), zone)
        for (area, _, city), zone in parts
        if area and area != "Etc"
    )


def _named(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Zones of the text, the clearest first, with their places and whether they have one meaning."""
    yield from _iana(text)
    for pattern, zone in _NAMED:
        if said := pattern.search(text):
            yield zone, said.start(), said.end(), False
    for offset in _OFFSET.finditer(text):
        is_of_clock = _CLOCK_BEFORE.search(text[: offset.start("offset")]) is not None
        if not (offset[0].upper().startswith(("UTC", "GMT")) or is_of_clock or _OF_TIMES.search(text)):
            continue
        zone_of_offset = zone_of(re.sub(r"[\u2212\u2013]", "-", offset["offset"]).replace(" ", ""))
        if zone_of_offset is not None:
            is_plain = _BEHIND.match(text, offset.end()) is None
            place = None if is_plain else _zone_of_place(text[offset.end() :])
            yield place or zone_of_offset, offset.start(), offset.end(), is_plain
    if utc := _UTC.search(text):
        yield "UTC", utc.start(), utc.end(), True
    if short := _SHORT_WORD.search(text):
        yield _SHORT[short[0]], short.start(), short.end(), False


def _iana(text: str) -> Iterator[tuple[str, int, int, bool]]:
    for found in _IANA.finditer(text):
        words = found[0].split(" ")
        for many in range(len(words), 0, -1):
            name = "_".join(words[:many])
            if (zone := zone_of(name)) is not None:
                yield zone, found.start(), found.start() + len(name), True
                break


def are_alike(one: str, other: str) -> bool:
    """Whether two zones have the same offsets, summer and winter."""
    return all(
        datetime(_YEAR, month, 15, tzinfo=ZoneInfo(one)).utcoffset()
        == datetime(_YEAR, month, 15, tzinfo=ZoneInfo(other)).utcoffset()
        for month in range(1, 13)
    )
