"""The application that benches compare with counts right: otherwise its figures would mean nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests import cluster

pytest.importorskip("asyncpg", reason="what benches compare with is not installed: make bench")
fastapi_events = pytest.importorskip("bench.peers.fastapi_events")

SENDER, OTHER = "cb_sender", "cb_other"


@pytest.fixture
def database() -> Iterator[str]:
    if (why := cluster.why_not()) is not None:
        pytest.skip(why)
    url = cluster.empty_database()
    cluster.asked(url, fastapi_events.SCHEMA)
    fastapi_events.fill(url, [(SENDER, ["north", "south"]), (OTHER, ["east"])])
    yield url
    cluster.drop(url)


@asynccontextmanager
async def served(url: str, way: str) -> AsyncIterator[httpx.AsyncClient]:
    application = fastapi_events.application(url, 8, way)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(application), base_url="http://peer/api/v2/platform/spaces/"
        ) as client,
    ):
        yield client


def event(
    event_id: str, call_id: str, status: str, minute: int, talked_s: int | None = None
) -> dict[str, Any]:
    at = f"2025-07-01T09:{minute:02d}"
    found = {
        "type": "call",
        "event_id": event_id,
        "call_id": call_id,
        "call_status": status,
        "creation_time": "2025-07-01T09:00:00Z",
        "occurred_at": f"{at}:59Z",
    }
    return (
        found
        if talked_s is None
        else found | {"start_time": f"{at}:00Z", "end_time": f"{at}:{talked_s:02d}Z"}
    )


async def send(client: httpx.AsyncClient, sent: dict[str, Any], space: str = "north") -> str:
    """The outcome of an event."""
    answer = await client.post(f"{space}/events/", json=sent, headers={"Authorization": f"Token {SENDER}"})
    assert answer.status_code == 200, answer.text
    outcomes = {name: count for name, count in answer.json().items() if name != "received"}
    assert sum(outcomes.values()) == answer.json()["received"] == 1
    return next(name for name, count in outcomes.items() if count)


def counted(url: str) -> tuple[int, ...]:
    """(calls, completed, failed, talk time in ms), the same by counters and by a recount."""
    counters, recount = (
        cluster.asked(url, each)[0] for each in (fastapi_events.COUNTERS, fastapi_events.RECOUNT)
    )
    assert counters == recount
    return tuple(counters)


@pytest.mark.parametrize("way", fastapi_events.WAYS)
def test_a_repeat_counts_once_and_a_correction_replaces(database: str, way: str) -> None:
    async def story() -> None:
        async with served(database, way) as client:
            assert await send(client, event("e1", "c1", "in_progress", 1)) == "applied"
            assert await send(client, event("e2", "c1", "completed", 2, 30)) == "applied"
            assert await send(client, event("e2", "c1", "completed", 2, 30)) == "duplicate"
            assert await send(client, event("e0", "c1", "ringing", 0)) == "stale"
            assert await send(client, event("e3", "c2", "completed", 3, 20), "south") == "applied"
            assert counted(database) == (2, 2, 0, 50_000)
            assert await send(client, event("e4", "c2", "failed", 4), "south") == "applied"
            assert counted(database) == (2, 1, 1, 30_000)

    asyncio.run(story())


@pytest.mark.parametrize("way", fastapi_events.WAYS)
def test_counters_equal_a_recount_whoever_comes_at_once(database: str, way: str) -> None:
    """32 at once send events of few calls, in any order and each three times."""
    draw = random.Random(1)
    statuses = ("ringing", "in_progress", "completed", "failed", "missed")
    events = [
        event(
            f"e{number}",
            f"c{number % 7}",
            draw.choice(statuses),
            number % 60,
            draw.choice((None, number % 60)),
        )
        for number in range(60)
    ]
    sent = events * 3
    draw.shuffle(sent)

    async def story() -> list[str]:
        at_once = asyncio.Semaphore(32)

        async def one(client: httpx.AsyncClient, each: dict[str, Any]) -> str:
            async with at_once:
                return await send(client, each)

        async with served(database, way) as client:
            return await asyncio.gather(*(one(client, each) for each in sent))

    outcomes = asyncio.run(story())
    assert outcomes.count("duplicate") == 2 * len(events)
    counted(database)
    latest = {each["call_id"]: each["call_status"] for each in events}  # each is later than the one before
    assert dict(cluster.asked(database, "SELECT call_id, call_status FROM call")) == latest


@pytest.mark.parametrize("way", fastapi_events.WAYS)
def test_a_token_reaches_its_own_spaces(database: str, way: str) -> None:
    async def statuses() -> list[int]:
        async with served(database, way) as client:
            return [
                (
                    await client.post(
                        f"{space}/events/", json=event("e", "c", "completed", 1), headers=headers
                    )
                ).status_code
                for space, headers in (
                    ("north", {"Authorization": f"Token {SENDER}"}),
                    ("east", {"Authorization": f"Token {SENDER}"}),
                    ("north", {"Authorization": "Token cb_unknown"}),
                )
            ]

    assert asyncio.run(statuses()) == [200, 404, 401]
