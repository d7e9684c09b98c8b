"""All that batches said of calls and tasks, what counts of it and what does not, and how it comes to count.

Events that do not count, because a later import has the say, stay in the log, marked as withdrawn, under the
batch that brought them. So they are found again when that import is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import MsgspecError, Struct

from callboard.fold.batch import Item
from callboard.fold.replacing import Speaker, Word, standing, word_of
from callboard.model.event import Entry, from_canonical
from callboard.store.sql.checksum import event_checksum, is_sound
from callboard.store.sql.database import Database
from callboard.store.sql.load import body_digest, event_key


class Repeat(Struct, frozen=True):
    """A batch that sent a known event again, or one that did not count at some time."""

    digest: bytes
    batch_no: int
    received_at: int
    source: str


class Outweighed(Struct, frozen=True):
    """An event in the log that does not count."""

    seq: int
    entry: Entry


class ItemSaid(Struct):
    """All that batches said of one item."""

    item: Item
    repeats: list[Repeat] = []
    """By batches that stand. The first batch first."""
    leaving: list[Repeat] = []
    """By batches that are being withdrawn: ways by which events came, until their withdrawal comes to it."""
    outweighed: list[Outweighed] = []
    known: dict[bytes, Word] = {}
    """Canonical form → word, of those that were asked for."""

    def word(self, entry: Entry) -> Word:
        """The word of one of its events."""
        found = self.known.get(entry.body)
        if found is None:
            found = self.known[entry.body] = word_of(entry)
        return found

    def words(self, speakers: Mapping[int, Speaker], leaving: int | None = None) -> dict[int, set[Word]]:
        """Batch number → its words. `leaving`: a batch that is withdrawn."""
        there: dict[bytes, Word] = {}
        said: defaultdict[int, set[Word]] = defaultdict(set)
        for each in self.outweighed:
            word = self.word(each.entry)
            there[word.digest] = word
            speaker = speakers.get(each.entry.batch_no)
            # The log also has what was withdrawn with its batch.
            if speaker is not None and not speaker.withdrawn:
                said[each.entry.batch_no].add(word)
        for entry in self.item.entries:
            word = self.word(entry)
            there[word.digest] = word
            said[entry.batch_no].add(word)
        for again in self.repeats:
            if again.digest in there:
                said[again.batch_no].add(there[again.digest])
        if leaving is not None:
            said.pop(leaving, None)
        return dict(said)

    def first_sender(self, digest: bytes, words: Mapping[int, set[Word]]) -> Repeat | Outweighed | None:
        """How the first of the batches that are left sent an event, beside the one under which it counts."""
        # What a batch has in the log comes before its repeat: of two with one number the first is taken.
        found: list[tuple[int, Repeat | Outweighed]] = [
            *(
                (each.entry.batch_no, each)
                for each in self.outweighed
                if self.word(each.entry).digest == digest
                and self.word(each.entry) in words.get(each.entry.batch_no, ())
            ),
            *((each.batch_no, each) for each in self.repeats if each.digest == digest),
        ]
        left = [pair for pair in found if pair[0] in words]
        return min(left, key=lambda pair: pair[0])[1] if left else None

    def ways(self, digest: bytes) -> list[str]:
        """By which ways an event came again."""
        return [each.source for each in (*self.repeats, *self.leaving) if each.digest == digest]

    def senders(self) -> set[int]:
        """The batches that said something."""
        return {
            *(entry.batch_no for entry in self.item.entries),
            *(again.batch_no for again in self.repeats),
            *(each.entry.batch_no for each in self.outweighed),
        }


def load_said(db: Database, org_id: int, items: Sequence[Item]) -> list[ItemSaid]:
    """What was said of items whose events are loaded."""
    found = {item.no: ItemSaid(item) for item in items}
    if not found:
        return []
    where = {"org_id": org_id, "item_nos": list(found)}
    for no, digest, batch_no, received_at, source, leaves in db.rows("event_repeat.of_items", where):
        repeat = Repeat(bytes(digest), batch_no, received_at, source)
        (found[no].leaving if leaves else found[no].repeats).append(repeat)
    for no, seq, body, received_at, source, batch_no in db.rows("event.outweighed", where):
        try:
            event = from_canonical(body)
        except MsgspecError:
            continue  # it could not count again; `verify --deep` says so
        found[no].outweighed.append(Outweighed(seq, Entry(event, body, received_at, source, batch_no)))
    return list(found.values())


def speakers_of(db: Database, org_id: int, numbers: Iterable[int]) -> dict[int, Speaker]:
    """The imports among these batches that say how they read."""
    wanted = sorted(numbers)
    rows = db.rows("batch.speakers", {"org_id": org_id, "nos": wanted}) if wanted else []
    return {row[0]: _speaker(*row) for row in rows}


def _speaker(
    number: int,
    withdrawn_at: int | None,
    options: str,
    mapping: str | None,
    place: str,
    record_type: str,
    replaces: str | None,
) -> Speaker:
    return Speaker(
        number=number,
        options=options,
        place=place,
        series=None if mapping is None else (mapping, place, record_type),
        replaces=frozenset(() if replaces is None else msgspec.json.decode(replaces, type=list[int])),
        withdrawn=withdrawn_at is not None,
    )


def settle(
    db: Database,
    org_id: int,
    said: ItemSaid,
    speakers: Mapping[int, Speaker],
    *,
    arriving: tuple[int, set[Word]] | None = None,
    leaving: int | None = None,
) -> tuple[list[Entry], set[bytes]]:
    """Let those events of an item count that are to. `arriving`: an import and its words that are not in the
    log yet; `leaving`: a batch that is withdrawn;
    the caller marks what is left of its events.

    Returns the events of the log that count now, and the digests of all that do.
    """
    words = said.words(speakers, leaving)
    if arriving is not None:
        words[arriving[0]] = words.get(arriving[0], set()) | arriving[1]
    counts = standing(words, speakers)
    item, kept, gone = said.item, [], []
    for entry in item.entries:
        digest = said.word(entry).digest
        to = said.first_sender(digest, words) if entry.batch_no == leaving and digest in counts else None
        if isinstance(to, Repeat):
            kept.append(_transferred(db, org_id, item.no, entry, to))
        elif digest in counts and entry.batch_no != leaving:
            kept.append(entry)
        else:
            gone.append(entry)
    back = counts - {said.word(entry).digest for entry in kept}
    if arriving is not None:
        back -= {word.digest for word in arriving[1]}
    # Those of the batch that leaves are marked all at once, unless their ids are to be free before that.
    marked = [entry for entry in gone if back or entry.batch_no != leaving]
    outweigh(db, org_id, [(item.no, entry) for entry in marked])
    return [*kept, *_restored(db, org_id, said, back, words)], counts


def outweigh(db: Database, org_id: int, events: Sequence[tuple[int, Entry]]) -> None:
    """Mark events of the log, each with the number of its item, as such that do not count. Their batches stay
    ways by which they came, until these are withdrawn.
    """
    if not events:
        return
    db.change_many("event.replace", [(org_id, no, entry.batch_no, entry.body) for no, entry in events])
    _keep_ways(
        db,
        org_id,
        [(no, entry.body, entry.received_at, entry.source, entry.batch_no) for no, entry in events],
    )


def fill_ways(db: Database, org_id: int, first: int, last: int) -> None:
    """Keep the ways by which those of the events `first` to `last` of an organization's log came that do not
    count. For an upgrade: in a commit of the caller's, a bounded slice at a time.
    """
    where = {"org_id": org_id, "from_seq": first, "to_seq": last + 1}
    if rows := db.rows("event.outweighed_between", where):
        _keep_ways(db, org_id, rows)


def _keep_ways(db: Database, org_id: int, rows: Iterable[tuple[Any, ...]]) -> None:
    """Each as (item, body, received_at, source, batch)."""
    ways = [
        (org_id, no, body_digest(body), batch_no, received_at, source)
        for no, body, received_at, source, batch_no in rows
    ]
    db.change_many("event_repeat.insert", ways)


def _restored(
    db: Database, org_id: int, said: ItemSaid, wanted: set[bytes], words: Mapping[int, set[Word]]
) -> list[Entry]:
    """Events that did not count and do now, made to: under their own batch where it still says them."""
    restored: dict[bytes, Entry] = {}
    for each in said.outweighed:
        digest = said.word(each.entry).digest
        if digest not in wanted or digest in restored or _is_taken(db, org_id, said.item, each.entry):
            continue
        to = said.first_sender(digest, words)
        there = to if isinstance(to, Outweighed) else each
        db.change_many("event.restore", [(org_id, there.seq)])
        restored[digest] = (
            _transferred(db, org_id, said.item.no, there.entry, to) if isinstance(to, Repeat) else there.entry
        )
    return list(restored.values())


def _is_taken(db: Database, org_id: int, item: Item, entry: Entry) -> bool:
    """Whether another event that counts has its id meanwhile."""
    event_id = entry.event.event_id
    if not isinstance(event_id, str):
        return False
    wanted = [(item.space_id, event_key(event_id))]
    found = db.rows("event.known", {"wanted": wanted, "org_id": org_id})
    return any(from_canonical(body).event_id == event_id for _, body in found)


def _transferred(db: Database, org_id: int, item_no: int, entry: Entry, to: Repeat) -> Entry:
    """An event that counts, transferred to another batch that sent it as well, with the time and source of
    its receipt there: as if its own batch had never sent it.
    """
    where = (org_id, item_no, entry.body)
    # An event that fails its checksum keeps it: a new checksum would certify the damage.
    before = _sealed(db, *where)
    seq = db.value("event.reassign", (to.batch_no, to.received_at, to.source, *where))
    db.change("batch.extend", {"seq": seq, "org_id": org_id, "no": to.batch_no})
    if before is not None:
        space_id, key = before
        row = (org_id, seq, space_id, item_no, to.batch_no, to.received_at, key, to.source, entry.body)
        db.change_many("event.set_checksum", [(event_checksum(row), org_id, seq)])
    return Entry(entry.event, entry.body, to.received_at, to.source, to.batch_no)


def _sealed(db: Database, org_id: int, item_no: int, body: bytes) -> tuple[int, int | None] | None:
    """Space and event key of an item's event with this body; None when it has no checksum or fails it."""
    where = {"org_id": org_id, "item_no": item_no, "body": body}
    checksum, withdrawn, *row = db.rows("event.by_body", where)[0]
    return (row[1], row[5]) if is_sound(checksum, withdrawn, (org_id, *row)) else None
