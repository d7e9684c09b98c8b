"""Lets an import outweigh what earlier imports said of the calls and tasks that it names, in the commit of
its rows, and keeps what a later one outweighs: which events count is settled before any row is folded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from callboard.fold.batch import KINDS, Item, Kind, Loaded, SpaceFold, Verdict
from callboard.fold.replacing import Speaker, Word, word_of
from callboard.fold.sources import set_sources
from callboard.model.event import Entry, Event, from_canonical
from callboard.store.importing import ImportBatch
from callboard.store.sql.database import Database
from callboard.store.sql.load import add_events, find_items
from callboard.store.sql.said import ItemSaid, load_said, outweigh, settle, speakers_of

Named = tuple[Kind, str]
"""What it is, and its id."""


class Replacing:
    """The replacements of one commit of an import."""

    def __init__(self, db: Database, org_id: int, found: ImportBatch) -> None:
        self._db = db
        self._org_id = org_id
        self._import = found
        self._outweighed: dict[tuple[int, Named], tuple[ItemSaid, set[bytes]]] = {}
        """Item → what was said of it, and the arriving events that do not count."""
        self._aside: list[tuple[Item, Entry]] = []
        self._replaced: set[int] = set()

    @classmethod
    def of(cls, db: Database, org_id: int, found: ImportBatch) -> Replacing | None:
        """None for an import that cannot outweigh others, or that is withdrawn and adds nothing."""
        return None if found.withdrawn_at is not None or found.reading is None else cls(db, org_id, found)

    def make_room(self, fold: SpaceFold, loaded: Loaded, entries: Sequence[Entry]) -> None:
        """Take from the items of one space what these rows outweigh, before they are folded."""
        arriving: defaultdict[Named, set[Word]] = defaultdict(set)
        for entry in entries:
            if (name := _name(entry.event)) in loaded:
                arriving[name].add(word_of(entry))
        items = [item for item in loaded.items() if _key(item) in arriving]
        holders = self._holders(fold.space_id, loaded)
        if not items and not holders:
            return
        every = load_said(self._db, self._org_id, [*items, *holders])
        numbers = {self._import.batch_no, *(number for said in every for number in said.senders())}
        speakers = speakers_of(self._db, self._org_id, numbers)
        before = len(self._replaced)
        for said in every:
            if (words := arriving.get(_key(said.item))) is not None:
                self._settle(fold, said, words, speakers)
            else:
                self._free_ids(fold, loaded, said.item, speakers)
        if more := len(self._replaced) - before:
            where = {"org_id": self._org_id, "no": self._import.batch_no, "more": more}
            self._db.change("batch.count_replaced", where)

    def aside(self, fold: SpaceFold, entry: Entry) -> Verdict | None:
        """The verdict on an event about which a later import has the say; it is kept and does not count. None
        for any other event.
        """
        if not self._outweighed:
            return None
        found = self._outweighed.get((fold.space_id, _name(entry.event)))
        if found is None:
            return None
        said, digests = found
        digest = said.word(entry).digest
        if digest not in digests:
            return None
        known = [each.entry for each in said.outweighed if each.entry.body == entry.body]
        known += [each for item, each in self._aside if item is said.item and each.body == entry.body]
        if not known:
            self._aside.append((said.item, entry))
        return fold.set_aside(said.item, entry, known)

    def save(self) -> None:
        """Mark the events that were set aside. To be called when they are in the log."""
        outweigh(self._db, self._org_id, [(item.no, entry) for item, entry in self._aside])

    def _settle(
        self, fold: SpaceFold, said: ItemSaid, words: set[Word], speakers: dict[int, Speaker]
    ) -> None:
        item = said.item
        number = self._import.batch_no
        kept, counts = settle(self._db, self._org_id, said, speakers, arriving=(number, words))
        if outweighed := {word.digest for word in words} - counts:
            self._outweighed[fold.space_id, _key(item)] = said, outweighed
        for entry in kept:
            set_sources(entry, said.ways(said.word(entry).digest))
        before = {entry.body for entry in item.entries}
        if before != {entry.body for entry in kept}:
            fold.hold(item, kept)
            self._replaced.add(item.no)

    def _free_ids(self, fold: SpaceFold, loaded: Loaded, item: Item, speakers: dict[int, Speaker]) -> None:
        """Free the ids of events where only imports that this one outweighs used them, for other calls."""
        mine = speakers[self._import.batch_no]
        kept = [
            entry
            for entry in item.entries
            if loaded.event_bodies.get(str(entry.event.event_id)) != entry.body
            or not _is_older(speakers.get(entry.batch_no), mine)
        ]
        gone = [entry for entry in item.entries if entry not in kept]
        if gone:
            outweigh(self._db, self._org_id, [(item.no, entry) for entry in gone])
            fold.hold(item, kept)
            self._replaced.add(item.no)

    def _holders(self, space_id: int, loaded: Loaded) -> list[Item]:
        """The items beside those loaded that have an event under an event id of these rows."""
        wanted: dict[Kind, set[tuple[int, str]]] = {kind: set() for kind in KINDS.values()}
        for body in loaded.event_bodies.values():
            event = from_canonical(body)
            kind, item_id = name = _name(event)
            if name not in loaded:
                wanted[kind].add((space_id, item_id))
        holders = [
            item
            for kind, keys in wanted.items()
            if keys
            for item in find_items(self._db, self._org_id, keys, kind)
        ]
        add_events(self._db, self._org_id, holders)
        for item in holders:
            loaded.of_kind(item.kind)[item.item_id] = item
        return holders


def _is_older(speaker: Speaker | None, mine: Speaker) -> bool:
    if speaker is None:
        return False
    is_of_series = mine.series is not None and speaker.series == mine.series
    return speaker.number in mine.replaces or (
        is_of_series and (speaker.withdrawn or speaker.number < mine.number)
    )


def _key(item: Item) -> Named:
    return item.kind, item.item_id


def _name(event: Event) -> Named:
    return KINDS[event.__class__], event.item_id
