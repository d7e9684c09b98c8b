"""Clocks of twelve hours that do not say whether it is morning or afternoon."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.time_sources import TimeSource, local_times

_LEAST_TIMES: Final = 8
_LEAST_HOURS: Final = 6
"""So many different hours from 1 to 12, and none beyond: the clock has twelve of them, or it is by chance."""
_MORNING: Final = 6
"""Hours that all lie above this one are of mornings."""
_LEAST_IN_ORDER: Final = 5
"""So many times that follow another one of the same day: their order tells."""


def doubt_twelve_hours(draft: Draft, target: str, found: TimeSource) -> None:
    """Doubt times of which no hour is above 12 or 0, though they are of all hours between."""
    if not any("%H" in form or not form for form in found.times.formats):
        return
    times = local_times(draft, found)
    hours = {at.hour for at in times}
    if len(times) < _LEAST_TIMES or len(hours) < _LEAST_HOURS or min(hours) < 1 or max(hours) > 12:
        return
    if min(hours) > _MORNING or _are_in_order(times):
        return
    draft.doubt(
        "time",
        f"No hour of {found.source!r} is above 12, and none is 0: the clock may have twelve hours, without "
        "AM or PM; it is read as one of 24 hours",
        found.source,
        Answer("--map", f"{target}={found.source}", "it has 24 hours"),
    )


def _are_in_order(times: Sequence[datetime]) -> bool:
    """Whether the rows stand in the order of their times, also within days: by a clock of twelve hours the
    afternoons would not.
    """
    pairs = list(itertools.pairwise(times))
    same_day = sum(one.date() == two.date() for one, two in pairs)
    if same_day < _LEAST_IN_ORDER:
        return False
    return all(one <= two for one, two in pairs) or all(one >= two for one, two in pairs)
