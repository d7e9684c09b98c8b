"""Single events into PostgreSQL in the usual way: FastAPI and asyncpg, a call's row and a counter beside it.

`python -m bench.peers.fastapi_events PORT URL WORKERS POOL WAY` serves it with uvicorn (httptools, uvloop).
An event, the row of its call and the counter of its space change in one transaction, or not at all; each
statement is prepared once a connection. Nothing here can drift: an event id is unique, so that a repeat
changes nothing, and the row is updated under its own lock, which also tells what it was before, so that the
counter moves by the difference. The later event of a call decides.

There are two ways, with the same statements: `statements` sends them one after the other between BEGIN and
COMMIT, as most would write it; `one` sends them as one, which saves four round trips.

Tokens and spaces are kept in memory from the start. Less than Callboard does for an event, this is enough
for these counts of today's calls; it keeps no report, no order of equal times and no late correction.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

import asyncpg
import psycopg
import uvicorn
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

WAYS = ("statements", "one")
SCHEMA = """
CREATE TABLE tenant (id BIGINT PRIMARY KEY, secret TEXT NOT NULL UNIQUE);
CREATE TABLE space (
    id BIGINT PRIMARY KEY, tenant_id BIGINT NOT NULL REFERENCES tenant, token TEXT NOT NULL UNIQUE
);
CREATE TABLE event (
    event_id TEXT PRIMARY KEY, space_id BIGINT NOT NULL, call_id TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL DEFAULT now(), body TEXT NOT NULL
);
CREATE TABLE call (
    space_id BIGINT NOT NULL, call_id TEXT NOT NULL, call_status TEXT NOT NULL, call_type TEXT,
    source_number TEXT, destination_number TEXT, creation_time TIMESTAMPTZ NOT NULL,
    start_time TIMESTAMPTZ, end_time TIMESTAMPTZ, end_reason TEXT, agent TEXT,
    occurred_at TIMESTAMPTZ NOT NULL, talk_ms BIGINT NOT NULL,
    was_status TEXT, was_talk_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (space_id, call_id)
);
CREATE INDEX call_by_time ON call (space_id, creation_time);
CREATE TABLE counter (
    space_id BIGINT PRIMARY KEY, calls BIGINT NOT NULL, completed BIGINT NOT NULL, failed BIGINT NOT NULL,
    talk_ms BIGINT NOT NULL
);
"""
APPEND = """
INSERT INTO event (event_id, space_id, call_id, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (event_id) DO NOTHING RETURNING space_id
"""
_COLUMNS = (
    "space_id, call_id, call_status, call_type, source_number, destination_number, creation_time, "
    "start_time, end_time, end_reason, agent, occurred_at, talk_ms"
)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[2:])
_UPSERT = (
    "INSERT INTO call ({columns}) {values} ON CONFLICT (space_id, call_id) DO UPDATE SET "
    "was_status = call.call_status, was_talk_ms = call.talk_ms, {set} "
    "WHERE excluded.occurred_at > call.occurred_at "
    "RETURNING space_id, call_status, talk_ms, was_status, was_talk_ms"
)
_COUNT = """
INSERT INTO counter AS kept (space_id, calls, completed, failed, talk_ms) {values}
ON CONFLICT (space_id) DO UPDATE SET
    calls = kept.calls + excluded.calls, completed = kept.completed + excluded.completed,
    failed = kept.failed + excluded.failed, talk_ms = kept.talk_ms + excluded.talk_ms
"""
UPSERT = _UPSERT.format(
    columns=_COLUMNS, set=_SET, values=f"VALUES ({', '.join(f'${place}' for place in range(1, 14))})"
)
COUNT = _COUNT.format(values="VALUES ($1, $2, $3, $4, $5)")
_EVENT_TYPES = ("BIGINT", *("TEXT",) * 5, *("TIMESTAMPTZ",) * 3, "TEXT", "TEXT", "TIMESTAMPTZ", "BIGINT")
_OF_ADDED = ", ".join(f"${place}::{kind}" for place, kind in enumerate(_EVENT_TYPES, 1))
_OF_CHANGED = """
SELECT space_id, (was_status IS NULL)::INT,
    (call_status = 'completed')::INT - coalesce(was_status = 'completed', false)::INT,
    (call_status = 'failed')::INT - coalesce(was_status = 'failed', false)::INT,
    talk_ms - was_talk_ms
FROM changed
"""
ONE = f"""
WITH added AS ({APPEND.replace("($1, $2, $3, $4)", "($14::TEXT, $1, $2, $15::TEXT)")}),
changed AS ({_UPSERT.format(columns=_COLUMNS, set=_SET, values=f"SELECT {_OF_ADDED} FROM added")}),
counted AS ({_COUNT.format(values=_OF_CHANGED)})
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM changed)
"""
COUNTERS = """
SELECT coalesce(sum(calls), 0)::BIGINT, coalesce(sum(completed), 0)::BIGINT,
    coalesce(sum(failed), 0)::BIGINT, coalesce(sum(talk_ms), 0)::BIGINT FROM counter
"""
RECOUNT = """
SELECT count(*), count(*) FILTER (WHERE call_status = 'completed'),
    count(*) FILTER (WHERE call_status = 'failed'), coalesce(sum(talk_ms), 0)::BIGINT FROM call
"""


def fill(url: str, tenants: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Add organizations: the secret and the space tokens of each."""
    spaces = [(tenant, token) for tenant, (_, tokens) in enumerate(tenants, 1) for token in tokens]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tenant VALUES (%s, %s)",
            [(number, secret) for number, (secret, _) in enumerate(tenants, 1)],
        )
        cursor.executemany(
            "INSERT INTO space VALUES (%s, %s, %s)",
            [(number, *each) for number, each in enumerate(spaces, 1)],
        )


class Event(BaseModel):
    """What is sent: the fields of Callboard's that the rows have."""

    type: Literal["call"]
    event_id: str
    call_id: str
    call_status: Literal["queued", "ringing", "in_progress", "completed", "missed", "failed"]
    call_type: Literal["inbound", "outbound", "web"] | None = None
    source_number: str | None = None
    destination_number: str | None = None
    creation_time: datetime
    start_time: datetime | None = None
    end_time: datetime | None = None
    occurred_at: datetime | None = None
    end_reason: str | None = None
    agent: str | None = None


class Receipt(BaseModel):
    """The answer: exactly one of the three is 1."""

    received: int = 1
    applied: int = 0
    duplicate: int = 0
    stale: int = 0


Take = Callable[[asyncpg.Connection, tuple[Any, ...], str, str], Awaitable[Receipt]]


def _row(space_id: int, event: Event) -> tuple[Any, ...]:
    talked = (event.end_time - event.start_time) if event.start_time and event.end_time else None
    return (
        space_id,
        event.call_id,
        event.call_status,
        event.call_type,
        event.source_number,
        event.destination_number,
        event.creation_time,
        event.start_time,
        event.end_time,
        event.end_reason,
        event.agent,
        event.occurred_at or event.end_time or event.creation_time,
        round(talked.total_seconds() * 1000) if talked else 0,
    )


async def by_statements(
    connection: asyncpg.Connection, row: tuple[Any, ...], event_id: str, body: str
) -> Receipt:
    """Event, row and counter by a statement each. asyncpg keeps them prepared. The counter comes last: its
    lock is the one that others wait for.
    """
    async with connection.transaction():
        if await connection.fetchval(APPEND, event_id, row[0], row[1], body) is None:
            return Receipt(duplicate=1)
        changed = await connection.fetchrow(UPSERT, *row)
        if changed is None:
            return Receipt(stale=1)
        space_id, status, talk_ms, was, was_talk_ms = changed
        await connection.execute(
            COUNT,
            space_id,
            int(was is None),
            (status == "completed") - (was == "completed"),
            (status == "failed") - (was == "failed"),
            talk_ms - was_talk_ms,
        )
    return Receipt(applied=1)


async def by_one(connection: asyncpg.Connection, row: tuple[Any, ...], event_id: str, body: str) -> Receipt:
    """The same as one statement, which is its own transaction."""
    found = await connection.fetchrow(ONE, *row, event_id, body)
    assert found is not None
    added, changed = found
    return Receipt(applied=changed, duplicate=1 - added, stale=added - changed)


TAKES: dict[str, Take] = {"statements": by_statements, "one": by_one}


def application(url: str, pool: int, way: str) -> FastAPI:
    """The application on a database, with so many connections a worker."""
    take = TAKES[way]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=pool, max_size=pool) as made:
            app.state.pool = made
            tenants = await made.fetch("SELECT secret, id FROM tenant")
            spaces = await made.fetch("SELECT tenant_id, token, id FROM space")
            app.state.tenants = {f"Token {secret}": tenant for secret, tenant in tenants}
            app.state.spaces = {(tenant, token): space for tenant, token, space in spaces}
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/v2/platform/spaces/{token}/events/")
    async def events(token: str, event: Event, authorization: str = Header()) -> Receipt:
        tenant = app.state.tenants.get(authorization)
        if tenant is None:
            raise HTTPException(401, "Invalid token.")
        space = app.state.spaces.get((tenant, token))
        if space is None:
            raise HTTPException(404, "Space not found.")
        async with app.state.pool.acquire() as connection:
            return await take(
                connection, _row(space, event), event.event_id, event.model_dump_json(exclude_none=True)
            )

    return app


def made() -> FastAPI:
    """The application of one worker process, which uvicorn starts by this name."""
    return application(*_asked())


def _asked() -> tuple[str, int, str]:
    return os.environ["PEER_URL"], int(os.environ["PEER_POOL"]), os.environ["PEER_WAY"]


def main() -> None:
    """Serve it."""
    port, url, workers, pool, way = sys.argv[1:]
    os.environ |= {"PEER_URL": url, "PEER_POOL": pool, "PEER_WAY": way}
    uvicorn.run(
        "bench.peers.fastapi_events:made",
        factory=True,
        host="127.0.0.1",
        port=int(port),
        workers=int(workers),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
