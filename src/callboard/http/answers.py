"""The two response envelopes of the reference: a single item, and a page of a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType

from callboard.http.request import Request
from callboard.query.cursor import write_cursor
from callboard.query.messages import fetched
from callboard.query.parameters import Paging
from callboard.store.questions import Position

T = TypeVar("T")
Item = TypeVar("Item")


class One(Struct, Generic[Item], frozen=True):
    """One thing."""

    status_code: int
    message: str
    data: Item


class Page(Struct, Generic[Item], frozen=True):
    """A part of a list, newest first."""

    count: int | None
    """Of the whole list; null on pages reached by cursor."""
    status_code: int
    message: str
    data: list[Item]
    next_cursor: str | None
    """For the page after this one; null on the last."""


class ListPage(Struct, Generic[Item], frozen=True, kw_only=True):
    """A part of a list that may be asked for with times."""

    count: int | None
    """Of the whole list; null on pages reached by cursor."""
    timezone: str | UnsetType = UNSET
    """The time zone of the question's days and local times; only where the list was asked for with a time."""
    status_code: int
    message: str
    data: list[Item]
    next_cursor: str | None
    """For the page after this one; null on the last."""


def in_zone(page: Page[Item], zone: str | None) -> ListPage[Item]:
    """The page, with the zone beside its count."""
    return ListPage(
        count=page.count,
        timezone=UNSET if zone is None else zone,
        status_code=page.status_code,
        message=page.message,
        data=page.data,
        next_cursor=page.next_cursor,
    )


async def page_of(
    request: Request,
    what: str,
    rows: Sequence[T],
    *,
    count: Callable[[], Awaitable[int]],
    position: Callable[[T], Position],
    item: Callable[[T], Item],
) -> Page[Item]:
    """A page of `rows`, which were read with `request.paging.window`.

    The window is one row longer than the page: if that row exists there is a next page, and its cursor is the
    position of the last row shown (keyset pagination). `count` is called only for a page without a cursor,
    because counting is the expensive part.
    """
    paging = request.paging
    shown = rows[: paging.size]
    next_cursor = write_cursor(position(shown[-1])) if len(rows) > paging.size else None
    total = None if paging.after is not None else await count()
    message = fetched(what)
    if total is not None and next_cursor is not None and not _asks_for_pages(request):
        message = f"{message}: {len(shown):,} of {total:,}; next_cursor leads to the rest"
    return Page(total, 200, message, [item(row) for row in shown], next_cursor)


def _asks_for_pages(request: Request) -> bool:
    """Whether the caller expects a part of the list: because this list always pages, or because it asked to.
    Otherwise the message has to say that this is not everything.
    """
    return not request.endpoint.answers_whole or "page" in request.values or "page_size" in request.values


async def page_of_known(
    request: Request,
    what: str,
    rows: Sequence[T],
    *,
    position: Callable[[T], Position],
    item: Callable[[T], Item],
) -> Page[Item]:
    """A page of a list that is in memory, sorted newest first."""

    async def count() -> int:
        return len(rows)

    windowed = _windowed(rows, request.paging, position)
    return await page_of(request, what, windowed, count=count, position=position, item=item)


def _windowed(rows: Sequence[T], paging: Paging, position: Callable[[T], Position]) -> Sequence[T]:
    if paging.after is not None:
        rows = [row for row in rows if _key(position(row)) > _key(paging.after)]
    return rows[paging.offset : paging.offset + paging.size + 1]


def _key(position: Position) -> tuple[int, int]:
    # Ids of organizations, spaces and tokens only grow, so the id breaks ties of the time: newest first.
    return -position.at, -position.space_id
