"""Long lists by keyset pagination: memory holds one page, however long the list is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import TypeVar

from callboard.store.interface import CallAt, TaskAt
from callboard.store.questions import Position, Window

PAGE = 1000
"""Rows that are read at once."""
Found = TypeVar("Found", CallAt, TaskAt)
Page = Callable[[Window], Sequence[Found]]
"""Reads one page of a list, newest first."""


def everything(page: Page[Found]) -> Iterator[Found]:
    """All rows of a list, newest first. Each page is a read of its own, so rows that change meanwhile may be
    seen before or after the change.
    """
    after: Position | None = None
    while found := page(Window(limit=PAGE, after=after)):
        yield from found
        if len(found) < PAGE:
            return  # a short page is the last: saves one more read
        after = position(found[-1])


def merge_pages(pages: Sequence[Page[Found]], limit: int | None) -> Iterator[Found]:
    """Several lists merged into one, newest first, up to `limit` rows (None: all)."""
    whole = merge(*(everything(page) for page in pages), key=_order)
    return islice(whole, limit)


def position(found: CallAt | TaskAt) -> Position:
    """The position of a row in its list, for the window of the next page."""
    if isinstance(found, CallAt):
        return Position(found.call.creation_time, found.call.call_id, found.space_id)
    return Position(found.task.created, found.task.task_id, found.space_id)


def more_line(shown: int, count: int) -> str:
    """The line below a table: how many of all rows it shows."""
    return (
        f"{shown:,} of {count:,} shown; --limit shows more, --json all."
        if shown < count
        else f"{count:,} in all."
    )


def _order(found: CallAt | TaskAt) -> tuple[int, str, int]:
    # The store's own order, which `merge` relies on: newest first, then by id and space.
    at = position(found)
    return (-at.at, at.item_id, at.space_id)
