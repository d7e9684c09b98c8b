"""Links of a distribution of durations: to the calls it is made of, the calls of unknown duration, and each
bin's calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from callboard.query.reports.links import filter_texts, list_link
from callboard.query.reports.period import Period, exact_iso
from callboard.query.reports.plan import Where

DurationKind = Literal["talk", "wait"]
"""Talk time of completed calls, or time to answer of answered ones."""


class DurationLinks:
    """The links of one distribution, see `links`."""

    def __init__(
        self,
        scope: Mapping[str, str],
        where: Where,
        period: Period,
        kind: DurationKind,
        group: Mapping[str, str],
    ) -> None:
        filters = {**scope, **dict(filter_texts(where)), **group}
        filters["start_date"], filters["end_date"] = exact_iso(period.start), exact_iso(period.end)
        self._kind = kind
        if kind == "talk":
            impossible = filters.get("call_status", "completed") != "completed"
            filters["call_status"] = "completed"
            if impossible:
                # The query filters on another status, so the distribution is empty and the list must be too:
                # no completed call is "not final".
                filters["final"] = "false"
        else:
            filters["made"] = "true"
        self._filters = filters
        self._base = list_link("call-logs", **filters)

    def known(self) -> str:
        """The calls whose duration is known: those that the distribution is made of."""
        name = "min_duration" if self._kind == "talk" else "min_time_to_answer"
        return list_link("call-logs", **self._filters, **{name: "0"})

    def unknown(self) -> str:
        """The calls whose duration should be known and is not."""
        if self._kind == "wait":
            unknown_filters = {**self._filters, "time_to_answer_known": "false"}
            if (
                unknown_filters.setdefault("answered", "true") != "true"
            ):  # not answered, and of those left out: none
                unknown_filters["time_to_answer_known"], unknown_filters["min_time_to_answer"] = (
                    "true",
                    "1000000000",
                )
            return list_link("call-logs", **unknown_filters)
        return list_link("call-logs", **self._filters, duration_known="false")

    def between(self, low: int, high: int) -> str:
        """The calls of a bin, from `low` up to `high` milliseconds, `high` excluded."""
        name = "duration" if self._kind == "talk" else "time_to_answer"
        return f"{self._base}&min_{name}={_seconds(low)}&max_{name}={_seconds(high - 1)}"


def _seconds(duration_ms: int) -> str:
    whole, rest = divmod(duration_ms, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)
