"""Letters of other scripts than Latin, by how often they stand in texts: by this an encoding is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_OFTEN: Final = 1.8
_NOW_AND_THEN: Final = 1.0
_SELDOM: Final = -0.3

_SCRIPTS: Final[Mapping[str, tuple[str, str, str]]] = {
    # script: letters that are frequent; less frequent; rare
    "Cyrillic": ("оеаинтсрвлкд", "мпуяыьгзбчй", "хжшюцщэфъёіїєґўђјљњћџ№"),
    "Greek": ("αοιετσνηρπκς", "υμλωδγχθάέήίόύώ", "φβξζψϊϋΐΰ"),
    "Hebrew": ("יוהלארמתשנב", "דחעקפכםן", "גזטסצךףץװױײ"),
    "Arabic": ("اليمنرتوهبعسدف", "ةأقحكجشصطخى", "إآءئؤثذضظغزپچژگ"),
}
_FINAL: Final = frozenset("ςםןךףץةى")
"""Letters that stand only at the end of a word."""
SCRIPT_OF: Final[Mapping[str, str]] = {
    letter: script
    for script, groups in _SCRIPTS.items()
    for group in groups
    for letter in group + group.upper()
    if len(letter) == 1
}
_SCORE_OF: Final[Mapping[str, float]] = {
    letter: score
    for groups in _SCRIPTS.values()
    for group, score in zip(groups, (_OFTEN, _NOW_AND_THEN, _SELDOM), strict=True)
    for letter in group + group.upper()
}


_VOWELS: Final = "аеёиоуыэюяіїєαεηιουωάέήίόύώϊϋ"
_UNSPOKEN: Final = re.compile(
    rf"(?<![^\W\d_])[^\W\d_{_VOWELS}]{{3,}}(?![^\W\d_])|[^\W\d_{_VOWELS}]{{5,}}|[{_VOWELS}]{{4,}}"
)


def unspoken(text: str) -> int:
    """How many letters of Cyrillic and Greek words make sounds that nobody speaks: no vowel, or too many."""
    found = _UNSPOKEN.findall(text.casefold())
    return sum(len(each) for each in found if SCRIPT_OF.get(each[0]) in ("Cyrillic", "Greek"))


def score_of(before: str, each: str, after: str) -> float | None:
    """How plausible a letter of a script is between its neighbours; None where it is wrong."""
    script = SCRIPT_OF[each]
    if any(side.isalpha() and SCRIPT_OF.get(side) != script for side in (before, after)):
        return None
    if before.islower() and each.isupper():
        return None
    if each in _FINAL and after.isalpha():
        return None
    if not before.isalpha() and not after.isalpha():
        return min(0.3, _SCORE_OF[each])
    return _SCORE_OF[each]
