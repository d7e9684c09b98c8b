"""Cursors: where a page ended, as an opaque text.

Every text of the declared form is some position in a list's total order, so that no cursor can be wrong, only
unhelpful: what follows a position is well defined for any list. It names no tenant and widens no filter.
"""

from __future__ import annotations

import re

from callboard.store.questions import Position

_NUMBER_BYTES = 8
_ID_BYTES = 255
CURSOR_PATTERN = f"^([0-9a-f]{{2}}){{{2 * _NUMBER_BYTES},{2 * _NUMBER_BYTES + _ID_BYTES}}}$"
_CURSOR = re.compile(CURSOR_PATTERN.removeprefix("^").removesuffix("$"))


def write_cursor(position: Position) -> str:
    """The cursor of the page that starts behind this position."""
    numbers = b"".join(
        number.to_bytes(_NUMBER_BYTES, "big", signed=True) for number in (position.at, position.space_id)
    )
    return (numbers + position.item_id.encode()).hex()


def read_cursor(text: str) -> Position:
    """The position a cursor stands for. Raises `ValueError` when it has not the form of one."""
    if not _CURSOR.fullmatch(text):
        raise ValueError("not a cursor; send a next_cursor as it came")
    raw = bytes.fromhex(text)
    at, space_id = (
        int.from_bytes(raw[start : start + _NUMBER_BYTES], "big", signed=True) for start in (0, _NUMBER_BYTES)
    )
    return Position(at, raw[2 * _NUMBER_BYTES :].decode(errors="replace"), space_id)
