"""Calls at once equal a plain count at every moment at which anything changes; on every store."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.model.call import Call
from callboard.model.directory import SpaceSettings
from callboard.query.parameter import read_query
from callboard.query.parameters import CALL_FILTERS, SCOPE, call_filter
from callboard.query.reports.concurrency import KINDS, ConcurrencyQuery, concurrency
from callboard.query.reports.period import Period
from callboard.store.questions import Scope
from tests import events
from tests.events import send
from tests.property.lengths import examples_on
from tests.property.plain_reports import all_calls, passes
from tests.property.test_report_series import WANTED, instant, scopes
from tests.property.worlds import World, Worlds
from tests.stores import NOW, STORES

STEPS = (0, 1, SECOND, MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 5 * HOUR, DAY, 6 * DAY, 8 * DAY)
spans = st.sampled_from(STEPS)
LIMIT = 2 * HOUR
STATUSES = ("completed", "completed", "failed", "missed", "in_progress", "ringing", "queued")
drawn = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(
                ["completed", "completed", "failed", "missed", "in_progress", "ringing", "queued"]
            ),
            "created": spans,
            "answered": st.one_of(st.none(), spans, st.just(-SECOND)),
            "ended": st.one_of(st.none(), spans, st.just(-MINUTE)),
            "duration_ms": st.sampled_from([None, 0, 999, 1_000, 1_001, 61_000]),
            "occurred": st.sampled_from(["now", "now", "created", "answered"]),
            "agent": st.sampled_from([None, "ann"]),
            "space": st.sampled_from(["spring", "summer", "letters", "hidden"]),
        }
    ),
    max_size=16,
)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    end = NOW - draw(st.sampled_from([0, 0, MINUTE, HOUR, DAY]))
    name = draw(st.sampled_from(["none", *sorted(WANTED)]))
    return {
        "period": Period(end - draw(st.sampled_from([SECOND, 20 * MINUTE, 5 * HOUR, 2 * DAY, 9 * DAY])), end),
        "interval": draw(st.sampled_from(["hour", "day", "total"])),
        "zone": ZoneInfo(draw(st.sampled_from(["UTC", "Asia/Kolkata"]))),
        "kind": draw(st.sampled_from(KINDS)),
        "where": () if name == "none" else ((name, draw(st.sampled_from(WANTED[name]))),),
        "now": NOW,
    }


def told(worlds: Worlds, kind: str, calls: list[Any]) -> World:
    world = worlds.make(kind, dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    for space in world.spaces.values():
        settings = SpaceSettings(live_call_limit=LIMIT // SECOND)
        world.store.update_space(space.org_id, space.id, {"settings": settings})
    for number, each in enumerate(calls):
        created = NOW - each["created"]
        start = None if each["answered"] is None else created + each["answered"]
        occurred = {"now": NOW, "created": created, "answered": start or NOW}[each["occurred"]]
        entry = events.call(
            f"c{number}",
            each["status"],
            at=(occurred - NOW) / SECOND,
            creation_time=created,
            start_time=start,
            end_time=UNSET if each["ended"] is None else created + each["ended"],
            duration_ms=UNSET if each["duration_ms"] is None else each["duration_ms"],
            agent=each["agent"],
        )
        send(world.store, world.spaces[each["space"]], entry)
    return world


def span_of(call: Call, kind: str) -> tuple[int, int] | None:
    """When it is under way, by the words of the reference; none when it is not, or that is unknown."""
    if call.call_status == "queued" or (kind == "talk" and call.call_status in ("ringing", "missed")):
        return None
    begin = call.creation_time if kind == "offered" else call.start_time
    if begin is None or begin < call.creation_time or call.contradicting:
        return None
    live = call.call_status in ("ringing", "in_progress")
    # Its limit counts from its answer: it may have been scheduled long before.
    end = min(NOW, max(begin, call.start_time or 0) + LIMIT) if live else call.end_time
    if end is None or ends_at_its_start(call, kind):
        return None
    if not live and end - begin + SECOND < (call.duration_ms or 0) * 1000:
        return None
    return begin, min(end, call.creation_time + 7 * DAY)


def ends_at_its_start(call: Call, kind: str) -> bool:
    """Nobody said when it ended, and what was inferred says nothing of the talk."""
    if kind == "offered" or "end_time" not in call.inferred:
        return False
    return call.end_time is not None and call.start_time is not None and call.end_time <= call.start_time


def unplaced(call: Call, kind: str) -> bool:
    if call.call_status == "queued" or (kind == "talk" and call.call_status in ("ringing", "missed")):
        return False
    if kind == "talk" and call.start_time is not None and call.start_time < call.creation_time:
        return True
    if kind == "talk" and call.start_time is None:
        return bool(call.duration_ms) or call.call_status == "in_progress"
    begin = call.creation_time if kind == "offered" else call.start_time
    if call.contradicting:
        return True
    if call.call_status not in ("completed", "missed", "failed"):
        return False
    assert begin is not None
    if call.end_time is None or ends_at_its_start(call, kind):
        return True
    short = call.end_time - begin + SECOND < (call.duration_ms or 0) * 1000
    return short or call.end_time < begin


def check(world: World, scope: Any, listed: Scope, asked: dict[str, Any]) -> None:
    data = concurrency(world.store, ConcurrencyQuery(scope=scope, **asked))
    begin, end = asked["period"].start, asked["period"].end
    calls = [call for _, call in all_calls(world.store, listed) if passes(call, asked["where"])]
    every = [span for call in calls if (span := span_of(call, asked["kind"])) is not None]
    found = [span for span in every if span[0] < span[1]]
    moments = sorted({begin, *[at for span in found for at in span if begin <= at < end]})
    levels = {at: sum(one <= at < other for one, other in found) for at in moments}
    peak = max(levels.values())
    assert data.peak == peak
    if peak:
        assert data.peak_at is not None
        assert instant(data.peak_at) == next(at for at in moments if levels[at] == peak)
    assert data.unplaced == sum(
        unplaced(call, asked["kind"]) for call in calls if begin <= call.creation_time < end
    )
    for place, bucket in enumerate(data.buckets):
        first, last = instant(bucket.start), instant(bucket.end)
        inside = [first, *[at for at in moments if first <= at < last]]
        most = max(sum(one <= at < other for one, other in found) for at in inside)
        assert data.values["peak"][place] == most
        first_of = min(at for at in inside if sum(one <= at < other for one, other in found) == most)
        assert instant(data.peaks_at[place]) == first_of
        area = sum(max(0, min(other, last) - max(one, first)) for one, other in found)
        assert data.values["mean"][place] == area / (last - first)
        link = data.means_link.format(start=bucket.start, end=bucket.end)
        assert counted(world, listed, link) == sum(one < last and other > first for one, other in found)
    assert counted(world, listed, data.open_link) == data.open_calls


def counted(world: World, listed: Scope, link: str) -> int:
    """How many calls the list behind a link has."""
    values = read_query(urlsplit(link).query.encode(), {**CALL_FILTERS, **SCOPE})
    return world.store.count_calls(listed, call_filter(values))


@pytest.mark.parametrize("kind", STORES)
def test_calls_at_once_are_what_a_plain_count_says(worlds: Worlds, kind: str) -> None:
    """At every moment at which anything changes, in every bucket; and what cannot be placed is told."""

    @examples_on(kind, 1.5)
    @given(drawn, st.lists(questions(), min_size=1, max_size=4))
    def holds(calls: list[Any], asked: list[dict[str, Any]]) -> None:
        world = told(worlds, kind, calls)
        for each in asked:
            for scope, listed in scopes(world):
                check(world, scope, listed, each)
        worlds.end(world)

    holds()
