"""Tell a header line from a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DATA = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*"  # a date
    r"|\d{1,2}[ -][^\W\d_]{3,10}\.?[ -]\d{2,4}.*|[^\W\d_]{3,9},? \d{1,2} [^\W\d_]{3,9} \d{4}.*"
    r"|[^\W\d_]{3,10}\.? \d{1,2},? \d{4}.*"
    r"|\d{1,3}:\d\d(?::\d\d)?(?:\.\d+)?(?: ?[AaPp]\.?[Mm]\.?)?"  # a clock or a length
    r"|\+?\(?\d[\d ()./-]{5,}\d"  # a phone number, an id of digits
    r"|[-+]?\d+[.,]\d+"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-.*|[0-9a-fA-F]{16,}"
    r"|[A-Za-z0-9._%+-]+@[\w.-]+|sips?:.*|https?://.*"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?:PJSIP|SIP|IAX2|DAHDI|Local|sofia)/.*"
    r'|".*" ?<\+?\w*>|<\+?\d+>|\\N|NULL'
)
_NUMBER = re.compile(r"[-+]?\d+")
_ENDING = re.compile(
    r"NORMAL_CLEARING|NO_ANSWER|NO ANSWER|ANSWERED|USER_BUSY|ORIGINATOR_CANCEL|CONGESTION|[A-Z]+(?:_[A-Z]+)+"
)
"""Words in capitals by which exchanges say how a call ended."""
_MOST_ROWS = 200


def is_row(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether the first line of a table is a row and no header."""
    cells = [cell.strip() for cell in first]
    if any(_DATA.fullmatch(cell) for cell in cells):
        return True
    below = [[cell.strip() for cell in row] for row in others[:_MOST_ROWS] if len(row) == len(first)]
    below = [row for row in below if row != cells]  # a header may come again
    numbers = [place for place, cell in enumerate(cells) if _NUMBER.fullmatch(cell)]
    words = [place for place, cell in enumerate(cells) if cell and place not in numbers]
    # A word that comes again in its column is no name of the column; unless it is the only word of a column
    # that says no more than that, as `Answered` above `Answered` and `-`, and others of the line are names.
    again = [place for place in words if any(row[place] == cells[place] for row in below)]
    # Several columns with a word above and numbers or times below have their names there.
    if sum(_has_name(place, below) for place in words) > max(1, len(again)):
        return False
    flags = [place for place in again if len({row[place] for row in below if _is_word(row[place])}) == 1]
    if len(again) > len(flags) or (again and len(again) * 2 > len(words)):
        return True
    if not words:
        return bool(numbers)
    # A column with a word above and numbers or times below has its name there.
    if any(_has_name(place, below) for place in words):
        return False
    endings = [place for place in words if _ENDING.fullmatch(cells[place])]
    return bool(numbers) and (len(numbers) > 1 or bool(endings))


def is_data(cell: str) -> bool:
    """Whether a cell is a number, a time, a phone number or the like, and no name of a column."""
    text = cell.strip()
    return _DATA.fullmatch(text) is not None or _NUMBER.fullmatch(text) is not None


def _is_word(cell: str) -> bool:
    return any(sign.isalnum() for sign in cell)


def _has_name(place: int, below: Sequence[Sequence[str]]) -> bool:
    values = [row[place] for row in below if row[place]]
    return bool(values) and all(_DATA.fullmatch(value) or _NUMBER.fullmatch(value) for value in values)
