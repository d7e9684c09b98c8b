"""The checks of every request have one order: of two faults, the answer reports the earlier."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.board import ADDRESS, Board
from tests.http.requests import prepare

EVENTS = "spaces/{space}/events/"
UNKNOWN_SPACE = "spaces/spc_none/events/"
HEADERS = {"Content-Type": "application/json"}


def _fail_often(board: Board) -> None:
    for _ in range(board.settings.failed_auth_per_minute):
        board.get("spaces/", token="cb_wrong")


# (what is wrong first, then second; the request with both wrong; what is told)
PAIRS: list[tuple[str, dict[str, Any], int]] = [
    (
        "route, then throttled",
        {"method": "GET", "path": "nowhere/", "token": "cb_wrong", "throttled": True},
        404,
    ),
    (
        "method, then throttled",
        {"method": "PUT", "path": "spaces/", "token": "cb_wrong", "throttled": True},
        405,
    ),
    (
        "throttled, then token",
        {"method": "GET", "path": "spaces/", "token": "cb_wrong", "throttled": True},
        429,
    ),
    ("token, then header", {"method": "GET", "path": "spaces/", "token": "cb_wrong", "org": None}, 401),
    (
        "token, then organization",
        {"method": "GET", "path": "spaces/", "token": None, "org": "none.example"},
        401,
    ),
    ("header, then parameters", {"method": "GET", "path": "spaces/?x=1", "org": None}, 400),
    ("organization, then parameters", {"method": "GET", "path": "spaces/?x=1", "org": "none.example"}, 404),
    ("access, then parameters", {"method": "GET", "path": "spaces/?x=1", "org": "other.example"}, 403),
    ("parameters, then space", {"method": "POST", "path": UNKNOWN_SPACE + "?x=1"}, 400),
    ("parameters, then item", {"method": "GET", "path": "call-logs/none/?x=1"}, 400),
    ("space, then role", {"method": "POST", "path": UNKNOWN_SPACE, "token": "viewer"}, 404),
    (
        "item, then role",
        {"method": "PATCH", "path": "spaces/{space}/tasks/none/", "token": "viewer", "content": b"{}"},
        404,
    ),
    ("role, then accept", {"method": "POST", "path": EVENTS, "token": "viewer", "accept": "text/html"}, 403),
    ("item, then accept", {"method": "GET", "path": "call-logs/none/", "accept": "text/html"}, 404),
    (
        "accept, then media type",
        {"method": "POST", "path": EVENTS, "accept": "text/html", "media": "text/csv", "content": b"x"},
        406,
    ),
    (
        "media type, then size",
        {"method": "POST", "path": EVENTS, "media": "text/csv", "content": b"x" * 5000},
        415,
    ),
    (
        "encoding, then size",
        {"method": "POST", "path": EVENTS, "encoding": "br", "content": b"x" * 5000},
        415,
    ),
    ("size, then reading", {"method": "POST", "path": EVENTS, "content": b"x" * 5000}, 413),
    ("reading, then validity", {"method": "POST", "path": "spaces/", "content": b'{"name": ""'}, 400),
    ("validity", {"method": "POST", "path": "spaces/", "content": b'{"name": ""}'}, 422),
]


@pytest.mark.parametrize(("what", "request_", "told"), PAIRS, ids=[each[0] for each in PAIRS])
def test_of_two_errors_the_earlier_check_is_reported(
    board_with_small_bodies: Board, what: str, request_: dict[str, Any], told: int
):
    """Neighbouring checks of the reference, both failing at once."""
    board = board_with_small_bodies
    prepare(board)
    if request_.get("throttled"):
        _fail_often(board)
    assert _ask(board, request_).status_code == told


def _ask(board: Board, wanted: dict[str, Any]) -> Any:
    headers = dict(HEADERS)
    for name, header in (("accept", "Accept"), ("media", "Content-Type"), ("encoding", "Content-Encoding")):
        if name in wanted:
            headers[header] = wanted[name]
    token = wanted.get("token", "admin")
    secret = {"admin": board.admin, "viewer": board.viewer}.get(token, token)
    return board.ask(
        wanted["method"],
        wanted["path"].replace("{space}", board.spring.token),
        token=secret,
        org=wanted.get("org", board.acme.domain_handle),
        headers=headers,
        content=wanted.get("content"),
        address=ADDRESS,
    )


def test_a_store_that_is_down_is_the_last_error_checked(board: Board):
    """503 with when to come back, never a number in its place."""
    assert board.get("organisation/analytics/").status_code == 200
    board.store.close()
    answer = board.get("call-logs/")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert board.get("organisation/analytics/").status_code == 503


def test_the_messages_of_the_reference(board: Board):
    """Word by word."""
    ask = board.ask
    path = "organisation/analytics/"
    told = {
        "Invalid or missing API token.": ask("GET", path),
        "Missing required headers: Org-Handle.": ask("GET", path, token=board.viewer),
        "Organization not found.": ask("GET", path, token=board.viewer, org="none.example"),
        "Invalid organization handle.": ask("GET", path, token=board.viewer, org="other.example"),
        "Space not found.": board.get(f"{path}?space_token=spc_none"),
        "Not found.": ask("GET", "/nowhere"),
    }
    assert {answer.json()["message"]: answer.status_code for answer in told.values()} == {
        "Invalid or missing API token.": 401,
        "Missing required headers: Org-Handle.": 400,
        "Organization not found.": 404,
        "Invalid organization handle.": 403,
        "Space not found.": 404,
        "Not found.": 404,
    }
    assert all(answer.json()["message"] == message for message, answer in told.items())


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN", "Bearer", "bearer"])
def test_the_scheme_is_token_or_bearer_in_any_case(board: Board, scheme: str):
    """Both are what clients send."""
    headers = {"Authorization": f"{scheme} {board.viewer}", "Org-Handle": "ACME.Example"}
    assert board.ask("GET", "organisation/analytics/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["", "Basic {}", "{}", "Token", "Token  ", "Token {}x", "Tokens {}"]
)
def test_anything_else_is_no_token(board: Board, authorization: str):
    """401 with the scheme that is wanted."""
    headers = {"Authorization": authorization.format(board.viewer), "Org-Handle": "acme.example"}
    answer = board.ask("GET", "organisation/analytics/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
