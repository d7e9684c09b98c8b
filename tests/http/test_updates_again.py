"""A client that saw no answer to its update sends it again, and is answered as it was the first time."""

from __future__ import annotations

import pytest

from callboard.clock import HOUR, SECOND
from tests.http.board import Board, task


def path(board: Board) -> str:
    return f"spaces/{board.spring.token}/tasks/t/"


@pytest.mark.parametrize(
    "update",
    [
        {"status": "completed", "output": {"outcome": "renewed"}},
        {"status": "running"},
        {"assignee": "nova"},
        {"status": "failed", "failure_reason": "busy", "attempt": 2},
        {"void": True},
    ],
)
def test_an_update_with_an_event_id_sent_again_is_200(board: Board, update: dict[str, object]):
    """A second later, and an hour and an attempt later: the task as it stands, withdrawn or not."""
    board.send(task("t", "running", occurred_at="2025-12-31T23:50:00Z"))
    sent = {**update, "event_id": "e-1"}
    first = board.patch(path(board), sent)
    assert (first.status_code, first.json()["message"]) == (200, "Task updated")
    board.now += SECOND
    again = board.patch(path(board), sent)
    assert (again.status_code, again.json()["message"]) == (200, "Nothing changed: this was known")
    assert again.json()["data"] == first.json()["data"]
    board.now += HOUR
    board.send(task("t", "pending", attempt=3, occurred_at="2026-01-01T00:30:00Z"))
    board.now += SECOND
    late = board.patch(path(board), sent)
    assert (late.status_code, late.json()["data"]["attempt"]) == (200, 3)
    other = board.patch(path(board), {**sent, "execution_type": "email"})
    assert other.status_code == 422
    assert "is known with other content" in other.json()["message"]


def test_an_update_of_a_withdrawn_task_is_404_unless_it_is_sent_again(board: Board):
    """Also one that cannot be read, and for a role that may not update: it is not there."""
    board.send(task("t", "running", occurred_at="2025-12-31T23:50:00Z"))
    assert board.patch(path(board), {"void": True, "event_id": "gone"}).status_code == 200
    board.now += SECOND
    assert board.patch(path(board), {"void": True, "event_id": "gone"}).status_code == 200
    assert board.get(path(board)).status_code == 404
    unknown: list[object] = [{"status": "running"}, {"status": "odd"}, {"event_id": "new", "void": True}, []]
    for sent in unknown:
        assert board.patch(path(board), sent).status_code == 404
    assert board.patch(path(board), {}, token=board.viewer).status_code == 404


def test_an_update_that_says_when_is_known_without_an_id(board: Board):
    """A second try does not end the attempt that has begun in between."""
    board.send(task("t", "running", occurred_at="2025-12-31T23:50:00Z"))
    failed = {"status": "failed", "occurred_at": "2025-12-31T23:52:00Z"}
    assert board.patch(path(board), failed).json()["data"]["status"] == "failed"
    board.send(task("t", "running", attempt=2, occurred_at="2025-12-31T23:54:00Z"))
    again = board.patch(path(board), failed)
    assert (again.status_code, again.json()["data"]["status"]) == (200, "running")
    assert again.json()["message"] == "Nothing changed: this was known"


def test_the_same_word_by_events_is_the_same_event(board: Board):
    """Whichever way came first."""
    board.send(task("t", "running", occurred_at="2025-12-31T23:50:00Z"))
    word = {"status": "completed", "event_id": "e-9"}
    assert board.patch(path(board), word).status_code == 200
    board.now += SECOND
    sent = {"type": "task", "task_id": "t", **word}
    answer = board.post(f"spaces/{board.spring.token}/events/", sent)
    assert answer.json()["data"]["duplicate"] == 1
