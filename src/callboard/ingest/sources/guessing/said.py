"""What a heading says beside the name: a unit, a zone, how clocks are written. `Talk Time (HH:MM:SS)`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from callboard.ingest.sources.words.table import words_of

_UNITS: Final = {
    "seconds": "s sec secs second seconds sekund sekunder sekundy seconden saniye sn сек секунд секунды "
    "segundo segundos seg segs sekunde sekunden sek seconde secondes secondi secondo",
    "milliseconds": "ms msec msecs millis millisecond milliseconds milisegundos millisekunden "
    "millisecondes millisecondi milissegundos",
    "microseconds": "us usec usecs microsecond microseconds micros mikrosekunden microsegundos",
    "minutes": "min mins minute minutes minuto minutos minuten minuti minuut minuter minutter minut "
    "minuty dakika dk мин минут минуты",
    "hours": "h hr hrs hour hours hora horas stunde stunden std heure heures ora ore uren timmar tim "
    "godzin godziny часов",
}  # fmt: skip
_UNIT_OF: Final = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_ENDS: Final = {
    word: unit for word, unit in _UNIT_OF.items() if word not in {"us", "h", "hora", "ora", "heure", "hour"}
}
"""Words at the end of a heading that are its unit. There, `hora` is a time of day and `us` no length."""
_IN: Final = frozenset({"in", "en", "em", "as"})
_BRACKETS: Final = re.compile(r"[(\[{<]([^()\[\]{}<>]*)[)\]}>]")
_CLOCKS: Final = {
    "hh:mm:ss": re.compile(r"(hh?|H{1,2}|std)[:.](mm?)[:.]ss?(\.\w+)?", re.IGNORECASE),
    "h:mm": re.compile(r"(hh?|std)[:.]mm?(in)?|h:min", re.IGNORECASE),
    "m:ss": re.compile(r"mm?[:.]ss?|min:se[ck]", re.IGNORECASE),
}
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])\s*(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
_UTC: Final = frozenset(
    {"utc", "gmt", "z", "zulu", "utc_time", "gmt_time", "time_utc", "in_utc", "utc_zeit", "hora_utc"}
)
_LOCAL: Final = re.compile(
    r"tz|[ecmp]t|eastern|central|mountain|pacific|time_?zone|local|offset|zona|zeitzone|fuseau|fuso|ortszeit|[ecmp][sd]t|cest?|me[s]?z|bst|ist|gmt|utc"
    r"|yyyy|dd|24h|12h|am_pm|format"
)
_ZONE_AT_END: Final = re.compile(
    r"[\s(_,-]+(?:[ECMP][SD]?T|CES?T|MES?Z|BST|IST|AE[SD]T|SGT|HKT|JST|SAST|BRT"
    r"|(?i:(?:us )?(?:eastern|central|mountain|pacific)(?: (?:standard|daylight))?(?: time)?))[\s)]*$"
)
"""Zones of several meanings behind a name: Start Time EST. They are no part of it."""
_HALF_HOURS: Final = {
    "+0330": "Asia/Tehran", "+0430": "Asia/Kabul", "+0530": "Asia/Kolkata", "+0545": "Asia/Kathmandu",
    "+0630": "Asia/Yangon", "+0930": "Australia/Darwin",
}  # fmt: skip
"""Zones without daylight saving whose offset is no whole hour."""
_ZONE_NAME: Final = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")
_FULL_DAY: Final = 14


class Said(NamedTuple):
    """What a heading says; None where it does not."""

    unit: str | None = None
    """seconds, milliseconds, microseconds, minutes, hours, or `h:mm`."""
    zone: str | None = None
    """An IANA zone. Of an offset, the zone that always has it."""
    clock: str | None = None
    """`hh:mm:ss`, `h:mm` or `m:ss`."""


def said_in(column: str) -> Said:
    """What the heading says of unit, zone and clock, in brackets or in its last words."""
    return _read(column)[1]


def is_bare_unit(column: str) -> bool:
    """Whether a heading is a unit and nothing else: `Minutes`."""
    return words_of(column) in _UNIT_OF


def bare(column: str) -> str:
    """The heading's words without unit, zone and format; brackets that say something else stay."""
    return _read(column)[0]


def _read(column: str) -> tuple[str, Said]:
    found = Said()
    kept = column
    for each in _BRACKETS.finditer(column):
        says = _bracket(each[1].strip())
        if says is not None:
            kept = kept.replace(each[0], " ", 1)
            found = Said(*(new if new is not None else old for new, old in zip(says, found, strict=True)))
    if (zone := _ZONE_AT_END.search(kept)) and words_of(kept[: zone.start()]):
        kept = kept[: zone.start()]
    words = words_of(kept).split("_")
    if len(words) > 1 and words[-1] in {"utc", "gmt"}:
        words.pop()
        found = found._replace(zone="UTC")
    elif len(words) > 1 and words[0] == "utc":
        words = words[1:]
        found = found._replace(zone="UTC")
    unit = _UNIT_OF.get(words[0]) if len(words) == 1 else _ENDS.get(words[-1])
    if len(words) == 1 and unit and words[0] not in {"hora", "ora", "heure", "hour", "h", "s", "us", "min"}:
        return "duration", found._replace(unit=found.unit or unit)
    if len(words) > 1 and unit:
        words.pop()
        if len(words) > 1 and words[-1] in _IN:
            words.pop()
        found = found._replace(unit=found.unit or unit)
    return "_".join(words), found


def _bracket(text: str) -> Said | None:
    """What the text in brackets says; None when it is a part of the name."""
    for form, shape in _CLOCKS.items():
        if shape.fullmatch(text):
            return Said(unit="h:mm" if form == "h:mm" else None, clock=form)
    words = words_of(text)
    unit = _UNIT_OF.get(words) or _UNIT_OF.get(words.partition("_")[2] if words.split("_")[0] in _IN else "")
    if unit:
        return Said(unit=unit)
    if zone := zone_of(text):
        return Said(zone=zone)
    # Of headings that come more than once, `delimited.distinct` numbers each: Status (1).
    return Said() if _LOCAL.search(words) or text.isdecimal() else None


def zone_of(text: str) -> str | None:
    """The IANA zone that a text names: `UTC`, `GMT+1`, `Europe/Berlin`. Abbreviations such as `CST` stand for
    several zones, and for none here.
    """
    text = text.strip()
    if words_of(text) in _UTC:
        return "UTC"
    if offset := _OFFSET.fullmatch(text):
        sign, hours, minutes = offset[1], int(offset[2]), offset[3] or "00"
        if minutes == "00" and hours <= _FULL_DAY:
            # The names of these zones have the sign turned round.
            return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
        return _HALF_HOURS.get(f"{sign}{hours:02}{minutes}")
    name = text.replace(" ", "_")
    if not _ZONE_NAME.fullmatch(name):
        return None
    # Where capitals are right, the long list of all zones need not be looked through.
    if is_zone(name):
        return name
    named = {each.casefold(): each for each in available_timezones() if "/" in each}
    return named.get(name.casefold())


def is_zone(name: str) -> bool:
    """Whether an IANA zone is called so, as `Europe/Berlin`."""
    try:
        return "/" in name and bool(ZoneInfo(name).key)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
