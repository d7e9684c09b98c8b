"""What the table of calls looks like that a platform exports: its columns, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Export(Struct, frozen=True, kw_only=True):
    """A table with a row for each call. A row is read as an object that the platform's translation takes."""

    told_by: str
    """The document that tells its columns."""
    made_by: str
    """How it is made, for people; in Markdown."""
    needed: tuple[str, ...]
    """Fields without which calls would be read wrong: a table that lacks one is refused."""
    fields: tuple[str, ...]
    """Further fields; those of inner objects by dots, as `customer.number`."""
    headings: Mapping[str, str] = {}
    """Field → the heading that it stands under, where that is another one."""
    times: tuple[str, ...] = ()
    """Fields that are times."""
    in_utc: tuple[str, ...] = ()
    """Those of them that are in UTC by their heading."""
    flags: tuple[str, ...] = ()
    """Fields that are true or false."""

    def heading(self, field: str) -> str:
        """The heading of a field, as the platform writes it."""
        return self.headings.get(field, field)

    def by_heading(self) -> dict[str, str]:
        """Heading, squeezed → field."""
        return {squeezed(self.heading(field)): field for field in (*self.needed, *self.fields)}


def squeezed(heading: str) -> str:
    """What two spellings of a heading have in common: `Parent call UUID` and `parent_call_uuid`, or
    `ParentCallSid` and `parentCallSid`.
    """
    return re.sub(r"[^a-z0-9.]+", "", heading.lower())
