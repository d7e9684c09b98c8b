"""Phone numbers in logs: enough to recognise, too little to call."""

from __future__ import annotations

import logging
import re
from typing import Any

_NUMBER = re.compile(r"(?<![\w])(\+|%2[bB])?(\d[\d\-. ()]{5,}\d)(?!\w)")


def masked(text: str) -> str:
    """The text with all but the last two digits of every phone number hidden."""
    return _NUMBER.sub(lambda found: (found[1] or "") + _hidden(found[2]), text)


class MaskedFormatter(logging.Formatter):
    """Writes a fault of ours without the numbers that the events it failed on hold."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name it has in logging
        return masked(super().formatException(ei))


def _hidden(number: str) -> str:
    digits = [letter for letter in number if letter.isdigit()]
    return "*" * (len(digits) - 2) + "".join(digits[-2:])
