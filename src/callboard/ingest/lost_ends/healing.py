"""Live calls past their limit: their ends taken over from their groups, or given up."""

from __future__ import annotations

from collections.abc import Iterator

from callboard.clock import Micros
from callboard.fold.call import CallFold
from callboard.fold.lost_ends import end_of_member, given_up, is_lost_since
from callboard.ingest.lost_ends.tally import Found
from callboard.model.call import Call
from callboard.model.directory import Space
from callboard.model.event import CallEvent, Entry, canonical
from callboard.store.interface import Batch, Receipt, Store
from callboard.store.questions import CallFilter, Position, Scope, Window

SOURCE = "reconcile"
"""The source of ends that are inferred here."""
_AT_ONCE = 500


def lost_calls(store: Store, space: Space, now: Micros) -> Iterator[Call]:
    """The calls of a space that are live past their limit, newest first. They may change on the way."""
    return each_call(store, space, CallFilter(past_limit=True, now=now))


def each_call(store: Store, space: Space, where: CallFilter) -> Iterator[Call]:
    """The calls of a space that match, newest first. They may change on the way."""
    scope, after = Scope(space.org_id, space.id), None
    while True:
        found = store.calls(scope, where, Window(limit=_AT_ONCE, after=after))
        for each in found:
            yield each.call
        if len(found) < _AT_ONCE:
            return
        after = Position(found[-1].call.creation_time, found[-1].call.call_id, space.id)


def heal_from_groups(store: Store, space: Space, now: Micros, found: Found) -> None:
    """Give each lost call the end of a row of its group that tells it."""
    for call in lost_calls(store, space, now):
        legs = store.legs(space.org_id, space.id, call.call_id)
        last = _last_word(store, space, call.call_id) if legs else None
        event = None if last is None else end_of_member(call, last, legs)
        if event is not None:
            _commit(store, space, event, now, found)
            found.tally.healed += 1


def give_up(store: Store, space: Space, now: Micros, after: Micros, found: Found) -> None:
    """End each lost call of which nobody knows more, and of which the last was told longer ago than
    `after`.
    """
    for call in lost_calls(store, space, now):
        key, way = (space.id, call.call_id), (space.id, call.source)
        if key in found.alive or key in found.unheard or way in found.unasked:
            continue
        last = _last_word(store, space, call.call_id)
        if last is not None and is_lost_since(call, last, now, after):
            _commit(store, space, given_up(call, last), now, found)
            found.tally.given_up += 1


def count_lost(store: Store, space: Space, now: Micros) -> int:
    """How many calls of a space are live past their limit."""
    return store.count_calls(Scope(space.org_id, space.id), CallFilter(past_limit=True, now=now))


def receipts(store: Store, batches: list[Batch]) -> list[Receipt]:
    """Commit batches together. Raises what the store has to say against one."""
    done: list[Receipt] = []
    for each in store.ingest(batches):
        if isinstance(each, Exception):
            raise each
        done.append(each)
    return done


def _last_word(store: Store, space: Space, call_id: str) -> Entry | None:
    """The greatest event of a call that has a status."""
    fold = CallFold()
    for entry in store.call_entries(space.org_id, space.id, call_id):
        fold.add(entry)
    return fold.greatest


def _commit(store: Store, space: Space, event: CallEvent, now: Micros, found: Found) -> None:
    entry = Entry(event=event, body=canonical(event), received_at=now, source=SOURCE)
    batch = Batch(org_id=space.org_id, space_id=space.id, entries=[entry], source=SOURCE, received_at=now)
    found.tally.rejected += sum(each.rejected for each in receipts(store, [batch]))
