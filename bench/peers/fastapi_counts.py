"""The same endpoint in the usual way: FastAPI, asyncpg, and queries that count rows.

`python -m bench.peers.fastapi_counts PORT URL` serves it with uvicorn, one worker. Its indexes are the best
for the question: they cover it, so that the table itself is not read. No token is checked: this is counting
alone, against all that Callboard does.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

INDEXES = """
CREATE INDEX IF NOT EXISTS peer_calls ON call (space_id, call_status) INCLUDE (duration_ms) WHERE void = 0;
CREATE INDEX IF NOT EXISTS peer_tasks ON task (space_id, status) WHERE void = 0;
"""
CALLS = """
SELECT count(*) FILTER (WHERE call_status <> 'queued'),
    count(*) FILTER (WHERE call_status = 'completed'),
    count(*) FILTER (WHERE call_status = 'failed'),
    coalesce(avg(duration_ms) FILTER (WHERE call_status = 'completed'), 0)::FLOAT8 / 1000
FROM call WHERE void = 0 AND space_id = ANY($1::BIGINT[])
"""
TASKS = """
SELECT count(*),
    count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'running'),
    count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'failed')
FROM task WHERE void = 0 AND space_id = ANY($1::BIGINT[])
"""
SPACES = """
SELECT space.id FROM space JOIN organization ON organization.id = space.org_id
WHERE organization.domain_handle = $1 AND ($2::TEXT IS NULL OR space.token = $2)
"""


class Breakdown(BaseModel):
    """Tasks by status."""

    pending: int
    running: int
    completed: int
    failed: int


class Data(BaseModel):
    """The six fields of the answer."""

    total_calls: int
    completed_calls: int
    failed_calls: int
    avg_duration_seconds: float
    total_tasks: int
    task_status_breakdown: Breakdown


class Answer(BaseModel):
    """The body."""

    status_code: int = 200
    message: str = "Analytics fetched successfully"
    data: Data


def application(url: str) -> FastAPI:
    """The application on a database."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/api/v2/platform/organisation/analytics/")
    async def analytics(org_handle: str = Header(), space_token: str | None = None) -> Answer:
        async with app.state.pool.acquire() as connection:
            spaces = [row[0] for row in await connection.fetch(SPACES, org_handle, space_token)]
            if not spaces:
                raise HTTPException(404, "Space not found.")
            made, completed, failed, average = await connection.fetchrow(CALLS, spaces)
            total, pending, running, done, given_up = await connection.fetchrow(TASKS, spaces)
        return Answer(
            data=Data(
                total_calls=made,
                completed_calls=completed,
                failed_calls=failed,
                avg_duration_seconds=round(average, 3),
                total_tasks=total,
                task_status_breakdown=Breakdown(
                    pending=pending, running=running, completed=done, failed=given_up
                ),
            )
        )

    return app


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
    )
