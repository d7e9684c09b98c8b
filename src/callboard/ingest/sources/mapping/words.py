"""What the words of a column mean: the table of `--values` and `--null` for one field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.mapping.patterns import as_pattern, literal
from callboard.ingest.sources.mapping.templates import ABSENT, text_of

ELSE = "*"


class WordTable:
    """Word → value. A word as written comes first, then capitals are ignored, then words with `*` in the
    order given, last `*` alone: any other word. An empty cell is no word but the empty one.
    """

    def __init__(self) -> None:
        self._exact: dict[str, Any] = {}
        self._folded: dict[str, Any] = {}
        self._patterns: list[tuple[re.Pattern[str], Any]] = []
        self._else: Any = ABSENT

    def add(self, word: str, value: Any) -> None:
        """Add a word; one that is given again has the later value."""
        if word == ELSE:
            self._else = value
        elif (pattern := as_pattern(word)) is not None:
            self._patterns.append((pattern, value))
        else:
            text = literal(word)
            self._exact[text] = self._folded[text.casefold()] = value

    def meaning(self, value: Any) -> Any:
        """The value for a cell; the cell itself where the table says nothing of it."""
        if isinstance(value, str):
            text = value
        elif isinstance(value, dict | list):
            return value
        else:
            text = text_of(value)
        found = self._exact.get(text, ABSENT)
        if found is ABSENT:
            found = self._folded.get(text.casefold(), ABSENT)
        if found is ABSENT and text:
            found = self._by_pattern(text.casefold())
        return value if found is ABSENT else found

    def _by_pattern(self, text: str) -> Any:
        return next((value for pattern, value in self._patterns if pattern.fullmatch(text)), self._else)


def word_and_value(target: str, pair: str) -> tuple[str, str]:
    """The two sides of `WORD=value`. Raises `ImportOptionError`."""
    word, equals, value = pair.rpartition("=")  # the last =: a word may hold one, no value does
    if not equals:
        raise ImportOptionError(f"--values {target}: {pair!r} is not WORD=value")
    return word.strip(), value.strip()


def tables(
    values: dict[str, list[str]], nulls: dict[str, list[str]], known: Iterable[str]
) -> dict[str, WordTable]:
    """Field → its table. `known`: the fields that have words. Raises `ImportOptionError` for others."""
    found: dict[str, WordTable] = {}
    for option, targets in (("--values", values), ("--null", nulls)):
        for target in targets:
            if target not in known:
                raise ImportOptionError(f"{option}: {target} is not mapped to any column")
            found.setdefault(target, WordTable())
    for target, pairs in values.items():
        for pair in pairs:
            found[target].add(*word_and_value(target, pair))
    for target, words in nulls.items():
        for word in words:
            found[target].add(word, None)
    return found
