"""Links from each number of a report to the list of rows that it counts; the `count` of that list is the
number.

A link is a path and query without the host. It may be a URI template (RFC 6570, level 1): with `{start}` and
`{end}` replaced by the bounds of a bucket, as the answer gives them, it is the list of that bucket.
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
    """The link to the rows that a metric counts in one group of a report.

    `scope`: the parameters of the scope (`space_token`, `content_type`). `bounds`: start and end; None is all
    time.
    """
    if metric.of == "task":
        return _link("tasks", metric, scope, {}, group, ("created_from", "created_to"), bounds)
    filters = {name: _text(value) for name, value in where}
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
    given = {**scope, **filters, **group}
    own = dict(pair.split("=") for pair in metric.counts.split("&") if pair)
    if any(given.get(name, value) != value for name, value in own.items()):
        # The metric counts another status than that of the group, so the number is 0 and the link must be an
        # empty list. No parameter asks for nothing, but no call of unknown duration has one of at most 0 s.
        own["max_duration"], own["duration_known"] = "0", "false"
        own = {name: value for name, value in own.items() if name not in given}
    text = _query({**given, **own})
    limits = [] if bounds is None else [f"{name}={value}" for name, value in zip(names, bounds, strict=True)]
    return f"{BASE}/{resource}/?" + "&".join([*([text] if text else []), *limits])


def list_link(resource: str, **parameters: str | None) -> str:
    """The link to a list with these parameters; those that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{BASE}/{resource}/" + (f"?{_query(given)}" if given else "")


def template_link(resource: str, parameters: Mapping[str, str], templates: Mapping[str, str]) -> str:
    """The link to a list with these parameters and some that are filled in later, such as `{peak_at}`."""
    text = _query(parameters)
    limits = [f"{name}={value}" for name, value in templates.items()]
    return f"{BASE}/{resource}/?" + "&".join([*([text] if text else []), *limits])


def _query(parameters: Mapping[str, str]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in parameters.items()])


CACHED_QUOTES = 10_000
LONGEST_QUOTED = 64
"""Longer texts are quoted without the cache, which bounds its memory."""


def _quoted(text: str) -> str:
    return _quoted_cached(text) if len(text) <= LONGEST_QUOTED else quote(text, safe="")


# Cached, because a report has hundreds of links that differ in one value; quoting took half of its time.
@lru_cache(maxsize=CACHED_QUOTES)
def _quoted_cached(text: str) -> str:
    return quote(text, safe="")


def scope_parameters(space: Space | None, *, all_content: bool) -> dict[str, str]:
    """The query parameters of a report's scope."""
    if space is not None:
        return {"space_token": space.token}
    return {"content_type": "all"} if all_content else {}


def group_filters(group: Mapping[str, str]) -> Where:
    """The values of a group as filters. `space_token` is left out: it is part of the scope."""
    return tuple(
        (
            name,
            value == "true" if name == "answered" else UNKNOWN if value == "unknown" else value,
        )
        for name, value in group.items()
        if name != "space_token"
    )


def filter_texts(where: Where) -> list[tuple[str, str]]:
    """Filters as query parameters."""
    return [(name, _text(value)) for name, value in where]


def _text(value: object) -> str:
    if is_unknown(value):  # type: ignore[arg-type]
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


def metric_links(
    metrics: Sequence[Metric],
    scope: Mapping[str, str],
    where: Where,
    group: Mapping[str, str],
    bounds: tuple[str, str] | None = BOUNDS,
) -> dict[str, str]:
    """Metric name → link, see `metric_link`."""
    return {metric.name: metric_link(metric, scope, where, group, bounds) for metric in metrics}
