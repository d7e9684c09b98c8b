"""Read lengths of time: numbers of a unit, clocks, words, ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Final

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.values.numbers import DECIMAL_SIGNS, number

UNITS: Final[Mapping[str, Decimal]] = {
    "seconds": Decimal(1),
    "milliseconds": Decimal("0.001"),
    "microseconds": Decimal("0.000001"),
    "minutes": Decimal(60),
    "hours": Decimal(3600),
}
HOURS_AND_MINUTES: Final = "h:mm"
"""Two-part clocks are hours and minutes, and a bare number other than 0 is no length."""
DURATION_UNITS: Final = (*UNITS, HOURS_AND_MINUTES)
"""Values of `--duration-unit`."""
_LONGEST: Final = 64
_MOST: Final = 10**15
"""Seconds. Far beyond what an event may say; int() of 1e999999 would build a number of a million digits."""
_PLAIN_CHARACTERS: Final = 15
_PLAIN: Final = re.compile(r"[0-9]+\.[0-9]+")
_CLOCK: Final = re.compile(
    r"(?:(?P<days>[0-9]{1,4})(?:\.| ?d(?:ays?)?,? |[ ]?(?:Tage?|d[ií]as?|dias?|jours?|giorn[io]),? "
    r"| (?=[0-9]{1,2}:[0-9]{2}:[0-9]{2})))?"
    r"(?:(?P<first>[0-9]{1,6}):)?(?P<second>[0-9]{1,6}):(?P<last>[0-9]{1,2}(?P<fraction>[.,][0-9]{1,9})?)",
    re.IGNORECASE,
)
_DOTTED: Final = re.compile(r"([0-9]{1,3})\.([0-5][0-9])\.([0-5][0-9])")
# The day before the first of spreadsheets, which stands before a length that was taken for a time.
_DAY_ZERO: Final = re.compile(
    r"(?:1899-12-30|(?:12/30|30/12)/1899|30\.12\.1899|1/0/1900|0?0[/.]0?1[/.]1900)[ T](?=\d)"
)
_TIME_OF_DAY: Final = re.compile(
    r"(?P<hour>1[0-2]|0?[1-9]):(?P<rest>[0-5][0-9]:[0-5][0-9]) ?(?P<half>[AaPp])\.?[Mm]\.?"
)
_ISO: Final = re.compile(
    r"P(?:(?P<days>[0-9.,]+)D)?(?:T(?:(?P<hours>[0-9.,]+)H)?(?:(?P<minutes>[0-9.,]+)M)?(?:(?P<seconds>[0-9.,]+)S)?)?",
    re.IGNORECASE,
)
_ISO_SECONDS: Final = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
_PART: Final = re.compile(
    r"(?P<amount>[0-9][0-9.,]*)\s*(?P<unit>[^\W\d_]+\.?|''|[\"'\u2032\u2033])(?:\s*(?:,|and|und|y|e|et|en|i|og|och|ve|и)?\s*)"
)
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    # Shortest first: h and m stand for hours and minutes in every language of the list.
    "86400": ("d", "day", "days", "tag", "tage", "tagen", "día", "días", "dia", "dias", "jour", "jours",
        "giorno", "giorni", "dag", "dagen", "dagar", "dage", "dager", "dni", "dzień", "gün", "д", "дн",
        "дней"),
    "3600": ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "hora", "horas", "heure",
        "heures", "ora", "ore", "u", "uur", "uren", "tim", "timme", "timmar", "time", "timer", "t",
        "godz", "godzina", "godziny", "godzin", "sa", "saat", "ч", "час", "часа", "часов"),
    "60": ("m", "mn", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "minuti", "'",
        "\u2032", "minuut", "minuter", "minutter", "minut", "minuta", "minuty", "dk", "dakika", "мин",
        "минута", "минуты", "минут", "м"),
    "1": ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seg", "segs",
        "segundo", "segundos", "seconde", "secondes", "secondo", "secondi", "seconden", "sekund",
        "sekunder", "sekunda", "sekundy", "sn", "saniye", "сек", "секунда", "секунды", "секунд", "с",
        '"', "''", "\u2033"),
    "0.001": ("ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds", "millisekunden",
        "milisegundos", "millisecondes", "millisecondi"),
    "0.000001": ("us", "µs", "μs", "microsecond", "microseconds"),
}  # fmt: skip
_UNIT_OF_WORD: Final = {word: Decimal(unit) for unit, words in _WORDS.items() for word in words}


class LengthReader:
    """Reads the lengths of one import, in seconds."""

    def __init__(self, unit: str | None = None, decimal: str | None = None) -> None:
        """`unit`: one of `DURATION_UNITS`, for bare numbers (seconds) and two-part clocks (m:ss).
        `decimal`: `point` (also None) or `comma`.
        """
        self._hours = unit == HOURS_AND_MINUTES
        self._factor = None if self._hours else UNITS[unit or "seconds"]
        self._decimal = decimal or "point"
        self._is_plain = self._factor == 1 and self._decimal == "point"

    def __call__(self, value: Any) -> int | float:
        """The length in seconds. Raises `RowError` for what is none, and for a negative one."""
        if self._is_plain and isinstance(value, str) and len(value) <= _PLAIN_CHARACTERS:
            # Nearly every cell, and several times as fast.
            if value.isdecimal():
                return int(value)
            if _PLAIN.fullmatch(value):
                seconds = float(value)
                return int(seconds) if seconds.is_integer() else seconds
        amount = self.amount(value)
        if amount is None or not 0 <= amount <= _MOST:
            raise RowError("invalid_duration", f"{str(value)[:60]!r} is not a length of time")
        return int(amount) if amount == amount.to_integral_value() else float(amount)

    def amount(self, value: Any) -> Decimal | None:
        """The length in seconds, also a negative one; None for what is none."""
        if isinstance(value, timedelta):
            return Decimal(value // timedelta(microseconds=1)).scaleb(-6)
        if isinstance(value, time):
            value = value.isoformat()
        count = number(value, self._decimal)
        if count is not None:
            if self._factor is None:
                return count if count == 0 else None
            return count * self._factor
        if not isinstance(value, str) or len(value) > _LONGEST:
            return None
        text = with_colons(value.strip())
        return self._clock(text) if ":" in text else said_in_words(text, self._decimal)

    def _clock(self, text: str) -> Decimal | None:
        found = _CLOCK.fullmatch(text)
        if found is None:
            return None
        first, second = found["first"], int(found["second"])
        last = Decimal(found["last"].replace(",", "."))
        if last >= 60 or (first is not None and second >= 60) or (found["days"] and first is None):
            return None
        if first is None and self._hours:
            return None if found["fraction"] else second * 3600 + last * 60
        return int(found["days"] or 0) * 86400 + int(first or 0) * 3600 + second * 60 + last


def amount(value: Any, decimal: str = "point") -> Decimal | None:
    """The number of a cell; of a clock or a length in words its seconds; None for anything else."""
    return _AMOUNTS[decimal].amount(value)


_AMOUNTS: Final = {decimal: LengthReader(None, decimal) for decimal in DECIMAL_SIGNS}


def with_colons(text: str) -> str:
    """A clock as this module reads it: of 00.03.05, and of a time of day to which a spreadsheet made a length
    (12:03:05 AM is three minutes and five seconds). Any other text as it is.
    """
    if found := _DAY_ZERO.match(text):
        text = text[found.end() :]
    if found := _DOTTED.fullmatch(text):
        return ":".join(found.groups())
    if (found := _TIME_OF_DAY.fullmatch(text)) is None:
        return text
    hours = int(found["hour"]) % 12 + (12 if found["half"] in "Pp" else 0)
    return f"{hours}:{found['rest']}"


def clock_parts(text: str) -> int | None:
    """How many parts a clock has: 2 or 3; None for another text. A two-part one with a fraction counts as 3,
    for its last part can only be seconds.
    """
    found = _CLOCK.fullmatch(with_colons(text.strip()))
    if found is None:
        return None
    return 2 if found["first"] is None and not found["fraction"] else 3


def said_in_words(text: str, decimal: str = "point") -> Decimal | None:
    """Seconds of a length that says its units: `1h 2m 3s`, `5 minutos`, `PT1M40S`; None for another text."""
    if text[:1] in "Pp" and (iso := _ISO.fullmatch(text)):
        given = {name: amount for name, amount in iso.groupdict().items() if amount}
        amounts = {name: number(amount.replace(",", ".")) for name, amount in given.items()}
        if not amounts or None in amounts.values():
            return None
        return sum((_ISO_SECONDS[name] * amount for name, amount in amounts.items() if amount), Decimal(0))
    total, smallest, place = Decimal(0), Decimal("Infinity"), 0
    while place < len(text):
        part = _PART.match(text, place)
        unit = _UNIT_OF_WORD.get(part["unit"].rstrip(".").lower()) if part else None
        amount = number(part["amount"], decimal) if part else None
        # From the largest unit to the smallest, each at most once.
        if part is None or unit is None or amount is None or unit >= smallest:
            return None
        total, smallest, place = total + amount * unit, unit, part.end()
    return total if place else None
