"""By which ways an event came: first by one, and again by others.

Of the ways by which the greatest event of a call came, the row has the least by name, so that it makes no
difference which was first.
"""

from __future__ import annotations

from collections.abc import Iterable

from callboard.model.event import Entry


def came_by(entry: Entry, source: str) -> bool:
    """Note that the event came by `source` too. Returns whether its least source is another one now."""
    if source >= (entry.least_source or entry.source):
        return False
    entry.least_source = source
    return True


def set_sources(entry: Entry, others: Iterable[str]) -> None:
    """Set the least source of an event: of its own and those of its repeats."""
    least = min((entry.source, *others))
    entry.least_source = "" if least == entry.source else least
