"""Drill-down: every number leads to the list it counts, and that list's `count` is the number.

A link is a path with its query, without the host. `{start}` and `{end}` in it stand for the bounds of a
bucket (RFC 6570, level 1): filled with them as the answer gives them, it is the list of that bucket's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote

from callboard.model.directory import Space
from callboard.query.metrics import Metric
from callboard.query.reports.plan import Where, is_unknown
from callboard.store.questions import UNKNOWN

BASE = "/api/v2/platform"
BOUNDS = "{start}", "{end}"


def metric_link(
    metric: Metric,
    scope: Mapping[str, str],
    where: Where,
    group: Mapping[str, str],
    bounds: tuple[str, str] | None = BOUNDS,
) -> str:
    """The list that a metric counts, of one group of a report, within bounds; `scope` are its parameters
    (`space_token`, `content_type`). Without bounds: of all time.
    """
    if metric.of == "task":
        return _link("tasks", metric, scope, {}, group, ("created_from", "created_to"), bounds)
    filters = {name: _word(value) for name, value in where}
    return _link("call-logs", metric, scope, filters, group, ("start_date", "end_date"), bounds)


def _link(
    resource: str,
    metric: Metric,
    scope: Mapping[str, str],
    filters: Mapping[str, str],
    group: Mapping[str, str],
    names: tuple[str, str],
    bounds: tuple[str, str] | None,
) -> str:
    asked = {**scope, **filters, **group}
    own = dict(pair.split("=") for pair in metric.counts.split("&") if pair)
    if any(asked.get(name, value) != value for name, value in own.items()):
        # Calls of one status grouped under another are none: a list that can hold nothing.
        own["max_duration"], own["duration_known"] = "0", "false"
        own = {name: value for name, value in own.items() if name not in asked}
    text = _query({**asked, **own})
    limits = [] if bounds is None else [f"{name}={value}" for name, value in zip(names, bounds, strict=True)]
    return f"{BASE}/{resource}/?" + "&".join([*([text] if text else []), *limits])


def list_link(resource: str, **parameters: str | None) -> str:
    """A list with these parameters."""
    asked = {name: value for name, value in parameters.items() if value is not None}
    return f"{BASE}/{resource}/" + (f"?{_query(asked)}" if asked else "")


def template_link(resource: str, parameters: Mapping[str, str], places: Mapping[str, str]) -> str:
    """A list with these parameters, and others whose values are put in later: `{peak_at}`."""
    text = _query(parameters)
    limits = [f"{name}={value}" for name, value in places.items()]
    return f"{BASE}/{resource}/?" + "&".join([*([text] if text else []), *limits])


def _query(parameters: Mapping[str, str]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in parameters.items()])


QUOTED = 10_000
LONGEST_QUOTED = 64


def _quoted(text: str) -> str:
    return _quoted_before(text) if len(text) <= LONGEST_QUOTED else quote(text, safe="")


# A report has links by the hundred, which differ in one value: half of its time went into quoting.
@lru_cache(maxsize=QUOTED)
def _quoted_before(text: str) -> str:
    return quote(text, safe="")


def scope_of(space: Space | None, *, all_content: bool) -> dict[str, str]:
    """The parameters that name a report's scope."""
    if space is not None:
        return {"space_token": space.token}
    return {"content_type": "all"} if all_content else {}


def words_of(group: Mapping[str, str]) -> Where:
    """A group's values as filters; `space_token` is a scope, not a filter."""
    return tuple(
        (
            name,
            value == "true" if name == "answered" else UNKNOWN if value == "unknown" else value,
        )
        for name, value in group.items()
        if name != "space_token"
    )


def words(where: Where) -> list[tuple[str, str]]:
    """Filters as a query has them."""
    return [(name, _word(value)) for name, value in where]


def _word(value: object) -> str:
    if is_unknown(value):  # type: ignore[arg-type]
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


def links_of(
    metrics: Sequence[Metric],
    scope: Mapping[str, str],
    where: Where,
    group: Mapping[str, str],
    bounds: tuple[str, str] | None = BOUNDS,
) -> dict[str, str]:
    """A link for each metric."""
    return {metric.name: metric_link(metric, scope, where, group, bounds) for metric in metrics}
