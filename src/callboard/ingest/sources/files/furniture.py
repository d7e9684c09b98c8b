"""Lines of a table that are no rows: types and units below the header, headers that come again, totals."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

LEARNED_ROWS = 1_000
"""From so many first rows it is learned what every row of the file has."""

_TOTALS = (
    "total", "totals", "subtotal", "subtotals", "sub total", "grand total", "overall total", "sum", "overall",
    "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "total general", "suma", "totales",
    "subtotales", "soma", "total geral", "totais", "somme", "totaux", "sous total", "total général", "totale",
    "totali", "totale generale", "somma", "totaal", "subtotaal", "razem", "suma końcowa", "итого", "всего",
    "totalt", "summa", "i alt", "toplam", "genel toplam",
    "average", "averages", "avg", "mean", "median", "count", "counts", "minimum", "maximum", "durchschnitt",
    "mittelwert", "anzahl", "promedio", "cantidad", "media", "conteggio", "quantidade", "moyenne",
    "nombre total", "gemiddelde", "aantal", "średnia", "liczba", "среднее", "количество", "genomsnitt",
    "gennemsnit", "antal", "ortalama",
)  # fmt: skip
_ANY_TOTALS = "|".join(word.replace(" ", "[ -]") for word in sorted(_TOTALS, key=len, reverse=True))
_IS_TOTALS = re.compile(rf"\s*[*#(\[]*(?:{_ANY_TOTALS})(?!\w)", re.IGNORECASE)
TOTALS_BEGIN = frozenset(
    "".join(letters)
    for word in _TOTALS
    for letters in itertools.product(*((each.lower(), each.upper()) for each in word[:3]))
)
"""How the first cell of a line of totals may begin: its first three letters, with or without capitals."""
MARKS_OF_TOTALS = frozenset("*#([")
"""Signs that may stand before them."""
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[ -]?[^\W\d_]{3,10}\.?,?[ -]\d{2,4}"
    r"|[^\W\d_]{3,10}\.? \d{1,2},? \d{4}|\d{8}T\d{4}|\b\d{9,10}\.\d+|\b1\d{9}\b|\b1\d{12}\b"
)
_TYPE = re.compile(
    r"(?:(?:tiny|small|medium|big)?int(?:eger|\d)?|n?(?:var)?char2?|character(?: varying)?|n?text|string|str"
    r"|date|time|(?:small)?datetime2?|timestamp|timestamptz|interval|bool(?:ean)?|bit|float\d?|real|double"
    r"|double precision|decimal|numeric|number|uuid|uniqueidentifier|guid|(?:var)?binary|blob|json|jsonb"
    r"|enum|inet|serial|long|short|object)(?: ?\(\d+(?: ?, ?\d+)?\))?(?: not null| unsigned)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[(\[]?(?:s|sec|secs|seconds?|sekunden?|segundos|secondes?|secondi|ms|msec|milliseconds?|min|mins"
    r"|minutes?|minuten|minutos|minuti|h|hours?|hh?:mm(?::ss)?|mm:ss|utc|gmt|local|text|id|count"
    r"|[ymdhs]{1,4}(?:[-/.: ][ymdhs]{1,4}){2,5}|eur|usd|gbp|\$|€|£|%|#)[)\]]?",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-=+_]{2,}")
_DRAWN = re.compile(r"\\?\.|--(?: .*)?|[-=+|]*[-=]{2,}[-=+|]*|\(?\d[\d,]* rows?(?: in set \([\d.]+ \w+\)|\))")
"""A line of a table as psql and mysql draw it, that is no row: `+----+----+`, `(14 rows)`."""


def is_types(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the line below the header names types or units of the columns, or is a rule of dashes."""
    if len(cells) != len(columns):
        return False
    words = [cell.strip() for cell in cells if cell.strip()]
    if len(words) * 2 < len(cells) or len(words) < 2:
        return bool(words) and _all(_UNIT, words) and words[0][0] in "(["
    return _all(_TYPE, words) or _all(_UNIT, words) or _all(_RULE, words)


def _all(pattern: re.Pattern[str], words: Sequence[str]) -> bool:
    return all(pattern.fullmatch(word) for word in words)


def is_drawn(cells: Sequence[str]) -> bool:
    """Whether a line is one of those around the rows of a drawn table, or counts its rows, or is the end of
    the rows of a dump or a comment below them.
    """
    return len(cells) == 1 and _DRAWN.fullmatch(cells[0].strip()) is not None


def names_itself_totals(cells: Sequence[str]) -> bool:
    """Whether the first cell that is not empty calls the line totals."""
    first = next((cell for cell in cells if cell.strip()), "")
    return _IS_TOTALS.match(first) is not None


class Totals:
    """Tells lines that add up others from rows.

    A line of totals names itself in its first cell that is not empty, and has no date in the columns where
    every row has one. Where rows have no dates, at least half of its cells are empty, and those too that
    every row fills. A call of an agent who is called "Total" has its date.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.learned = 0
        """The rows that were learned from."""
        self._dated = set(range(width))
        self._filled = set(range(width))

    def learn(self, cells: Sequence[str]) -> None:
        """Take notice of a row."""
        if len(cells) != self._width:
            return
        self.learned += 1
        self._dated = {place for place in self._dated if _DATE.search(cells[place])}
        self._filled = {place for place in self._filled if cells[place]}

    def names_itself(self, cells: Sequence[str]) -> bool:
        """Whether a line calls itself totals."""
        return names_itself_totals(cells)

    def begin_another_table(self, cells: Sequence[str]) -> bool:
        """Whether a line below a blank one begins another table, of sums per agent or day: it is narrower,
        and has no date where every row has one.
        """
        return bool(self._dated) and not cells[-1].strip() and self.lacks_what_rows_have(cells)

    def lacks_what_rows_have(self, cells: Sequence[str]) -> bool:
        """Whether a line that names itself so is no row. Only to be asked when a row was learned."""
        if self._dated:
            return not any(place < len(cells) and _DATE.search(cells[place]) for place in self._dated)
        if cells.count("") * 2 < self._width - (self._width - len(cells)) * 2:
            return False
        lacking = sum(place >= len(cells) or not cells[place].strip() for place in self._filled)
        return lacking * 2 >= max(1, len(self._filled))
