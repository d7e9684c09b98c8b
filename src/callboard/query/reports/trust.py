"""Whether to trust the numbers: how fresh, what was refused and why, what is unknown, what was proven."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from callboard.clock import HOUR, SECOND, Micros, iso
from callboard.model.directory import Space
from callboard.model.totals import Totals
from callboard.query.items import seconds
from callboard.query.reports.links import list_link
from callboard.query.reports.period import exact_iso
from callboard.query.reports.scope import ReportScope
from callboard.store.interface import Store
from callboard.store.questions import NO_SPACE, CallFilter
from callboard.store.reporting import LastVerification, Received

LAG_OVER: Micros = HOUR
MOST_LAG_EVENTS = 20_000
"""The latest events that the lag is told of, of a whole organization."""
MOST_SPACES = 1_000
"""Whose live calls are looked at one by one."""


class Lag(Struct, frozen=True, kw_only=True):
    """Receipt less occurrence, of the events received lately."""

    since: str
    """From when on: an hour ago, or later where more than 20,000 events came."""
    events: int
    """Whose source said when they happened, not after they were received."""
    p50_seconds: float | None
    p95_seconds: float | None
    without_time: int
    """Whose source did not say: they have no lag."""
    ahead: int
    """That happened after they were received: a clock that is wrong."""


class Rejected(Struct, frozen=True):
    """Events that were not taken, of one reason."""

    reason: str
    events: int


class Outcomes(Struct, frozen=True, kw_only=True):
    """How all events ever received ended. They add up to `received`."""

    received: int
    applied: int
    duplicate: int
    stale: int
    rejected: int
    rejected_by_reason: list[Rejected]


class Verified(Struct, frozen=True, kw_only=True):
    """The latest verification."""

    at: str
    deep: bool
    drift: int
    """Differences found in this organization."""


class Trust(Struct, frozen=True, kw_only=True):
    """What trust in a report rests on."""

    as_of: str
    """The answer holds everything acknowledged before."""
    timezone: str
    """The home zone of what is asked about."""
    last_event_received: str | None
    lag: Lag
    outcomes: Outcomes
    calls_past_limit: int
    """Calls that ring or talk for longer since their creation than their space allows: their end was not
    told."""
    durations_unknown: int
    """Completed calls whose duration is not known: no average holds them."""
    durations_unknown_link: str
    contradicting: int
    """Calls whose start and end contradict each other: their talk time would be below 0 or beyond 7 days, so
    it is unknown, and calls at once do not place them."""
    contradicting_link: str
    last_verification: Verified | None


def trust(store: Store, scope: ReportScope, totals: Sequence[Totals], now: Micros) -> Trust:
    """The facts for a scope; `totals` are those of its spaces."""
    # A rejected row of an import that names no space is the organization's, not one space's.
    ids = [space.id for space in scope.spaces] + ([] if scope.one else [NO_SPACE])
    found = store.received(scope.org_id, ids, now - LAG_OVER, MOST_LAG_EVENTS)
    live = [
        space
        for space, each in zip(scope.spaces, totals, strict=True)
        if each.calls_ringing or each.calls_in_progress
    ]
    before = {space.id: live_before(space, now) for space in live[:MOST_SPACES]}
    past = sum(
        late.count
        for status in ("ringing", "in_progress")
        for late in store.long_live_calls(scope.org_id, status, before, 1).values()
    )
    unknown = {**scope.parameters, "call_status": "completed", "duration_known": "false"}
    return Trust(
        as_of=exact_iso(now),
        timezone=scope.timezone,
        last_event_received=iso(found.last_received_at),
        lag=_lag(found, now),
        outcomes=_outcomes(found),
        calls_past_limit=past,
        durations_unknown=sum(each.calls_completed - each.completed_timed for each in totals),
        durations_unknown_link=list_link("call-logs", **unknown),
        contradicting=store.count_calls(scope.asked, CallFilter(contradicting=True)),
        contradicting_link=list_link("call-logs", **scope.parameters, contradicting="true"),
        last_verification=_verified(store.last_verification(), scope.org_id),
    )


def live_before(space: Space, now: Micros) -> Micros:
    """Calls of a space that were created before and still live are past their limit."""
    return now - space.settings.live_call_limit * SECOND


def _lag(found: Received, now: Micros) -> Lag:
    lags = sorted(at - occurred for at, occurred in found.latest if occurred is not None and occurred <= at)
    ahead = sum(occurred is not None and occurred > at for at, occurred in found.latest)
    since = now - LAG_OVER if found.looked_back_to is None else found.looked_back_to
    return Lag(
        since=exact_iso(since),
        events=len(lags),
        p50_seconds=_percentile(lags, 50),
        p95_seconds=_percentile(lags, 95),
        without_time=sum(occurred is None for _, occurred in found.latest),
        ahead=ahead,
    )


def _percentile(ordered: Sequence[Micros], share: int) -> float | None:
    """By nearest rank, exact."""
    return seconds(ordered[-(-len(ordered) * share // 100) - 1] // 1000) if ordered else None


def _outcomes(found: Received) -> Outcomes:
    counts = {
        outcome: sum(events for (ended, _), events in found.outcomes.items() if ended == outcome)
        for outcome in ("applied", "duplicate", "stale", "rejected")
    }
    reasons = [(reason, events) for (ended, reason), events in found.outcomes.items() if ended == "rejected"]
    reasons.sort(key=lambda each: (-each[1], each[0]))
    return Outcomes(
        received=sum(counts.values()),
        rejected_by_reason=[Rejected(reason, events) for reason, events in reasons],
        **counts,
    )


def _verified(last: LastVerification | None, org_id: int) -> Verified | None:
    if last is None:
        return None
    return Verified(at=exact_iso(last.finished_at), deep=last.deep, drift=last.drift.get(org_id, 0))
