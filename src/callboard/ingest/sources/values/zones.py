"""Words for time zones beside a time: `UTC`, `CET`, `GMT+1`, `Europe/Berlin`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from callboard.ingest.sources.values.zone_names import PATTERN, ZONE_NAMES

WORD: Final = rf"(?:(?i:{PATTERN})|[^\W\d_][\w/+:-]*)(?:\s?\([^()]*\))?"
"""What may be a zone word: one without spaces, or a name that is known."""
_HOURS: Final = {
    "utc": 0, "gmt": 0, "z": 0, "ut": 0, "zulu": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1,
    "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "sast": 2, "pkt": 5, "wib": 7, "hkt": 8, "jst": 9, "kst": 9,
    "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "nst": -3.5, "ndt": -2.5, "adt": -3, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "art": -3, "clt": -4, "pet": -5, "cot": -5,
}  # fmt: skip
"""Abbreviations of one meaning in call logs → hours east of Greenwich."""
_SEVERAL: Final[dict[str, tuple[str, ...]]] = {
    "cst": ("America/Chicago", "Asia/Shanghai"), "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "bst": ("Europe/London",), "ast": ("America/Halifax",), "gst": (), "sst": ("Pacific/Pago_Pago",),
    "wst": (), "ect": (),
}  # fmt: skip
"""Of several meanings: CST is in Chicago and in Shanghai, IST in India, Israel and Ireland. Each with the
zones that call their clocks so."""
_WITH_OFFSET: Final = re.compile(r"(?:utc|gmt)\s?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?", re.IGNORECASE)
_REMARK: Final = re.compile(r"\s*\([^()]*\)$")


class ZoneWord(tzinfo):
    """A zone that a cell names and that a fixed offset does not replace: an IANA zone, or a word of several
    meanings (`zone` is then None). Times with it are not placed yet: it gives no offset itself.
    """

    def __init__(self, word: str, zone: ZoneInfo | None, winter: timedelta | None = None) -> None:
        self.word = word
        self.zone = zone
        self.winter = winter
        """The offset that the word may mean all the year; None if it means the zone's clocks."""

    def utcoffset(self, moment: datetime | None) -> None:
        """None: see the class."""

    def dst(self, moment: datetime | None) -> None:
        """None: see the class."""

    def tzname(self, moment: datetime | None) -> str:  # noqa: ARG002 - the word does not depend on it
        """The word."""
        return self.word


def zone_of_word(text: str) -> tzinfo | None:
    """What a zone word stands for: a fixed offset, or a `ZoneWord`; None if it is no zone."""
    if " " in text and (named := _zone_of_name(text)):
        return named
    word = text if "(" not in text else _REMARK.sub("", text)
    hours = _HOURS.get(word.lower())
    if hours is not None:
        return timezone(timedelta(hours=hours), word.upper())
    if word.lower() in _SEVERAL:
        return ZoneWord(word.upper(), None)
    if found := _WITH_OFFSET.fullmatch(word):
        size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-size if found[1] == "-" else size) if size < timedelta(hours=24) else None
    if "/" not in word:
        return None
    try:
        return ZoneWord(word, ZoneInfo(word))
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _zone_of_name(text: str) -> tzinfo | None:
    zone, hours = (
        ZONE_NAMES.get(text.lower()) or ZONE_NAMES.get(_REMARK.sub("", text).lower()) or (None, None)
    )
    offset = None if hours is None else timedelta(hours=hours)
    if zone is not None:
        return ZoneWord(text, ZoneInfo(zone), offset)
    return None if offset is None else timezone(offset, text)


def zones_meant(word: ZoneWord) -> tuple[str, ...]:
    """The zones that a word may mean, for a person to choose from: none where it means one alone."""
    if word.zone is None:
        return _SEVERAL[word.word.lower()]
    return () if word.winter is None else (word.zone.key, fixed_zone(word.winter))


def fixed_zone(offset: timedelta) -> str:
    """The zone whose clocks are so far east of Greenwich all the year."""
    return f"Etc/GMT{-offset // timedelta(hours=1):+d}"


def folds_called(local: datetime, zone: tzinfo, word: str) -> list[int]:
    """Of the two readings of a local time in a zone (PEP 495), those at which the zone's clocks are called
    so; one of two that are the same instant.
    """
    found: list[int] = []
    for fold in (0, 1):
        placed = local.replace(tzinfo=zone, fold=fold)
        if (placed.tzname() or "").upper() == word and all(
            placed.utcoffset() != local.replace(tzinfo=zone, fold=each).utcoffset() for each in found
        ):
            found.append(fold)
    return found
