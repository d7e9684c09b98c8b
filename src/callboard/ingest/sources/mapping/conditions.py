r"""Conditions on the cells of a row, as `billsec=0 and disposition=ANSWERED`.

    condition  = comparison { "and" comparison }
    comparison = column operator [value]
    operator   = "=" | "!=" | "<" | ">" | "<=" | ">="

A column or value with spaces, quotes or signs stands in double quotes, a double quote in it doubled.
`column=` is: the cell is empty, or one of the usual words for "none"; `column!=`: it is not. A bare number is
compared as a number, which a cell that is no number never fits; everything else as text without regard to
capitals. `*` in a text stands for any characters, `\*` for a star.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.mapping.patterns import as_pattern, literal
from callboard.ingest.sources.mapping.templates import Row, cell, text_of
from callboard.ingest.sources.values.lengths import amount
from callboard.ingest.sources.values.nulls import is_null

Test = Callable[[Row], bool]
LEAVE_OUT: Final = "--leave-out"
"""The option of conditions for rows that are not imported."""

_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:[^"]|"")*")|(?P<operator>!=|<=|>=|[=<>])|(?P<bare>[^\s"=!<>]+)|(?P<other>\S))'
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?::\d\d){0,2}")
_OPERATORS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class _Token(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True)
class Comparison:
    """One comparison of a condition."""

    column: str
    operator: str
    value: str
    quoted: bool
    """Whether the value stands in quotes, and so is a text even where it looks like a number."""


@dataclass(frozen=True)
class Condition:
    """A condition: all of its comparisons hold."""

    comparisons: tuple[Comparison, ...]

    @property
    def columns(self) -> list[str]:
        """The columns that it looks at."""
        return [each.column for each in self.comparisons]

    def test(self, decimal: str = "point") -> Test:
        """A function that tells whether the condition holds for a row. `decimal`: the sign in its cells."""
        tests = [_test(each, decimal) for each in self.comparisons]
        if len(tests) == 1:
            return tests[0]
        return lambda row: all(test(row) for test in tests)


def condition_of(text: str, option: str = "--when") -> Condition:
    """The condition that a text of an option says. Raises `ImportOptionError`, which names the place."""
    return Condition(tuple(_Parser(text, option).comparisons()))


def condition_text(*comparisons: tuple[str, str, str]) -> str:
    """The text of a condition of these columns, operators and values. A value in it is a text to compare, as
    in a condition that is typed: a number compares as a number, and `*` stands for any characters.
    """
    return " and ".join(
        f"{_quoted(column)}{sign}{_quoted(value) if value else ''}" for column, sign, value in comparisons
    )


def _quoted(word: str) -> str:
    token = _TOKEN.fullmatch(word)
    if token and token.lastgroup == "bare" and word == word.strip() and word.lower() != "and":
        return word
    return '"' + word.replace('"', '""') + '"'


class _Parser:
    def __init__(self, text: str, option: str) -> None:
        self._text, self._option = text, option
        self._tokens = [
            _Token(found.lastgroup or "", found.group(found.lastgroup or 0))
            for found in _TOKEN.finditer(text)
        ]
        self._at = 0

    def comparisons(self) -> Iterator[Comparison]:
        yield self._comparison()
        while self._at < len(self._tokens):
            if not self._is_and():
                wanted = '"and"'
                if self._tokens[self._at].text.lower() == "or":
                    wanted += f'; for "or", give {self._option} once more'
                raise self._wrong(wanted)
            self._at += 1
            yield self._comparison()

    def _comparison(self) -> Comparison:
        column = self._word("the name of a column")
        found = self._next()
        if found is None or found.kind != "operator":
            raise self._wrong("one of = != < > <= >=", back=found is not None)
        quoted, value = False, ""
        following = self._peek()
        if following and following.kind in ("quoted", "bare") and not self._is_and():
            quoted, value = following.kind == "quoted", self._word("a value")
        comparison = Comparison(column, found.text, value, quoted)
        if found.text not in ("=", "!=") and (quoted or not _NUMBER.fullmatch(value)):
            raise self._error(f"{found.text} compares numbers, and {value!r} is none")
        return comparison

    def _word(self, wanted: str) -> str:
        found = self._next()
        if found is None or found.kind not in ("quoted", "bare") or found.text.lower() == "and":
            raise self._wrong(wanted, back=found is not None)
        return found.text[1:-1].replace('""', '"') if found.kind == "quoted" else found.text

    def _is_and(self) -> bool:
        found = self._peek()
        return found is not None and found.kind == "bare" and found.text.lower() == "and"

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> _Token | None:
        found = self._peek()
        self._at += found is not None
        return found

    def _wrong(self, wanted: str, *, back: bool = False) -> ImportOptionError:
        self._at -= back
        found = self._peek()
        where = f"at {found.text!r}" if found else "at its end"
        return self._error(f"{where}, {wanted} is missing (names and values with spaces or signs in quotes)")

    def _error(self, message: str) -> ImportOptionError:
        return ImportOptionError(f"{self._option} {self._text!r}: {message}")


def _test(comparison: Comparison, decimal: str) -> Test:
    name, sign, value = comparison.column, comparison.operator, comparison.value
    equal = sign == "="
    if not value:
        return lambda row: _is_empty(row, name) is equal
    if not comparison.quoted and _NUMBER.fullmatch(value):
        number, compare = amount(value), _OPERATORS[sign]
        assert number is not None

        def compares(row: Row) -> bool:
            found = amount(cell(row, name), decimal)
            return found is not None and compare(found, number)

        return compares
    pattern = as_pattern(value)
    if pattern is not None:
        return lambda row: (pattern.fullmatch(text_of(cell(row, name)).casefold()) is not None) is equal
    word = literal(value).casefold()
    return lambda row: (text_of(cell(row, name)).casefold() == word) is equal


def _is_empty(row: Row, name: str) -> bool:
    text = text_of(cell(row, name))
    return not text or is_null(text)
