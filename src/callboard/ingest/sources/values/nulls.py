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


def is_null(text: str) -> bool:
    """Whether a cell of a column of numbers, lengths or times says that there is none. Capitals and spaces
    around it do not matter.
    """
    word = text.strip()
    return word.lower() in _WORDS or _NO_DATE.match(word) is not None


def is_no_time(text: str) -> bool:
    """Whether a cell of a column of times says that there is none: `is_null`, or zero (`0`, `1970-01-01`)."""
    return is_null(text) or _ZERO_TIME.match(text.strip()) is not None
