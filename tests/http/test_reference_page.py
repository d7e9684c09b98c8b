"""The page people read about the analytics endpoint: every row of its tables is proven over HTTP.

A row without a proof fails, and so does a proof whose row is gone: the page cannot say what nobody checks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import apsw
import httpx
import pytest

from callboard.clock import micros
from callboard.store.sqlite.store import SqliteStore
from tests.http.board import ANALYTICS, API, ON, Board, call, task
from tests.pages import REFERENCE, ROOT, Row, code, examples, tables

PAGE = REFERENCE / "get-analytics.md"
ROWS = tables(PAGE)
FIELDS = (
    "total_calls",
    "completed_calls",
    "failed_calls",
    "avg_duration_seconds",
    "total_tasks",
    "task_status_breakdown",
)

Proof = Callable[[Board, Row], None]
PROOFS: dict[tuple[str, str], Proof] = {}
SECTIONS: dict[str, Proof] = {}


def proves(section: str, *names: str) -> Callable[[Proof], Proof]:
    """The proof of rows of a section; without names, of every row: it reads what to prove from them."""

    def note(proof: Proof) -> Proof:
        if not names:
            SECTIONS[section] = proof
        for name in names:
            PROOFS[section, name] = proof
        return proof

    return note


def _key(row: Row) -> tuple[str, str]:
    # Several causes share a status: what tells them apart is the message.
    return row.section, row.cells[1].strip("`") if row.section == "Status codes" else row.name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}-{row.name}")
def test_each_row_of_the_page_is_true(board, row):
    """What the page says of a header, a parameter, a field, a status or a number is what happens."""
    board.now = micros(datetime(2026, 2, 7, 6, 10, tzinfo=UTC))  # the page's examples lie before it
    proof = PROOFS.get(_key(row)) or SECTIONS.get(row.section)
    assert proof is not None, (
        f"docs/reference/{PAGE.name}, {row.section}: nothing here proves {row.cells[0]!r}"
    )
    proof(board, row)


def test_no_proof_has_lost_its_row():
    """A row that is taken away takes its proof with it."""
    there = {_key(row) for row in ROWS}
    assert not [key for key in PROOFS if key not in there]
    assert not [section for section in SECTIONS if section not in {row.section for row in ROWS}]


# --- asking ------------------------------------------------------------------------------------------


def analytics(board: Board, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = board.data(ANALYTICS, **more)
    assert tuple(data) == FIELDS
    return data


def breakdown(board: Board) -> dict[str, int]:
    found: dict[str, int] = analytics(board)["task_status_breakdown"]
    return found


def some_of_everything(board: Board) -> None:
    """Calls and tasks of every status, and a space that is none of contacts."""
    for space, times in ((board.spring, 1), (board.summer, 2), (board.mail, 3)):
        for number in range(times):
            statuses = ("queued", "ringing", "in_progress", "completed", "missed", "failed")
            calls = [call(f"{status}-{number}", status, call_duration=60) for status in statuses]
            words = ("pending", "running", "completed", "failed")
            board.send(*calls, *[task(f"{word}-{number}", word) for word in words], space=space)


# --- headers -----------------------------------------------------------------------------------------


@proves("Headers", "Authorization")
def _authorization(board: Board, row: Row) -> None:
    assert row.cells[1] == "Yes"
    for form in ("Token {}", "token {}", "TOKEN {}", "Bearer {}", "bearer {}"):
        headers = {"Authorization": form.format(board.viewer)}
        assert board.ask("GET", ANALYTICS, org="acme.example", headers=headers).status_code == 200
    assert board.ask("GET", ANALYTICS, org="acme.example").status_code == 401


@proves("Headers", "Org-Handle")
def _org_handle(board: Board, row: Row) -> None:
    assert row.cells[1] == "Yes"
    [handle] = [each["domain_handle"] for each in board.data("organizations/")]
    assert board.get(ANALYTICS, org=handle).status_code == 200
    assert board.get(ANALYTICS, org=handle.upper()).status_code == 200
    assert board.ask("GET", ANALYTICS, token=board.viewer).status_code == 400


@proves("Headers", "If-None-Match")
def _if_none_match(board: Board, row: Row) -> None:
    assert row.cells[1] == "No"
    held = {"If-None-Match": board.get(ANALYTICS).headers["ETag"]}
    assert board.get(ANALYTICS, headers=held).status_code == 304
    assert board.get(ANALYTICS, headers=held).content == b""
    board.send(call("new"))
    assert board.get(ANALYTICS, headers=held).status_code == 200


@proves("Headers", "Accept")
def _accept(board: Board, row: Row) -> None:
    assert row.cells[1] == "No"
    for accepted in ("application/json", "*/*", "text/html, application/*;q=0.5"):
        assert board.get(ANALYTICS, headers={"Accept": accepted}).status_code == 200


@proves("Headers", "X-Request-Id")
def _request_id(board: Board, row: Row) -> None:
    assert row.cells[1] == "No"
    for own in ("campaign.report:7_a-1", "x" * 128):
        assert board.get(ANALYTICS, headers={"X-Request-Id": own}).headers["X-Request-Id"] == own
    for unfit in ("x" * 129, "a b"):
        assert board.get(ANALYTICS, headers={"X-Request-Id": unfit}).headers["X-Request-Id"] != unfit


@proves("Query parameters", "space_token")
def _space_token(board: Board, row: Row) -> None:
    assert row.cells[1] == "No"
    some_of_everything(board)
    assert analytics(board)["completed_calls"] == 1 + 2
    for space, calls in ((board.spring, 1), (board.summer, 2), (board.mail, 3)):
        assert analytics(board, params={"space_token": space.token})["completed_calls"] == calls


# --- fields ------------------------------------------------------------------------------------------


@proves("Response fields", "status_code")
def _status_code(board: Board, row: Row) -> None:
    answer = board.get(ANALYTICS)
    assert list(answer.json()) == ["status_code", "message", "data"]
    assert answer.json()["status_code"] == answer.status_code == 200


@proves("Response fields", "message")
def _message(board: Board, row: Row) -> None:
    assert board.get(ANALYTICS).json()["message"] == code(row.cells[2])[0]


@proves("Response fields", "data")
def _data(board: Board, row: Row) -> None:
    assert tuple(board.get(ANALYTICS).json()["data"]) == FIELDS
    some_of_everything(board)
    assert tuple(board.get(ANALYTICS).json()["data"]) == FIELDS


@proves("Response fields", *[f"data.{name}" for name in FIELDS])
def _field(board: Board, row: Row) -> None:
    """Each field of its type; of a known mixture it has the value that its description gives."""
    name = row.name.removeprefix("data.")
    kinds = {"integer": int, "number": float, "object": dict}
    assert type(analytics(board)[name]) is kinds[row.cells[1]]
    assert not analytics(board)[name] or name == "task_status_breakdown"
    some_of_everything(board)
    value = analytics(board)[name]
    assert type(value) is kinds[row.cells[1]]
    expected = {
        "total_calls": 3 * 5,
        "completed_calls": 3,
        "failed_calls": 3,
        "avg_duration_seconds": 60.0,
        "total_tasks": 3 * 4,
        "task_status_breakdown": dict.fromkeys(("pending", "running", "completed", "failed"), 3),
    }
    assert value == expected[name]
    assert sum(breakdown(board).values()) == analytics(board)["total_tasks"]


@proves("Task status fields", "pending", "running", "completed", "failed")
def _task_status(board: Board, row: Row) -> None:
    assert row.cells[1] == "integer"
    assert breakdown(board) == {"pending": 0, "running": 0, "completed": 0, "failed": 0}
    board.send(task("t", row.name))
    assert breakdown(board) == {
        **dict.fromkeys(("pending", "running", "completed", "failed"), 0),
        row.name: 1,
    }


@proves("Response headers", "ETag")
def _etag(board: Board, row: Row) -> None:
    before = board.get(ANALYTICS).headers["ETag"]
    assert board.get(ANALYTICS).headers["ETag"] == before
    board.send(call("waits", "queued"), space=board.mail)  # moves no number of the answer
    assert board.get(ANALYTICS).headers["ETag"] == before
    board.send(call("rings", "ringing"))
    assert board.get(ANALYTICS).headers["ETag"] != before


@proves("Response headers", "Cache-Control", "Vary", "Content-Type")
def _response_header(board: Board, row: Row) -> None:
    assert board.get(ANALYTICS).headers[row.name] == code(row.cells[1])[0]


@proves("Response headers", "X-Request-Id")
def _response_request_id(board: Board, row: Row) -> None:
    ids = [board.get(ANALYTICS).headers["X-Request-Id"] for _ in range(3)]
    assert len(set(ids)) == len(ids)


# --- status codes ------------------------------------------------------------------------------------


def answered(row: Row, *answers: httpx.Response) -> None:
    """Each answer has the row's status and says its message."""
    status, message = int(row.cells[0]), row.cells[1]
    assert answers
    for answer in answers:
        assert answer.status_code == status, answer.text
        if message.startswith("`"):
            assert answer.json()["message"] == message.strip("`")
            assert answer.json()["status_code"] == status
        if status >= 400:
            assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


@proves("Status codes", "Analytics fetched successfully")
def _ok(board: Board, row: Row) -> None:
    answered(row, board.get(ANALYTICS), board.get(ANALYTICS.removesuffix("/")))


@proves("Status codes", "no body")
def _unchanged(board: Board, row: Row) -> None:
    tag = board.get(ANALYTICS).headers["ETag"]
    answered(row, board.get(ANALYTICS, headers={"If-None-Match": tag}))


@proves("Status codes", "Missing required headers: Org-Handle.")
def _no_handle(board: Board, row: Row) -> None:
    answered(row, board.ask("GET", ANALYTICS, token=board.viewer), board.get(ANALYTICS, org=""))


@proves("Status codes", "space_token: must not be empty; leave it out to ask about all contact spaces")
def _empty_token(board: Board, row: Row) -> None:
    answered(row, board.get(f"{ANALYTICS}?space_token="), board.get(f"{ANALYTICS}?space_token"))


@proves("Status codes", "spacetoken: not a parameter of this path (it takes: space_token)")
def _unknown_parameter(board: Board, row: Row) -> None:
    answered(row, board.get(f"{ANALYTICS}?spacetoken={board.spring.token}"))


@proves("Status codes", "space_token: given more than once")
def _repeated_parameter(board: Board, row: Row) -> None:
    answered(row, board.get(f"{ANALYTICS}?space_token={board.spring.token}&space_token={board.spring.token}"))


@proves("Status codes", "Invalid or missing API token.")
def _no_token(board: Board, row: Row) -> None:
    expiring = board.token(board.acme, expires_at=board.now + 1)
    revoked = board.token(board.acme)
    board.store.revoke_token(board.token_of(revoked).id, board.now)
    board.pass_minutes(1)
    answers = [
        board.get(ANALYTICS, token=None),
        board.get(ANALYTICS, token=None, headers={"Authorization": f"Basic {board.viewer}"}),
        board.get(ANALYTICS, token="cb_unknown"),
        board.get(ANALYTICS, token=expiring),
        board.get(ANALYTICS, token=revoked),
    ]
    answered(row, *answers)
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Token"}


@proves("Status codes", "Invalid organization handle.")
def _no_access(board: Board, row: Row) -> None:
    answered(row, board.get(ANALYTICS, org="other.example"))


@proves("Status codes", "Organization not found.")
def _no_organization(board: Board, row: Row) -> None:
    answered(row, board.get(ANALYTICS, org="nobody.example"))


@proves("Status codes", "Space not found.")
def _no_space(board: Board, row: Row) -> None:
    for token in ("spc_unknown", board.elsewhere.token):
        answered(row, board.get(ANALYTICS, params={"space_token": token}))


@proves("Status codes", "Not found.")
def _no_path(board: Board, row: Row) -> None:
    answered(row, board.get(f"{API}organization/analytics/"), board.get(f"{ANALYTICS}today/"))


@proves("Status codes", "This path does not take POST.")
def _no_method(board: Board, row: Row) -> None:
    answer = board.ask("POST", ANALYTICS, token=board.admin, org="acme.example")
    answered(row, answer)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    for method in answer.headers["Allow"].split(", "):
        taken = board.ask(method, ANALYTICS, token=board.admin, org="acme.example")
        assert taken.status_code in (200, 204)


@proves("Status codes", "This endpoint answers application/json, which the Accept header rules out.")
def _not_acceptable(board: Board, row: Row) -> None:
    answered(row, board.get(ANALYTICS, headers={"Accept": "text/csv"}))


@proves("Status codes", "Too many failed tokens or handles; try again in 60 s.")
def _too_many(board: Board, row: Row) -> None:
    for number in range(60):
        assert board.get(ANALYTICS, token=f"cb_guess{number}").status_code == 401
        assert board.get(ANALYTICS, org=f"guess{number}.example").status_code == 404
    answers = [board.get(ANALYTICS, token="cb_guess"), board.get(ANALYTICS, org="guess.example")]
    answered(row, *answers)
    assert {answer.headers["Retry-After"] for answer in answers} == {"60"}
    board.pass_minutes(1)
    assert board.get(ANALYTICS).status_code == 200


@proves("Status codes", "Internal server error.")
def _our_fault(board: Board, row: Row) -> None:
    if ON != "sqlite":
        pytest.skip("of a file")
    file = apsw.Connection(board.settings.db)
    file.execute("UPDATE space SET settings = 'not what we wrote'")
    file.close()
    answered(row, board.get(ANALYTICS))


@proves("Status codes", "The store took longer than a query may take; narrow the question or try again.")
def _store_too_slow(board: Board, row: Row) -> None:
    if ON != "sqlite":
        pytest.skip("of a file")
    board.send(call("before"))
    asked_first = board.token(board.acme, role="viewer")  # so that the store is needed to know who asks
    with ExitStack() as held:
        assert isinstance(board.store, SqliteStore)
        readers = board.store._readers
        readers._timeout_s = 0.01
        for _ in range(readers._size):
            held.enter_context(readers.borrow())
        answer = board.get(ANALYTICS, token=asked_first)
    answered(row, answer)
    assert int(answer.headers["Retry-After"]) >= 1
    assert analytics(board, token=asked_first)["total_calls"] == 1


# --- what each number means --------------------------------------------------------------------------


@proves("Which calls count, and where")
def _one_call(board: Board, row: Row) -> None:
    event = {"type": "call", "call_id": "c", **json.loads(row.cells[0].strip("`"))}
    total, completed, failed, talk = row.cells[1:]
    board.send(event)
    expected = {"total_calls": int(total), "completed_calls": int(completed), "failed_calls": int(failed)}
    for _ in range(2):
        found = analytics(board)
        assert {name: found[name] for name in expected} == expected
        assert found["avg_duration_seconds"] == (0.0 if talk == "no" else float(talk))
        assert board.send(event)["duplicate"] == 1  # told again, it counts once
    board.send(call("other", call_duration=10))
    count = 1 if talk == "no" else 2
    whole = 10 + (0 if talk == "no" else float(talk))
    assert analytics(board)["avg_duration_seconds"] == whole / count


@proves("The average")
def _average(board: Board, row: Row) -> None:
    durations = [] if row.name == "none" else row.name.split(", ")
    for number, seconds in enumerate(durations):
        known: dict[str, Any] = {} if seconds == "unknown" else {"call_duration": float(seconds)}
        board.send(call(f"c{number}", **known))
    assert json.dumps(analytics(board)["avg_duration_seconds"]) == row.cells[1]


@proves("Tasks")
def _task_word(board: Board, row: Row) -> None:
    board.send(task("t", row.name))
    status = row.cells[1].strip("`")
    assert breakdown(board)[status] == analytics(board)["total_tasks"] == 1
    [item] = board.data("tasks/")
    assert (item["status"], item["source_status"]) == (status, row.name)
    if status in ("completed", "failed"):
        board.send(task("t", "pending", attempt=2))
        assert breakdown(board)["pending"] == analytics(board)["total_tasks"] == 1


@proves("Which spaces", "without space_token")
def _contact_spaces(board: Board, row: Row) -> None:
    some_of_everything(board)
    assert analytics(board)["completed_calls"] == 1 + 2
    change = board.patch(f"spaces/{board.mail.token}/", {"content_type": "contact"})
    assert change.status_code == 200
    assert analytics(board)["completed_calls"] == 1 + 2 + 3
    for changed in ({"content_type": "table"}, {"archived": True}):
        assert board.patch(f"spaces/{board.summer.token}/", changed).status_code == 200
        assert analytics(board)["completed_calls"] == 1 + 3


@proves("Which spaces", "with space_token")
def _one_space(board: Board, row: Row) -> None:
    some_of_everything(board)
    for kind in ("contact", "email", "general", "table"):
        board.patch(f"spaces/{board.mail.token}/", {"content_type": kind, "archived": kind == "table"})
        assert analytics(board, params={"space_token": board.mail.token})["completed_calls"] == 3


@proves("From a number to what stands behind it")
def _list_behind(board: Board, row: Row) -> None:
    some_of_everything(board)
    path = row.cells[1].strip("`")
    for scope in ({}, {"space_token": board.summer.token}):
        found = analytics(board, params=scope)
        number = found.get(row.name, found["task_status_breakdown"].get(row.name))
        answer = board.get(httpx.URL(API + path).copy_merge_params(scope).raw_path.decode())
        assert answer.json()["count"] == len(answer.json()["data"]) == number > 0


# --- the example -------------------------------------------------------------------------------------


def test_the_example_of_the_page_is_what_such_a_campaign_answers(board):
    """1,250 calls and 1,350 tasks like those of the example answer its body, key for key."""
    calls = {"completed": 987, "failed": 143, "missed": 120}
    tasks = {"pending": 45, "running": 12, "completed": 1180, "failed": 113}
    board.send(
        *[
            call(f"{status}-{n}", status, call_duration=145.3)
            for status, count in calls.items()
            for n in range(count)
        ],
        *[task(f"{word}-{n}", word) for word, count in tasks.items() for n in range(count)],
    )
    [shown] = [each.text for each in examples(PAGE) if each.language == "json" and "1250" in each.text]
    assert json.dumps(board.get(ANALYTICS).json()) == json.dumps(json.loads(shown))
    [first] = [each.text for each in examples(ROOT / "README.md") if each.language == "json"]
    assert json.dumps(json.loads(first)) == json.dumps(json.loads(shown)), "README shows another campaign"
    [rate] = [each.text for each in examples(PAGE) if each.language == "python"]
    told: dict[str, Any] = {}
    exec(rate, told)
    assert round(told["success_rate"](json.loads(shown)["data"]), 2) == 78.96
    assert told["success_rate"]({"completed_calls": 0, "total_calls": 0}) is None
