"""Types of command line options: names, handles, lengths of time, times.

Each function converts what was typed, or raises `click.BadParameter` (wrong usage, exit code 2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros, micros, system_clock
from callboard.model.directory import PUBLIC_ID_PATTERN, PUBLIC_ID_RULE

if TYPE_CHECKING:
    from callboard.query.civil import Moment

Check = Callable[[str], str]
"""The type of an option whose value is a text."""
LONGEST = 255
"""Most bytes of a name, a handle or an id."""
LONGEST_LENGTH: Micros = 36_500 * DAY
"""A hundred years."""
LONGEST_CALL_S = 604_800
"""7 days, the longest duration of a call."""
LONGEST_STUCK_S = 31_536_000
"""365 days, as over HTTP (`http.fields.Seconds`)."""
_UNITS: dict[str, Micros] = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_LENGTH = re.compile(r"(\d{1,9})\s*([smhd])")
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


def name(text: str) -> str:
    """A name for people: not empty, printable, at most 255 bytes."""
    text = text.strip()
    if not text:
        raise click.BadParameter("must not be empty")
    if not text.isprintable():
        raise click.BadParameter("must not hold control characters")
    if len(text.encode()) > LONGEST:
        raise click.BadParameter(f"is longer than {LONGEST} bytes")
    return text


def handle(text: str) -> str:
    """An organization's handle, the value of the header `Org-Handle`, in lower case."""
    lowered = text.strip().lower()
    if len(lowered) > LONGEST or not _HANDLE.fullmatch(lowered):
        raise click.BadParameter(
            f"{text!r} is no handle: letters a-z, digits, dots, dashes and underscores, at most {LONGEST}, "
            "beginning and ending with a letter or digit (acme.com)"
        )
    return lowered


def space_token(text: str) -> str:
    """A space's public id, which clients are configured with."""
    if not re.match(PUBLIC_ID_PATTERN, text):
        raise click.BadParameter(PUBLIC_ID_RULE)
    return text


def length(text: str) -> Micros:
    """A length of time in microseconds: `30d`, `12h`, `15m`, `90s`; a bare number is seconds. At most a
    hundred years.
    """
    stripped = text.strip().lower()
    found = _LENGTH.fullmatch(f"{stripped}s" if stripped.isdecimal() else stripped)
    if found is None:
        raise click.BadParameter(f"{text!r} is no length of time: 30d, 12h, 15m or 90s")
    if (long := int(found[1]) * _UNITS[found[2]]) > LONGEST_LENGTH:
        raise click.BadParameter(f"{text!r} is longer than a hundred years")
    return long


def seconds(text: str) -> int:
    """A length of time in whole seconds."""
    return length(text) // SECOND


def stuck_seconds(text: str) -> int:
    """How long a task may run or wait, in whole seconds: 1 second to 365 days."""
    found = seconds(text)
    if not 1 <= found <= LONGEST_STUCK_S:
        raise click.BadParameter(f"{text!r} is not between 1 second and 365 days")
    return found


def call_seconds(text: str) -> int:
    """A duration that a call can have, in whole seconds: 1 second to 7 days."""
    found = seconds(text)
    if not 1 <= found <= LONGEST_CALL_S:
        raise click.BadParameter(f"{text!r} is not between 1 second and 7 days")
    return found


def moment(text: str) -> Micros:
    """An ISO 8601 time with its UTC offset, or a day (its start in UTC)."""
    try:
        found = datetime.fromisoformat(text.strip())
        instant = micros(found.replace(tzinfo=UTC) if _is_day(text) or found.tzinfo is None else found)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no time: 2026-02-07T12:00:00Z or 2026-02-07") from None
    if found.tzinfo is None and not _is_day(text):
        raise click.BadParameter(f"{text!r} has no offset: write 2026-02-07T12:00:00Z or …+05:30")
    return instant


def expiry(text: str) -> Micros:
    """A time in the future: a time, a day (its end in UTC), or a length of time from now."""
    if _LENGTH.fullmatch(text.strip().lower()):
        return system_clock() + length(text)
    instant = moment(text) + (DAY if _is_day(text) else 0)
    if instant <= system_clock():
        raise click.BadParameter(f"{text!r} is in the past")
    return instant


def timezone(text: str) -> str:
    """The name of an IANA time zone."""
    from callboard.query.civil import read_zone

    try:
        return read_zone(text).key
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no IANA time zone (Europe/Madrid, Asia/Kolkata, UTC)"
        ) from None


def own_timezone(text: str) -> str:
    """The name of an IANA time zone, or an empty text to remove it."""
    return timezone(text) if text else ""


def when(text: str) -> Moment:
    """A time with its UTC offset; or a day or a local time, of a time zone that is known later."""
    from callboard.query.civil import Moment, read_moment

    try:
        return read_moment(text.strip())
    except ValueError:
        # `moment` reads it in another form of ISO 8601, or raises with the command line's message.
        return Moment(instant=moment(text))


def slug(text: str) -> str:
    """A handle made from a name, which `init` suggests."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST].strip("-") or "organization"


def _is_day(text: str) -> bool:
    return len(text.strip()) == 10
