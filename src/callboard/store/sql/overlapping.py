"""Finds the imports that said something else of calls and tasks than rows that are to be imported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from callboard.fold.batch import KINDS, Kind
from callboard.fold.contradiction import contradict
from callboard.fold.replacing import word_of
from callboard.model.event import Entry
from callboard.store.sql.database import Database
from callboard.store.sql.load import Loading
from callboard.store.sql.said import ItemSaid, load_said


def contradicted(
    db: Database, org_id: int, rivals: Mapping[int, bool], arrived: Mapping[int, Sequence[Entry]]
) -> dict[int, int]:
    """See `Store.contradicted_imports`."""
    found: Counter[int] = Counter()
    loading = Loading(db, org_id, arrived)
    loading.go_on()
    for space_id, loaded in loading.finish(arrived).items():
        rows: defaultdict[tuple[Kind, str], list[Entry]] = defaultdict(list)
        for entry in arrived[space_id]:
            if (name := (KINDS[entry.event.__class__], entry.event.item_id)) in loaded:
                rows[name].append(entry)
        for said in load_said(db, org_id, loaded.items()):
            some = rows.get((said.item.kind, said.item.item_id), [])
            found.update(number for each in some for number in _against(said, each, some, rivals))
    return dict(found)


def _against(said: ItemSaid, row: Entry, rows: Sequence[Entry], rivals: Mapping[int, bool]) -> set[int]:
    """The rivals that say something else than a row."""
    if any(entry.body == row.body for entry in said.item.entries):
        return set()
    bodies = {each.body for each in rows}
    return {
        number
        for entry in said.item.entries
        if entry.body not in bodies
        for number in _senders(said, entry) & rivals.keys()
        if contradict(row.event, entry.event, alike=rivals[number])
    }


def _senders(said: ItemSaid, entry: Entry) -> set[int]:
    digest = word_of(entry).digest
    return {entry.batch_no, *(each.batch_no for each in said.repeats if each.digest == digest)}
