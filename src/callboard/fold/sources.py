"""By which ways an event came: first by one, and again by others.

Of the ways by which the greatest event of a call came, the row has the least by name, so that it makes no
difference which was first. A batch is a way until it is withdrawn, also where what it said does not count:
what outweighs it may come before its word or behind, and before or behind the same word by another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from callboard.fold.stamp import stamp
from callboard.model.event import Entry


def came_by(entry: Entry, source: str) -> bool:
    """Note that the event came by `source` too. Returns whether its least source is another one now."""
    if source >= (entry.least_source or entry.source):
        return False
    entry.least_source = source
    return True


def arrived(entry: Entry, others: Mapping[bytes, Sequence[str]]) -> None:
    """Set the least source of an event that is new among those that count. `others`: digest → the ways by
    which events came, those that do not count included.
    """
    # Also where there are none: an entry of a commit that failed still has what came beside it there.
    set_sources(entry, others.get(stamp(entry)[-1], ()) if others else ())


def set_sources(entry: Entry, others: Iterable[str]) -> None:
    """Set the least source of an event: of its own and those of its repeats."""
    least = min((entry.source, *others))
    entry.least_source = "" if least == entry.source else least
