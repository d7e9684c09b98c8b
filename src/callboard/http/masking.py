"""Masks phone numbers and secrets in logs: what is left can be recognised, but neither called nor used."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_plus

from callboard.query.secret import HOOK_PREFIX, PREFIX, SHOWN

_SECRET = re.compile(
    "|".join(
        rf"(?P<of_{place}>{re.escape(prefix)}[A-Za-z0-9_-]{{{SHOWN - len(prefix)}}})[A-Za-z0-9_-]+"
        for place, prefix in enumerate((PREFIX, HOOK_PREFIX))
    )
)
"""One of our tokens, also that in the URL of a hook. Its first characters stay: the API and the CLI show the
same prefix.
"""
_USER_OF_URL = re.compile(r"://[^/\s@]*@")
"""User, and possibly password, of a URL."""
_SECRET_NAMES = re.compile(
    r"(?i)token|secret|key|pass|pwd|auth|sign|sig|credential|cookie|session|bearer|jwt|code|otp|pin"
)
_PUBLIC_NAMES = frozenset({"space_token"})
"""Parameters named like a secret that hold a public id."""
_UNQUOTED_TIMES = 3
"""Percent-encoding is removed up to so many times: encoded twice, a number would pass the pattern below."""

# Seven or more digits with the usual separators. Not within a word: ids and hashes with digits stay readable.
_NUMBER = r"(?<![^\W_])(?P<plus>\+|%2[bB])?(?P<number>\d[\d\-. ()]{5,}\d)(?!\w)"
_ADDRESS = r"(?:(?:25[0-5]|2[0-4]\d|1?[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?[1-9]?\d)(?![\w.-])"
_NAME = r"(?=[\d.-]*[A-Za-z])[\w.-]{1,253}(?![\w-])"
_READABLE = (
    # A host where one stands, and its port; of digits alone it is none.
    rf"(?:://(?:…@)?|@|\bhost(?:name|addr)?[=:] ?|\bat [\"'])(?:{_ADDRESS}|{_NAME})(?::\d{{1,5}}(?!\w))?",
    rf"(?<![\w.+-]){_ADDRESS}:\d{{1,5}}(?!\w)",
    r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])",
    (
        r"(?<![\w.+-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
        r"(?:[ T][0-2]\d:[0-5]\d(?::[0-5]\d)?|(?![\w -]|\.\d))"
    ),
)
"""Hosts, addresses, ids and days, whose digits would look like those of a number."""
_FOUND = re.compile("|".join((*_READABLE, _NUMBER)))


def masked(text: str) -> str:
    """The text with tokens and users of URLs hidden, and all but the last two digits of each phone number."""
    text = _SECRET.sub(lambda found: f"{found[found.lastgroup or 0]}…", _USER_OF_URL.sub("://…@", text))
    return _FOUND.sub(
        lambda found: found[0] if not found["number"] else (found["plus"] or "") + _hidden(found["number"]),
        text,
    )


def masked_query(query: str) -> str:
    """A query string for the log: percent-decoded (`%31%32` is a number, too), with phone numbers hidden, and
    with the whole value hidden where the parameter is named like a secret.
    """
    return "&".join(_masked_parameter(each) for each in query.split("&"))


def masked_path(path: str) -> str:
    """A path for the log: percent-decoded, with phone numbers and secrets hidden."""
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
    """Masks tracebacks: an exception's message can quote the event it failed on, with its phone numbers."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name it has in logging
        return masked(super().formatException(ei))


def _hidden(number: str) -> str:
    digits = [letter for letter in number if letter.isdigit()]
    return "*" * (len(digits) - 2) + "".join(digits[-2:])


def logging_config(level: str) -> dict[str, Any]:
    """The logging configuration for Granian: everything to standard error. `level` applies to our own log;
    Granian's is set with its `log_level`.
    """
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
