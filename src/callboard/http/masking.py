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


def logging_config(level: str) -> dict[str, Any]:
    """Everything to standard error; of the server beneath us only what went wrong."""
    return {
        "formatters": {
            "line": {
                "()": "callboard.http.masking.MaskedFormatter",
                "format": "%(asctime)s %(levelname)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "callboard": {"handlers": ["stderr"], "level": level.upper(), "propagate": False},
            "_granian": {"handlers": ["stderr"], "propagate": False},
        },
    }
