"""Lists: pages and cursors walk the same rows, filters mean what plain Python means."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from callboard.clock import iso
from tests.http.board import Board, call, task
from tests.stores import NOW

MINUTE = 60_000_000
AGENTS = ("ann", "bob", None)
CALLS = [
    call(
        f"c-{number:02}",
        status,
        call_type=("inbound", "outbound", "web", None)[number % 4],
        creation_time=iso(NOW - (number // 3) * MINUTE * 60),
        agent=AGENTS[number % 3],
        answered_by=("human", "machine", None)[number % 3],
        outcome=(None, "interested", "call_back", "unknown", "no sale; 2")[number % 5],
        end_reason=("busy", "voicemail", None, "something else")[number % 4],
        source_number="+12025550100" if number % 2 else None,
        destination_number=f"+120255501{number:02}",
        **({"call_duration": number * 1.5} if status == "completed" and number % 5 else {}),
    )
    for number, status in enumerate(
        ["completed", "completed", "missed", "failed", "queued", "ringing", "in_progress"] * 5
    )
]
TASKS = [
    task(
        f"t-{number:02}",
        status,
        created=iso(NOW - number * 10 * MINUTE),
        occurred_at=iso(NOW - number * 10 * MINUTE),
        run_id=("r-1", "r-2", None)[number % 3],
        assignee=AGENTS[number % 3],
        attempt=1 + number % 2,
        failure_reason="no money" if status == "failed" and number % 2 else None,
    )
    for number, status in enumerate(["pending", "running", "completed", "failed"] * 6)
]


@pytest.fixture
def full(board: Board) -> Board:
    """Calls and tasks over two contact spaces and a mail space, several at one instant."""
    for place, space in enumerate((board.spring, board.summer, board.mail)):
        board.send(*_share(CALLS, place), *_share(TASKS, place), space=space)
    return board


def _share(events: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    """Every third four: no space has only one kind of anything."""
    return [event for number, event in enumerate(events) if number // 4 % 3 == place]


def _all(board: Board, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = board.data(path, params={"page_size": 1000, **params})
    return found


def test_a_list_counts_what_the_analytics_counts(full: Board):
    """The same question asked two ways: the length of each list is its number."""
    totals = full.data("organisation/analytics/")
    count = lambda path, **params: full.get(path, params=params).json()["count"]  # noqa: E731
    assert count("call-logs/", made="true") == totals["total_calls"]
    assert count("call-logs/", call_status="completed") == totals["completed_calls"]
    assert count("call-logs/", call_status="failed") == totals["failed_calls"]
    assert count("tasks/") == totals["total_tasks"]
    for status, number in totals["task_status_breakdown"].items():
        assert count("tasks/", status=status) == number
    for space in (full.spring, full.mail):
        here = full.data("organisation/analytics/", params={"space_token": space.token})
        assert count("call-logs/", space_token=space.token, made="true") == here["total_calls"]
        assert count(f"spaces/{space.token}/tasks/") == here["total_tasks"]


def test_content_type_all_widens_a_list_to_every_space(full: Board):
    """Without it: the contact spaces, as the analytics."""
    assert len(_all(full, "call-logs/", content_type="all")) == len(CALLS)
    assert len(_all(full, "call-logs/")) == len(CALLS) - len(_share(CALLS, 2))
    assert len(_all(full, "tasks/", content_type="all")) == len(TASKS)


@pytest.mark.parametrize("path", ["call-logs/", "tasks/", "spaces/{spring}/tasks/", "spaces/{spring}/runs/"])
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_pages_and_cursors_walk_the_whole_list_once(full: Board, path: str, size: int):
    """Newest first, ties by id, no row twice and none left out, whichever way it is walked."""
    path = path.replace("{spring}", full.spring.token)
    whole = _all(full, path)
    paged: list[Any] = []
    for page in itertools.count(1):
        rows = full.data(path, params={"page": page, "page_size": size})
        paged += rows
        if not rows:
            break
    assert paged == whole

    walked: list[Any] = []
    cursor: str | None = None
    while True:
        answer = full.get(path, params={"page_size": size, **({"cursor": cursor} if cursor else {})}).json()
        assert answer["count"] == (None if cursor else len(whole))
        walked += answer["data"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert walked == whole
    key = "creation_time" if path == "call-logs/" else "created"
    name = {"call-logs/": "call_id"}.get(path, "run_id" if path.endswith("runs/") else "task_id")
    places = [(row[key], row[name]) for row in whole]
    assert [at for at, _ in places] == sorted((at for at, _ in places), reverse=True)
    for _, tied in itertools.groupby(places, key=lambda place: place[0]):
        ids = [item_id for _, item_id in tied]
        assert ids == sorted(ids)


@pytest.mark.parametrize("path", ["organizations/", "spaces/", "tokens/"])
def test_short_lists_are_paged_the_same_way(board: Board, path: str):
    """Organizations, spaces and tokens: pages, cursors, and their count."""
    for number in range(5):
        board.now += 1000 * (number % 2)
        board.space(board.acme, f"S{number}")
        board.token(board.acme)
    board.get(path, token=board.both)
    board.loop.run(board.app._touches.flush())  # this token's last use is in the list from now on
    whole = board.data(path, token=board.both, params={"page_size": 99})
    paged = [
        row
        for page in range(1, len(whole) + 2)
        for row in board.data(path, token=board.both, params={"page": page, "page_size": 1})
    ]
    assert paged == whole
    walked: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = board.get(path, token=board.both, params={"page_size": 2, **cursor}).json()
        walked += answer["data"]
        if answer["next_cursor"] is None:
            break
        cursor = {"cursor": answer["next_cursor"]}
    assert walked == whole


BAD_PAGES = [
    "page=0",
    "page=-1",
    "page=x",
    "page=1.0",
    "page=",
    "page_size=0",
    "page_size=1001",
    "page_size=1e9",
    "cursor=x",
    "cursor=",
    "page=1&page=1",
    "page=99999999999",
    "page_size=%31%30%30%31",
]


@pytest.mark.parametrize("query", [*BAD_PAGES, "cursor=" + "0" * 31])
def test_a_page_that_cannot_be_is_refused(board: Board, query: str):
    """400 naming the parameter, on every list."""
    for path in ("call-logs/", "tasks/", "spaces/", "organizations/", f"spaces/{board.spring.token}/runs/"):
        answer = board.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_page_past_the_end_is_empty(full: Board):
    """200 with the count and no items."""
    answer = full.get("call-logs/?page=1000000").json()
    assert (answer["data"], answer["next_cursor"]) == ([], None)
    assert answer["count"] == len(_all(full, "call-logs/"))


Keep = Callable[[dict[str, Any]], bool]
CALL_QUESTIONS: list[tuple[dict[str, str], Keep]] = [
    ({"call_type": "outbound"}, lambda row: row["call_type"] == "outbound"),
    ({"call_type": "unknown"}, lambda row: row["call_type"] is None),
    ({"call_status": "queued"}, lambda row: row["call_status"] == "queued"),
    ({"end_reason": "busy"}, lambda row: row["end_reason"] == "busy"),
    ({"end_reason": "unknown"}, lambda row: row["end_reason"] in (None, "unknown")),
    ({"agent": "ann"}, lambda row: row["agent"] == "ann"),
    ({"agent": "unknown"}, lambda row: row["agent"] is None),
    ({"answered_by": "machine"}, lambda row: row["answered_by"] == "machine"),
    ({"answered_by": "unknown"}, lambda row: row["answered_by"] is None),
    ({"outcome": "call_back"}, lambda row: row["outcome"] == "call_back"),
    ({"outcome": "no sale; 2"}, lambda row: row["outcome"] == "no sale; 2"),
    ({"outcome": "unknown"}, lambda row: row["outcome"] in (None, "unknown")),
    ({"answered": "true"}, lambda row: row["start_time"] is not None or bool(row["call_duration"])),
    ({"answered": "false"}, lambda row: row["start_time"] is None and not row["call_duration"]),
    ({"made": "true"}, lambda row: row["call_status"] != "queued"),
    ({"made": "false"}, lambda row: row["call_status"] == "queued"),
    ({"source_number": "+12025550100"}, lambda row: row["source_number"] == "+12025550100"),
    ({"source_number": " 12025550100"}, lambda row: row["source_number"] == "+12025550100"),
    ({"source_number": "unknown"}, lambda row: row["source_number"] is None),
    ({"destination_number": "+12025550107"}, lambda row: row["destination_number"] == "+12025550107"),
    ({"min_duration": "12"}, lambda row: row["call_duration"] is not None and row["call_duration"] >= 12),
    ({"max_duration": "12"}, lambda row: row["call_duration"] is not None and row["call_duration"] <= 12),
    ({"min_duration": "10.5", "max_duration": "10.5"}, lambda row: row["call_duration"] == 10.5),
    (
        {"min_duration": "10.5001"},
        lambda row: row["call_duration"] is not None and row["call_duration"] > 10.5,
    ),
    ({"start_date": "2026-01-01"}, lambda row: row["creation_time"] >= "2026-01-01"),
    ({"end_date": "2025-12-31"}, lambda row: row["creation_time"] < "2026-01-01"),
    ({"start_date": "2025-12-31", "end_date": "2025-12-31"}, lambda row: row["creation_time"] < "2026-01-01"),
    ({"end_date": "2026-01-01T00:00:00Z"}, lambda row: row["creation_time"] < "2026-01-01"),
    ({"start_date": "2025-12-31T20:00:00Z"}, lambda row: row["creation_time"] >= "2025-12-31T20:00:00Z"),
    ({"start_date": "2026-01-01T01:30:00+05:30"}, lambda row: row["creation_time"] >= "2025-12-31T20:00:00Z"),
    ({"start_date": "2026-01-01T01:30:00 05:30"}, lambda row: row["creation_time"] >= "2025-12-31T20:00:00Z"),
    ({"start_date": "31-12-2025 20:00:00"}, lambda row: row["creation_time"] >= "2025-12-31T20:00:00Z"),
    (
        {"start_date": "01-01-2026 01:30:00", "timezone": "Asia/Kolkata"},
        lambda row: row["creation_time"] >= "2025-12-31T20:00:00Z",
    ),
    (
        {"start_date": "2026-01-01", "end_date": "2026-01-01", "timezone": "Asia/Kolkata"},
        lambda row: row["creation_time"] >= "2025-12-31T18:30:00Z",
    ),
    (
        {"agent": "ann", "call_status": "completed", "made": "true"},
        lambda row: row["agent"] == "ann" and row["call_status"] == "completed",
    ),
    ({"agent": "nobody"}, lambda row: False),
]


@pytest.mark.parametrize(
    ("params", "keep"), CALL_QUESTIONS, ids=lambda each: "kept" if callable(each) else str(each)[:60]
)
def test_a_filter_of_calls_keeps_what_plain_python_keeps(full: Board, params: dict[str, str], keep: Keep):
    """Rows and count, over the organization."""
    expected = [row for row in _all(full, "call-logs/") if keep(row)]
    answer = full.get("call-logs/", params={"page_size": 1000, **params}).json()
    assert answer["data"] == expected
    assert answer["count"] == len(expected)
    if "nobody" not in params.values():
        assert expected, "a question that nothing answers shows nothing"


TASK_QUESTIONS: list[tuple[dict[str, str], Keep]] = [
    ({"status": "failed"}, lambda row: row["status"] == "failed"),
    ({"run_id": "r-2"}, lambda row: row["run_id"] == "r-2"),
    ({"run_id": "unknown"}, lambda row: row["run_id"] is None),
    ({"failure_reason": "no money"}, lambda row: row["failure_reason"] == "no money"),
    ({"failure_reason": "unknown"}, lambda row: row["failure_reason"] is None),
    ({"assignee": "bob"}, lambda row: row["assignee"] == "bob"),
    ({"assignee": "unknown"}, lambda row: row["assignee"] is None),
    ({"attempt": "2"}, lambda row: row["attempt"] == 2),
    ({"created_from": "2025-12-31T22:00:00Z"}, lambda row: row["created"] >= "2025-12-31T22:00:00Z"),
    ({"created_to": "2025-12-31T22:00:00Z"}, lambda row: row["created"] < "2025-12-31T22:00:00Z"),
    ({"created_to": "2025-12-31"}, lambda row: row["created"] < "2026-01-01"),
    ({"updated_before": "2026-01-01"}, lambda row: row["modified"] < "2026-01-01"),
    ({"stuck": "true"}, lambda row: row["stuck"] is not None),
    ({"stuck": "false"}, lambda row: row["stuck"] is None),
    (
        {"stuck": "true", "status": "running"},
        lambda row: row["stuck"] is not None and row["status"] == "running",
    ),
]


@pytest.mark.parametrize(
    ("params", "keep"), TASK_QUESTIONS, ids=lambda each: "kept" if callable(each) else str(each)[:60]
)
def test_a_filter_of_tasks_keeps_what_plain_python_keeps(full: Board, params: dict[str, str], keep: Keep):
    """Over the organization, over a space, and over a run."""
    paths = ["tasks/", f"spaces/{full.spring.token}/tasks/"]
    if "run_id" not in params:
        paths.append(f"spaces/{full.spring.token}/runs/r-1/tasks/")
    for path in paths:
        expected = [row for row in _all(full, path) if keep(row)]
        answer = full.get(path, params={"page_size": 1000, **params}).json()
        assert (answer["data"], answer["count"]) == (expected, len(expected))
    assert [row for row in _all(full, "tasks/") if keep(row)]


BAD_CALL_FILTERS = [
    "call_status=unknown",
    "call_status=done",
    "call_type=phone",
    "end_reason=bored",
    "answered=yes",
    "agent=",
    "min_duration=-1",
    "min_duration=nan",
    "max_duration=1e400",
    "start_date=yesterday",
    "start_date=2026-02-30",
    "start_date=2026-13-01",
    "end_date=31-02-2026%2000:00:00",
    "timezone=Mars/Base",
    "timezone=../etc/passwd",
    "content_type=email",
    "agent=%00",
    "agent=%ff",
    "status=failed",
    "start_date=2026-01-01T00:00:00%2B25:00",
    "end_date=",
    "made=True",
]
BAD_TASK_FILTERS = [
    "stuck=1",
    "attempt=0",
    "attempt=x",
    "status=queued",
    "agent=x",
    "created_from=x",
]


@pytest.mark.parametrize(
    ("path", "query"),
    [("call-logs/", query) for query in [*BAD_CALL_FILTERS, "source_number=" + "1" * 256]]
    + [("tasks/", query) for query in BAD_TASK_FILTERS],
)
def test_a_filter_that_is_not_valid_is_refused_by_name(board: Board, path: str, query: str):
    """400: a misspelt filter must not widen an answer."""
    answer = board.get(f"{path}?{query}")
    assert answer.status_code == 400
    field = answer.json()["errors"][0]["field"]
    assert field == ("query" if "%ff" in query else query.partition("=")[0])


def test_stuck_follows_from_the_limits_of_each_space(board: Board):
    """Longer than the limit, not as long; running since the first word of it, pending past its time."""
    slow = board.space(board.acme, "Slow", stuck_running_after=3600, stuck_pending_after=7200)
    for space in (board.spring, slow):
        board.send(
            task("running", "running"),
            task("pending"),
            task("later", scheduled_at=iso(NOW + 3600 * 1_000_000)),
            task("done", "completed"),
            space=space,
        )

    def stuck() -> set[tuple[str, str]]:
        return {(row["space_token"], row["task_id"]) for row in _all(board, "tasks/", stuck="true")}

    board.pass_minutes(15)
    assert stuck() == set()
    board.now += 1
    assert stuck() == {(board.spring.token, "running")}
    [found] = _all(board, "tasks/", stuck="true")
    assert found["stuck"] == {"reason": "running_too_long", "since": iso(NOW), "age_seconds": 900}
    board.pass_minutes(45)
    assert stuck() == {
        (board.spring.token, "running"),
        (board.spring.token, "pending"),
        (slow.token, "running"),
    }
    board.pass_minutes(60)
    assert (board.spring.token, "later") in stuck()
    board.patch(f"spaces/{board.spring.token}/", {"settings": {"stuck_running_after": 31_536_000}})
    assert (board.spring.token, "running") not in stuck()
