"""Times beside the creation of a call that do not say whether they are the dialling, the ringing or the
answer.

`Start Time` beside `Created At` may be any of them. Where every row has both, no row tells which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from callboard.clock import HOUR, SECOND
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.joined_times import sources_of
from callboard.ingest.sources.guessing.length_readings import between
from callboard.ingest.sources.guessing.time_sources import instants, instants_of

_NEARLY_ALL: Final = 0.9
_SKEW_S: Final = 1.5


class OtherBegin(NamedTuple):
    """A second beginning of each row, in seconds."""

    source: str
    offsets: Sequence[float | None]
    """How long after the creation it is; negative where it lies before."""
    rest: Sequence[float | None]
    """From it to the end."""

    @property
    def is_earlier(self) -> bool:
        """Whether it lies before the creation."""
        return min((each for each in self.offsets if each is not None), default=0) < -_SKEW_S


def other_begins(draft: Draft) -> Iterator[OtherBegin]:
    """The columns that are called a creation or a start, are not read as one, and lie close to the creation
    on one side of it.
    """
    created, end = instants(draft, "creation_time"), instants(draft, "end_time")
    read = {draft.chosen.get(each) for each in ("creation_time", "start_time", "end_time")}
    sources = (*sources_of(draft, "start_time"), *sources_of(draft, "creation_time"))
    for source in {each.source: each for each in sources}.values():
        if source.source in read or source.source in draft.of_others:
            continue
        zone = source.times.zone or draft.zones.get("creation_time") or draft.plan.options.zone
        begins = instants_of(draft, source.source, source.times.formats[0], zone)
        found = OtherBegin(source.source, between(created, begins), between(begins, end))
        known = [each for each in found.offsets if each is not None]
        if any(
            known and sum(is_near(each) for each in known) >= len(known) * _NEARLY_ALL
            for is_near in (_is_after, _is_before)
        ):
            yield found


def _is_after(offset: float) -> bool:
    return -_SKEW_S <= offset <= HOUR / SECOND


def _is_before(offset: float) -> bool:
    return _is_after(-offset)
