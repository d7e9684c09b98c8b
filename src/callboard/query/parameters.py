"""The query parameters of lists, and the typed filters that they become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import Micros
from callboard.fold.catalogue import CALL_DIMENSIONS
from callboard.model.field import Field
from callboard.model.fields import filter_fields
from callboard.model.words import CONTENT_TYPES
from callboard.query.civil import Moment, read_zone
from callboard.query.cursor import CURSOR_PATTERN, read_cursor
from callboard.query.export.formats import FORMATS
from callboard.query.parameter import (
    TEXT_SCHEMA,
    Parameter,
    flags,
    ids,
    moments,
    numbers,
    phone_numbers,
    read_text,
    seconds,
    spans,
    texts,
    words,
    zones,
)
from callboard.store.questions import CallFilter, Position, TaskFilter, Window

PAGE_SIZE = 20
MAX_PAGE_SIZE = 1_000
MAX_PAGES = 1_000_000_000
MAX_NUMBER = 1_000_000_000


def table(*parameters: Parameter) -> dict[str, Parameter]:
    """Parameters by their name."""
    return {each.name: each for each in parameters}


def _read_space_token(value: str) -> str:
    # A script with an unset variable must not silently get the whole organization's numbers.
    if not value:
        raise ValueError("must not be empty; leave it out to ask about all contact spaces")
    return read_text(value)


SPACE_TOKEN = Parameter(
    name="space_token",
    text="Only this space, whatever its content type. Left out: all contact spaces of the organization. "
    "Present but empty is an error.",
    schema=TEXT_SCHEMA,
    read=_read_space_token,
)
CONTENT_TYPE = words(
    "content_type",
    "Without `space_token`: `contact` covers the contact spaces, as the analytics does, `all` every space.",
    ("contact", "all"),
)
FORMAT = words(
    "format",
    "`csv`, `ndjson` or `parquet`: the whole list in that format, or with `page`, `page_size` or `cursor` "
    "that page of it. Without it the `Accept` header chooses.",
    ("json", *FORMATS),
)
PAGING = table(
    numbers("page", "Which page, from 1. A page past the end is empty.", 1, MAX_PAGES, 1),
    numbers("page_size", "Items on a page.", 1, MAX_PAGE_SIZE, PAGE_SIZE),
    Parameter(
        name="cursor",
        text="The `next_cursor` of the page before (keep the filters): pages of even cost through any number "
        "of rows. `page` then counts from there, and the answer's `count` is null.",
        schema={"type": "string", "pattern": CURSOR_PATTERN},
        read=read_cursor,
    ),
)
WHOLE_PAGING = {
    **PAGING,
    **table(
        numbers(
            "page_size",
            f"Items on a page. With neither `page` nor `page_size` the list answers whole, up to "
            f"{MAX_PAGE_SIZE:,} items and a `next_cursor`; with `page` alone a page has {PAGE_SIZE}.",
            1,
            MAX_PAGE_SIZE,
        ),
    ),
}
"""For lists that scripts add up: without parameters they must not silently get the first twenty only."""
TIMEZONE = zones(
    "timezone",
    "The zone whose civil days and wall times are meant. Left out: the home zone of the space that is asked "
    "about, else the organization's.",
)


def _filter(field: Field) -> Parameter:
    """The parameter that filters on a field."""
    if field.kind == "whole":
        return numbers(field.name, field.filters, field.minimum, MAX_NUMBER)
    if field.kind == "phone":
        return phone_numbers(field.name, field.filters)
    if allowed := field.row_words or field.words:
        return words(field.name, field.filters, allowed, unknown=field.nullable)
    return texts(field.name, field.filters)


def _filters(of: str, *, grouping: bool) -> list[Parameter]:
    return [_filter(field) for field in filter_fields(of) if field.groups is grouping]


_COUNTED = {each.name: each for each in _filters("call", grouping=True) if each.name in CALL_DIMENSIONS}
ANSWERED = flags("answered", "Whether it was answered: its start is known or its duration above 0.")
DIMENSION_FILTERS = table(
    *(_COUNTED[name] for name in CALL_DIMENSIONS if name in _COUNTED),
    ANSWERED,
    *(each for each in _filters("call", grouping=True) if each.name not in _COUNTED),
)
"""The dimensions of calls, as filters of lists and reports; those that counters have come first."""
CALL_FILTERS = DIMENSION_FILTERS | table(
    flags("made", "`true`: all calls made (`total_calls`); `false`: those only queued."),
    flags(
        "final", "`true`: calls that have ended (completed, missed, failed); `false`: those that have not."
    ),
    flags("duration_known", "Whether the talk time is known."),
    flags("time_to_answer_known", "Whether the time from creation to answer is known."),
    flags(
        "contradicting",
        "`true`: calls whose start and end contradict each other: their talk time would be below 0 or more "
        "than 7 days, so it is unknown; `false`: the others.",
    ),
    *_filters("call", grouping=False),
    ids(
        "external_id",
        "The call that has this id elsewhere: as a value of its `external_ids`, or of those of a leg of it.",
    ),
    flags("has_legs", "`true`: calls that have legs; `false`: those that have none."),
    seconds("min_duration", "Calls whose duration is known and at least this many seconds.", at_least=True),
    seconds("max_duration", "Calls whose duration is known and at most this many seconds.", at_least=False),
    seconds(
        "min_time_to_answer",
        "Calls whose time to answer is known and at least this many seconds.",
        at_least=True,
    ),
    seconds(
        "max_time_to_answer",
        "Calls whose time to answer is known and at most this many seconds.",
        at_least=False,
    ),
    spans(
        "talking_at",
        "Calls between start and end then, or at some moment from one time until another (two times with a "
        "slash between); without an end for at most its limit (`live_call_limit`).",
    ),
    spans("offered_at", "The same, between creation and end."),
    flags(
        "past_limit",
        "`true`: calls that ring or talk for longer, since their answer or else their creation, than their "
        "space, or the hook by which they came, allows (`live_call_limit`); `false`: the others.",
    ),
    words(
        "unplaced", "Calls that talked, or were offered, at a time that cannot be told.", ("talk", "offered")
    ),
    moments("start_date", "Calls created at or after this time; a bare date: from its first instant."),
    moments("end_date", "Calls created before this time; a bare date: that day included whole."),
    TIMEZONE,
)
SCOPE = table(SPACE_TOKEN, CONTENT_TYPE)
_TASK_FILTERS = table(*_filters("task", grouping=True), *_filters("task", grouping=False))
RUN_ID = _TASK_FILTERS.pop("run_id")
ASSIGNEE = _TASK_FILTERS["assignee"]
SPACE_TASK_FILTERS = _TASK_FILTERS | table(
    moments("created_from", "Tasks created at or after this time; a bare date: from its first instant."),
    moments("created_to", "Tasks created before this time; a bare date: that day included whole."),
    moments("updated_before", "Tasks last modified before this time; a bare date: before its first instant."),
    moments("waiting_before", "Open tasks that wait or run since before this time."),
    flags("call_ended", "Open tasks whose call has ended more than a minute ago, with none of theirs live."),
    flags("stuck", "Tasks that wait or run for longer than their space allows."),
    TIMEZONE,
)
TASK_FILTERS = {RUN_ID.name: RUN_ID, **SPACE_TASK_FILTERS}
UTC_ZONE = read_zone("UTC")
SPACE_FILTERS = table(
    words("content_type", "Only spaces of this content type.", CONTENT_TYPES),
    flags("archived", "Only spaces that are archived, or only those that are not."),
)
_PLAIN_CALL_FIELDS = frozenset(CALL_FILTERS) & frozenset(CallFilter.__struct_fields__) - {
    "talking_at",
    "offered_at",
}
_PLAIN_TASK_FIELDS = frozenset(TASK_FILTERS) & frozenset(TaskFilter.__struct_fields__) - {
    "created_from",
    "created_to",
    "updated_before",
    "waiting_before",
}


TIMES = frozenset(
    {
        "start_date",
        "end_date",
        "talking_at",
        "offered_at",
        "created_from",
        "created_to",
        "updated_before",
        "waiting_before",
    }
)
"""Filters of lists whose value is a time: it may be a day or a wall time, which needs a zone."""


def zone_of(values: Mapping[str, Any], home: ZoneInfo) -> ZoneInfo:
    """The requested zone, or else the home zone of the scope."""
    zone: ZoneInfo = values.get("timezone", home)
    return zone


def _starts(moment: Moment | None, zone: ZoneInfo) -> Micros | None:
    return None if moment is None else moment.starts(zone)


def _ends(moment: Moment | None, zone: ZoneInfo) -> Micros | None:
    return None if moment is None else moment.ends(zone)


def _span(name: str, values: Mapping[str, Any], zone: ZoneInfo) -> tuple[Micros, Micros] | None:
    if name not in values:
        return None
    begin, end = values[name]
    at = begin.starts(zone)
    return at, at + 1 if end is None else end.ends(zone)


def call_filter(values: Mapping[str, Any], home: ZoneInfo = UTC_ZONE, now: Micros = 0) -> CallFilter:
    """The filter for values of `CALL_FILTERS`. Days and wall times are read in the requested zone or else in
    `home`. `now`: when calls are past their limit or not.
    """
    zone = zone_of(values, home)
    return CallFilter(
        now=now,
        min_duration_ms=values.get("min_duration"),
        max_duration_ms=values.get("max_duration"),
        min_wait_ms=values.get("min_time_to_answer"),
        max_wait_ms=values.get("max_time_to_answer"),
        talking_at=_span("talking_at", values, zone),
        offered_at=_span("offered_at", values, zone),
        start=_starts(values.get("start_date"), zone),
        end=_ends(values.get("end_date"), zone),
        **{name: value for name, value in values.items() if name in _PLAIN_CALL_FIELDS},
    )


def task_filter(values: Mapping[str, Any], now: Micros, home: ZoneInfo = UTC_ZONE) -> TaskFilter:
    """The filter for values of `TASK_FILTERS`; see `call_filter`. `now`: when tasks are stuck or not."""
    zone = zone_of(values, home)
    plain = {name: value for name, value in values.items() if name in _PLAIN_TASK_FIELDS}
    return TaskFilter(
        now=now,
        created_from=_starts(values.get("created_from"), zone),
        created_to=_ends(values.get("created_to"), zone),
        updated_before=_starts(values.get("updated_before"), zone),
        waiting_before=_starts(values.get("waiting_before"), zone),
        **plain,
    )


class Paging(Struct, frozen=True):
    """The requested page of a list."""

    size: int
    offset: int
    after: Position | None
    """The position of the cursor: the page starts after it (keyset pagination). None without a cursor."""

    @property
    def window(self) -> Window:
        """One row more than the page has, to know whether there is a next page."""
        return Window(limit=self.size + 1, offset=self.offset, after=self.after)


def paging(values: Mapping[str, Any], *, whole: bool = False) -> Paging:
    """The page for values of `PAGING`, or with `whole` of `WHOLE_PAGING`."""
    default_size = MAX_PAGE_SIZE if whole and "page" not in values else PAGE_SIZE
    size = values.get("page_size", default_size)
    return Paging(size, (values.get("page", 1) - 1) * size, values.get("cursor"))
