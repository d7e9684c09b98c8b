"""Rows → places in groups, and links: recounts both from the rows, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from callboard.fold.batch import Item, refold
from callboard.fold.groups import Place, place_of
from callboard.store.sql.database import Database
from callboard.store.sql.findings import Findings
from callboard.store.sql.grouping import right_places, settle
from callboard.store.sql.links import Link, LinkKind, links_of, save_links
from callboard.store.sql.load import add_events, items_of
from callboard.store.sql.rows import CALL_COLUMNS, call_of
from callboard.store.sql.save import find_clock, save_rows
from callboard.store.sql.table_walk import Snapshot, run_with_retry

PAGE = 1_000
"""Rows, or links, checked in one snapshot, and repaired in one commit."""

_NUMBERED = (
    f"SELECT no, space_id, {CALL_COLUMNS} FROM call WHERE org_id = :org_id AND no >= :begin AND no < :end "
    "AND (group_ids IS NOT NULL OR external_ids IS NOT NULL OR leg_of IS NOT NULL OR void > 2 "
    "OR (time_marks & 16) <> 0)"
)
_NEXT = (
    "SELECT max(no) FROM (SELECT no FROM call WHERE org_id = :org_id AND no >= :begin "
    f"ORDER BY no LIMIT {PAGE}) AS page"
)
_LINKS = (
    "SELECT link.space_id, link.kind, link.value, link.no FROM call_link AS link WHERE link.org_id = :org_id "
    "AND (link.space_id, link.kind, link.value, link.no) > (:space_id, :kind, :value, :no) "
    f"ORDER BY link.space_id, link.kind, link.value, link.no LIMIT {PAGE}"
)

Wrong = tuple[int, int, str, Any, Any, str]
"""Number, space, call id, stored, expected, columns."""


class GroupCheck:
    """The check of one organization's groups and links."""

    def __init__(self, read: Snapshot, org_id: int, findings: Findings) -> None:
        self._read = read
        self._org_id = org_id
        self._findings = findings

    def pages(self) -> Iterator[tuple[list[int], list[Link]]]:
        """The numbers of the calls that stand in a wrong place or lack links, and links that no call has.
        Each page is reported before it is yielded.
        """
        begin = 0
        while True:
            where = {"org_id": self._org_id, "begin": begin}
            last = run_with_retry(self._read, lambda db, where=where: db.select_value(_NEXT, where))  # type: ignore[misc]
            if last is None:
                break
            end = last + 1
            wrong = run_with_retry(
                self._read,
                lambda db, begin=begin, end=end: wrong_rows(db, self._org_id, begin, end),  # type: ignore[misc]
            )
            for _, space_id, call_id, stored, expected, columns in wrong:
                self._findings.report("call", (self._org_id, space_id), call_id, stored, expected, columns)
            if wrong:
                yield [each[0] for each in wrong], []
            begin = end
        yield from self._orphans()

    def _orphans(self) -> Iterator[tuple[list[int], list[Link]]]:
        after: tuple[Any, ...] = (0, "", "", 0)
        while True:
            names = ("space_id", "kind", "value", "no")
            where = {"org_id": self._org_id, **dict(zip(names, after, strict=True))}
            links, orphans = run_with_retry(
                self._read,
                lambda db, where=where: _orphaned(db, self._org_id, where),  # type: ignore[misc]
            )
            for space_id, kind, value, no in orphans:
                key = f"{kind}/{value}/{no}"
                self._findings.report("call_link", (self._org_id, space_id), key, "is there", "is not there")
            if orphans:
                yield [], orphans
            if len(links) < PAGE:
                return
            after = links[-1]


def wrong_rows(db: Database, org_id: int, begin: int, end: int) -> list[Wrong]:
    """The differences of a range of numbers."""
    where = {"org_id": org_id, "begin": begin, "end": end}
    rows = [(row[0], row[1], call_of(row[2:])) for row in db.select(_NUMBERED, where)]
    if not rows:
        return []
    right = right_places(db, org_id, rows)
    due = {no: links_of(no, space_id, call) for no, space_id, call in rows}
    wanted = sorted(link for links in due.values() for link in links)
    held = (
        {tuple(row) for row in db.rows("call_link.of_ids", {"org_id": org_id, "wanted": wanted})}
        if wanted
        else set()
    )
    wrong: list[Wrong] = []
    for no, space_id, call in rows:
        if place_of(call) != right[no]:
            wrong.append(
                (
                    no,
                    space_id,
                    call.call_id,
                    _shown(place_of(call)),
                    _shown(right[no]),
                    "void, leg_of, time_marks",
                )
            )
        elif missing := sorted(due[no] - held):
            wrong.append((no, space_id, call.call_id, "no links", missing, "call_link"))
    return wrong


def _shown(place: Place) -> dict[str, Any]:
    return dict(zip(("void", "leg_of", "oversized"), place, strict=True))


def _orphaned(db: Database, org_id: int, where: dict[str, Any]) -> tuple[list[Any], list[Link]]:
    links = [tuple(row) for row in db.select(_LINKS, where)]
    if not links:
        return links, []
    rows = {
        item.no: item for item in items_of(db, org_id, {link[3] for link in links}) if item.kind == "call"
    }
    orphans: list[Link] = []
    for space_id, kind, value, no in links:
        item = rows.get(no)
        link: Link = (space_id, _kind(kind), value, no)
        if item is None or link not in links_of(no, item.space_id, item.row):
            orphans.append(link)
    return links, orphans


def _kind(text: str) -> LinkKind:
    return "group" if text == "group" else "external"


def repair_groups(db: Database, org_id: int, numbers: list[int], orphans: list[Link]) -> frozenset[int]:
    """Set the links of these calls and delete those of no call; then settle their groups anew, from their
    events. Returns the spaces whose counters have to be recounted.
    """
    find_clock(db, org_id)
    items = [item for item in items_of(db, org_id, numbers) if item.kind == "call"]
    if orphans:
        db.change_many("call_link.delete", [(org_id, *link) for link in orphans])
    save_links(
        db,
        org_id,
        [Item(each.item_id, "call", each.no, row=each.row, space_id=each.space_id) for each in items],
    )
    numbers_of_orphans = {no for _, _, _, no in orphans} - {*numbers}
    items += [item for item in items_of(db, org_id, numbers_of_orphans) if item.kind == "call"]
    add_events(db, org_id, items)
    for item in items:
        refold(item)
    others = settle(db, org_id, items, recount=True)
    save_links(db, org_id, [*items, *others])
    save_rows(db, org_id, [*items, *others])
    return frozenset(item.space_id for item in (*items, *others))
