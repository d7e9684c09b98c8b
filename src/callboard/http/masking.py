"""Phone numbers in logs: enough to recognise, too little to call."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w])(\+|%2[bB])?(\d[\d\-. ()]{5,}\d)(?!\w)")


def masked(text: str) -> str:
    """The text with all but the last two digits of every phone number hidden."""
    return _NUMBER.sub(lambda found: (found[1] or "") + _hidden(found[2]), text)


def _hidden(number: str) -> str:
    digits = [letter for letter in number if letter.isdigit()]
    return "*" * (len(digits) - 2) + "".join(digits[-2:])
