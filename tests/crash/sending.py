"""Senders of events about calls and tasks, and records of what they sent and what was answered."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from callboard.ingest.parse import parse_events
from callboard.model.event import Entry
from tests.stores import NOW

Wire = dict[str, Any]
"""An event as it is sent."""

_START = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)
_ENDS = (
    {"call_status": "completed", "end_reason": "customer_hangup", "answered_by": "human"},
    {"call_status": "completed", "end_reason": "voicemail", "answered_by": "machine"},
    {"call_status": "missed", "end_reason": "no_answer"},
    {"call_status": "failed", "end_reason": "carrier_error"},
)
SHARED = 12
"""Calls and tasks that every sender speaks of."""


def the_seed() -> int:
    """What draws everything, printed; CRASH_SEED=… draws it again (threads still run as they please)."""
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbits(32))
    print(f"CRASH_SEED={seed}")
    return seed


class Sender:
    """One source of events, drawn: new calls and tasks, news of old ones, repeats, withdrawals.

    Every event says when it happened, so that what is kept is a function of what was sent.
    """

    def __init__(self, name: str, random: Random) -> None:
        self._name = name
        self._random = random
        self._sent: list[Wire] = []
        self._calls = 0
        self._tasks = 0

    def batch(self, most: int = 8) -> list[Wire]:
        """What it says next: one event or several."""
        events = [self._next() for _ in range(self._random.choice((1, 1, self._random.randint(2, most))))]
        self._sent.extend(events)
        return events

    def _next(self) -> Wire:
        draw = self._random.random()
        if self._sent and draw < 0.15:
            return self._random.choice(self._sent)
        event = self._call() if draw < 0.7 else self._task()
        if self._random.random() < 0.3:
            event["event_id"] = f"{self._name}-e{len(self._sent)}-{self._random.getrandbits(40):x}"
        if self._random.random() < 0.03:
            event["void"] = self._random.random() < 0.7
        return event

    def _call(self) -> Wire:
        number = self._subject(self._calls)
        self._calls = max(self._calls, number + 1)
        stage = self._random.randrange(4)
        event: Wire = {
            "type": "call",
            "call_id": self._named("call", number),
            "occurred_at": self._moment(stage * 30),
            "metadata": {f"note-{self._random.randrange(3)}": self._random.randrange(1000)},
        }
        if stage < 3:
            event["call_status"] = ("queued", "ringing", "in_progress")[stage]
            return event | {"call_type": "outbound", "creation_time": self._moment(0), "agent": self._name}
        event |= self._random.choice(_ENDS)
        if event["call_status"] == "completed" and self._random.random() < 0.8:
            event["call_duration"] = self._random.randrange(1, 900_000) / 1000
        return event

    def _task(self) -> Wire:
        number = self._subject(self._tasks)
        self._tasks = max(self._tasks, number + 1)
        event: Wire = {
            "type": "task",
            "task_id": self._named("task", number),
            "status": self._random.choice(("pending", "running", "completed", "cancelled")),
            "attempt": self._random.choice((1, 1, 1, 2)),
            "occurred_at": self._moment(),
        }
        if self._random.random() < 0.6:
            event["run_id"] = f"run-{self._random.randrange(4)}"
        return event

    def _subject(self, known: int) -> int:
        """One that is new, one of its own, or (below 0) one that all speak of."""
        draw = self._random.random()
        if draw < 0.1:
            return -1 - self._random.randrange(SHARED)
        return known if draw < 0.6 or not known else self._random.randrange(known)

    def _named(self, noun: str, number: int) -> str:
        return f"{self._name}-{noun}-{number}" if number >= 0 else f"{noun}{number}"

    def _moment(self, seconds: int = 0) -> str:
        at = _START + timedelta(seconds=seconds, microseconds=self._random.randrange(3_600_000_000))
        return at.isoformat()


def entries_of(events: Sequence[Wire], received_at: int = NOW) -> list[Entry]:
    """The events as the edge makes them."""
    parsed = parse_events(
        msgspec.json.encode(events), ndjson=False, now=received_at, max_events=len(events) + 1
    )
    assert not parsed.rejections, parsed.rejections
    return parsed.entries


class Books:
    """What was sent, and which of it was acknowledged, in the order of the acknowledgements."""

    def __init__(self) -> None:
        self.sent: dict[bytes, Entry] = {}
        """Canonical form → the event."""
        self.acknowledged: dict[bytes, None] = {}

    def send(self, entries: Iterable[Entry]) -> None:
        self.sent.update((entry.body, entry) for entry in entries)

    def acknowledge(self, entries: Iterable[Entry]) -> None:
        self.acknowledged.update(dict.fromkeys(entry.body for entry in entries))

    @property
    def in_flight(self) -> list[Entry]:
        """Sent, and never acknowledged: they may have been kept or not."""
        return [entry for body, entry in self.sent.items() if body not in self.acknowledged]

    def lost(self, kept: set[bytes]) -> list[str]:
        """The calls and tasks of events that were acknowledged and are not kept."""
        return sorted(self.sent[body].event.item_id for body in self.acknowledged.keys() - kept)
