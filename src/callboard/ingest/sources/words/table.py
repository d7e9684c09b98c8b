"""A table of words: what one platform or one language writes, and what it means here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

BY_TALK: Final = "by_talk"
"""The meaning of a word that says only that a call is over: completed if it was answered, else missed."""
LEFT_OUT: Final = ""
"""The meaning of a word that says nothing or "unknown": the field is left out."""

_NO_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"([+-]?)0*(\d+)(\.0+)?")
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TABLE_LINE = re.compile(r"(?P<meaning>[a-z_]+)(?: (?P<reason>[a-z_]+))?: (?P<words>.+)")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae"})
"""Letters that are not made of a plain one and an accent."""


def without_accents(text: str) -> str:
    """The text in small letters without accents."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    return "".join(each for each in parts if not unicodedata.combining(each))


def normal(word: str) -> str:
    """A word without capitals, accents, spaces and signs: `No answer` and `NO_ANSWER` are equal.

    Numbers stay numbers: `016` and `16.0` are `16`, and `-1` is not `1`.
    """
    if number := _NUMBER.fullmatch(word.strip()):
        return ("-" if number[1] == "-" else "") + number[2]
    return _NO_WORD.sub("", without_accents(word))


def words_of(heading: str) -> str:
    """A heading's words in small letters without accents, joined by `_`: `callSid` is `call_sid`."""
    return _NO_WORD.sub("_", without_accents(_WORD_BOUNDARY.sub("_", heading))).strip("_")


@dataclass(frozen=True, eq=False)
class Table:
    """The words of one platform or language."""

    name: str
    """As people call it: `Asterisk`, `Spanish`."""
    source: str
    """Where the words are published: the vendor's page, by its title."""
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Field → meaning → the words as they are published. A `*` stands for any characters."""
    heading: re.Pattern[str] | None = None
    """Of a table of numbers, or of yes and no: it is used for columns whose heading matches."""
    needs: str | None = None
    """A word in normal form without which a column is not read by it: numbers may be anybody's own."""
    _exact: Mapping[str, Mapping[str, str]] = field(repr=False, default_factory=dict)
    _patterns: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = field(repr=False, default_factory=dict)

    def look(self, of: str, word: str) -> str | None:
        """The meaning of a word in normal form; None when this table does not know it."""
        exact = self._exact.get(of, {}).get(word)
        if exact is not None:
            return exact
        return next((says for form, says in self._patterns.get(of, ()) if form.fullmatch(word)), None)

    def knows(self, of: str, word: str) -> bool:
        """Whether the word is one of its own. The end reason of many a status word is not told."""
        if self.look(of, word) is not None:
            return True
        return of == "end_reason" and self.look("call_status", word) is not None

    def size(self, of: str) -> int:
        """How many words it has for a field."""
        return len(self._exact.get(of, {})) + len(self._patterns.get(of, ()))


def table(name: str, source: str, *, heading: str = "", needs: str | None = None, **fields: str) -> Table:
    """A table from lines `meaning: word | word`; more lines of words are indented.

    The lines of `ends` say status and end reason at once: `missed busy: BUSY | USER_BUSY`. Without a reason
    they say the status alone. `left_out` stands for the words that leave a field out. Raises `ValueError` for
    a line that is none and for a word that stands twice for one field.
    """
    listed = list(_listed(fields))
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    for of, says, word in listed:
        by = words.setdefault(of, {})
        by[says] = (*by.get(says, ()), word)
    exact: dict[str, dict[str, str]] = {}
    variants: dict[str, dict[str, str]] = {}
    patterns: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {}
    for of, says, word in listed:
        known = exact.setdefault(of, {})
        if "*" in word:
            form = re.compile(".*".join(re.escape(normal(piece)) for piece in word.split("*")))
            patterns[of] = (*patterns.get(of, ()), (form, says))
            continue
        plain = normal(word)
        if plain in known or not plain:
            raise ValueError(f"{name}: {word!r} stands twice for {of}, or has no letter")
        known[plain] = says
        if (spelt_out := word.translate(_UMLAUTS)) != word:
            variants.setdefault(of, {})[normal(spelt_out)] = says
    exact = {of: variants.get(of, {}) | known for of, known in exact.items()}
    return Table(name, source, words, re.compile(heading) if heading else None, needs, exact, patterns)


def _listed(fields: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(field, meaning, word) in the order of the lines."""
    for of, text in fields.items():
        for line in re.sub(r"\n\s+", " ", text.strip()).splitlines():
            parts = _TABLE_LINE.fullmatch(line)
            if parts is None:
                raise ValueError(f"{line!r} is no line of a table")
            meaning = LEFT_OUT if parts["meaning"] == "left_out" else parts["meaning"]
            for word in (each.strip() for each in parts["words"].split("|")):
                yield ("call_status" if of == "ends" else of), meaning, word
                if of == "ends" and parts["reason"]:
                    yield "end_reason", parts["reason"], word
