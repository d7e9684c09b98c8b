"""Words that say "there is none" in columns of numbers, lengths and times."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = frozenset({
    "", "-", "--", "---", "----", "\u2013", "\u2014", "?", ".", "*",
    "null", "(null)", "<null>", "[null]", "\\n", "nil", "none", "(none)", "<none>", "[none]", "(blank)",
    "n/a", "na", "#n/a", "#na", "n.a.", "n.a", "<na>", "nan", "nat", "#null!", "undefined", "n/d", "s/d",
    "not available", "not applicable", "-:-", "--:--", "--:--:--", "-:--", "-:--:--",
})  # fmt: skip
_NO_DATE: Final = re.compile(r"0000[-/.]00[-/.]00(?!\d)|00[-/.]00[-/.]0000(?!\d)")
# What systems write for a time that never came: Unix 0 as a number or as a date, the first day of Go and
# .NET, those of spreadsheets and of SQL Server. Calls are taken from 1990 on: none of them is a call's time.
_ZERO_TIME: Final = re.compile(r"[-+]?0+(\.0*)?$|(0001-01-01|1899-12-3[01]|1900-01-01|1970-01-01)(?!\d)")
# Such a day as an instant in any zone, as ISO 8601 begins it: 00:00:00 UTC Jan 01 1970 in words of its own.
_NO_INSTANTS: Final = (
    "0001-01-01", "1899-12-29", "1899-12-30", "1899-12-31", "1900-01-01", "1969-12-31", "1970-01-01",
)  # fmt: skip


def is_null(text: str) -> bool:
    """Whether a cell of a column of numbers, lengths or times says that there is none. Capitals and spaces
    around it do not matter.
    """
    word = text.strip()
    return word.lower() in _WORDS or _NO_DATE.match(word) is not None


def is_no_time(text: str) -> bool:
    """Whether a cell of a column of times says that there is none: `is_null`, or zero (`0`, `1970-01-01`)."""
    return is_null(text) or _ZERO_TIME.match(text.strip()) is not None


def is_no_instant(iso: str) -> bool:
    """Whether a time that was read, as ISO 8601, is one of those that say that there is none."""
    return iso.startswith(_NO_INSTANTS)
