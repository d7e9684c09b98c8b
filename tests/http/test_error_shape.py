"""One shape for every error, on every route; what every answer carries."""

from __future__ import annotations

import logging

import pytest

from callboard.errors import QueueFullError, StoreUnavailableError
from callboard.http.endpoints import ENDPOINTS
from tests.http.board import Board, call
from tests.http.requests import BY_OPERATION, WITH_TOKEN, good, prepare

ALL = [endpoint.operation for endpoint in ENDPOINTS]


def _is_error(answer, status: int) -> None:
    body = answer.json()
    assert answer.status_code == status
    assert list(body)[:3] == ["status_code", "message", "request_id"]
    assert set(body) <= {"status_code", "message", "request_id", "errors"}
    assert body["status_code"] == status
    assert body["message"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    for error in body.get("errors", []):
        assert set(error) == {"field", "message"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("operation", WITH_TOKEN)
def test_errors_look_alike_on_every_route(board: Board, operation: str):
    """401, 400, 406, and for bodies 415, 400 and 422: the same keys, and the request's id."""
    prepare(board)
    endpoint = BY_OPERATION[operation]
    _is_error(board.ask(**good(board, operation, token="cb_wrong")), 401)
    unknown = board.ask(**good(board, operation, params={"surprise": "1"}))
    _is_error(unknown, 400)
    assert unknown.json()["errors"][0]["field"] == "surprise"
    _is_error(board.ask(**good(board, operation, headers={"Accept": "image/png"})), 406)
    if endpoint.needs_handle:
        _is_error(board.ask(**good(board, operation, org=None)), 400)
        _is_error(board.ask(**good(board, operation, org="none.example")), 404)
    if endpoint.body is not None:
        sent = good(board, operation).items()
        bare = {name: value for name, value in sent if name not in ("json", "content", "headers")}
        _is_error(board.ask(**bare, content=b"a,b", headers={"Content-Type": "text/csv"}), 415)
        if "application/json" not in endpoint.body.media:
            return
        _is_error(board.ask(**bare, content=b'{"name": ', headers={"Content-Type": "application/json"}), 400)
        _is_error(board.ask(**bare, content=b'"text"', headers={"Content-Type": "application/json"}), 422)


@pytest.mark.parametrize("operation", ALL)
def test_a_method_that_is_not_there_is_405_with_those_that_are(board: Board, operation: str):
    """On every path, with and without its slash."""
    endpoint = BY_OPERATION[operation]
    request = good(board, operation, method="PATCH" if endpoint.method == "PUT" else "PUT")
    for path in (request["path"].rstrip("/") or "/", request["path"]):
        answer = board.ask(**{**request, "path": path})
        _is_error(answer, 405)
        assert endpoint.method in answer.headers["Allow"].split(", ")


@pytest.mark.parametrize("operation", ALL)
def test_every_path_answers_with_and_without_its_slash(board: Board, operation: str):
    """The same status, never a redirect, which could drop headers."""
    prepare(board)
    statuses = set()
    for end in ("/", ""):
        request = good(board, operation)  # made when it is asked: an upload is undone or dropped once
        path = (request["path"].rstrip("/") + end) or "/"
        if operation.startswith("receive_delivery"):  # a platform signs the URL that it calls
            request = good(board, operation, path=path)
        statuses.add(board.ask(**{**request, "path": path}).status_code)
    assert statuses == {BY_OPERATION[operation].status}


@pytest.mark.parametrize("operation", ALL)
def test_every_answer_has_an_id_and_says_whom_it_depends_on(board: Board, operation: str):
    """Good answers and errors alike; two answers never share an id."""
    prepare(board)
    answers = [board.ask(**good(board, operation)), board.ask(**good(board, operation, token=None))]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    if BY_OPERATION[operation].needs_token:
        assert {answer.headers["Vary"] for answer in answers} == {"Authorization, Cookie, Org-Handle"}


def test_a_callers_own_request_id_comes_back(board: Board):
    """When it is short and plain; anything else gets a new one, so that no log line can be forged."""
    sent = {"X-Request-Id": "trace-42:a.b_c"}
    assert board.get("spaces/", headers=sent).headers["X-Request-Id"] == "trace-42:a.b_c"
    assert board.get("spaces/?x=1", headers=sent).json()["request_id"] == "trace-42:a.b_c"
    for bad in ("two words", "x" * 129, "", "<b>"):
        assert board.get("spaces/", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


def test_a_fault_of_ours_is_logged_and_not_shown_to_the_caller(board: Board, caplog, monkeypatch):
    """500 without a word of what went wrong; the log has it, under the request's id, without numbers."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret of +1 202 555 0123")

    monkeypatch.setattr(board.services.analytics, "refresh", broken)
    with caplog.at_level(logging.ERROR, logger="callboard.http"):
        answer = board.get("organisation/analytics/?space_token=" + board.spring.token)
    _is_error(answer, 500)
    assert answer.json()["message"] == "Internal server error."
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "555 01" not in caplog.text
    assert board.viewer not in caplog.text


def test_a_503_is_logged_once_a_second_for_each_kind(board: Board, caplog, monkeypatch):
    """With the request's id and the reason, without numbers; those between are counted in the next line."""
    errors = [StoreUnavailableError("The store failed: +12025550123"), QueueFullError()]

    def answer_503() -> str:
        def broken(*_: object) -> None:
            raise errors[0]

        monkeypatch.setattr(board.services.analytics, "refresh", broken)
        answer = board.get("organisation/analytics/")
        assert answer.status_code == 503
        return answer.headers["X-Request-Id"]

    with caplog.at_level(logging.WARNING, logger="callboard.http"):
        first, second, third = (answer_503() for _ in range(3))
        errors.reverse()
        other = answer_503()
        errors.reverse()
        board.pass_minutes(1 / 60)
        last = answer_503()
    lines = [record.getMessage() for record in caplog.records if record.name == "callboard.http"]
    assert [request_id in line for request_id, line in zip((first, other, last), lines, strict=True)] == [
        True
    ] * 3
    assert "store_unavailable: The store failed" in lines[0]
    assert "2 more like it" in lines[2]
    assert not any(request_id in caplog.text for request_id in (second, third))
    assert "2025550" not in caplog.text
    assert board.viewer not in caplog.text


def test_the_log_of_requests_hides_phone_numbers_and_tokens(tmp_path, caplog):
    """At debug every request is logged; numbers in the query keep their last two digits only."""
    with caplog.at_level(logging.DEBUG, logger="callboard.http"), Board(tmp_path) as board:
        board.send(call("c-1"))
        board.get("call-logs/", params={"source_number": "+12025550123"})
        board.get("organisation/analytics/")
    lines = [record.getMessage() for record in caplog.records if record.name == "callboard.http"]
    assert any("organisation/analytics" in line for line in lines)
    listed = next(line for line in lines if "source_number" in line)
    assert "2025550" not in listed
    assert listed.endswith("23")
    assert not any(secret in caplog.text for secret in (board.viewer, board.admin))
