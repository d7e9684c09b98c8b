"""Read the number, or the address, of one party of a call."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct

from callboard.ingest.sources.platforms.reading.values import text

LONGEST: Final = 64
"""Bytes of a number in an event. A longer address goes to `metadata`."""
WITHHELD: Final = frozenset(
    {
        "anonymous", "restricted", "unavailable", "unknown", "private", "blocked", "withheld",
        # Twilio spells such words on the keys of a phone.
        "266696687", "7378742833", "2562533", "8656696", "86282452253",
    }
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s().\-/\u00a0]+")
_PLAIN = re.compile(r"\+[1-9]\d{7,14}")
_DIGITS = re.compile(r"\+?\d{2,20}")
_SIP = re.compile(r"sips?:(?://)?([^@;?>]+)@([^;?>]+)", re.IGNORECASE)


class Party(Struct, frozen=True):
    """One party of a call."""

    number: str | None = None
    """E.164 where it can be told, else as the platform writes it; None when there is none."""
    withheld: bool = False
    """The caller does not want the number to be known."""
    address: str | None = None
    """An address that is too long for a number."""


NOBODY: Final = Party()


def party(value: Any, *, plus: bool = False) -> Party:
    """The party that a value names. `plus`: the platform writes international numbers without their plus."""
    word = text(value)
    if word is None:
        return NOBODY
    if _PLAIN.fullmatch(word) and word[1:] not in WITHHELD:  # nearly all
        return Party(word)
    spoken = word.lower().removeprefix("sip:").removeprefix("+").partition("@")[0]
    if spoken in WITHHELD:
        return Party(withheld=True)
    plain = _SEPARATORS.sub("", word)
    if _DIGITS.fullmatch(plain):
        return Party(_international(plain, plus))
    if (
        (sip := _SIP.match(word))
        and (user := _SEPARATORS.sub("", sip[1])).startswith("+")
        and _DIGITS.fullmatch(user)
    ):
        return Party(user)
    return Party(word) if len(word.encode("utf-8", "replace")) <= LONGEST else Party(address=word)


def _international(plain: str, plus: bool) -> str:
    if plain.startswith("00") and len(plain) >= 10:
        return f"+{plain[2:]}"
    return f"+{plain}" if plus and not plain.startswith(("+", "0")) and len(plain) >= 8 else plain
