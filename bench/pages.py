"""The pages of the store that a request for the analytics reads: they must not grow with calls or spaces.

In one process, by the real application over ASGI. SQLite counts each page that a connection asks for, whether
its cache has it or not. One event is committed between two requests, so that no request finds the store
unchanged. No times are measured.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import apsw

from bench import calls, files
from bench.figures import spread, target, write
from bench.server import PRODUCT
from callboard.app import Worker, application
from callboard.clock import SECOND
from callboard.settings import Settings
from callboard.store.interface import Batch
from callboard.store.sqlite.store import SqliteStore

SIZES = ((10_000, 200), (1_000_000, 200), (10_000_000, 200), (1_000_000, 10_000))
SHORT_SIZES = ((10_000, 200), (10_000, 2_000))
REQUESTS = 600
DEEPER = 4
"""Pages more that are allowed: a tree with a thousand times the entries is a level deeper, and a request
descends a few trees.
"""


def measure(*, short: bool) -> None:
    """Take the figures."""
    found = {}
    for many, spaces in SHORT_SIZES if short else SIZES:
        found[f"{many} calls, {spaces} spaces"] = asyncio.run(_pages(files.board(many, spaces)))
    smallest, *larger = found.items()
    write(
        "pages",
        "Pages a request for the analytics reads from the store, one commit before each request; by the real "
        "application over ASGI, counted by SQLite on every connection that reads",
        short=short,
        targets=[
            target(
                f"pages more than with {smallest[0]}: {name}, {kind}",
                each[kind]["median"] - smallest[1][kind]["median"],
                at_most=DEEPER,
            )
            for name, each in larger
            for kind in ("organization", "space", "space_asked_first")
        ],
        pages_per_request=found,
    )


async def _pages(of: files.Board) -> dict[str, Any]:
    copied = files.copy(of, "pages")
    opened: list[apsw.Connection] = []
    apsw.connection_hooks.append(opened.append)
    try:
        app = application(Settings(db=copied.path))
        of_app = len(opened)
        feeder = SqliteStore(copied.path)
        of_feeder = set(range(of_app, len(opened)))
        reading = lambda: [db for place, db in enumerate(opened) if place and place not in of_feeder]  # noqa: E731
        draw = random.Random(time.time_ns())  # another seed in each run: no call that is in the file already
        found: dict[str, list[float]] = {"organization": [], "space": [], "space_asked_first": []}
        seen: set[int] = set()
        first = await _counted(reading, app, copied, None)
        for number in range(REQUESTS):
            _commit(feeder, copied, draw, number)
            place = (None, draw.randrange(20), draw.randrange(20, len(copied.space_tokens)))[number % 3]
            pages = await _counted(reading, app, copied, place)
            kind = "organization" if place is None else "space" if place in seen else "space_asked_first"
            found[kind].append(pages)
            seen |= {place} if place is not None else set()
        feeder.close()
        await app.close()
    finally:
        apsw.connection_hooks.remove(opened.append)
        files.discard(copied)
    return {"first_request": first, **{name: spread(pages) for name, pages in found.items()}}


def _commit(feeder: SqliteStore, of: files.Board, draw: random.Random, number: int) -> None:
    entry = calls.call_entry(draw, number, calls.LIVE_FROM + number * SECOND)
    space_id = draw.choice(of.space_ids)
    batch = Batch(org_id=of.org_id, space_id=space_id, entries=[entry], received_at=entry.received_at)
    feeder.ingest([batch])


async def _counted(
    reading: Callable[[], list[apsw.Connection]], app: Worker, of: files.Board, place: int | None
) -> int:
    """The pages that one request read."""
    before = _pages_read(reading())
    await _ask(app, of, place)
    return _pages_read(reading()) - before


def _pages_read(connections: list[apsw.Connection]) -> int:
    kinds = (apsw.SQLITE_DBSTATUS_CACHE_HIT, apsw.SQLITE_DBSTATUS_CACHE_MISS)
    return sum(db.status(kind)[0] for db in connections for kind in kinds)


async def _ask(app: Worker, of: files.Board, place: int | None) -> None:
    path = f"{PRODUCT}/organisation/analytics/"
    statuses: list[int] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.append(message.get("status", 0))

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    query = "" if place is None else f"space_token={of.space_tokens[place]}"
    headers = [
        (b"authorization", f"Token {of.secrets[0]}".encode()),
        (b"org-handle", of.handle.encode()),
    ]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    assert statuses[0] == 200, statuses
