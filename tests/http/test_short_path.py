"""The short path says what the long one says: drawn requests in drawn order, answered by both."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from callboard.http.application import Application
from callboard.model.directory import Space
from tests.http.board import Board, call, task

SCOPES = st.sampled_from(["", "spring", "summer", "mail", "elsewhere", "none", "empty", "unknown", "twice"])
TOKENS = st.sampled_from(["viewer", "admin", "both", "stranger", "brief", "wrong", "missing", "twice"])
HANDLES = st.sampled_from(["acme.example", "ACME.example", "other.example", "none.example", "missing", ""])
EXTRAS = st.sampled_from(
    [
        {},
        {"Accept": "*/*"},
        {"Accept": "text/html"},
        {"If-None-Match": "*"},
        {"X-Request-Id": "a"},
        {"Host": "b"},
    ]
)
QUESTIONS = st.tuples(st.just("ask"), TOKENS, HANDLES, SCOPES, EXTRAS)
PLAIN: st.SearchStrategy[tuple[Any, ...]] = st.tuples(
    st.just("ask"), st.sampled_from(["viewer", "brief", "both"]), st.just("acme.example"), SCOPES, st.just({})
)
CHANGES = st.sampled_from(
    [
        ("call", "spring"),
        ("call", "mail"),
        ("call", "elsewhere"),
        ("task", "summer"),
        ("type",),
        ("time",),
        ("revoke",),
    ]
)


@contextmanager
def _board() -> Iterator[Board]:
    with tempfile.TemporaryDirectory() as folder, Board(Path(folder)) as board:
        yield board


@hypothesis_settings(max_examples=40)
@given(st.lists(st.one_of(PLAIN, PLAIN, QUESTIONS, CHANGES), min_size=5, max_size=30))
def test_the_short_path_and_the_pipeline_give_the_same_answers(steps: list[tuple[Any, ...]]):
    """Status, body and head, except the request id; whatever was requested and changed before."""
    with _board() as board:
        long_way = Application(board.services)
        long_way._short = False
        secrets = {
            "brief": board.token(board.acme, role="viewer", expires_at=board.now + 90_000_000),
            **{name: getattr(board, name) for name in ("viewer", "admin", "both", "stranger")},
        }
        short_answers = 0
        for number, step in enumerate(steps):
            note(str(step))
            if step[0] != "ask":
                _change(board, secrets, step, number)
                continue
            short_way = board.app
            request = _request(board, secrets, *step[1:])
            headers = [(name.lower().encode(), value.encode()) for name, value in request["headers"]]
            short_answers += short_way._short_path.answer(headers, request["query"].encode()) is not None
            short = _answer(board, request)
            board.app = long_way
            long = _answer(board, request)
            board.app = short_way
            assert short == long
        note(f"{short_answers} answered by the short path")


def _request(
    board: Board, secrets: dict[str, str], token: str, handle: str, scope: str, extra: dict[str, str]
) -> dict[str, Any]:
    headers = list(extra.items())
    if token == "twice":
        headers += [("Authorization", f"Token {secrets['viewer']}")] * 2
    elif token != "missing":
        headers.append(("Authorization", f"Token {secrets.get(token, 'cb_wrong')}"))
    if handle != "missing":
        headers.append(("Org-Handle", handle))
    found = getattr(board, scope) if scope in ("spring", "summer", "mail", "elsewhere") else None
    queries = {"": "", "none": "space_token=spc_none", "empty": "space_token=", "unknown": "x=1"}
    if isinstance(found, Space):
        query = f"space_token={found.token}"
    else:
        query = queries.get(scope, f"space_token={board.spring.token}&space_token={board.spring.token}")
    return {"headers": headers, "query": query}


def _answer(board: Board, request: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
    path = "organisation/analytics/" + (f"?{request['query']}" if request["query"] else "")
    answer = board.ask("GET", path, headers=request["headers"])
    head = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    body = answer.json() if answer.content else None
    if answer.status_code >= 400:
        assert body is not None
        del body["request_id"]
        del head["content-length"]
    return answer.status_code, head, body


def _change(board: Board, secrets: dict[str, str], step: tuple[str, ...], number: int) -> None:
    match step[0]:
        case "call":
            board.send(call(f"c-{number}", call_duration=number), space=getattr(board, step[1]))
        case "task":
            board.send(task(f"t-{number}"), space=getattr(board, step[1]))
        case "type":
            now = board.data(f"spaces/{board.mail.token}/", token=board.admin)["content_type"]
            wanted = "email" if now == "contact" else "contact"
            board.store.update_space(board.acme.id, board.mail.id, {"content_type": wanted})
        case "time":
            board.pass_minutes(1)
        case "revoke":
            principal = board.services.directory.principal(secrets["viewer"])
            if principal is not None:
                board.store.revoke_token(principal.token.id, board.now)


def test_plain_requests_do_take_the_short_path(board: Board):
    """Without this the test above could pass by never using it."""
    headers = [(b"authorization", f"Token {board.viewer}".encode()), (b"org-handle", b"acme.example")]
    short = board.app._short_path
    query = f"space_token={board.spring.token}".encode()
    assert short.answer(headers, b"") is None
    board.get("organisation/analytics/")
    board.get(f"organisation/analytics/?space_token={board.spring.token}")
    assert short.answer(headers, b"") is not None
    assert short.answer(headers, query) is not None
    board.send(call("c-1"))
    board.loop.run(board.services.catch_up())
    changed = short.answer(headers, query)
    assert changed is not None
    assert b'"total_calls":1' in changed.body
