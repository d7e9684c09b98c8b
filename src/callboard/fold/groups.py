"""Groups: rows of one space that are one call, because they share group ids, chains included.

Of a group one row is the head and counts; the others are its legs. Everything here is a function of the set
of rows. `docs/explain/the-fold.md` explains the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, structs

from callboard.clock import Micros
from callboard.model.call import COUNTED, LEG, NO_STATUS, OVERSIZED, WITHDRAWN, WITHDRAWN_WITH_HEAD, Call

GROUP_ROWS: Final = 200
"""Most rows of a group. One of more is none: each of its rows stands for itself."""
USUAL_RANK: Final = 1
"""The rank of a row whose events say none."""

GroupKey = tuple[int, str]
"""Space, and the id of a group."""
Place = tuple[int, str | None, bool]
"""The place of a row (`Call.void`), what it is a leg of, and whether its group has too many rows."""


class Member(Struct, frozen=True, gc=False):
    """What a group has to know of one of its rows."""

    no: int
    space_id: int
    ids: tuple[str, ...]
    is_queued: bool
    rank: int
    creation_time: Micros
    call_id: str
    is_withdrawn: bool
    """By its own events."""
    place: Place
    """Where it stands now."""

    @property
    def keys(self) -> list[GroupKey]:
        return [(self.space_id, each) for each in self.ids]

    @property
    def order(self) -> tuple[bool, int, Micros, str]:
        """The least of a group is its head: a row that is more than queued, of the greatest rank, created
        first, of the least id.
        """
        return self.is_queued, -self.rank, self.creation_time, self.call_id


def member_of(no: int, space_id: int, call: Call) -> Member:
    """A row as a member of its group."""
    return Member(
        no,
        space_id,
        call.links,
        call.call_status == "queued",
        USUAL_RANK if call.group_rank is None else call.group_rank,
        call.creation_time,
        call.call_id,
        call.void == WITHDRAWN,
        place_of(call),
    )


def place_of(call: Call) -> Place:
    """Where it stands."""
    return call.void, call.leg_of, bool(call.time_marks & OVERSIZED)


def alone(call: Call) -> Place:
    """Where a row of no group stands."""
    return call.void if call.void in (WITHDRAWN, NO_STATUS) else COUNTED, None, False


def places(members: Sequence[Member]) -> dict[int, Place]:
    """Number → where it stands, for all rows of one group; of one of too many, for those that are known."""
    if len(members) > GROUP_ROWS:
        return {each.no: (WITHDRAWN if each.is_withdrawn else COUNTED, None, True) for each in members}
    head = min(members, key=lambda each: each.order)
    return {each.no: _place_in(head, each) for each in members}


def _place_in(head: Member, row: Member) -> Place:
    if row.is_withdrawn:
        return WITHDRAWN, None, False
    if head.is_withdrawn:
        return WITHDRAWN_WITH_HEAD, None, False
    return (COUNTED, None, False) if row is head else (LEG, head.call_id, False)


def placed(call: Call, place: Place) -> Call:
    """The row at that place."""
    void, leg_of, oversized = place
    marks = call.time_marks | OVERSIZED if oversized else call.time_marks & ~OVERSIZED
    return structs.replace(call, void=void, leg_of=leg_of, time_marks=marks)


class Linked:
    """Which group ids belong together, because some row names both (a disjoint-set forest)."""

    def __init__(self) -> None:
        self._parent: dict[GroupKey, GroupKey] = {}
        self._rows: dict[GroupKey, int] = {}

    def root(self, key: GroupKey) -> GroupKey:
        """The id that stands for all ids that belong together with this one."""
        parent = self._parent
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = key = parent[above]
        return key

    def add(self, keys: Iterable[GroupKey]) -> None:
        """Add a row with these ids, at least one."""
        first: GroupKey | None = None
        for key in keys:
            root = self.root(key)
            if first is None:
                first = root
            elif root != first:
                self._parent[root] = first
                self._rows[first] = self._rows.get(first, 0) + self._rows.pop(root, 0)
        assert first is not None
        self._rows[first] = self._rows.get(first, 0) + 1

    def rows(self, key: GroupKey) -> int:
        """How many rows were added to the group of this id."""
        return self._rows.get(self.root(key), 0)
