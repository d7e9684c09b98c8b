"""Generated calls and tasks: the same seed gives the same events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from callboard.clock import DAY, MINUTE, SECOND, Micros
from callboard.model.event import CallEvent, Entry, Instant, TaskEvent, canonical

FIRST_DAY: Micros = 1_743_465_600_000_000
"""2025-04-01T00:00:00Z, the first day of the files' calls."""
DAYS = 90
EDITION = 2
"""Increase it when `bench/load.py` generates something else: files of an older edition are built again."""
LIVE_FROM: Micros = FIRST_DAY + DAYS * DAY
"""The time of the first event that is sent during a measurement, after all calls of the file."""

ENDS = (
    ("completed", "customer_hangup", 40),
    ("completed", "agent_hangup", 20),
    ("completed", "voicemail", 8),
    ("missed", "no_answer", 18),
    ("missed", "busy", 6),
    ("failed", "invalid_number", 4),
    ("failed", "carrier_error", 4),
)
AGENTS = ("renewals", "welcome", "surveys", "reminders", "collections")
_WEIGHTS = [weight for _, _, weight in ENDS]


def outcome(draw: random.Random, at: Micros, nothing: UnsetType | None) -> tuple[str, str, Instant, Instant]:
    """Draw how a call that began at `at` ended: status, end reason, start and end. Both times are `nothing`
    if it was not answered.
    """
    status, reason, _ = draw.choices(ENDS, _WEIGHTS)[0]
    if status != "completed":
        return status, reason, nothing, nothing
    answered = at + draw.randrange(2, 30) * SECOND
    return status, reason, answered, answered + int(draw.expovariate(1 / 120) * 1000) * 1000


def named_agents(many: int) -> tuple[str, ...]:
    """Names of `many` agents: the usual five, or numbered ones for any other number."""
    return AGENTS if many == len(AGENTS) else tuple(f"agent-{number:04d}" for number in range(many))


def call_entry(draw: random.Random, number: int, at: Micros, agents: Sequence[str] = AGENTS) -> Entry:
    """One finished call that began at `at`. Its id is random, as those of platforms are."""
    status, reason, start, end = outcome(draw, at, UNSET)
    event = CallEvent(
        call_id=f"{draw.getrandbits(128):032x}",
        call_status=status,
        standing=2,
        occurred_at=end or at,
        call_type="outbound" if draw.random() < 0.9 else "inbound",
        source_number="+12025550100",
        destination_number=f"+1202555{100 + number % 100:04d}",
        creation_time=at,
        start_time=start,
        end_time=end,
        end_reason=reason,
        agent=agents[number % len(agents)],
    )
    return Entry(event, canonical(event), at)


def task_entry(draw: random.Random, number: int, at: Micros) -> Entry:
    """One task of a run of a hundred."""
    status = draw.choices(("pending", "running", "completed", "failed"), (4, 1, 86, 9))[0]
    event = TaskEvent(
        task_id=f"{draw.getrandbits(64):016x}",
        status=status,
        source_status=status,
        attempt=1,
        standing=2 if status in ("completed", "failed") else 0,
        occurred_at=at + MINUTE,
        run_id=f"run-{number // 100}",
        created=at,
    )
    return Entry(event, canonical(event), at)


def wire(event: CallEvent) -> dict[str, Any]:
    """The event as a client sends it."""
    names = ("creation_time", "start_time", "end_time", "occurred_at")
    sent: dict[str, Any] = {"type": "call", "call_id": event.call_id, "call_status": event.call_status}
    for name in (
        "event_id",
        "call_type",
        "source_number",
        "destination_number",
        *names,
        "end_reason",
        "agent",
    ):
        value = getattr(event, name)
        if value is not UNSET:
            sent[name] = instant(value) if name in names and value is not None else value
    return sent


def instant(at: Micros) -> str:
    """A time as clients send it, in milliseconds."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(at // 1000 / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at // 1000 % 1000:03d}Z"
