"""A question has one budget for all that it asks: used up it is 503, and other organizations are answered."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from callboard.http import long_answers
from callboard.store import budget
from callboard.store.budget import Budget
from callboard.store.sql import durations, reporting
from tests.http.board import ADDRESS, API, Board, call

DAYS = "start=2026-01-01&end=2026-01-03"
REPORTS = {
    "series": f"organisation/analytics/series/?{DAYS}&group_by=agent",
    "durations": f"organisation/analytics/durations/?{DAYS}&group_by=call_type",
    "concurrency": f"organisation/analytics/concurrency/?{DAYS}",
    "attention": "organisation/analytics/attention/",
    "trust": "organisation/analytics/trust/",
    "a list": "call-logs/",
}
TIMED = ("durations", "concurrency", "attention", "trust", "a list")
"""Those that ask the store more than once, here where calls are under way and tasks wait."""


@pytest.fixture
def board(tmp_path: Path) -> Any:
    with Board(tmp_path) as made:
        calls = [
            call(f"c-{number}", status, agent=f"agent-{number % 3}", call_type="outbound")
            for number, status in enumerate(("completed", "missed", "in_progress", "ringing") * 3)
        ]
        assert made.post(f"spaces/{made.spring.token}/events/", calls).status_code == 200
        yield made


class Counting:
    """A clock by which each call of the store for a question takes a second. That a token was used is
    recorded meanwhile, on another thread and within no budget: it takes no time by this clock.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        patch.setattr(budget, "time", self)

    def monotonic(self) -> float:
        return self.now

    def slow(self, store: Any, patch: pytest.MonkeyPatch) -> None:
        for name in ("_at_once", "_read"):
            asked = getattr(store, name)

            def slowly(*args: Any, asked: Any = asked) -> Any:
                found = asked(*args)
                if budget.current() is not None:
                    self.now += 1
                return found

            patch.setattr(store, name, slowly)


@pytest.mark.parametrize("name", TIMED)
def test_a_budget_that_is_used_up_is_503_with_when_to_come_back(
    board: Board, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each call of the store is within the query time; all of one question together are not."""
    assert board.get(REPORTS[name]).status_code == 200
    clock = Counting(monkeypatch)
    clock.slow(board.store, monkeypatch)
    monkeypatch.setattr(Budget, "__init__", _of_seconds(0.5))
    answer = board.get(REPORTS[name])
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "1"
    assert "took longer than" in answer.json()["message"]


def _of_seconds(seconds: float) -> Any:
    def init(self: Budget, _: float, rows: int = budget.MAX_ROWS) -> None:
        self.ends_at = budget.time.monotonic() + seconds  # type: ignore[attr-defined]
        self.rows_left = rows

    return init


@pytest.mark.parametrize("name", ["series", "durations"])
def test_more_rows_than_a_question_may_take_are_422_with_what_to_narrow(
    board: Board, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Never an empty answer, and never a part that looks like the whole."""
    monkeypatch.setattr(Budget.__init__, "__defaults__", (2,))
    answer = board.get(REPORTS[name])
    assert answer.status_code == 422, answer.text
    assert "shorter period" in answer.json()["message"]


@pytest.mark.parametrize("name", ["series", "durations", "a list"])
def test_an_answer_longer_than_it_may_be_is_422(
    board: Board, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Known while it is written: what is longer is not sent."""
    monkeypatch.setattr(long_answers, "MAX_ANSWER_BYTES", 400)
    monkeypatch.setattr(long_answers, "SHORT", 1)
    answer = board.get(REPORTS[name])
    assert answer.status_code == 422, answer.text
    assert "longer than 400 bytes" in answer.json()["message"]


@pytest.mark.parametrize("name", REPORTS)
def test_an_answer_in_pieces_is_the_same_to_the_byte(
    board: Board, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whether its lists are encoded at once or item by item."""
    whole = board.get(REPORTS[name])
    monkeypatch.setattr(long_answers, "SHORT", 1)
    pieces = board.get(REPORTS[name])
    assert (pieces.content, pieces.headers["ETag"]) == (whole.content, whole.headers["ETag"])


def test_a_change_is_not_refused_for_the_time_that_looking_up_takes(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept must not be answered 503."""
    clock = Counting(monkeypatch)
    clock.slow(board.store, monkeypatch)
    monkeypatch.setattr(Budget, "__init__", _of_seconds(0))
    assert board.patch(f"spaces/{board.spring.token}/", {"name": "Spring 2"}).status_code == 200


def test_an_organization_that_floods_does_not_hold_others_lists(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve questions of one that take for ever: another one's list and report are answered meanwhile."""
    gate, held = threading.Event(), threading.Semaphore(0)

    def stuck(*args: Any) -> Any:
        held.release()
        gate.wait()
        return durations.durations(*args)

    monkeypatch.setattr(reporting, "durations", stuck)
    question: dict[str, Any] = {
        "method": "GET",
        "url": f"{API}organisation/analytics/durations/?{DAYS}&group_by=agent",
        "address": ADDRESS,
        "headers": {"Authorization": f"Token {board.viewer}", "Org-Handle": "acme.example"},
    }
    mine = {"Authorization": f"Token {board.stranger}", "Org-Handle": "other.example"}

    async def both() -> tuple[list[Any], list[Any]]:
        flood = [asyncio.create_task(board._ask(**question)) for _ in range(12)]
        for _ in range(2):
            await asyncio.to_thread(held.acquire)
        others = [
            await board._ask("GET", f"{API}{path}", ADDRESS, headers=mine)
            for path in ("call-logs/", f"organisation/analytics/series/?{DAYS}", "tasks/")
        ]
        assert not any(each.done() for each in flood)
        gate.set()
        return others, await asyncio.gather(*flood)

    async def bounded() -> tuple[list[Any], list[Any]]:
        try:
            return await asyncio.wait_for(both(), 60)
        finally:
            gate.set()  # also where it fails: else the threads would never end

    others, flood = board.loop.run(bounded())
    assert [answer.status_code for answer in others] == [200, 200, 200]
    assert {answer.status_code for answer in flood} == {200}
