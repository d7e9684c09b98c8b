"""The ids by which calls are looked up beside their own: of their groups, and those they have elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from callboard.fold.batch import Item, Row
from callboard.model.call import NO_STATUS, Call
from callboard.model.field import TEXT_BYTES
from callboard.store.sql.database import Database

LinkKind = Literal["group", "external"]
Link = tuple[int, LinkKind, str, int]
"""Space, kind, id, and the number of the call."""

_NONE: Final[frozenset[Link]] = frozenset()


def linked_items(items: Iterable[Item]) -> list[Item]:
    """Those that have links, or had them, and the ends of groups: of most commits none."""
    return [
        item
        for item in items
        if (row := item.row) is None
        or row.group_ids is not None
        or row.external_ids is not None
        or (
            (before := item.before) is not None
            and (before.group_ids is not None or before.external_ids is not None)
        )
    ]


def links_of(no: int, space_id: int, row: Row | None) -> frozenset[Link]:
    """The links that a row has. One without a status has none; external ids of more than 255 bytes are not
    looked up.
    """
    if row.__class__ is not Call or (row.group_ids is None and row.external_ids is None):
        return _NONE
    if row.void == NO_STATUS:
        return _NONE
    links: list[Link] = [(space_id, "group", each, no) for each in row.group_ids or ()]
    links += [
        (space_id, "external", value, no)
        for value in (row.external_ids or {}).values()
        if isinstance(value, str) and len(value.encode()) <= TEXT_BYTES
    ]
    return frozenset(links)


def save_links(db: Database, org_id: int, items: Iterable[Item]) -> None:
    """Store the differences of the links between each item's row before and its row."""
    more: list[tuple[int, *Link]] = []
    less: list[tuple[int, *Link]] = []
    for item in items:
        before = links_of(item.no, item.space_id, item.before)
        after = links_of(item.no, item.space_id, item.row)
        if before is not after and before != after:
            more += [(org_id, *each) for each in sorted(after - before)]
            less += [(org_id, *each) for each in sorted(before - after)]
    if less:
        db.change_many("call_link.delete", less)
    if more:
        db.change_many("call_link.insert", more)
