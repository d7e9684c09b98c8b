"""Fields whose words are a closed list: capitals are ignored, and words that are not in it are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.mapping.options import joined
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import ABSENT
from callboard.ingest.sources.values.texts import text
from callboard.model import fields as model
from callboard.model.fields import event_fields

MAX_UNKNOWN_WORDS: Final = 1_000
"""Words of a field that an import counts one by one; rows of further ones are counted together. Each field
has its own, so that many reasons why calls ended do not hide a status.
"""
MAX_WORD_CHARACTERS: Final = 100

Reader = Callable[[Any], Any]


class UnknownWord(NamedTuple):
    """A word that is not in the closed list of its field, and the rows that have it."""

    field: str
    word: str | None
    """None: the words beyond the bound together."""
    rows: int
    choices: tuple[str, ...]
    """The words of the field; empty where the table of a platform decides, and no option does."""
    rejects: bool
    """Whether the rows are rejected for it."""
    is_kept: bool = False
    """Whether the rows keep it as the source's own word; else the field is left out of them."""

    @property
    def value(self) -> str | None:
        """The text of `--values` that says what the word means, with `…` in the place of the meaning."""
        return (
            None
            if self.word is None or not self.choices
            else joined([f"{self.field}:{escaped(self.word)}=…"])
        )

    @property
    def option(self) -> str | None:
        """The same as it is typed in a shell."""
        return None if self.value is None else "--values " + _quoted(self.value)

    def as_json(self) -> dict[str, Any]:
        """The word as JSON for scripts. A meaning is one of `choices`; an empty one leaves the field out."""
        return {
            "field": self.field,
            "word": self.word,
            "rows": self.rows,
            "option": self.option,
            "value": self.value,
            "choices": list(self.choices),
            "rejects": self.rejects,
        }


class _Closed(NamedTuple):
    words: Mapping[str, str]
    """Folded word → word."""
    keeps_others: bool
    """Whether other words are valid too: of `end_reason` they are kept as the source's own."""
    required: bool


_CLOSED: Final[Mapping[str, Mapping[str, _Closed]]] = {
    of: {
        each.name: _Closed(
            {word.casefold(): word for word in each.words}, each.kind != "word", bool(each.required)
        )
        for each in event_fields(of)
        if each.words
    }
    for of in model.FIELDS
}


def is_unknown(record_type: str, field: str, word: str) -> bool:
    """Whether the field has a closed list, in which the word is not, so that it is read as nothing."""
    closed = _CLOSED[record_type].get(field)
    return closed is not None and not closed.keeps_others and word.casefold() not in closed.words


class UnknownWords:
    """Counts the unknown words of an import."""

    def __init__(self, record_type: str) -> None:
        self._closed = _CLOSED[record_type]
        self._rows: dict[str, dict[str | None, int]] = {}
        self._stated: set[tuple[str, str]] = set()
        """Words that options give on purpose, where any word is valid."""

    def reader(self, field: str) -> Reader | None:
        """The reader of a closed field, which counts unknown words; None for any other field.

        An unknown word is the value `ABSENT`, so that it costs the field and not the row; where other words
        are valid too it stays, and of a field that every row needs, so that the row is rejected for it.
        """
        closed = self._closed.get(field)
        if closed is None:
            return None
        words, others, required = closed

        def read(value: Any) -> Any:
            if isinstance(value, str) and value in words:
                return words[value]  # nearly every cell
            word = text(value)
            if not isinstance(word, str):
                return word  # validation says what it should have been
            found = words.get(word.casefold())
            if found is not None:
                return found
            if (field, word) not in self._stated:
                self._count(field, word)
            return word if required or others else ABSENT

        return read

    def checked(self, option: str, field: str, word: str) -> str:
        """A word that an option gives to a field. Raises `ImportOptionError` for an unknown one."""
        closed = self._closed.get(field)
        if closed is None or not word:
            return word
        found = closed.words.get(word.casefold())
        if found is None and not closed.keeps_others:
            raise ImportOptionError(
                f"{option}: {field} cannot be {word!r}, only {', '.join(closed.words.values())}"
            )
        if found is None:
            self._stated.add((field, word))
        return found or word

    def start_over(self) -> None:
        """Forget what was counted."""
        self._rows.clear()

    def found(self) -> list[UnknownWord]:
        """The words and their rows, those of most rows first."""
        return [
            self._unknown(*each)
            for each in sorted(
                ((field, word, rows) for field, words in self._rows.items() for word, rows in words.items()),
                key=lambda each: (-each[2], each[0], each[1] or ""),
            )
        ]

    def _unknown(self, field: str, word: str | None, rows: int) -> UnknownWord:
        words, others, required = self._closed[field]
        return UnknownWord(field, word, rows, tuple(words.values()), required, others)

    def _count(self, field: str, word: str) -> None:
        words = self._rows.setdefault(field, {})
        key: str | None = word[:MAX_WORD_CHARACTERS]
        if key not in words and len(words) >= MAX_UNKNOWN_WORDS:
            key = None
        words[key] = words.get(key, 0) + 1


def _quoted(text: str) -> str:
    """Quoted for a shell; always, as a person replaces the `…` in it."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
