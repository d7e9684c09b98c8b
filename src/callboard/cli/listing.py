"""Long lists, read page by page: what a store keeps is never held at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import TypeVar

from callboard.store.interface import CallAt, TaskAt
from callboard.store.questions import Position, Window

PAGE = 1000
Found = TypeVar("Found", CallAt, TaskAt)
Page = Callable[[Window], Sequence[Found]]
"""One page of a list, newest first."""


def everything(page: Page[Found]) -> Iterator[Found]:
    """All of a list, newest first."""
    after: Position | None = None
    while found := page(Window(limit=PAGE, after=after)):
        yield from found
        if len(found) < PAGE:
            return
        after = position(found[-1])


def together(pages: Sequence[Page[Found]], limit: int | None) -> Iterator[Found]:
    """Several lists as one, newest first, up to `limit`."""
    whole = merge(*(everything(page) for page in pages), key=_order)
    return islice(whole, limit)


def position(found: CallAt | TaskAt) -> Position:
    """Where in its list it stands."""
    if isinstance(found, CallAt):
        return Position(found.call.creation_time, found.call.call_id, found.space_id)
    return Position(found.task.created, found.task.task_id, found.space_id)


def more_line(shown: int, count: int) -> str:
    """What to say under a table that does not show everything."""
    return (
        f"{shown:,} of {count:,} shown; --limit shows more, --json all."
        if shown < count
        else f"{count:,} in all."
    )


def _order(found: CallAt | TaskAt) -> tuple[int, str, int]:
    at = position(found)
    return (-at.at, at.item_id, at.space_id)
