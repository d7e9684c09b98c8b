"""Tasks are registered, carried out by others, and reported on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.board import Board, task

DOCUMENTS: list[dict[str, Any]] = [
    {"name": "Asha", "contact_number": "+12025550123", "plan": "gold", "labels": ["a", {"b": 1}]},
    {"name": "Ben", "contact_number": "+12025550124"},
]
GOOD: dict[str, Any] = {"pilot": "renewals", "documents": DOCUMENTS, "schedule": {"type": "now"}}


def create(board: Board, body: Any = None, **more: Any) -> Any:
    return board.post(f"spaces/{board.spring.token}/tasks/create/", GOOD if body is None else body, **more)


def test_a_run_of_pending_tasks_one_for_each_document(board: Board):
    """200 with the run and its tasks in order; each task's input is its document."""
    answer = create(board, {**GOOD, "context": "speak slowly"})
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["status_code", "message", "data"]
    assert "places no calls" in body["message"]
    assert body["data"]["status"] == "pending"
    run_id, task_ids = body["data"]["run_id"], body["data"]["task_ids"]
    tasks = {
        each["task_id"]: each for each in board.data(f"spaces/{board.spring.token}/runs/{run_id}/tasks/")
    }
    assert set(tasks) == set(task_ids)
    for task_id, document in zip(task_ids, DOCUMENTS, strict=True):
        found = tasks[task_id]
        assert found["input"] == {**document, "objective": "speak slowly"}
        assert (found["status"], found["assignee"], found["attempt"]) == ("pending", "renewals", 1)
        assert (found["run_id"], found["execution_type"]) == (run_id, "call")
    run = board.data(f"spaces/{board.spring.token}/runs/{run_id}/")
    assert (run["status"], run["total_tasks"], run["batch_count"]) == ("pending", 2, 1)
    assert board.data("organisation/analytics/")["task_status_breakdown"]["pending"] == 2


def test_a_request_sent_again_registers_nothing_again(board: Board):
    """The first answer, byte for byte; another body under the key is refused; each space has its own keys."""
    key = {"Idempotency-Key": "order-66"}
    first = create(board, headers=key)
    again = create(board, {"schedule": {"type": "now"}, **GOOD}, headers=key)
    assert (again.status_code, again.content) == (200, first.content)
    assert board.data("organisation/analytics/")["total_tasks"] == 2
    other = create(board, {**GOOD, "pilot": "someone else"}, headers=key)
    assert other.status_code == 422
    elsewhere = board.post(f"spaces/{board.summer.token}/tasks/create/", GOOD, headers=key)
    assert elsewhere.json()["data"]["run_id"] != first.json()["data"]["run_id"]
    assert create(board).json()["data"]["run_id"] != first.json()["data"]["run_id"]


def test_a_key_is_kept_for_seven_days(board: Board):
    """After them it is as good as new."""
    key = {"Idempotency-Key": "k"}
    first = create(board, headers=key).json()
    board.pass_minutes(7 * 24 * 60 - 1)
    assert create(board, headers=key).json() == first
    board.pass_minutes(2)
    assert create(board, headers=key).json() != first


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ä"])
def test_a_key_that_is_none_is_refused(board: Board, key: str):
    """400: an unset variable must not switch the protection off."""
    answer = create(board, headers=[("Idempotency-Key", key.encode("latin-1"))])
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"documents": DOCUMENTS}, "pilot"),
    ({**GOOD, "pilot": ""}, "pilot"),
    ({**GOOD, "pilot": None}, "pilot"),
    ({"pilot": "p"}, "documents"),
    ({**GOOD, "documents": []}, "documents"),
    ({**GOOD, "documents": [{"name": "Asha"}]}, "documents[0]"),
    ({**GOOD, "documents": [*DOCUMENTS, {"name": "", "contact_number": "1"}]}, "documents[2].name"),
    ({**GOOD, "documents": [*DOCUMENTS, "Asha"]}, "documents[2]"),
    ({**GOOD, "documents": [{**DOCUMENTS[0], "note": "a\0b"}]}, "documents[0]"),
    ({**GOOD, "documents": [{**DOCUMENTS[0], "note": "x" * 70_000}]}, "documents[0]"),
    ({**GOOD, "schedule": {"type": "later"}}, "schedule.type"),
    ({**GOOD, "schedule": "now"}, "schedule"),
    ({**GOOD, "context": 5}, "context"),
    ({**GOOD, "context": {"a": "x" * 5000}}, "context"),
    ({**GOOD, "context": "a\0b"}, "context"),
    ({**GOOD, "context": {"a": "b\0c"}}, "context"),
    ({**GOOD, "priority": 1}, "priority"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_each_fault_is_reported_with_its_field(board: Board, body: dict[str, Any], field: str):
    """422, and no task of it is registered."""
    answer = create(board, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert board.data("organisation/analytics/")["total_tasks"] == 0


def test_more_documents_than_events_in_a_request_are_too_many(board_with_small_bodies: Board):
    """413, as for events."""
    answer = create(board_with_small_bodies, {**GOOD, "documents": [DOCUMENTS[1]] * 9})
    assert answer.status_code == 413


def test_a_thousand_tasks_at_once(board: Board):
    """Made on a thread, in order."""
    documents = [{"name": f"N{number}", "contact_number": "+12025550123"} for number in range(1000)]
    data = create(board, {**GOOD, "documents": documents}).json()["data"]
    found = board.data(f"spaces/{board.spring.token}/tasks/{data['task_ids'][999]}/")
    assert found["input"]["name"] == "N999"


def test_an_update_is_about_the_tasks_current_attempt(board: Board):
    """Fields left out stay as they are; the answer is the task as it then stands."""
    task_id = create(board).json()["data"]["task_ids"][0]
    path = f"spaces/{board.spring.token}/tasks/{task_id}/"
    board.pass_minutes(1)
    answer = board.patch(path, {"status": "in_progress"})
    assert answer.status_code == 200
    assert (answer.json()["data"]["status"], answer.json()["data"]["source_status"]) == (
        "running",
        "in_progress",
    )
    board.pass_minutes(1)
    done = board.patch(path, {"status": "completed", "output": {"outcome": "renewed"}}).json()["data"]
    assert (done["status"], done["output"], done["input"]) == (
        "completed",
        {"outcome": "renewed"},
        DOCUMENTS[0],
    )
    assert board.data(path) == done
    board.pass_minutes(1)
    late = board.patch(path, {"status": "running"})
    assert (late.json()["data"]["status"], late.status_code) == ("completed", 200)
    retry = board.patch(path, {"status": "running", "attempt": 2}).json()["data"]
    assert (retry["status"], retry["attempt"]) == ("running", 2)
    assert board.data("organisation/analytics/")["task_status_breakdown"]["running"] == 1


def test_an_update_that_is_not_obeyed_says_so(board: Board):
    """200, because it is kept, but it has no effect: the message names the status that stays."""
    board.send(task("t-1", "completed"))
    path = f"spaces/{board.spring.token}/tasks/t-1/"

    def told(**fields: Any) -> str:
        board.pass_minutes(1)
        answer = board.patch(path, fields)
        assert answer.status_code == 200
        message: str = answer.json()["message"]
        return message

    stays = "Kept, but the task stays completed: only a higher attempt leaves a final status"
    assert told(status="running") == stays
    assert told(status="hold", assignee="somebody") == stays
    assert told(assignee="somebody else") == "Task updated"
    assert told(status="running", attempt=2) == "Task updated"
    assert told(status="completed", attempt=1, assignee="x") == (
        "Kept, but the task stays running: its attempt is 2 by now"
    )
    assert told(status="completed") == "Task updated"


def test_an_update_withdraws_a_task_and_brings_it_back(board: Board):
    """A void task is in no list and no number, but the one who withdraws it is answered."""
    board.send(task("t-1"))
    path = f"spaces/{board.spring.token}/tasks/t-1/"
    board.pass_minutes(1)
    assert board.patch(path, {"void": True}).status_code == 200
    assert board.get(path).status_code == 404
    assert board.data("organisation/analytics/")["total_tasks"] == 0
    board.send(task("t-1", void=False, sequence=5))
    assert board.get(path).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "asleep"}, "status"),
        ({"attempt": 0}, "attempt"),
        ({"occurred_at": "1999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "2025-01-01T00:00:00"}, "occurred_at"),
        ({"task_id": "another"}, "task_id"),
        ({"type": "call"}, "type"),
        ({"input": "text"}, "input"),
        ({"colour": "red"}, "colour"),
        (["status"], "body"),
    ],
)
def test_an_update_that_is_not_valid_changes_nothing(board: Board, body: Any, field: str):
    """422 with the field."""
    board.send(task("t-1"))
    path = f"spaces/{board.spring.token}/tasks/t-1/"
    before = board.data(path)
    answer = board.patch(path, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert board.data(path) == before
