"""What counts of all that imports said of a call or task, in plain loops over everything a space holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import structs

from callboard.fold.batch import KINDS, Item, Kind, refold, tally_of
from callboard.fold.contradiction import contradict
from callboard.fold.replacing import Speaker, standing, word_of
from callboard.model.event import Entry
from callboard.store.importing import ImportBatch
from callboard.store.interface import Batch
from tests.model.counters import apply_tally
from tests.model.groups import settled
from tests.model.state import SpaceState, State

Named = tuple[Kind, str]


def make_room(state: State, found: ImportBatch, batch: Batch) -> tuple[set[bytes], int]:
    """Take away what these rows outweigh. Returns the bodies of those that do not count themselves, and how
    many calls and tasks were replaced.
    """
    space = state.need_space(batch.org_id, batch.space_id)
    if found.withdrawn_at is not None or found.reading is None:
        return set(), 0
    arriving: dict[Named, list[Entry]] = {}
    for entry in batch.entries:
        arriving.setdefault(_name(entry), []).append(structs.replace(entry, batch_no=found.batch_no))
    ids = {entry.event.event_id for entry in batch.entries if isinstance(entry.event.event_id, str)}
    aside: set[bytes] = set()
    tallied: list[Item] = []
    for item in space.items():
        name = (item.kind, item.item_id)
        if name in arriving:
            rows = arriving[name]
            counts = _counting(state, space, item, rows)
            aside |= {each.body for each in rows if word_of(each).digest not in counts}
            back = counts - {word_of(each).digest for each in rows}
            left = resettled(state, space, item, counts, back)
        else:
            older = _older(state, batch.org_id, found)
            gone = [each for each in item.entries if each.event.event_id in ids and each.batch_no in older]
            counts = {word_of(each).digest for each in item.entries if each not in gone}
            left = resettled(state, space, item, counts, set())
        if left is not item:
            tallied.append(kept(space, item, left))
    apply_tally(space, tally_of(settled(space, tallied)))
    return aside, len(tallied)


def set_aside(space: SpaceState, entry: Entry) -> bool:
    """Keep an event that does not count. False when it is known."""
    there = space.outweighed.setdefault(_name(entry), [])
    known = [each for each in there if each.body == entry.body]
    if not any(each.batch_no == entry.batch_no for each in known):
        there.append(entry)
    return not known


def withdrawn(state: State, space: SpaceState, item: Item, batch_no: int) -> Item:
    """The item without what a batch said of it, which is on record as withdrawn."""
    there = space.outweighed.setdefault((item.kind, item.item_id), [])
    there[:] = [each for each in there if each.batch_no != batch_no]
    counts = _counting(state, space, item, [], batch_no)
    return resettled(state, space, item, counts, counts, batch_no)


def resettled(
    state: State, space: SpaceState, item: Item, counts: set[bytes], back: set[bytes], leaving: int = -1
) -> Item:
    """The item with those events that count, of the log those in `back`; the item itself if it has these."""
    there = space.outweighed.setdefault((item.kind, item.item_id), [])
    staying = []
    for entry in item.entries:
        copies = _copies(state, space, item, entry.body)
        copies += [each for each in there if each.body == entry.body]
        if word_of(entry).digest not in counts:
            if entry.batch_no != leaving:
                there.append(entry)
            there += [
                each
                for each in copies
                if all((other.batch_no, other.body) != (each.batch_no, each.body) for other in there)
            ]
            if isinstance(entry.event.event_id, str):
                space.event_bodies.pop(entry.event.event_id, None)
        elif entry.batch_no != leaving:
            staying.append(entry)
        elif copies:
            staying.append(min(copies, key=lambda each: each.batch_no))
    here = {entry.body for entry in staying}
    for entry in sorted(there, key=lambda each: each.batch_no):
        event_id = entry.event.event_id
        is_free = event_id not in space.event_bodies or not isinstance(event_id, str)
        stands = state.batches[space.space.org_id, entry.batch_no].withdrawn_at is None
        if word_of(entry).digest in back and entry.body not in here and is_free and stands:
            staying.append(entry)
            here.add(entry.body)
            if isinstance(event_id, str):
                space.event_bodies[event_id] = entry.body
    same = [(each.body, each.batch_no) for each in staying] == [
        (each.body, each.batch_no) for each in item.entries
    ]
    return item if same else structs.replace(item, entries=staying)


def kept(space: SpaceState, item: Item, left: Item) -> Item:
    """The item as it is from now on, with the row that it had."""
    left = structs.replace(left, before=item.row)
    refold(left)
    there = space.of_kind(item.kind)
    if left.row is None:
        del there[item.item_id]
    else:
        there[item.item_id] = structs.replace(left, before=None)
    return left


def contradicted(
    state: State, org_id: int, rivals: Mapping[int, bool], rows: Mapping[int, Sequence[Entry]]
) -> dict[int, int]:
    """Which of the rivals say something else than rows, and of how many."""
    found: Counter[int] = Counter()
    for space_id, some in rows.items():
        space = state.need_space(org_id, space_id)
        for row in some:
            kind, item_id = _name(row)
            item = space.of_kind(kind).get(item_id)
            mine = {each.body for each in some if _name(each) == _name(row)}
            if item is None or any(entry.body == row.body for entry in item.entries):
                continue
            others = [entry for entry in item.entries if entry.body not in mine]
            found.update(
                {
                    each.batch_no
                    for entry in others
                    for each in (entry, *_senders(state, space, item, entry.body))
                    if each.batch_no in rivals
                    and contradict(row.event, entry.event, alike=rivals[each.batch_no])
                }
            )
    return dict(found)


def _counting(
    state: State, space: SpaceState, item: Item, rows: list[Entry], leaving: int = -1
) -> set[bytes]:
    """The digests of the events that count."""
    org_id = space.space.org_id
    senders = [*item.entries, *rows, *_outweighed(state, space, item)]
    for entry in item.entries:
        senders += _copies(state, space, item, entry.body)
    words: dict[int, set[object]] = {}
    for entry in senders:
        if entry.batch_no != leaving:
            words.setdefault(entry.batch_no, set()).add(word_of(entry))
    speakers = {
        number: _speaker(state.batches[org_id, number])
        for number in words
        if state.batches[org_id, number].reading is not None
    }
    return standing(words, speakers)  # type: ignore[arg-type]


def _speaker(batch: ImportBatch) -> Speaker:
    reading = batch.reading
    assert reading is not None
    return Speaker(
        number=batch.batch_no,
        options=reading.options_digest,
        place=reading.place,
        series=None if reading.mapping is None else (reading.mapping, reading.place, reading.record_type),
        replaces=frozenset(batch.replaces),
        withdrawn=batch.withdrawn_at is not None,
    )


def _older(state: State, org_id: int, found: ImportBatch) -> set[int]:
    """The imports that another outweighs."""
    mine = _speaker(found)
    older = set(found.replaces)
    for (org, number), batch in state.batches.items():
        if org != org_id or number == found.batch_no or batch.reading is None or mine.series is None:
            continue
        if _speaker(batch).series == mine.series and (batch.withdrawn_at or number < found.batch_no):
            older.add(number)
    return older


def _copies(state: State, space: SpaceState, item: Item, body: bytes) -> list[Entry]:
    """The event as other batches brought it that stand."""
    repeats = space.repeats.get((item.kind, item.item_id, body), [])
    batches = state.batches
    return [each for each in repeats if batches[space.space.org_id, each.batch_no].withdrawn_at is None]


def _outweighed(state: State, space: SpaceState, item: Item) -> list[Entry]:
    """What imports that stand said of the item that does not count."""
    there = space.outweighed.get((item.kind, item.item_id), [])
    batches = [state.batches[space.space.org_id, each.batch_no] for each in there]
    return [
        each
        for each, batch in zip(there, batches, strict=True)
        if batch.withdrawn_at is None and batch.reading is not None
    ]


def _senders(state: State, space: SpaceState, item: Item, body: bytes) -> list[Entry]:
    """The event as other batches sent it that stand, whether or not it counts there."""
    outweighed = [each for each in _outweighed(state, space, item) if each.body == body]
    return [*_copies(state, space, item, body), *outweighed]


def _name(entry: Entry) -> Named:
    return KINDS[entry.event.__class__], entry.event.item_id
