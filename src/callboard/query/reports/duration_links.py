"""The lists behind a distribution: the calls it is over, those left out, and each bar's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from callboard.query.reports.links import list_link, words
from callboard.query.reports.period import Period, exact_iso
from callboard.query.reports.plan import Where

Of = Literal["talk", "wait"]
"""Talk time of completed calls, or time to answer of answered ones."""


class DurationLinks:
    """The lists behind one distribution."""

    def __init__(
        self, scope: Mapping[str, str], where: Where, period: Period, of: Of, group: Mapping[str, str]
    ) -> None:
        filters = {**scope, **dict(words(where)), **group}
        filters["start_date"], filters["end_date"] = exact_iso(period.start), exact_iso(period.end)
        self._of = of
        if of == "talk":
            impossible = filters.get("call_status", "completed") != "completed"
            filters["call_status"] = "completed"
            if impossible:  # no completed call is of another status: a list that holds nothing
                filters["final"] = "false"
        else:
            filters["made"] = "true"
        self._filters = filters
        self._listed = list_link("call-logs", **filters)

    def known(self) -> str:
        name = "min_duration" if self._of == "talk" else "min_time_to_answer"
        return list_link("call-logs", **self._filters, **{name: "0"})

    def unknown(self) -> str:
        if self._of == "wait":
            asked = {**self._filters, "time_to_answer_known": "false"}
            if asked.setdefault("answered", "true") != "true":  # not answered, and of those left out: none
                asked["time_to_answer_known"], asked["min_time_to_answer"] = "true", "1000000000"
            return list_link("call-logs", **asked)
        return list_link("call-logs", **self._filters, duration_known="false")

    def between(self, low: int, high: int) -> str:
        name = "duration" if self._of == "talk" else "time_to_answer"
        return f"{self._listed}&min_{name}={_seconds(low)}&max_{name}={_seconds(high - 1)}"


def _seconds(duration_ms: int) -> str:
    whole, rest = divmod(duration_ms, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)
