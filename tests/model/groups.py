"""What groups and repeats make of rows, found anew for a whole space after each commit."""

from __future__ import annotations

from msgspec import structs

from callboard.fold.batch import Item, refold, same_row
from callboard.fold.call import fold_call
from callboard.model.call import Call
from callboard.model.event import Entry
from tests.groups import plain_groups, too_many
from tests.model.state import SpaceState


def settled(space: SpaceState, touched: list[Item]) -> list[Item]:
    """The items that changed, each with its row before and after; the space's rows are set to those after."""
    if not space.has_groups:
        return touched
    before = {(item.kind, item.item_id): item.before for item in touched}
    right = right_rows(space)
    changed: list[Item] = [item for item in touched if item.kind != "call"]
    for item_id, item in space.calls.items():
        old = before.pop(("call", item_id), item.row)
        if not same_row(old, right[item_id]):
            changed.append(structs.replace(item, before=old, row=right[item_id]))
        item.row = right[item_id]
    # What is left of them has no event any more.
    gone = [item for item in touched if item.kind == "call" and item.item_id not in space.calls]
    return [*changed, *gone]


def right_rows(space: SpaceState) -> dict[str, Call]:
    """Call id → its row, from all events of the space."""
    for item in space.items():
        for entry in item.entries:
            set_source(space, item, entry)
    own = {item_id: fold_call(item.entries) for item_id, item in space.calls.items()}
    oversized = too_many(own.values())
    rows = []
    for item_id, row in own.items():
        said = [entry for each in _ends(space, row) for entry in each.entries]
        is_one = bool(said) and item_id not in oversized
        rows.append(fold_call([*space.calls[item_id].entries, *said]) if is_one else row)
    return {row.call_id: row for row in plain_groups(rows)}


def _ends(space: SpaceState, row: Call) -> list[Item]:
    return [space.ends[each] for each in row.links if each in space.ends]


def set_source(space: SpaceState, item: Item, entry: Entry) -> None:
    """The least of the ways by which the event came, those that do not count included."""
    repeats = space.repeats.get((item.kind, item.item_id, entry.body), [])
    outweighed = space.outweighed.get((item.kind, item.item_id), [])
    ways = [entry, *repeats, *(each for each in outweighed if each.body == entry.body)]
    least = min(each.source for each in ways)
    entry.least_source = "" if least == entry.source else least


def refolded(item: Item) -> Item:
    """The item with the row of its own events."""
    fresh = structs.replace(item)
    refold(fresh)
    return fresh
