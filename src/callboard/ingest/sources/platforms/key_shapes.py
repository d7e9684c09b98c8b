"""Whether a text has the form of a key: long, and of letters and digits in no order, as words are not."""

from __future__ import annotations

import re
from typing import Final

_LENGTHS: Final = range(16, 4097)
_CHARACTERS: Final = re.compile(r"[\w.~+/=:|-]+", re.ASCII)
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_BETWEEN: Final = re.compile(r"[_.~+/=:|-]+")
_PART: Final = 8
"""Characters of a part that may be none of a word."""
_TURN: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_TURNS: Final = 2
"""From letters to digits, or back: `campaign2026` has one."""
_NO_WORD: Final = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{6}")
_CAPITALS: Final = re.compile(r"[a-z][A-Z]{2,}[a-z]")
_MIXED: Final = 16


def looks_like_a_key(value: str) -> bool:
    """Whether it does. Names and times do not, ids that are drawn do."""
    text = value.strip()
    if len(text) not in _LENGTHS or not _CHARACTERS.fullmatch(text):
        return False
    return _UUID.fullmatch(text) is not None or any(map(_is_drawn, _BETWEEN.split(text)))


def _is_drawn(part: str) -> bool:
    if len(part) < _PART:
        return False
    if len(_TURN.findall(part)) >= _TURNS or _NO_WORD.search(part) is not None:
        return True
    return len(part) >= _MIXED and len(_CAPITALS.findall(part)) > 1
