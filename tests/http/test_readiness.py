"""`/readyz`: says why a worker cannot answer or write, in time, whatever the store does."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest

from callboard.errors import StoreUnavailableError
from tests.http.board import ADDRESS, Board

WITHIN_S = 2.0


def test_a_hung_store_is_reported_in_time_and_blocks_no_request(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten who ask at once are answered at once; others on the event loop go on; then it is ready again."""
    silent = threading.Event()
    ready = board.store.ready

    def hanging() -> Any:
        silent.wait(4)
        return ready()

    monkeypatch.setattr(board.store, "ready", hanging)

    async def ask() -> tuple[list[httpx.Response], float, float]:
        began = time.monotonic()
        asked = [asyncio.create_task(_get(board, "/readyz")) for _ in range(10)]
        await asyncio.sleep(0.05)
        assert (await _get(board, "/healthz")).status_code == 200
        healthy_s = time.monotonic() - began
        return [await each for each in asked], time.monotonic() - began, healthy_s

    for _ in range(2):
        answers, took_s, healthy_s = board.loop.run(ask())
        assert {answer.status_code for answer in answers} == {503}
        assert all("retry-after" in answer.headers for answer in answers)
        assert "has not answered" in answers[0].text
        assert took_s < WITHIN_S
        assert healthy_s < 1
    silent.set()
    time.sleep(0.2)
    assert board.get("/readyz").status_code == 200


def test_events_that_cannot_be_written_are_reported_with_the_reason(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store reads, and would take nothing: a server that is not ready."""

    async def refuses(_: float) -> None:
        raise StoreUnavailableError("The disk is gone.", 5)

    monkeypatch.setattr(board.client, "check", refuses)
    answer = board.get("/readyz")
    assert (answer.status_code, answer.json()["message"]) == (503, "The disk is gone.")
    assert board.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("activity", "reason"),
    [("lock", "locked by another process for 9 s"), ("sync", "has not taken a commit for 9 s")],
)
def test_what_the_writer_waits_for_is_reported(
    board: Board, monkeypatch: pytest.MonkeyPatch, activity: str, reason: str
) -> None:
    """The check asks the client, which asks the writer; a separate thread of the writer answers."""
    assert board.get("/readyz").status_code == 200
    monkeypatch.setattr(type(board.store), "activity", (activity, time.monotonic() - 9))
    answer = board.get("/readyz")
    assert (answer.status_code, answer.json()["message"].count(reason)) == (503, 1), answer.text
    monkeypatch.undo()
    assert board.get("/readyz").status_code == 200


async def _get(board: Board, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(board.app, client=(ADDRESS, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
        return await client.get(path)
