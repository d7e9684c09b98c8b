"""What a file alone does not tell: a doubt, and the answers that end it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

About = Literal["day_month", "zone", "id", "status", "unit", "time", "legs", "header", "rows"]
"""`day_month`: which number is the day. `zone`: the zone of the times. `id`: what makes a row one call or
task. `status`: what a word, a number or a column says about how it ended. `unit`: which column holds the
duration, in which unit and with which decimal sign. `time`: which column says when, or a time that cannot be
read. `legs`: whether several rows are one call. `header`: where the header is, or whether there is one.
`rows`: rows that are no calls or tasks, or cannot be read."""


class Answer(Struct, frozen=True):
    """An option of `callboard import` that settles a doubt."""

    option: str
    """Such as `--time-format`."""
    value: str
    meaning: str
    """What it says, for the person who chooses: `3 February 2026`."""


class Doubt(Struct, frozen=True):
    """Something that a person has to decide, or should know before the import."""

    about: About
    message: str
    column: str | None = None
    answers: tuple[Answer, ...] = ()
