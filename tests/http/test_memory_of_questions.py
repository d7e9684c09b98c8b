"""However many different questions are asked, what a worker remembers of them stays within its bounds."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from callboard.clock import MINUTE
from callboard.query.reports import period
from tests.http.board import Board, call

MIB = 1024 * 1024
AT_MOST_MIB = 12
"""Of what three hundred questions leave behind: the kept instants and links that the page of bounds tells."""


def ask(board: Board, interval: str = "hour") -> None:
    """A question whose end is now: 1,440 hours, or 60 days."""
    start = "2025-11-02"
    answer = board.get(f"organisation/analytics/series/?start={start}&interval={interval}&metric=total_calls")
    assert answer.status_code == 200, answer.text


def test_three_hundred_different_questions_leave_memory_flat(tmp_path: Path) -> None:
    """Each is asked at another moment, which is its end: none is ever asked a second time."""
    with Board(tmp_path) as board:
        board.post(f"spaces/{board.spring.token}/events/", [call("c-1")])
        for _ in range(10):
            board.now += 7 * MINUTE + 13
            ask(board)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(300):
            board.now += 13
            ask(board)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (after - before) / MIB < AT_MOST_MIB


def test_what_is_kept_of_buckets_is_found_again_at_another_moment(tmp_path: Path) -> None:
    """The same query a second later computes no begin of an hour again, although its end is another."""
    with Board(tmp_path) as board:
        period._edges_of_block.cache_clear()
        for interval in ("hour", "day", "week", "month"):
            ask(board, interval)
        first = period._edges_of_block.cache_info()
        for _ in range(20):
            board.now += 1_000_001
            for interval in ("hour", "day", "week", "month"):
                ask(board, interval)
        again = period._edges_of_block.cache_info()
    assert again.misses == first.misses
    assert again.hits - first.hits >= 20 * 4
