"""Types of fields in request bodies, with their bounds: for msgspec's checks and for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from callboard.model.directory import PUBLIC_ID_PATTERN

# PostgreSQL cannot store U+0000 in a text, so it is refused for every store.
_NO_NUL = "^[^\\x00]*$"

Name = Annotated[str, Meta(min_length=1, max_length=255, pattern=_NO_NUL)]
LongText = Annotated[str, Meta(max_length=4000, pattern=_NO_NUL)]
ShortText = Annotated[str, Meta(max_length=255, pattern=_NO_NUL)]
SpaceToken = Annotated[str, Meta(pattern=PUBLIC_ID_PATTERN)]
TimeZone = Annotated[str, Meta(extra_json_schema={"$ref": "#/components/schemas/TimeZone"})]
Seconds = Annotated[int, Meta(ge=1, le=31_536_000)]
CallSeconds = Annotated[int, Meta(ge=1, le=604_800)]
"""Seconds, up to the longest duration of a call: 7 days."""
Time = Annotated[
    str,
    Meta(
        description="ISO 8601 with its offset from UTC, in the years 2 to 9998.",
        # Year 1 and year 9999 are left out: an offset could move the instant out of the years 1 to 9999.
        extra_json_schema={"format": "date-time", "pattern": "^(?!0000|0001|9999)[0-9]{4}-"},
    ),
]
