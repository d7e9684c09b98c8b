"""What needs attention, and whether to trust the numbers, over HTTP."""

from __future__ import annotations

import pytest

from callboard.clock import DAY, HOUR, SECOND, iso
from callboard.store.reporting import Verification
from tests.http.board import Board, call, task
from tests.http.report_links import count

ATTENTION = "organisation/analytics/attention/"
TRUST = "organisation/analytics/trust/"


def at(board: Board, before: int) -> str:
    text = iso(board.now - before)
    assert text is not None
    return text


def causes(board: Board, **params: str) -> dict[str, int]:
    data = board.data(ATTENTION, params=params)
    for item in data["items"]:
        assert count(board, item["link"]) == item["count"], item["link"]
        assert item["what_to_do"].endswith((".", "?"))
    return {cause: many for cause, many in data["counts"].items() if many}


def test_nothing_needs_attention_where_nothing_is(board: Board):
    """Every cause is there, with 0."""
    data = board.data(ATTENTION)
    assert data["items"] == []
    assert set(data["counts"].values()) == {0}


def test_each_cause_is_listed_with_since_when_which_and_the_way_to_it(board: Board):
    """Its list has as many items."""
    board.send(
        task("t-stuck", status="running", occurred_at=at(board, HOUR)),
        task("t-waits", status="pending", created=at(board, 2 * HOUR)),
        task("t-open", status="running", occurred_at=at(board, 10 * 60 * SECOND)),
        call("c-over", call_status="completed", end_time=at(board, 5 * 60 * SECOND), task_id="t-open"),
        task("t-failed", status="failed", failure_reason="no funds", created=at(board, DAY)),
        task("t-failed-2", status="failed", created=at(board, DAY)),
        call("c-live", call_status="in_progress", creation_time=at(board, 5 * HOUR)),
        call("c-rings", call_status="ringing", creation_time=at(board, 6 * HOUR)),
    )
    assert causes(board) == {
        "task_running_too_long": 1,
        "task_pending_too_long": 1,
        "task_open_after_its_call": 1,
        "call_in_progress_too_long": 1,
        "call_ringing_too_long": 1,
        "tasks_failed": 2,
    }
    items = {item["cause"]: item for item in board.data(ATTENTION)["items"]}
    stuck = items["task_running_too_long"]
    assert (stuck["ids"], stuck["since"], stuck["age_seconds"]) == (["t-stuck"], at(board, HOUR), 3600)
    assert items["call_ringing_too_long"]["ids"] == ["c-rings"]
    assert causes(board, space_token=board.summer.token) == {}


def test_an_unusually_long_task_is_reported_before_it_is_stuck(board: Board):
    """Three times the 99th percentile of a hundred finished tasks; not with fewer."""
    finished = []
    for number in range(100):
        finished.append(task(f"t-{number}", status="running", occurred_at=at(board, 3 * HOUR)))
        finished.append(
            task(f"t-{number}", status="completed", occurred_at=at(board, 3 * HOUR - 20 * SECOND))
        )
    slow = task("t-slow", status="running", occurred_at=at(board, 61 * SECOND))
    fine = task("t-fine", status="running", occurred_at=at(board, 59 * SECOND))
    board.send(*finished[:-2], slow, fine)
    assert causes(board) == {}
    board.send(*finished[-2:])
    assert causes(board) == {"task_running_longer_than_usual": 1}
    [item] = board.data(ATTENTION)["items"]
    assert item["ids"] == ["t-slow"]


@pytest.mark.parametrize(("completed", "fell"), [(20, True), (36, False)])
def test_a_success_rate_that_fell_is_reported_with_its_numbers(board: Board, completed: int, fell: bool):
    """Against the same hours of the four weeks before; a small fall is no cause."""
    sent = []
    for week in range(5):
        for number in range(60):
            done = number < (completed if week == 0 else 45)
            created = at(board, 7 * DAY * week + 2 * HOUR + number * SECOND)
            sent.append(
                call(
                    f"c-{week}-{number}", call_status="completed" if done else "missed", creation_time=created
                )
            )
    board.send(*sent)
    assert causes(board) == ({"success_rate_fell": 1} if fell else {})
    if fell:
        rates = board.data(ATTENTION)["items"][0]["rates"]
        assert (rates["calls"], rates["calls_before"]) == (60, 240)
        assert rates["success_rate"] == completed / 60 * 100
        assert rates["success_rate_before"] == 75.0


def test_too_few_calls_give_no_rate_drop(board: Board):
    """However far it fell."""
    sent = []
    for week in range(5):
        for number in range(40):
            created = at(board, 7 * DAY * week + 2 * HOUR + number * SECOND)
            status = "missed" if week == 0 else "completed"
            sent.append(call(f"c-{week}-{number}", call_status=status, creation_time=created))
    board.send(*sent)
    assert causes(board) == {}


def test_trust_reports_received_rejected_and_unknown(board: Board):
    """Every received event has one of four outcomes; they add up."""
    board.send(
        call("c-1", call_status="completed", occurred_at=at(board, 4 * SECOND)),
        call("c-1", call_status="completed", occurred_at=at(board, 4 * SECOND)),
        call("c-2", call_status="ringing", occurred_at=at(board, 2 * SECOND)),
        call("c-3", call_status="missed"),
    )
    refused = board.post(
        f"spaces/{board.spring.token}/events/", [{"type": "call", "call_id": "c-9", "call_status": "odd"}]
    )
    assert refused.status_code == 200
    facts = board.data(TRUST)
    ended = facts["outcomes"]
    assert (
        ended["applied"] + ended["duplicate"] + ended["stale"] + ended["rejected"] == ended["received"] == 5
    )
    assert ended["rejected_by_reason"] == [{"reason": "invalid_status", "events": 1}]
    assert facts["last_event_received"] == iso(board.now)
    lag = facts["lag"]
    assert (lag["events"], lag["without_time"], lag["ahead"]) == (2, 1, 0)
    assert (lag["p50_seconds"], lag["p95_seconds"]) == (2, 4)
    assert facts["durations_unknown"] == 1
    assert count(board, facts["durations_unknown_link"]) == 1
    assert facts["last_verification"] is None
    nothing = board.data(TRUST, params={"space_token": board.summer.token})
    assert nothing["outcomes"]["received"] == 0
    assert nothing["last_event_received"] is None


def test_the_latest_verification_is_on_record(board: Board):
    """With the drift found in this organization only."""
    found = Verification(drift=3, drift_of={board.other.id: 3})
    board.store.record_verification(found, deep=True, now=board.now)
    proven = board.data(TRUST)["last_verification"]
    assert proven == {"at": iso(board.now), "deep": True, "drift": 0}
    theirs = board.data(TRUST, token=board.stranger, org=board.other.domain_handle)
    assert theirs["last_verification"]["drift"] == 3


@pytest.mark.parametrize("path", ["spaces", "series", "durations", "attention"])
def test_any_report_can_include_trust(board: Board, path: str):
    """After the data, equal to the trust report."""
    url = f"organisation/analytics/{path}/"
    assert "trust" not in board.get(url).json()
    answer = board.get(url, params={"include": "trust"}).json()
    assert list(answer) == ["status_code", "message", "data", "trust"]
    assert answer["trust"] == board.data(TRUST)
    assert board.get(url, params={"include": "luck"}).status_code == 400
