"""Ids of several columns that differ whenever one of the columns does: `a/b` and `c` never make the id of `a`
and `b/c`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_SIGN: Final = "%"


def kept_apart(separator: str) -> Callable[[str], str]:
    """A function that writes the cell behind a separator so that the separator's last place in the text is
    where it ends: read from the right, a text has one meaning. Most cells stay as they are. In one that holds
    the separator, its outer characters are written as their code points, as in an address: `b%2Fc`.
    """
    outer = dict.fromkeys((_SIGN, separator[0], separator[-1]))
    codes = {character: f"{_SIGN}{ord(character):02X}" for character in outer}

    def kept(cell: str) -> str:
        # With the separator's own end in front, the beginning of the cell may look like another one.
        if separator not in separator[1:] + cell and not (
            _SIGN in cell and any(code in cell for code in codes.values())
        ):
            return cell
        return "".join(codes.get(character, character) for character in cell)

    return kept
