"""A few hundred calls and tasks that differ in everything lists filter by, told to a store."""

from __future__ import annotations

from random import Random
from typing import Any

from callboard.clock import MINUTE, SECOND
from callboard.model.directory import Organization, Space
from callboard.store.interface import Store
from tests.events import call, send, task
from tests.stores import NOW, make_space

STATUSES = ("queued", "ringing", "in_progress", "completed", "missed", "failed")


def populate(store: Store, organization: Organization, seed: int = 1) -> list[Space]:
    """Three spaces, one of them of e-mail; ids and instants meet across them; some of all are void."""
    random = Random(seed)
    spaces = [
        make_space(store, organization, "Spring", stuck_running_after=600),
        make_space(store, organization, "Summer", stuck_pending_after=60),
        make_space(store, organization, "Letters", content_type="email"),
    ]
    for space in spaces:
        entries = [_call(random, number) for number in range(60)]
        entries += [_task(random, number) for number in range(60)]
        random.shuffle(entries)
        send(store, space, *entries)
    return spaces


def _call(random: Random, number: int) -> Any:
    fields = {
        "call_type": random.choice(["inbound", "outbound", "web", None]),
        "end_reason": random.choice(["busy", "voicemail", "unknown", None]),
        "agent": random.choice(["ann", "ben", "Ann", None]),
        "answered_by": random.choice(["human", "machine", None]),
        "source_number": random.choice(["+12025550123", None]),
        "destination_number": random.choice(["+12025550124", "+12025550125", None]),
        "outcome": random.choice(["interested", "unknown", None]),
        "duration_ms": random.choice([0, 1, 999, 1000, 60_000, None]),
        "start_time": random.choice([None, NOW + number * SECOND]),
        "creation_time": NOW + random.randrange(20) * 15 * MINUTE + random.choice([0, 0, 1, MINUTE]),
        "void": random.random() < 0.1,
    }
    return call(f"c{number:02}", random.choice(STATUSES), at=number, **fields)


def _task(random: Random, number: int) -> Any:
    fields = {
        "run_id": random.choice(["r1", "r2", None]),
        "failure_reason": random.choice(["cancelled", "busy", None]),
        "assignee": random.choice(["ann", "ben", None]),
        "attempt": random.choice([1, 2, 3]),
        "created": NOW + random.randrange(20) * 15 * MINUTE + random.choice([0, 0, 1, MINUTE]),
        "scheduled_at": random.choice([None, None, NOW + random.randrange(300) * MINUTE]),
        "void": random.random() < 0.1,
    }
    word = random.choice(["pending", "hold", "running", "completed", "failed", "cancelled"])
    return task(f"t{number:02}", word, at=random.randrange(3600), **fields)
