"""How the lengths of time of a column are written, and what of it the cells leave open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from callboard.ingest.sources.guessing.headings import said_in
from callboard.ingest.sources.values.lengths import HOURS_AND_MINUTES, clock_parts, said_in_words
from callboard.ingest.sources.values.nulls import is_null
from callboard.ingest.sources.values.numbers import DECIMAL_SIGNS, number

Shape = Literal["number", "clock", "hh:mm:ss", "words"]
"""`clock`: all clocks have two parts, which are minutes and seconds or hours and minutes. `hh:mm:ss`: some
have three, so that two are minutes and seconds."""
NO_LENGTH: Final = frozenset({"-1", "-1.0"})
"""Words that some systems write for the length of a call that nobody answered."""
MAX_UNFIT = 20
"""Cells that do not fit, shown at most."""
_SHAPES: Final[tuple[Shape, ...]] = ("hh:mm:ss", "words", "clock", "number")
_HOURS_FIRST: Final = frozenset({"h:mm", "hh:mm"})
_A_DAY = 24
"""A two-part clock that begins with this or more is minutes and seconds: a call of a day is none."""


@dataclass
class LengthColumn:
    """How a column's lengths of time are written."""

    unit: str | None
    """For `--duration-unit`, as heading or cells say it. None: bare numbers, or clocks of two parts, of which
    nothing says the unit."""
    shape: Shape
    decimals: tuple[str, ...]
    """The decimal signs that fit. Two: they read the cells differently; the likelier comes first."""
    fits: int
    """Cells that are lengths."""
    unfit: list[Any] = field(default_factory=list)
    """Cells that are not, each once, at most `MAX_UNFIT`."""


def length_column(values: Sequence[Any], column: str = "") -> LengthColumn | None:
    """How the lengths of a column are written; None unless most of its cells (nulls aside) are lengths."""
    cells = Counter(cell for cell in map(_cell, values) if cell is not None)
    none = [cell for cell in cells if str(cell) in NO_LENGTH]
    for cell in none:
        del cells[cell]
    texts = [cell for cell in cells if isinstance(cell, str)]
    decimals = _decimals(texts)
    shapes = {cell: _shape_of(cell, decimals[0]) for cell in cells}
    unit, shape = _unit_and_shape(column, shapes, cells)
    said = said_in(column).unit is not None
    unfit = [cell for cell in cells if not _fits(cell, shapes[cell], shape, said=said, decimal=decimals[0])]
    fits = cells.total() - sum(cells[cell] for cell in unfit)
    if fits * 2 <= cells.total():
        return None
    return LengthColumn(unit, shape, decimals, fits, [*none, *unfit][:MAX_UNFIT])


def _cell(value: Any) -> Any:
    """A cell to count; None for one that is no length by its type, or says that there is none."""
    if isinstance(value, str):
        return None if is_null(value) else value.strip()
    return None if isinstance(value, dict | list) else value


def _shape_of(cell: Any, decimal: str) -> Shape | None:
    if isinstance(cell, timedelta | time):
        return "hh:mm:ss"
    count = number(cell, decimal)
    if count is not None:
        return "number" if count >= 0 else None
    if not isinstance(cell, str):
        return None
    if parts := clock_parts(cell):
        return "clock" if parts == 2 else "hh:mm:ss"
    return "words" if said_in_words(cell, decimal) is not None else None


def _unit_and_shape(
    column: str, shapes: Mapping[Any, Shape | None], cells: Counter[Any]
) -> tuple[str | None, Shape]:
    found = Counter[Shape]()
    for cell, own in shapes.items():
        if own is not None and not (own == "number" and number(cell) == 0):  # a 0 goes with any shape
            found[own] += cells[cell]
    if found["hh:mm:ss"]:
        found["hh:mm:ss"] += found.pop("clock", 0)
    # Of equally many, those that say their unit.
    shape: Shape = max(_SHAPES, key=lambda each: found[each]) if found.total() else "number"
    said = said_in(column)
    if shape == "number":
        return said.unit, shape
    if shape != "clock":
        return said.unit or "seconds", shape
    if said.clock is not None or said.unit is not None:
        hours = said.clock in _HOURS_FIRST or said.unit == "hours"
        return HOURS_AND_MINUTES if hours else said.unit or "seconds", shape
    clocks = [cell for cell, each in shapes.items() if each == "clock"]
    long = any(int(cell.partition(":")[0]) >= _A_DAY for cell in clocks)
    return "seconds" if long else None, shape


def _fits(cell: Any, own: Shape | None, shape: Shape, *, said: bool, decimal: str) -> bool:
    """Whether a cell is a length, and its unit is that of the column or said by itself."""
    if own is None:
        return False
    if own == "number" and shape != "number":
        return said or number(cell, decimal) == 0
    return not (own == "clock" and shape in ("number", "words"))


def _decimals(texts: Sequence[str]) -> tuple[str, ...]:
    by_point, by_comma = ({text: _amount(text, sign) for text in texts} for sign in DECIMAL_SIGNS)
    only_point = sum(amount is not None and by_comma[text] is None for text, amount in by_point.items())
    only_comma = sum(amount is not None and by_point[text] is None for text, amount in by_comma.items())
    if only_point and only_comma:
        return ("point", "comma") if only_point >= only_comma else ("comma", "point")
    if only_point or only_comma:
        return ("point",) if only_point else ("comma",)
    differ = [text for text in texts if by_point[text] != by_comma[text]]
    if not differ:
        return ("point",)
    # Fractions are written with as many digits throughout; beside 345, the 1,060 is rather a thousand.
    grouped = any(text.isdecimal() and text != "0" for text in texts)
    comma_divides = ("," in differ[0]) == grouped
    return ("point", "comma") if comma_divides else ("comma", "point")


def _amount(text: str, sign: str) -> Decimal | None:
    found = number(text, sign)
    return said_in_words(text, sign) if found is None else found
