"""Metrics of an organization and of its spaces, for Prometheus; the number of series is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from callboard.model.directory import Space
from callboard.model.totals import Totals, sum_totals
from callboard.model.words import CALL_STATUSES, TASK_STATUSES
from callboard.query.hook_sums import HookSums
from callboard.telemetry.exposition import Family, Labels, Sample

MAX_SPACES = 1_000
"""How many spaces, the newest ones, have their own series; all others are summed up as `other`."""
OTHER = "other"

Row = tuple[Labels, Totals, int]
"""Labels, totals, number of stuck tasks."""
Outcomes = Mapping[tuple[str, str], int]


def organization_families(handle: str, contact: Totals, stuck: int, outcomes: Outcomes) -> Iterator[Family]:
    """The sums over the contact spaces, equal to the analytics endpoint, and the outcomes of all events."""
    labels = {"organization": handle}
    yield from _families(
        "callboard_organization", "of the contact spaces together", [(labels, contact, stuck)]
    )
    yield Family(
        "callboard_organization_events_total",
        "counter",
        "Events received by all spaces, by how they ended and why they were rejected.",
        [
            Sample({**labels, "outcome": outcome, "reason": reason}, count)
            for (outcome, reason), count in sorted(outcomes.items())
        ],
    )


def hook_families(handle: str, sums: HookSums) -> Iterator[Family]:
    """What platforms delivered to all hooks of an organization."""
    labels = {"organization": handle}
    by_outcome = {
        ("accepted", ""): sums.accepted,
        ("ignored", ""): sums.ignored,
        ("dropped", ""): sums.dropped,
        **{("quarantined", reason): count for reason, count in sums.quarantined_by_reason.items()},
        **{("refused", kind): count for kind, count in sums.refused_by_kind.items()},
    }
    yield Family(
        "callboard_organization_hook_deliveries_total",
        "counter",
        "Deliveries of platforms, by what became of them; ignored and quarantined ones are accepted, too.",
        [
            Sample({**labels, "outcome": outcome, "reason": reason}, count)
            for (outcome, reason), count in by_outcome.items()
        ],
    )
    prefix = "callboard_organization"
    yield Family(
        f"{prefix}_hook_unknown_words_total",
        "counter",
        "Words of deliveries that no table of their platform had.",
        [Sample(labels, sums.unknown_words)],
    )
    held = [Sample(labels, sums.in_quarantine)]
    yield Family(f"{prefix}_quarantine_deliveries", "gauge", "Deliveries in quarantine.", held)
    size = [Sample(labels, sums.in_quarantine_bytes)]
    yield Family(f"{prefix}_quarantine_bytes", "gauge", "Bytes of these that are kept.", size)


def space_families(
    handle: str, spaces: Sequence[Space], totals: Mapping[int, Totals], stuck: Mapping[int, int]
) -> Iterator[Family]:
    """The numbers of each space. `spaces` must be newest first; those beyond the bound are one series."""
    shown, rest = spaces[:MAX_SPACES], spaces[MAX_SPACES:]
    rows: list[Row] = [
        (_of(handle, space.token), totals.get(space.id, _NONE), stuck.get(space.id, 0)) for space in shown
    ]
    if rest:
        others = sum_totals(totals.get(space.id, _NONE) for space in rest)
        rows.append((_of(handle, OTHER), others, sum(stuck.get(space.id, 0) for space in rest)))
    yield Family(
        "callboard_space_info",
        "gauge",
        "Which space a token stands for; always 1.",
        [
            Sample({**_of(handle, each.token), "name": each.name, "content_type": each.content_type}, 1)
            for each in shown
        ],
    )
    yield from _families("callboard_space", "of one space", rows)


def _families(prefix: str, owner: str, rows: Sequence[Row]) -> Iterator[Family]:
    yield Family(
        f"{prefix}_calls",
        "gauge",
        f"Calls {owner}, by status.",
        [
            Sample({**labels, "status": status}, getattr(totals, f"calls_{status}"))
            for labels, totals, _ in rows
            for status in CALL_STATUSES
        ],
    )
    yield Family(
        f"{prefix}_timed_calls",
        "gauge",
        f"Completed calls {owner} whose talk time is known.",
        [Sample(labels, totals.completed_timed) for labels, totals, _ in rows],
    )
    yield Family(
        f"{prefix}_talk_seconds",
        "gauge",
        f"Talk time of these calls {owner}, added up.",
        [Sample(labels, totals.completed_talk_ms / 1000) for labels, totals, _ in rows],
    )
    yield Family(
        f"{prefix}_tasks",
        "gauge",
        f"Tasks {owner}, by status.",
        [
            Sample({**labels, "status": status}, getattr(totals, f"tasks_{status}"))
            for labels, totals, _ in rows
            for status in TASK_STATUSES
        ],
    )
    yield Family(
        f"{prefix}_stuck_tasks",
        "gauge",
        f"Tasks {owner} that run or wait for longer than their space allows.",
        [Sample(labels, stuck) for labels, _, stuck in rows],
    )


def _of(handle: str, token: str) -> dict[str, str]:
    return {"organization": handle, "space_token": token}


_NONE = Totals()
