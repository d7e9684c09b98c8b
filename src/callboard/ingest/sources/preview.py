"""What an import would bring, counted before it writes: its events folded in a temporary table."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any, Final

from msgspec import UNSET, Struct

from callboard.clock import Micros, iso
from callboard.fold.call import fold_call
from callboard.fold.event_quota import MAX_EVENTS_PER_ITEM
from callboard.fold.task import fold_task
from callboard.ingest.sources.length_sample import LengthJump, LengthSample
from callboard.model.call import Call
from callboard.model.event import Entry, from_canonical
from callboard.model.task import Task
from callboard.model.words import TASK_STATUSES
from callboard.store.bodies_by_item import BodiesByItem

MAX_AGENTS: Final = 10_000
"""Agents whose calls are counted by name; further ones count as "others"."""
MAX_REPEATED_KEYS: Final = 100
_FLUSH_EVENTS: Final = 2_000
_SHOWN_AGENTS: Final = 20
_KEY_BYTES: Final = 16
_OTHERS: Final = "…"


class Numbers(Struct):
    """The numbers of a preview. Calls (or tasks) of the file alone: what the space holds already is not in
    them.
    """

    record_type: str
    events: int = 0
    """Rows that are valid events."""
    items: int = 0
    """Different calls or tasks; fewer than `events` when several rows are one."""
    apart: int = 0
    """Rows that an id, and the attempt of a task, tell apart: attempts of a task are no lost rows."""
    repeated: int = 0
    """Rows that say exactly what an earlier row said."""
    statuses: dict[str, int] = {}
    """Status → calls or tasks."""
    duration_ms: int = 0
    """Talk time of the completed calls, added up."""
    durations: int = 0
    """Completed calls whose talk time is known."""
    undated: int = 0
    """Rows without any time: they would count at the time of the import."""
    usual_length: float | None = None
    """The median talk time of the completed calls, as their rows say it, in seconds; None where none does."""
    lengths: int = 0
    """The talk times that it is of."""
    jump: LengthJump | None = None
    """Where the file seems to say talk times in another unit."""
    first: Micros | None = None
    last: Micros | None = None
    agents: dict[str, int] = {}
    """Agent → calls, of up to `MAX_AGENTS` agents; `""`: calls without one."""

    @property
    def calls(self) -> int:
        """Calls made: all but those that are only queued."""
        return self.items - self.statuses.get("queued", 0)

    @property
    def completed(self) -> int:
        return self.statuses.get("completed", 0)

    @property
    def missed(self) -> int:
        return self.statuses.get("missed", 0)

    @property
    def failed(self) -> int:
        return self.statuses.get("failed", 0)

    @property
    def without_duration(self) -> int:
        """Completed calls whose talk time is unknown."""
        return self.completed - self.durations

    @property
    def avg_duration_seconds(self) -> float:
        """Mean talk time of the completed calls whose duration is known, rounded as in the analytics."""
        return round(self.duration_ms / self.durations / 1000, 3) if self.durations else 0.0

    def as_json(self) -> dict[str, Any]:
        """The numbers under the names of the analytics endpoint."""
        times = {
            name: None if at is None else iso(at) for name, at in (("first", self.first), ("last", self.last))
        }
        if self.record_type == "task":
            breakdown: dict[str, int] = {status: self.statuses.get(status, 0) for status in TASK_STATUSES}
            return {"tasks": self.items} | breakdown | times
        named = sorted(
            ((name, many) for name, many in self.agents.items() if name), key=lambda pair: (-pair[1], pair[0])
        )
        return {
            "calls": self.calls,
            "completed": self.completed,
            "missed": self.missed,
            "failed": self.failed,
            "avg_duration_seconds": self.avg_duration_seconds,
            "completed_without_duration": self.without_duration,
            **times,
            "agents": len(named),
            "calls_by_agent": dict(named[:_SHOWN_AGENTS]),
        }


class Preview:
    """Folds events into calls or tasks without a store, and counts them, in bounded memory."""

    def __init__(self, record_type: str) -> None:
        self.numbers = Numbers(record_type, statuses={}, agents={})
        self._is_call = record_type == "call"
        self._waiting: list[tuple[bytes, Entry]] = []
        self.repeated_keys: set[bytes] = set()
        """Keys of items that several rows say different things about; at most `MAX_REPEATED_KEYS`."""
        self._items = BodiesByItem()
        self._lengths = LengthSample()
        self._received_at: Micros = 0

    def add(self, space: str, entry: Entry) -> None:
        """Count one event of a space."""
        self._waiting.append((key_of(space, entry), entry))
        self._received_at = entry.received_at
        self.numbers.events += 1
        self._lengths.add(self.numbers.events, entry.event)
        self.numbers.undated += entry.event.occurred_at is UNSET
        if len(self._waiting) >= _FLUSH_EVENTS:
            self._flush()

    def finish(self) -> Numbers:
        """The numbers of all events added so far; none may be added after it."""
        self._flush()
        numbers = self.numbers
        for key, parts in self._items.repeated():
            self._widen(self._merge(key, parts))
        for at in self._items.span():
            self._widen(at)
        numbers.usual_length, numbers.lengths = self._lengths.usual(), self._lengths.count
        numbers.jump = self._lengths.jump()
        numbers.statuses = {status: many for status, many in numbers.statuses.items() if many}
        numbers.agents = {agent: many for agent, many in numbers.agents.items() if many}
        return numbers

    def close(self) -> None:
        """Release what was kept of the events."""
        self._items.close()

    def _flush(self) -> None:
        by_key: dict[bytes, dict[bytes, Entry]] = {}
        for key, entry in self._waiting:
            by_key.setdefault(key, {}).setdefault(entry.body, entry)
        self.numbers.repeated += len(self._waiting) - sum(map(len, by_key.values()))
        self._waiting.clear()
        items = []
        for key, entries in by_key.items():
            row = self._tally(entries.values(), 1)
            items.append((key, list(entries), _created(row)))
            if len(entries) > 1:
                self._note_repeated(key)
        self._items.add(items)

    def _merge(self, key: bytes, parts: Iterable[list[bytes]]) -> Micros:
        """Count an item anew, as one, that was counted several times. Returns its time of creation."""
        known: dict[bytes, Entry] = {}
        for bodies in parts:
            entries = [Entry(from_canonical(body), body, self._received_at) for body in bodies]
            self._tally(entries, -1)
            added = [each for each in entries if each.body not in known]
            self.numbers.repeated += len(entries) - len(added)
            # More than a call or task can have: the import rejects them.
            known |= {each.body: each for each in added[: max(0, MAX_EVENTS_PER_ITEM - len(known))]}
        row = self._tally(known.values(), 1)
        if len(known) > 1:
            self._note_repeated(key)
        return _created(row)

    def _widen(self, at: Micros | None) -> None:
        numbers = self.numbers
        if at is not None:
            numbers.first = at if numbers.first is None else min(at, numbers.first)
            numbers.last = at if numbers.last is None else max(at, numbers.last)

    def _note_repeated(self, key: bytes) -> None:
        if len(self.repeated_keys) < MAX_REPEATED_KEYS:
            self.repeated_keys.add(key)

    def _tally(self, entries: Collection[Entry], by: int) -> Call | Task:
        """Count the item that the entries make; what they make of it."""
        row = self._fold(entries)
        self._count(row, by)
        if not row.void:
            self.numbers.apart += by * len({getattr(each.event, "attempt", None) for each in entries})
        return row

    def _fold(self, entries: Iterable[Entry]) -> Call | Task:
        listed = list(entries)[:MAX_EVENTS_PER_ITEM]
        return fold_call(listed) if self._is_call else fold_task(listed)

    def _count(self, row: Call | Task, by: int) -> None:
        numbers = self.numbers
        if row.void:
            return
        numbers.items += by
        status = row.call_status if isinstance(row, Call) else row.status
        numbers.statuses[status] = numbers.statuses.get(status, 0) + by
        if not isinstance(row, Call):
            return
        if status == "completed" and row.duration_ms is not None:
            numbers.durations += by
            numbers.duration_ms += by * row.duration_ms
        agent = row.agent or ""
        if agent not in numbers.agents and len(numbers.agents) >= MAX_AGENTS:
            agent = _OTHERS
        numbers.agents[agent] = numbers.agents.get(agent, 0) + by


def key_of(space: str, entry: Entry) -> bytes:
    """The key of the call or task that an event of a space is about."""
    event = entry.event
    item = event.item_id
    return blake2b(f"{space}\0{item}".encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def _created(row: Call | Task) -> Micros:
    return row.creation_time if isinstance(row, Call) else row.created
