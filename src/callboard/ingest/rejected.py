"""The error for an event that cannot be accepted, and values as error messages show them."""

from __future__ import annotations

from typing import Any

from callboard.errors import InvalidInputError
from callboard.model.words import RejectReason

_SHOWN_CHARACTERS = 40


class RejectedEvent(InvalidInputError):  # noqa: N818 - it is a verdict on an event; its neighbours are kept
    """The event cannot be taken. The message names the field, the rule and the value."""

    def __init__(self, reason: RejectReason, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}", [(field, rule)])
        self.reason: RejectReason = reason
        self.field = field
        self.rule = rule


def shown(value: Any) -> str:
    """A value for an error message: quoted, with unprintable characters escaped, and cut short."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}…"
        return repr(cut).encode("ascii", "backslashreplace").decode() if not cut.isprintable() else repr(cut)
    try:
        text = str(value)
    except ValueError:  # an integer above Python's limit of digits for str() (4,300 by default)
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
