"""Entity tags: an answer is sent again only when it changed."""

from __future__ import annotations

import time

import pytest

from tests.http.board import Board, call, task
from tests.http.requests import BY_OPERATION, good, prepare

GETS = [
    operation
    for operation, endpoint in BY_OPERATION.items()
    if endpoint.method == "GET" and not endpoint.untagged
]


@pytest.mark.parametrize("operation", GETS)
def test_every_get_has_a_strong_tag_and_honours_it(board: Board, operation: str):
    """200 with ETag and Cache-Control; the same request with that tag is 304 without a body."""
    prepare(board)
    asked = good(board, operation)
    first = board.ask(**asked)
    if operation == "list_tokens":
        # The use of a token is noted behind the first answer to it, and then shown.
        until = time.monotonic() + 10
        while all(token["last_used_at"] is None for token in first.json()["data"]):
            assert time.monotonic() < until
            time.sleep(0.1)
            first = board.ask(**asked)
    tag = first.headers["ETag"]
    assert first.status_code == 200
    assert tag.startswith('"')
    # The board's page is the same for everybody.
    cache = "no-cache" if operation == "board" else "private, no-cache"
    assert first.headers["Cache-Control"] == cache
    again = board.ask(**asked, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == cache
    assert again.headers["X-Request-Id"]
    if BY_OPERATION[operation].needs_token:
        assert again.headers["Vary"] == "Authorization, Cookie, Org-Handle"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '{} , "other"', "*", '"a",W/{}'])
def test_every_form_of_if_none_match_is_read(board: Board, form: str):
    """One tag, a list, a weak one, and any at all."""
    tag = board.get("organisation/analytics/").headers["ETag"]
    assert (
        board.get("organisation/analytics/", headers={"If-None-Match": form.format(tag)}).status_code == 304
    )


def test_another_tag_gets_the_answer(board: Board):
    """And the tag changes with the body, for each of the two scopes by itself."""
    paths = ("organisation/analytics/", f"organisation/analytics/?space_token={board.summer.token}")
    before = [board.get(path).headers["ETag"] for path in paths]
    board.send(call("c-1"), task("t-1"))
    for path, tag in zip(paths, before, strict=True):
        answer = board.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == (200 if "space_token" not in path else 304)


def test_errors_are_not_kept(board: Board):
    """No tag, and no cache on the way may keep one: what is wrong now may be right in a moment."""
    answer = board.get("organisation/analytics/?x=1", headers={"If-None-Match": "*"})
    assert answer.status_code == 400
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert board.get("/nowhere/").headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in board.post("spaces/", {}).headers
