"""At the bound: 503 with when to come back, nothing half kept, and everybody else is answered."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from callboard.errors import StoreUnavailableError
from callboard.http.threads import WAITING_PER_THREAD, Threads
from tests.http.board import ADDRESS, Board, call


def test_more_questions_than_may_wait_are_turned_away():
    """One thread answers, so many wait; the next is refused at once; when there is room it is accepted
    again.
    """

    async def crowd() -> None:
        threads, gate = Threads(1, "test"), threading.Event()
        waiting = [asyncio.create_task(threads.run(gate.wait)) for _ in range(1 + WAITING_PER_THREAD)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailableError):
            await threads.run(gate.wait)
        gate.set()
        assert all(await asyncio.gather(*waiting))
        assert await threads.run(gate.wait)
        threads.close()

    asyncio.run(crowd())


def _events(board: Board, events: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": f"/api/v2/platform/spaces/{board.spring.token}/events/",
        "address": ADDRESS,
        "headers": {"Authorization": f"Token {board.member}", "Content-Type": "application/json"},
        "content": json.dumps(events).encode(),
    }


def test_a_full_queue_turns_requests_away_whole(tmp_path: Path):
    """Those taken are counted, those turned away are not, in part or in whole."""
    with Board(tmp_path, queue_events=50) as board:
        requests = [
            _events(board, [call(f"c-{request}-{number}") for number in range(20)]) for request in range(12)
        ]

        async def all_at_once() -> list[Any]:
            return await asyncio.gather(*(board._ask(**request) for request in requests))

        answers = board.loop.run(all_at_once())
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 503}
        assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)
        assert board.data("organisation/analytics/")["total_calls"] == 20 * statuses.count(200)


def test_many_requests_at_once_are_each_answered_for_themselves(board: Board):
    """Reads and writes of two tenants side by side: every answer is its asker's."""

    async def both() -> list[Any]:
        asked = []
        for number in range(60):
            asked.append(board._ask(**_events(board, [call(f"c-{number}")])))
            for token, org in ((board.viewer, "acme.example"), (board.stranger, "other.example")):
                headers = {"Authorization": f"Token {token}", "Org-Handle": org}
                url = "/api/v2/platform/organisation/analytics/"
                asked.append(board._ask("GET", url, ADDRESS, headers=headers))
        return await asyncio.gather(*asked)

    answers = board.loop.run(both())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)
    assert all(answer.json()["data"]["applied"] == 1 for answer in answers[0::3])
    assert all(answer.json()["data"]["total_calls"] == 0 for answer in answers[2::3])
    assert board.data("organisation/analytics/")["total_calls"] == 60


def test_a_caller_that_hangs_up_within_its_body_leaves_nothing(board: Board):
    """No event, and no fault of ours: whoever is still there is told that the body breaks off."""
    sent: list[Any] = []
    incoming: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'[{"type":"call",', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/api/v2/platform/spaces/{board.spring.token}/events/"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", f"Token {board.member}".encode())],
        "client": (ADDRESS, 1),
    }
    board.loop.run(board.app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert b"breaks off" in sent[1]["body"]
    assert board.data("organisation/analytics/")["total_calls"] == 0


def test_what_waits_is_written_before_the_end(tmp_path: Path):
    """Requests under way when the server stops are answered, and their events kept."""
    with Board(tmp_path) as board:

        async def stop_under_way() -> Any:
            asking = asyncio.create_task(board._ask(**_events(board, [call("c-1")])))
            await asyncio.sleep(0)
            while not board.services.commits.waiting and not asking.done():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0)
            await board.app.close()
            return await asking

        assert board.loop.run(stop_under_way()).status_code == 200
        assert board.store.count_calls(*_all_of(board)) == 1


def _all_of(board: Board) -> tuple[Any, Any]:
    from callboard.store.questions import CallFilter, Scope

    return Scope(board.acme.id), CallFilter()
