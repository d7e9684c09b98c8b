"""Where the body may be left out, one that is left out is answered as `{}` is, whatever was said of it."""

from __future__ import annotations

from typing import Any

import pytest

from callboard.http.endpoints import ENDPOINTS
from tests.http.board import Board
from tests.http.requests import good, prepare

OPTIONAL = [each.operation for each in ENDPOINTS if each.body is not None and not each.body.required]
REQUIRED = [
    each.operation
    for each in ENDPOINTS
    if each.body is not None and each.body.required and "application/json" in each.body.media
]
LEFT_OUT: dict[str, dict[str, Any]] = {
    "nothing said": {"content": b"", "headers": {}},
    "as JSON": {"content": b"", "headers": {"Content-Type": "application/json"}},
    "of a form": {"content": b"", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    "compressed": {"content": b"", "headers": {"Content-Encoding": "gzip"}},
    "a length of zeros": {"content": b"", "headers": {"Content-Length": "000"}},
    "blanks": {"content": b" \r\n", "headers": {"Content-Type": "application/json"}},
}


def _answered(board: Board, operation: str, **body: Any) -> tuple[int, str, list[Any]]:
    request = good(board, operation)
    request.pop("json", None)
    said = board.ask(**{**request, **body})
    return said.status_code, said.json()["message"], said.json().get("errors", [])


def test_there_are_such_endpoints():
    assert {"rotate_hook", "rotate_token", "replay_quarantined", "read_import", "start_import"} <= set(
        OPTIONAL
    )


@pytest.mark.parametrize("operation", OPTIONAL)
@pytest.mark.parametrize("left_out", LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_body_left_out_is_an_empty_object(board: Board, operation: str, left_out: dict[str, Any]):
    prepare(board)
    empty = _answered(board, operation, json={})
    assert empty[0] != 400
    assert _answered(board, operation, **left_out) == empty


@pytest.mark.parametrize("operation", OPTIONAL)
def test_a_body_that_is_sent_still_has_to_be_of_the_type(board: Board, operation: str):
    prepare(board)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert _answered(board, operation, content=b"{}", headers=form)[0] == 415


@pytest.mark.parametrize("operation", REQUIRED)
def test_a_body_that_is_required_is_missed(board: Board, operation: str):
    prepare(board)
    json = {"Content-Type": "application/json"}
    assert _answered(board, operation, content=b"", headers=json)[0] == 400
