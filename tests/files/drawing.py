"""Calls and tasks as they were meant when a file's rows were drawn, and the numbers that follow from them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

COMPLETED, MISSED, FAILED, LIVE = "completed", "missed", "failed", "in_progress"
PENDING, RUNNING = "pending", "running"
STATUS = {"a": COMPLETED, "v": COMPLETED, "n": MISSED, "b": MISSED, "c": MISSED, "f": FAILED, "l": LIVE}
"""How a call went: answered, voicemail, no answer, busy, cancelled, a bad number; l still goes on."""
AGENTS = ("Ida", "Jon", "Kit", "Lea", "Max", "Nia", "Oto", "Pia")


class Seen(NamedTuple):
    """What the numbers of one call or task are made of."""

    status: str
    talk: float | Decimal | None
    """Seconds; only that of completed calls counts."""
    created: datetime | None


@dataclass(frozen=True)
class Call:
    """One call as it was meant."""

    n: int
    """Its number among the rows, from 1."""
    how: str
    """A key of `STATUS`."""
    local: datetime
    """When it was made, in the zone in which the file writes its times."""
    ring: int
    talk: float
    """Seconds from the answer to the end; 0 if nobody answered."""

    @property
    def status(self) -> str:
        return STATUS[self.how]

    @property
    def up(self) -> bool:
        """Whether it was answered."""
        return self.status == COMPLETED

    @property
    def answer(self) -> datetime:
        return self.local.astimezone(UTC) + timedelta(seconds=self.ring)

    @property
    def end(self) -> datetime:
        return self.answer + timedelta(seconds=self.talk)

    def at(self, form: str) -> str:
        """When it was made, written so."""
        return self.local.strftime(form)

    def answered(self, form: str) -> str:
        """When it was answered; empty if it was not."""
        return self.answer.astimezone(self.local.tzinfo).strftime(form) if self.up else ""

    def ended(self, form: str) -> str:
        return self.end.astimezone(self.local.tzinfo).strftime(form)

    def says(self, **words: str) -> str:
        """The word for how it went. A voicemail is as an answer, busy and cancelled as no answer, unless
        they have words of their own.
        """
        likewise = {"v": "a", "b": "n", "c": "n"}
        return words[self.how if self.how in words else likewise[self.how]]

    @property
    def number(self) -> str:
        """The other side's number."""
        return f"+120255501{self.n % 100:02d}"

    @property
    def agent(self) -> str:
        return AGENTS[self.n % len(AGENTS)]

    @property
    def inbound(self) -> bool:
        return self.n % 3 == 0

    @property
    def seen(self) -> Seen:
        return Seen(self.status, self.talk if self.up else None, self.local.astimezone(UTC))


@dataclass(frozen=True)
class Task:
    """One task as it was meant."""

    n: int
    word: str
    """Its state in the words of the runner."""
    status: str
    local: datetime

    @property
    def begun(self) -> bool:
        return self.status != PENDING

    @property
    def over(self) -> bool:
        return self.status in {COMPLETED, FAILED}

    def at(self, form: str, after: float = 0.0) -> str:
        return (self.local + timedelta(seconds=after)).strftime(form)

    @property
    def seen(self) -> Seen:
        return Seen(self.status, None, self.local.astimezone(UTC))


def draw_calls(
    name: str,
    hows: str,
    zone: str,
    *,
    month: int = 3,
    days: Sequence[int] = (6, 7, 19),
    step: float = 1,
    longest: float = 0,
    minute: bool = False,
    most: int = 400,
    hours: tuple[int, int] = (8, 9),
) -> list[Call]:
    """The calls of a file: always the same for its name.

    `step`: talk times are multiples of it. `longest`: talk time of the first answered call, if not 0.
    `minute`: made at a full minute. `most`: seconds of the longest other one. `hours`: the
    first hour of a day's calls, and how many they are spread over.
    """
    chance = random.Random(name)
    per_day = -(-len(hows) // len(days))
    calls: list[Call] = []
    for place, how in enumerate(hows):
        of_day = place % per_day
        start = hours[0] * 3600 + of_day * hours[1] * 3600 // per_day + chance.randrange(3600)
        made = datetime(2025, month, days[place // per_day], tzinfo=ZoneInfo(zone)) + timedelta(
            seconds=start - (start % 60 if minute else 0)
        )
        talk = 0.0
        if STATUS[how] == COMPLETED:
            whole = chance.randrange(max(1, round(min(25, most / 4) / step)), round(most / step)) * step
            talk = longest if longest and not any(each.talk for each in calls) else whole
        calls.append(Call(place + 1, how, made, chance.randrange(3, 25), _plain(talk)))
    return calls


def at_once(calls: Sequence[Call]) -> list[Call]:
    """The same calls without ringing: from when they were made to their end is the talk."""
    return [Call(each.n, each.how, each.local, 0, each.talk) for each in calls]


def draw_tasks(name: str, states: Sequence[tuple[str, str]]) -> list[Task]:
    """The tasks of a file, in UTC: (word, status) for each."""
    chance = random.Random(name)
    base = datetime(2025, 3, 6, 9, 5, 3, 500_000, tzinfo=UTC)
    return [
        Task(n, word, status, base + timedelta(seconds=n * 5_000 + chance.randrange(900)))
        for n, (word, status) in enumerate(states, 1)
    ]


def numbers_of(kind: str, seen: Sequence[Seen]) -> dict[str, Any]:
    """The numbers of a file, under the keys of its truth."""
    counted = {"calls": (COMPLETED, MISSED, FAILED), "tasks": (PENDING, RUNNING, COMPLETED, FAILED)}[kind]
    times = sorted(each.created for each in seen if each.created is not None)
    numbers: dict[str, Any] = {"calls" if kind == "calls" else "total": len(seen)}
    numbers |= {status: sum(each.status == status for each in seen) for status in counted}
    if kind == "calls":
        numbers["avg_duration_seconds"] = average(seen)
    numbers["first"], numbers["last"] = (_iso(times[0]), _iso(times[-1])) if times else (None, None)
    return numbers


def average(seen: Sequence[Seen]) -> float:
    """Mean talk time of the completed calls whose talk time is known, to 3 decimals; 0.0 if there is none."""
    known = [
        round(Decimal(str(each.talk)) * 1000)
        for each in seen
        if each.status == COMPLETED and each.talk is not None
    ]
    if not known:
        return 0.0
    mean = Decimal(sum(known)) / len(known) / 1000
    return float(mean.quantize(Decimal("0.001"), ROUND_HALF_EVEN))


def _iso(moment: datetime) -> str:
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _plain(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)
