"""Settles groups in a commit: after rows are folded from their own events, and before they are saved.

A changed row can join groups, split them, or change their head, so the groups before and after are looked at.
What they make of rows is a function of the rows (`fold/groups.py`); rows of the groups that the commit does
not touch otherwise are loaded here, and saved with the others.

The stored links and rows are those of before the commit. A group is found from its ids: the rows that name
them, the other ids that those rows name, and so on, until it is whole or known to have too many rows. Rows
that the commit changes take part as they are now; what the others make without them is what is looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
from msgspec import Struct

from callboard.fold.batch import Item, same_row
from callboard.fold.call import fold_call
from callboard.fold.groups import (
    GROUP_ROWS,
    GroupKey,
    Linked,
    Member,
    Place,
    alone,
    member_of,
    place_of,
    placed,
    places,
)
from callboard.model.call import OVERSIZED, WITHDRAWN, Call
from callboard.model.event import Entry
from callboard.store.sql.database import Database, SqlRow
from callboard.store.sql.load import add_events, find_items, items_of

_decode_ids = msgspec.json.Decoder(tuple[str, ...]).decode


def settle(db: Database, org_id: int, items: Iterable[Item], *, recount: bool = False) -> list[Item]:
    """Settle the groups of these items, whose rows are those of their own events, in place. Returns the other
    calls whose rows change with them.

    Numbers must have been given to new items. `recount`: also the groups of items that did not change, for a
    repair. The caller holds the organization's lock.
    """
    calls: list[Item] = []
    ends: list[Item] = []
    for item in items:
        if item.kind == "call":
            row, before = item.row, item.before
            if (row is not None and row.group_ids is not None) or (
                before is not None and before.group_ids is not None
            ):
                calls.append(item)
        elif item.kind == "end":
            ends.append(item)
    return _Settling(db, org_id, calls, ends, recount=recount).run() if calls or ends else []


def right_places(db: Database, org_id: int, rows: Iterable[tuple[int, int, Call]]) -> dict[int, Place]:
    """Number → where it should stand, for rows as stored (number, space, row)."""
    asked = {no: (space_id, call) for no, space_id, call in rows}
    seeds = {key for space_id, call in asked.values() for key in _keys(space_id, call)}
    members, linked = _Settling(db, org_id, (), (), recount=False).members(seeds)
    for no, (space_id, call) in asked.items():
        # Missing among the members: one too many of its group, or its link is missing.
        if call.links and no not in members:
            members[no] = member_of(no, space_id, call)
            linked.add(members[no].keys)
    groups: dict[GroupKey, list[Member]] = {}
    for member in members.values():
        groups.setdefault(linked.root(member.keys[0]), []).append(member)
    right = {no: alone(call) for no, (_, call) in asked.items() if not call.links}
    for group in groups.values():
        right |= places(group)
    return {no: right[no] for no in asked}


class _Own(Struct):
    """A row that the commit changes: as its own events make it, and with the ends of its groups."""

    item: Item
    own: Call
    row: Call


class _Settling:
    def __init__(
        self, db: Database, org_id: int, calls: Collection[Item], ends: Collection[Item], *, recount: bool
    ) -> None:
        self._db = db
        self._org_id = org_id
        self._calls = calls
        self._ended = {(item.space_id, item.item_id) for item in ends}
        """Groups of which an end came, or went."""
        self._ends: dict[GroupKey, list[Entry]] = {
            (item.space_id, item.item_id): item.entries for item in ends
        }
        self._recount = recount
        self._owns: dict[int, _Own] = {}
        """Number → the row, of those that have one."""
        self._others: dict[int, Item] = {}
        """Number → the item, of rows that the commit did not touch otherwise."""

    def run(self) -> list[Item]:
        seeds = {*self._ended}
        self._load_ends(key for item in self._calls for key in _keys(item.space_id, item.row))
        for item in self._calls:
            if isinstance(item.row, Call):
                before = item.before if isinstance(item.before, Call) else None
                own = _Own(item, item.row, item.row)
                self._fold(own, oversized=before is not None and bool(before.time_marks & OVERSIZED))
                self._owns[item.no] = own
            if self._recount or self._matters(item):
                seeds.update(_keys(item.space_id, item.before), _keys(item.space_id, item.row))
        members, linked = self.members(seeds)
        self._settle(members, linked, seeds)
        for own in self._owns.values():
            own.item.row = own.row
        return [item for item in self._others.values() if not same_row(item.row, item.before)]

    def _matters(self, item: Item) -> bool:
        """Whether the change of a row may be one of its group."""
        before, own = item.before, self._owns.get(item.no)
        if own is None or not isinstance(before, Call):
            return True
        if _shape(item, before) != _shape(item, own.row):
            return True
        # It stands where it stood: so does all of its group.
        own.row = placed(own.row, place_of(before)) if own.row.links else own.row
        return False

    # what its groups say of a row

    def _load_ends(self, keys: Iterable[GroupKey]) -> None:
        if wanted := {*keys} - self._ends.keys():
            self._ends |= {key: [] for key in wanted}
            found = find_items(self._db, self._org_id, wanted, "end")
            if found:
                add_events(self._db, self._org_id, found)
            self._ends |= {(item.space_id, item.item_id): item.entries for item in found}

    def _fold(self, own: _Own, *, oversized: bool) -> None:
        """Fold the ends of its groups in, unless its group has too many rows to be one."""
        keys = () if oversized else _keys(own.item.space_id, own.own)
        said = [entry for key in keys for entry in self._ends[key]]
        own.row = fold_call([*own.item.entries, *said]) if said else own.own

    # which rows are one group

    def members(self, seeds: Collection[GroupKey]) -> tuple[dict[int, Member], Linked]:
        """The stored rows of the groups of these ids, without those that the commit changes, and which ids
        they link. Of a group that has too many rows, at least one too many.
        """
        members: dict[int, Member] = {}
        linked = Linked()
        naming: dict[GroupKey, list[GroupKey]] = {}
        """Id → all ids of the changed rows that name it."""
        for own in self._owns.values():
            keys = _keys(own.item.space_id, own.row)
            for key in keys:
                naming.setdefault(key, []).extend(keys)
        changed = {item.no for item in self._calls}
        seen: set[GroupKey] = set()
        frontier = {*seeds}
        while frontier:
            seen |= frontier
            where = {
                "org_id": self._org_id,
                "wanted": sorted(frontier),
                "most": GROUP_ROWS + 1 + len(changed),
            }
            further = {key for each in frontier for key in naming.get(each, ())}
            for row in self._db.rows("call_link.members", where):
                member = _member(row)
                if member.no not in changed and member.no not in members:
                    members[member.no] = member
                    linked.add(member.keys)
                    further.update(member.keys)
            frontier = {key for key in further - seen if linked.rows(key) <= GROUP_ROWS}
        return members, linked

    def _settle(self, members: dict[int, Member], linked: Linked, seeds: Collection[GroupKey]) -> None:
        """Set the places of all rows of the groups of these ids."""
        own_numbers = [no for no, own in self._owns.items() if own.row.links]
        for no in own_numbers:
            linked.add(_keys(self._owns[no].item.space_id, self._owns[no].row))
        roots = {linked.root(key) for key in seeds}
        groups: dict[GroupKey, list[int]] = {root: [] for root in roots}
        for no, member in members.items():
            groups[linked.root(member.keys[0])].append(no)
        for no in own_numbers:
            own = self._owns[no]
            root = linked.root(_keys(own.item.space_id, own.row)[0])
            if root in groups:
                groups[root].append(no)
        self._fold_again(members, groups)
        for numbers in groups.values():
            if numbers:
                self._place(numbers, members)

    def _fold_again(self, members: dict[int, Member], groups: dict[GroupKey, list[int]]) -> None:
        """Fold anew the rows whose group has too many rows now, or no longer, and those of which an end was
        said.
        """
        due: dict[int, bool] = {}
        for numbers in groups.values():
            oversized = len(numbers) > GROUP_ROWS
            for no in numbers:
                member = members.get(no)
                if member is None:
                    self._fold(self._owns[no], oversized=oversized)
                elif member.place[2] != oversized or (
                    not oversized and not self._ended.isdisjoint(member.keys)
                ):
                    due[no] = oversized
        self._load_ends(key for no in due for key in members[no].keys)
        with_ends = [
            no for no in due if any(self._ends[key] or key in self._ended for key in members[no].keys)
        ]
        for item in self._loaded(with_ends, entries=True):
            own = _Own(item, fold_call(item.entries), fold_call(item.entries))
            self._fold(own, oversized=due[item.no])
            item.row = own.row
            members[item.no] = member_of(item.no, item.space_id, own.row)

    def _place(self, numbers: list[int], members: dict[int, Member]) -> None:
        every = [
            members.get(no) or member_of(no, self._owns[no].item.space_id, self._owns[no].row)
            for no in numbers
        ]
        right = places(every)
        for no, own in ((no, self._owns[no]) for no in numbers if no in self._owns):
            own.row = placed(own.row, right[no])
        moved = [no for no in numbers if no in members and members[no].place != right[no]]
        for item in self._loaded(moved, entries=False):
            assert isinstance(item.row, Call)
            item.row = placed(item.row, right[item.no])

    def _loaded(self, numbers: Iterable[int], *, entries: bool) -> list[Item]:
        """The items of rows that the commit did not touch otherwise."""
        wanted = [*numbers]
        if missing := [no for no in wanted if no not in self._others]:
            for item in items_of(self._db, self._org_id, missing):
                self._others[item.no] = item
        found = [self._others[no] for no in wanted]
        if entries and found:
            add_events(self._db, self._org_id, found)
        return found


def _keys(space_id: int, row: object) -> list[GroupKey]:
    """The ids of the groups of a row."""
    return [(space_id, each) for each in row.links] if isinstance(row, Call) else []


def _shape(item: Item, row: Call) -> tuple[object, ...]:
    """What a group depends on."""
    if not row.links:
        return ()
    member = member_of(item.no, item.space_id, row)
    return (*member.ids, member.order, member.is_withdrawn)


def _member(row: SqlRow) -> Member:
    space_id, no, ids, status, rank, creation, call_id, void, leg_of, marks = row
    return Member(
        no,
        space_id,
        _decode_ids(ids),
        status == "queued",
        1 if rank is None else rank,
        creation,
        call_id,
        void == WITHDRAWN,
        (void, leg_of, bool(marks & OVERSIZED)),
    )
