"""Folding a batch: what a store loaded, and what arrived → rows, verdicts, counter differences."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, msgpack, structs

from callboard.fold.call import CallFold, fold_call
from callboard.fold.room import EVENTS_PER_ITEM, Room
from callboard.fold.tally import Tally
from callboard.fold.task import TaskFold, fold_task
from callboard.fold.update import is_open, kept_of, resolved, says_the_same
from callboard.model.call import Call
from callboard.model.event import (
    CallEvent,
    Entry,
    Event,
    canonical,
    from_canonical,
)
from callboard.model.task import Task
from callboard.model.words import Outcome, RejectReason

Row = Call | Task


class Item(Struct, gc=False):
    """One call or task, as a batch finds and leaves it."""

    item_id: str
    is_call: bool
    no: int = 0
    """The store's own number for it; 0: it has none yet."""
    before: Row | None = None
    row: Row | None = None
    entries: list[Entry] = []
    """All its events that count, old and new."""
    fresh: list[Entry] = []
    """Those that this batch brought: to be appended to the log."""
    space_id: int = 0
    fold: CallFold | TaskFold | None = None
    """What its events make, once there are several."""
    by_body: dict[bytes, Entry] | None = None
    """Its events by their canonical form, once somebody asked."""
    room: Room | None = None
    """How many events it has of which kinds, once it is full."""


class Repeat(Struct, gc=False):
    """An event that another batch brought again: it stays when the one that brought it first is withdrawn."""

    item: Item
    entry: Entry
    """With the receipt it would have under that batch."""


class Verdict(Struct, frozen=True, gc=False):
    """How one event ended."""

    outcome: Outcome
    reason: RejectReason | None = None
    message: str = ""


_encode = msgpack.Encoder(order="deterministic").encode

APPLIED, DUPLICATE, STALE = Verdict("applied"), Verdict("duplicate"), Verdict("stale")


class Loaded(Struct):
    """What the store holds of what a batch touches."""

    calls: dict[str, Item]
    """Call id → item, for those that exist."""
    tasks: dict[str, Item]
    event_bodies: dict[str, bytes]
    """Event id → canonical form, for those of the batch's event ids that the space knows."""


class SpaceFold:
    """Folds arrivals of one space, one after the other, and remembers what changed.

    Order of arrival decides only the verdicts; `items` and the tally are functions of the set of events.
    """

    def __init__(self, loaded: Loaded, space_id: int = 0) -> None:
        self._space_id = space_id
        self._calls = loaded.calls
        self._tasks = loaded.tasks
        self._event_bodies = loaded.event_bodies
        self._touched: dict[tuple[bool, str], Item] = {}
        self.repeats: list[Repeat] = []
        """What was brought again by other batches than the first."""

    def arrive(self, entry: Entry) -> Verdict:
        """Take one event in."""
        event = entry.event
        is_call = isinstance(event, CallEvent)
        known = (self._calls if is_call else self._tasks).get(event.item_id)
        # Before anything is resolved: what is compared is what was sent.
        found = self._known(known, entry)
        if found is not None:
            return found
        if is_open(event):
            if known is None or not isinstance(known.row, Task) or known.row.void:
                return Verdict("rejected", "unknown_task", f"task_id: no task {event.item_id!r} here")
            event = resolved(event, known.row)  # type: ignore[arg-type]
            # A copy: should the commit fail and be tried again, it is resolved against what stands then.
            entry = structs.replace(entry, event=event, body=canonical(event))
            if not isinstance(event.event_id, str) and entry.body in _by_body(known):
                return self._repeated(known, entry.body, entry)
        if known is not None and len(known.entries) >= EVENTS_PER_ITEM and not _has_room(known, event):
            return Verdict(
                "rejected",
                "too_many_events",
                f"{event.item_id!r} has {len(known.entries):,} events: beyond {EVENTS_PER_ITEM:,} there is "
                "room for a few alone that end it, retry it or withdraw it",
            )
        if isinstance(event.event_id, str):
            self._event_bodies[event.event_id] = entry.body
        return self._fold_in(known, entry, is_call)

    def _known(self, item: Item | None, entry: Entry) -> Verdict | None:
        """What becomes of an event that is known, or whose `event_id` is; none when neither is."""
        event_id = entry.event.event_id
        if isinstance(event_id, str):
            body = self._event_bodies.get(event_id)
            if body is None:
                return None
            same = body == entry.body or says_the_same(entry.event, from_canonical(body))
            return self._repeated(item, body, entry) if same else _conflict(event_id)
        if item is None:
            return None
        if entry.body in _by_body(item):
            return self._repeated(item, entry.body, entry)
        kept = kept_of(entry, item.entries)
        return None if kept is None else self._repeated(item, kept.body, entry)

    def _repeated(self, item: Item | None, body: bytes, entry: Entry) -> Verdict:
        """An event that is known, kept as `body`, was sent again."""
        assert item is not None, "an event that is known has its call or task"
        kept = _by_body(item)[body]
        if kept.batch_no != entry.batch_no:
            self.repeats.append(Repeat(item, structs.replace(entry, event=kept.event, body=body)))
        return DUPLICATE

    def _fold_in(self, item: Item | None, entry: Entry, is_call: bool) -> Verdict:
        item_id = entry.event.item_id
        if item is None:
            item = Item(item_id, is_call, entries=[entry], fresh=[entry], space_id=self._space_id)
            (self._calls if is_call else self._tasks)[item_id] = item
            row: Row = fold_call(item.entries) if is_call else fold_task(item.entries)
        else:
            if item.fold is None:
                item.fold = _fold_of(item)
            item.entries.append(entry)
            item.fresh.append(entry)
            if item.by_body is not None:
                item.by_body[entry.body] = entry
            if item.room is not None:
                item.room.take(entry.event)
            item.fold.add(entry)
            row = item.fold.row()
        self._touched[is_call, item_id] = item
        if same_row(item.row, row):
            return STALE
        item.row = row
        return APPLIED

    @property
    def items(self) -> Iterable[Item]:
        """Those that got events, in order of their first."""
        return self._touched.values()

    def tally(self) -> Tally:
        """The counter differences of all that arrived."""
        return tally_of(self._touched.values())


def tally_of(items: Iterable[Item]) -> Tally:
    """The counter differences between what items were and what they are."""
    tally = Tally()
    for item in items:
        if item.is_call:
            tally.move_call(item.before, item.row)  # type: ignore[arg-type]
        else:
            tally.move_task(item.before, item.row)  # type: ignore[arg-type]
    return tally


def same_row(one: Row | None, other: Row | None) -> bool:
    """Whether two rows are the same, bit for bit.

    `==` alone is not that: to it `1`, `1.0` and `true` in somebody's metadata are the same, and which of
    them a row keeps would depend on the order of arrival.
    """
    return one == other and (one is None or _encode(one) == _encode(other))


def _fold_of(item: Item) -> CallFold | TaskFold:
    fold: CallFold | TaskFold = CallFold() if item.is_call else TaskFold()
    for entry in item.entries:
        fold.add(entry)
    return fold


def _by_body(item: Item) -> dict[bytes, Entry]:
    if item.by_body is None:
        item.by_body = {entry.body: entry for entry in item.entries}
    return item.by_body


def _has_room(item: Item, event: Event) -> bool:
    if item.room is None:
        item.room = Room(entry.event for entry in item.entries)
    return item.room.has_room(event)


def refold(item: Item) -> None:
    """Make an item's row anew from its entries; no entries, no row."""
    if not item.entries:
        item.row = None
    else:
        item.row = fold_call(item.entries) if item.is_call else fold_task(item.entries)


def _conflict(event_id: str) -> Verdict:
    return Verdict("rejected", "event_id_conflict", f"event_id: {event_id!r} is known with other content")
