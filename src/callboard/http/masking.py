"""Phone numbers and secrets in logs: enough to recognise, too little to call or to sign in with."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_plus

from callboard.query.secret import PREFIX, SHOWN

_SECRET = re.compile(rf"({re.escape(PREFIX)}[A-Za-z0-9_-]{{{SHOWN - len(PREFIX)}}})[A-Za-z0-9_-]+")
"""Of our own tokens what is shown everywhere stays: their prefix."""
_USER_OF_URL = re.compile(r"://[^/\s@]*@")
"""Who signs in at an address, with a password perhaps."""
_SECRET_NAMES = re.compile(
    r"(?i)token|secret|key|pass|pwd|auth|sign|sig|credential|cookie|session|bearer|jwt|code|otp|pin"
)
_PUBLIC_NAMES = frozenset({"space_token"})
"""Named like a secret, and an id that everybody may see."""
_UNQUOTED_TIMES = 3
"""What was escaped oftener than this is not read by anybody as what it once was."""

_NUMBER = re.compile(r"(?<![^\W_])(\+|%2[bB])?(\d[\d\-. ()]{5,}\d)(?!\w)")


def masked(text: str) -> str:
    """The text with all but the last two digits of every phone number hidden, and all secrets of tokens."""
    text = _SECRET.sub(r"\1…", _USER_OF_URL.sub("://…@", text))
    return _NUMBER.sub(lambda found: (found[1] or "") + _hidden(found[2]), text)


def masked_query(query: str) -> str:
    """A query string as a log may hold it: unescaped (`%31%32` is a number too), with numbers hidden and each
    value whose name is that of a secret.
    """
    return "&".join(_masked_parameter(each) for each in query.split("&"))


def masked_path(path: str) -> str:
    """A path as a log may hold it: unescaped, numbers and secrets hidden."""
    return masked(_unquoted(path, unquote))


def _masked_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    name = _unquoted(name, unquote_plus)
    if equals and _SECRET_NAMES.search(name) and name not in _PUBLIC_NAMES:
        return f"{masked(name)}=…"
    return masked(name) + equals + masked(_unquoted(value, unquote_plus))


def _unquoted(text: str, unescaped: Callable[[str], str]) -> str:
    for _ in range(_UNQUOTED_TIMES):
        plain = unescaped(text)
        if plain == text:
            break
        text = plain
    return text


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
