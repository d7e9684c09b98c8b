"""Words of platforms and people → the words of this product, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from callboard.model.fields import FIELDS, event_fields

NO_AGENT_WORDS: Final = frozenset({"none", "null", "n a", "na", "nil", "no server", "unknown", "unassigned"})
"""Words that mean that there is no agent."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def _table(words: Mapping[str, tuple[str, ...]], own: Iterable[str]) -> dict[str, str]:
    table = {normal(word): meaning for meaning, synonyms in words.items() for word in synonyms}
    return table | {normal(word): word for word in own}


def normal(word: str) -> str:
    """A word in the form of the tables: lower case, parts separated by one space."""
    return _NO_LETTER.sub(" ", word.lower()).strip()


MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    field.name: _table(field.synonyms, field.words)
    for of in FIELDS
    for field in event_fields(of)
    if field.synonyms
}
"""Field → word → the word of this product."""


def meanings(field: str, words: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Word → meaning for the known words that are not themselves the meaning; and the unknown words."""
    known: dict[str, str] = {}
    unknown: list[str] = []
    for word in words:
        meaning = MEANINGS[field].get(normal(word))
        if meaning is None:
            unknown.append(word)
        elif meaning != word:
            known[word] = meaning
    return known, unknown
