"""Paths and methods: what is found, and what HEAD and OPTIONS say."""

from __future__ import annotations

import pytest

from tests.http.board import API, ON, Board, call, task


@pytest.mark.parametrize(
    "call_id", ["a/b", "a b", "ü", "50%", "a?b", "a#b", "a+b", "create", "..a", "a" * 255]
)
def test_ids_may_hold_anything_that_a_path_can_encode(board: Board, call_id: str):
    """An id is found again under its percent-encoded form, a slash in it included."""
    board.send(call(call_id))
    from urllib.parse import quote

    assert board.data(f"call-logs/{quote(call_id, safe='')}/")["call_id"] == call_id


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        f"{API}spaces//",
        f"{API}call-logs/%ff/",
        f"{API}",
        f"{API}organisation",
        "/docs//",
    ],
)
def test_what_is_not_there_is_not_found(board: Board, path: str):
    """404, without asking for a token."""
    assert board.ask("GET", path).status_code == 404


def test_an_encoded_slash_does_not_make_a_path(board: Board):
    """`organisation%2Fanalytics` is one segment, on the short path as on the long one."""
    assert board.get("organisation/analytics/").status_code == 200
    assert board.get("organisation%2Fanalytics/").status_code == 404


def test_head_is_get_without_its_body(board: Board):
    """The same head, length and tag; nothing behind it. Errors too."""
    board.send(call("c-1"), task("t-1"))
    for path in ("organisation/analytics/", "tasks/", "call-logs/c-1/", "/healthz", "/docs"):
        got = board.get(path)
        head = board.ask("HEAD", path, token=board.viewer, org="acme.example")
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Length", "ETag", "Content-Type", "Cache-Control"):
            assert head.headers[name] == got.headers[name]
    refused = board.ask("HEAD", "tasks/")
    assert (refused.status_code, refused.content) == (401, b"")


def test_options_says_what_a_path_takes(board: Board):
    """204 with Allow, for anybody: which methods a path takes is in the reference anyway."""
    answer = board.ask("OPTIONS", f"spaces/{board.spring.token}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, PATCH"


def test_service_paths_need_nothing(board: Board):
    """Health, readiness, the document and the docs answer anybody."""
    assert board.ask("GET", "/healthz").json() == {"status": "ok"}
    ready = board.ask("GET", "/readyz").json()
    assert ready["status"] == "ready"
    assert ready["store"]["engine"] == {"sqlite": "sqlite", "postgres": "postgresql"}[ON]
    board.store.close()
    down = board.ask("GET", "/readyz")
    assert down.status_code == 503
    assert "Retry-After" in down.headers
    assert board.ask("GET", "/healthz").status_code == 200
