"""Column names of common exports, and the field that each most likely fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from callboard.model.fields import FIELDS, event_fields

HEADINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    of: {field.name: field.headings for field in event_fields(of) if field.headings} for of in FIELDS
}
"""Field → headings, the most likely first. Compared in lower case with words joined by one `_`: `Call SID`,
`callSid` and `call_sid` are equal."""
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_UNITS = ((re.compile(r"(_|^)(ms|msec|millis|milliseconds)(_|$)"), "milliseconds"),
          (re.compile(r"(_|^)(min|mins|minutes)(_|$)"), "minutes"))  # fmt: skip


def heading(column: str) -> str:
    """A column's name in the form of the tables."""
    return _NO_LETTER.sub("_", _WORD_BOUNDARY.sub("_", column).lower()).strip("_")


def candidates(columns: list[str], record_type: str) -> dict[str, list[str]]:
    """Field → columns that may fill it, the most likely first. A dotted column also matches by its last
    part.
    """
    by_heading: dict[str, str] = {}
    for column in columns:
        by_heading.setdefault(heading(column), column)
    for column in columns:
        if "." in column:
            by_heading.setdefault(heading(column.rpartition(".")[2]), column)
    return {
        field: found
        for field, names in HEADINGS[record_type].items()
        if (found := [by_heading[name] for name in names if name in by_heading])
    }


def duration_unit(column: str) -> str:
    """The unit that the heading of a duration names; seconds when it names none."""
    return next((unit for pattern, unit in _UNITS if pattern.search(heading(column))), "seconds")
