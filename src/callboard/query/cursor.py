"""Cursors for keyset pagination: the position at which a page ended, as opaque text.

Any text of the declared form is a position in the total order of a list, and the rows after a position are
well defined for any list. So a cursor needs no signature: a forged one names no tenant and widens no filter.
"""

from __future__ import annotations

import re

from callboard.store.questions import Position

_NUMBER_BYTES = 8
ID_BYTES = 255
"""Most bytes of the text in a position."""
CURSOR_PATTERN = f"^([0-9a-f]{{2}}){{{2 * _NUMBER_BYTES},{2 * _NUMBER_BYTES + ID_BYTES}}}$"
_CURSOR = re.compile(CURSOR_PATTERN.removeprefix("^").removesuffix("$"))


def write_cursor(position: Position) -> str:
    """The cursor of the page that starts after this position."""
    numbers = b"".join(
        number.to_bytes(_NUMBER_BYTES, "big", signed=True) for number in (position.at, position.space_id)
    )
    return (numbers + position.item_id.encode()).hex()


def read_cursor(text: str) -> Position:
    """The position of a cursor. Raises `ValueError` for a text of another form."""
    if not _CURSOR.fullmatch(text):
        raise ValueError("not a cursor; send a next_cursor as it came")
    raw = bytes.fromhex(text)
    at, space_id = (
        int.from_bytes(raw[start : start + _NUMBER_BYTES], "big", signed=True) for start in (0, _NUMBER_BYTES)
    )
    # "replace": bytes that are not UTF-8 can only be a forged cursor; any text is a valid position.
    return Position(at, raw[2 * _NUMBER_BYTES :].decode(errors="replace"), space_id)
