"""Fold a batch: loaded items and arriving events in; rows, verdicts and counter differences out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from msgspec import Struct, msgpack, structs

from callboard.fold.call import CallFold, fold_call
from callboard.fold.event_quota import ENDS_PER_GROUP, EVENTS_PER_ITEM, EventQuota
from callboard.fold.sources import arrived, came_by
from callboard.fold.tally import Tally
from callboard.fold.task import TaskFold, fold_task
from callboard.fold.update import find_earlier, is_same_update, needs_resolving, resolved
from callboard.model.call import Call
from callboard.model.event import (
    CallEvent,
    Entry,
    Event,
    GroupEnd,
    TaskEvent,
    canonical,
    from_canonical,
)
from callboard.model.task import Task
from callboard.model.words import Outcome, RejectReason


class GroupEnds(Struct, frozen=True):
    """The row of the ends that were said of one group: only that there are some."""

    group_id: str

    # So that rows of any kind can be asked whether they have links.
    group_ids: ClassVar[tuple[str, ...]] = ()
    external_ids: ClassVar[None] = None


Kind = Literal["call", "task", "end"]
"""What an item is: a call, a task, or the ends that were said of one group."""
Row = Call | Task | GroupEnds
KINDS: dict[type[Event], Kind] = {CallEvent: "call", TaskEvent: "task", GroupEnd: "end"}


# gc=False here and below: a batch makes thousands of these, and they hold no reference cycles, so tracking
# them would only make garbage collections slower. msgspec gives each instance its own copy of a `[]` default.
class Item(Struct, gc=False):
    """One call or task in a batch: its row before, its row after, and its events. Or one group's ends."""

    item_id: str
    kind: Kind
    no: int = 0
    """The store's number of the call or task; 0 until the store has given it one."""
    before: Row | None = None
    """The row as loaded. Counters change by the difference between this and `row`."""
    row: Row | None = None
    entries: list[Entry] = []
    """Its events that count (not those of withdrawn imports): the loaded ones and the new ones."""
    new_entries: list[Entry] = []
    """The events that this batch adds to the log, those that are set aside included."""
    space_id: int = 0
    fold: CallFold | TaskFold | None = None
    """The incremental fold of `entries`; made when a second event arrives, as many items get only one."""
    by_body: dict[bytes, Entry] | None = None
    """`entries` by canonical form, to find duplicates; made at the first look-up."""
    ways: dict[bytes, list[str]] = {}
    """Digest of an event → by which ways it came, beside the one under which it is in `entries`; also of
    events that do not count. Of a call, or of a group's ends."""
    quota: EventQuota | None = None
    """`entries` counted by kind; made only once there are `EVENTS_PER_ITEM` of them."""

    @property
    def is_call(self) -> bool:
        return self.kind == "call"


class Repeat(Struct, gc=False):
    """A duplicate that came in another batch (import) than the stored event.

    The store keeps it, so that the event still counts when the batch that first brought it is withdrawn.
    """

    item: Item
    entry: Entry
    """The stored event, with the receipt (time, source, batch) of this duplicate."""


class Verdict(Struct, frozen=True, gc=False):
    """The outcome of one event, as it is reported to the sender."""

    outcome: Outcome
    reason: RejectReason | None = None
    message: str = ""


# Deterministic: keys of documents are sorted, so that their order in the source makes no difference.
_encode = msgpack.Encoder(order="deterministic").encode

APPLIED, DUPLICATE, STALE = Verdict("applied"), Verdict("duplicate"), Verdict("stale")


class Loaded(Struct):
    """The calls, tasks, ends of groups and event ids of one space that a batch refers to, loaded under the
    space's lock.
    """

    calls: dict[str, Item]
    """Call id → item, for the calls that exist."""
    tasks: dict[str, Item]
    """Task id → item, for the tasks that exist."""
    event_bodies: dict[str, bytes]
    """Event id → canonical form, for the event ids of the batch that the space already has."""
    ends: dict[str, Item] = {}
    """Group id → the ends that were said of it."""

    def of_kind(self, kind: Kind) -> dict[str, Item]:
        """Id → item."""
        return self.calls if kind == "call" else self.tasks if kind == "task" else self.ends

    def __contains__(self, name: tuple[Kind, str]) -> bool:
        """Whether there is an item of this kind and id."""
        kind, item_id = name
        return item_id in self.of_kind(kind)

    def items(self) -> list[Item]:
        """All calls, tasks and ends of groups."""
        return [*self.calls.values(), *self.tasks.values(), *self.ends.values()]


class SpaceFold:
    """Folds the events of one space in order of arrival and collects the changed items.

    Order of arrival decides only the verdicts; `items` and the tally are functions of the set of events. Rows
    are those of their own events: what their groups make of them is settled afterwards (`fold/groups.py`).
    """

    def __init__(self, loaded: Loaded, space_id: int = 0) -> None:
        self.space_id = space_id
        self._items = {kind: loaded.of_kind(kind) for kind in KINDS.values()}
        self._event_bodies = loaded.event_bodies
        self._touched: dict[tuple[Kind, str], Item] = {}
        self.repeats: list[Repeat] = []
        """Duplicates of events that another batch brought."""

    def arrive(self, entry: Entry) -> Verdict:
        """Fold one event in and return its outcome. Rejected events and duplicates change no row."""
        event = entry.event
        kind = KINDS[event.__class__]
        known = self._items[kind].get(event.item_id)
        # Look for duplicates before "current attempt" and "current status" are resolved. The task may have
        # changed since the first sending, and a retry resolved against its new state would look like a
        # different event: a conflict instead of a duplicate.
        found = self._known(known, entry)
        if found is not None:
            return found
        if needs_resolving(event):
            if known is None or not isinstance(known.row, Task) or known.row.void:
                return Verdict("rejected", "unknown_task", f"task_id: no task {event.item_id!r} here")
            event = resolved(event, known.row)  # type: ignore[arg-type]
            # A copy, because a failed commit is tried again with the same entries: the update must then be
            # resolved against the task as it is at that time.
            entry = structs.replace(entry, event=event, body=canonical(event))
            # Resolved, the update may equal a stored event. Only without an event_id: a new event_id makes
            # a new event, and a known one was handled above.
            if not isinstance(event.event_id, str) and entry.body in _by_body(known):
                return self._repeated(known, entry.body, entry)
        if kind == "end" and known is not None and len(known.entries) >= ENDS_PER_GROUP:
            return Verdict(
                "rejected",
                "too_many_events",
                f"{event.item_id!r} has {ENDS_PER_GROUP} ends, and more are not kept",
            )
        if known is not None and len(known.entries) >= EVENTS_PER_ITEM and not _has_quota(known, event):
            return Verdict(
                "rejected",
                "too_many_events",
                f"{event.item_id!r} has {len(known.entries):,} events: beyond {EVENTS_PER_ITEM:,} there is "
                "room for a few alone that end it, retry it or withdraw it",
            )
        if isinstance(event.event_id, str):
            # Later events of the same batch find this one too. Only now: a rejected event is not kept, so its
            # event_id stays free.
            self._event_bodies[event.event_id] = entry.body
        return self._fold_in(known, entry, kind)

    def hold(self, item: Item, entries: Sequence[Entry]) -> None:
        """Change which of the events in the log count for a loaded item, before any event arrives. The ids of
        those that do not are free again.
        """
        before, after = ({entry.body for entry in some} for some in (item.entries, entries))
        for entry in item.entries:
            event_id = entry.event.event_id
            if entry.body not in after and isinstance(event_id, str):
                self._event_bodies.pop(event_id, None)
        for entry in entries:
            event_id = entry.event.event_id
            if entry.body not in before and isinstance(event_id, str):
                self._event_bodies[event_id] = entry.body
        item.entries = list(entries)
        refold(item)
        self._touched[item.kind, item.item_id] = item

    def set_aside(self, item: Item, entry: Entry, known: Sequence[Entry]) -> Verdict:
        """Keep an event that does not count: a later import has the say. `known`: equal events of the item
        that do not count either.
        """
        self._touched[item.kind, item.item_id] = item
        if not known:
            item.new_entries.append(entry)
            return STALE
        if all(each.batch_no != entry.batch_no for each in known):
            self.repeats.append(Repeat(item, entry))
        return DUPLICATE

    def _known(self, item: Item | None, entry: Entry) -> Verdict | None:
        """The verdict on an event that is already stored, or whose `event_id` is; None for a new event."""
        event_id = entry.event.event_id
        if isinstance(event_id, str):
            # The event_id alone decides: equal content under two ids is two events.
            body = self._event_bodies.get(event_id)
            if body is None:
                return None
            same = body == entry.body or is_same_update(entry.event, from_canonical(body))
            return self._repeated(item, body, entry) if same else _conflict(event_id)
        if item is None:
            return None
        if entry.body in _by_body(item):
            return self._repeated(item, entry.body, entry)
        earlier = find_earlier(entry, item.entries)
        return None if earlier is None else self._repeated(item, earlier.body, entry)

    def _repeated(self, item: Item | None, body: bytes, entry: Entry) -> Verdict:
        """The event stored as `body` was sent again: a duplicate."""
        assert item is not None, "an event that is known has its call or task"
        earlier = _by_body(item)[body]
        # Within one batch there is nothing to keep: a withdrawal takes both away.
        if earlier.batch_no != entry.batch_no:
            self.repeats.append(Repeat(item, structs.replace(entry, event=earlier.event, body=body)))
            if item.kind != "task" and entry.source != earlier.source:
                self._came_by_too(item, earlier, entry.source)
        return DUPLICATE

    def _came_by_too(self, item: Item, entry: Entry, source: str) -> None:
        """A known event came by another way."""
        if item.kind == "call" and item.fold is None:
            item.fold = _fold_of(item)
        if came_by(entry, source):
            self._touched[item.kind, item.item_id] = item
            if isinstance(item.fold, CallFold):
                item.row = item.fold.row()

    def _fold_in(self, item: Item | None, entry: Entry, kind: Kind) -> Verdict:
        item_id = entry.event.item_id
        row: Row
        if kind != "task":
            arrived(entry, {} if item is None else item.ways)
        if item is None:
            item = Item(item_id, kind, entries=[entry], new_entries=[entry], space_id=self.space_id)
            self._items[kind][item_id] = item
            row = fold_call(item.entries) if kind == "call" else _row_of(item)
        else:
            if item.fold is None and kind != "end":
                # Before the append below, or the new event would be folded twice.
                item.fold = _fold_of(item)
            item.entries.append(entry)
            item.new_entries.append(entry)
            # `by_body` and `quota` are made on demand from `entries`; once made, they must follow it.
            if item.by_body is not None:
                item.by_body[entry.body] = entry
            if item.quota is not None:
                item.quota.add(entry.event)
            if item.fold is None:
                row = _row_of(item)
            else:
                item.fold.add(entry)
                row = item.fold.row()
        # A stale event changes no row, but it is kept: its item must be saved too.
        self._touched[kind, item_id] = item
        if kind != "end" and same_row(item.row, row):
            return STALE
        item.row = row
        return APPLIED

    @property
    def items(self) -> Iterable[Item]:
        """The items that got new events, in the order in which each got its first."""
        return self._touched.values()

    def tally(self) -> Tally:
        """The counter differences of everything folded in so far."""
        return tally_of(self._touched.values())


def tally_of(items: Iterable[Item]) -> Tally:
    """The counter differences from each item's row `before` to its `row`."""
    tally = Tally()
    add_to(tally, items)
    return tally


def add_to(tally: Tally, items: Iterable[Item]) -> None:
    """Add the differences of more items."""
    for item in items:
        if item.kind == "call":
            tally.move_call(item.before, item.row)  # type: ignore[arg-type]
        elif item.kind == "task":
            tally.move_task(item.before, item.row)  # type: ignore[arg-type]


def same_row(one: Row | None, other: Row | None) -> bool:
    """Whether two rows are the same, bit for bit.

    In Python `1 == 1.0 == True`. With `==` alone, an event that changes one of these into another in
    `metadata` would count as stale and the row would keep the older value: it would depend on the order of
    arrival.
    """
    # `==` first: it is the cheaper test, and most rows differ. Only rows equal by `==` are encoded.
    return one == other and (one is None or _encode(one) == _encode(other))


def _fold_of(item: Item) -> CallFold | TaskFold:
    """The fold of a loaded item. Its row becomes that of its own events, where its group made it another."""
    if item.kind == "task":
        task_fold = TaskFold()
        for entry in item.entries:
            task_fold.add(entry)
        return task_fold
    fold = CallFold()
    for entry in item.entries:
        fold.add(entry)
    if isinstance(item.row, Call) and item.row.links:
        item.row = fold.row()
    return fold


def _by_body(item: Item) -> dict[bytes, Entry]:
    if item.by_body is None:
        item.by_body = {entry.body: entry for entry in item.entries}
    return item.by_body


def _has_quota(item: Item, event: Event) -> bool:
    if item.quota is None:
        item.quota = EventQuota(entry.event for entry in item.entries)
    return item.quota.has_room(event)


def refold(item: Item) -> None:
    """Set `item.row` to the fold of its entries; None when it has no entries."""
    item.row = _row_of(item) if item.entries else None


def _row_of(item: Item) -> Row:
    if item.kind == "call":
        return fold_call(item.entries)
    return fold_task(item.entries) if item.kind == "task" else GroupEnds(item.item_id)


def _conflict(event_id: str) -> Verdict:
    return Verdict("rejected", "event_id_conflict", f"event_id: {event_id!r} is known with other content")
