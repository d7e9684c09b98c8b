"""Read telephone numbers that a spreadsheet wrote as numbers: `447700900123.0`, `'+44…`, `4.47701E+11`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from callboard.ingest.sources.mapping.templates import ABSENT
from callboard.ingest.sources.values.texts import text

_AS_TEXT: Final = re.compile(r"['\u2019](?=\+?[0-9(])")
"""What says in a cell of a spreadsheet that digits are a text."""
_AS_WHOLE: Final = re.compile(r"(\+?[0-9]+)\.0+")
_AS_POWER: Final = re.compile(r"(\+?)([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
_POWER_OF_A_NUMBER: Final = 5
"""The least, and it has a sign: `1E4` may be a name."""


class PhoneReader:
    """Reads cells, and counts the numbers of which digits are gone: such a number is left out, as the calls
    of many would be those of one.
    """

    def __init__(self) -> None:
        self.lost = 0
        """Numbers so far that had lost digits."""

    def __call__(self, value: Any) -> Any:
        """The number as it was before the spreadsheet; `ABSENT` for one that nobody can tell."""
        if not isinstance(value, str):
            return text(value)
        if value.isdecimal():  # nearly all
            return value
        if found := _AS_TEXT.match(value):
            value = value[found.end() :]
        if found := _AS_WHOLE.fullmatch(value):
            return found[1]
        found = None if value.isalnum() else _AS_POWER.fullmatch(value)
        if found and int(found[4]) >= _POWER_OF_A_NUMBER:
            return self._of_power(*found.groups(default=""))
        return value

    def _of_power(self, plus: str, first: str, fraction: str, power: str) -> Any:
        if len(fraction) < int(power):
            self.lost += 1
            return ABSENT
        return f"{plus}{Decimal(f'{first}.{fraction or 0}e{power}').to_integral_value():f}"
