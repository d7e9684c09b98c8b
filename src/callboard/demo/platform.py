"""Generates the events a voice platform would send about a call or a task, and when each would arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from callboard.clock import MINUTE, SECOND, Micros, iso
from callboard.demo.campaigns import CARRIERS, Campaign

_encode = msgspec.json.Encoder().encode
_AREAS = ("202", "212", "312", "415", "617", "713", "303", "206")


@dataclass(order=True, slots=True)
class Arrival:
    """An event in transit: one line of NDJSON that reaches the server at `at`. Ordered by that time."""

    at: Micros
    space: str
    """Name of the campaign."""
    line: bytes


@dataclass
class Platform:
    """Collects the events of one campaign."""

    campaign: Campaign
    rng: Random
    delayed_before: Micros
    """Only events from before this time may arrive late, so that the last hours are complete."""
    arrivals: list[Arrival] = field(default_factory=list)
    events: int = 0
    """Number of distinct events."""
    repeats: int = 0
    """Number of events sent again."""

    def send(self, occurred: Micros, fields: dict[str, Any]) -> None:
        """Send one event: mostly at once, sometimes late, sometimes twice or three times."""
        rng = self.rng
        line = _encode({**fields, "occurred_at": iso(occurred)})
        delay = rng.uniform(0.1, 3) * SECOND
        if rng.random() < 0.02 and occurred < self.delayed_before:
            delay = rng.uniform(1, 240) * MINUTE  # a platform with a backlog
        self.events += 1
        self._arrive(occurred + int(delay), line)
        again = 1 + (rng.random() < 0.3) if self.campaign.repeats_everything else rng.random() < 0.03
        for _ in range(again):
            self.repeats += 1
            self._arrive(occurred + int(delay + rng.uniform(0.5, 90) * SECOND), line)

    def _arrive(self, at: Micros, line: bytes) -> None:
        self.arrivals.append(Arrival(at, self.campaign.name, line))


@dataclass(frozen=True)
class Ending:
    """How a call ends."""

    status: str
    reason: str
    talk_s: float = 0.0
    answered_by: str | None = None


def phone_number(rng: Random) -> str:
    """A number of the range 555-0100 to 555-0199, which is reserved for fiction."""
    return f"+1{rng.choice(_AREAS)}55501{rng.randrange(100):02d}"


def draw_ending(campaign: Campaign, hour: int, rng: Random) -> Ending:
    """Draw how a call at that hour ends. The answer rate is lower at noon; talk time is log-normal: it has a
    long tail.
    """
    rate = campaign.answer_rate * {12: 0.8, 13: 0.9, 17: 1.15, 18: 1.2}.get(hour, 1.0)
    if rng.random() < rate:
        talk_s = min(3600.0, rng.lognormvariate(0, 0.85) * campaign.talk_median_s + 3)
        if campaign.call_type == "outbound" and rng.random() < 0.14:
            return Ending("completed", "voicemail", min(talk_s, 32.0), "machine")
        ends = ("customer_hangup", "agent_hangup", "transferred", "silence_timeout")
        return Ending("completed", rng.choices(ends, (60, 32, 6, 2))[0], talk_s, "human")
    if rng.random() < 0.06:
        reason = rng.choices(("invalid_number", "carrier_error", "network_error"), (60, 25, 15))
        return Ending("failed", reason[0])
    reason = rng.choices(("no_answer", "busy", "rejected", "canceled"), (66, 16, 12, 6))
    return Ending("missed", reason[0])


def send_call(
    platform: Platform,
    call_id: str,
    began: Micros,
    ending: Ending,
    *,
    task_id: str | None = None,
    carrier: str | None = None,
) -> Micros:
    """Send the events of one call, from ringing to its end. Returns when it ended."""
    rng, campaign = platform.rng, platform.campaign
    own_number, their_number = f"+1{_AREAS[len(campaign.name) % len(_AREAS)]}5550100", phone_number(rng)
    outbound = campaign.call_type == "outbound"
    agent = rng.choice(campaign.agents)
    same = {"type": "call", "call_id": call_id}
    first = {
        "call_type": campaign.call_type,
        "source_number": own_number if outbound else their_number,
        "destination_number": their_number if outbound else own_number,
        "creation_time": iso(began),
        "metadata": {"carrier": carrier or rng.choice(CARRIERS)},
        **({"task_id": task_id} if task_id else {}),
    }
    platform.send(began, {**same, **first, "call_status": "ringing"})
    answered = began + int(rng.uniform(2, 18) * SECOND)
    ended = answered + int(ending.talk_s * SECOND)
    last: dict[str, Any] = {"call_status": ending.status, "end_reason": ending.reason, "agent": agent}
    if ending.status == "completed":
        talking = {"call_status": "in_progress", "start_time": iso(answered), "agent": agent}
        platform.send(answered, {**same, **talking})
        last |= {"start_time": iso(answered), "end_time": iso(ended), "answered_by": ending.answered_by}
        if rng.random() < 0.985:  # platforms sometimes leave the duration out
            last["call_duration"] = (ended - answered) // 1000 / 1000
    platform.send(ended, {**same, **last})
    return ended


def send_task(platform: Platform, task_id: str, run_id: str, created: Micros, **more: Any) -> dict[str, Any]:
    """Send the event that creates a task. Returns the fields that identify it, for its later events."""
    calls = platform.campaign.call_type is not None
    same = {"type": "task", "task_id": task_id}
    first = {"run_id": run_id, "created": iso(created), "execution_type": "call" if calls else "email"}
    given = {"input": {"contact_number": phone_number(platform.rng)}} if calls else {}
    platform.send(created, {**same, **first, **given, **more, "status": "pending"})
    return same
