"""The trust report: how fresh the numbers are, what was rejected, what is unknown, what was verified."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from callboard.clock import HOUR, Micros, iso
from callboard.model.totals import Totals
from callboard.query.hook_sums import HookSums, hook_sums
from callboard.query.items import seconds
from callboard.query.reports.links import list_link
from callboard.query.reports.period import exact_iso
from callboard.query.reports.scope import ReportScope
from callboard.store.interface import Store
from callboard.store.questions import NO_SPACE, CallFilter
from callboard.store.reporting import Arrivals, LastVerification

LAG_OVER: Micros = HOUR
"""The lag is measured over the events received in the last hour."""
MAX_LAG_EVENTS = 20_000
"""Most events that the lag is measured over, the latest ones of the whole organization."""
MAX_SPACES = 1_000
"""Most spaces whose live calls are checked against their limit."""


class Lag(Struct, frozen=True, kw_only=True):
    """Receipt less occurrence, of the events received lately."""

    since: str
    """The start of the measurement: an hour ago, or later if more than `MAX_LAG_EVENTS` were received."""
    events: int
    """Events that state when they occurred, at or before their receipt."""
    p50_seconds: float | None
    p95_seconds: float | None
    without_time: int
    """Events that do not state when they occurred: they have no lag."""
    ahead: int
    """Events that state a time after their receipt: the clock of the source is wrong."""


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
    """Number of differences found in this organization."""


class Trust(Struct, frozen=True, kw_only=True):
    """What trust in a report rests on."""

    as_of: str
    """The time of the report, which counts every event acknowledged before it."""
    timezone: str
    """The home zone of the scope."""
    last_event_received: str | None
    lag: Lag
    outcomes: Outcomes
    calls_past_limit: int
    """Calls still ringing or in progress longer after their answer, or else their creation, than their limit
    (`live_call_limit` of the space, or of the hook by which they came): the event that says how they ended is
    missing."""
    durations_unknown: int
    """Completed calls of unknown duration, which no average includes."""
    durations_unknown_link: str
    contradicting: int
    """Calls whose start and end contradict each other: their talk time would be below 0 or above 7 days. It
    is unknown, and concurrency reports leave them out."""
    contradicting_link: str
    facts_without_call: int
    """Ids of which there are facts, such as a recording or a cost, and no event with a status: no calls."""
    oversized_groups: int
    """Calls that name a group of more than 200, which is none: each of them counts by itself."""
    hooks: HookSums
    """What platforms delivered to the hooks of the scope's spaces."""
    last_verification: Verified | None


def trust(store: Store, scope: ReportScope, totals: Sequence[Totals], now: Micros) -> Trust:
    """The trust report for a scope. `totals`: one for each of its spaces, in their order."""
    # Rejected rows of imports that name no existing space are counted for the organization (`NO_SPACE`), so
    # they belong to every scope but that of a single space.
    ids = [space.id for space in scope.spaces] + ([] if scope.one else [NO_SPACE])
    found = store.arrivals(scope.org_id, ids, now - LAG_OVER, MAX_LAG_EVENTS)
    live = [
        space
        for space, each in zip(scope.spaces, totals, strict=True)
        if each.calls_ringing or each.calls_in_progress
    ]
    ids_live = [space.id for space in live[:MAX_SPACES]]
    past = sum(
        overdue.count
        for status in ("ringing", "in_progress")
        for overdue in store.long_live_calls(scope.org_id, status, ids_live, now, 1).values()
    )
    beside = store.beside_calls(scope.org_id, [space.id for space in scope.spaces])
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
        contradicting=store.count_calls(scope.list_scope, CallFilter(contradicting=True)),
        contradicting_link=list_link("call-logs", **scope.parameters, contradicting="true"),
        facts_without_call=beside.facts_without_call,
        oversized_groups=beside.oversized,
        hooks=hook_sums(store, scope.org_id, {space.id for space in scope.spaces}),
        last_verification=_verified(store.last_verification(), scope.org_id),
    )


def _lag(found: Arrivals, now: Micros) -> Lag:
    lags = sorted(at - occurred for at, occurred in found.recent if occurred is not None and occurred <= at)
    ahead = sum(occurred is not None and occurred > at for at, occurred in found.recent)
    since = now - LAG_OVER if found.looked_back_to is None else found.looked_back_to
    return Lag(
        since=exact_iso(since),
        events=len(lags),
        p50_seconds=_percentile(lags, 50),
        p95_seconds=_percentile(lags, 95),
        without_time=sum(occurred is None for _, occurred in found.recent),
        ahead=ahead,
    )


def _percentile(ordered: Sequence[Micros], share: int) -> float | None:
    """The percentile by nearest rank, in seconds; None for no events."""
    # -(-a // b) is a / b rounded up, in integers.
    return seconds(ordered[-(-len(ordered) * share // 100) - 1] // 1000) if ordered else None


def _outcomes(found: Arrivals) -> Outcomes:
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
