"""A hook whose secrets the key of the server does not open is told, and keeps no other from anything."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.http.board import Board
from tests.http.hooks import TwilioHook


def shut(board: Board, hook: TwilioHook) -> None:
    """As if a key that is lost had encrypted its secrets."""
    board.store.reseal_hook(board.acme.id, hook.id, {1: Fernet(Fernet.generate_key()).encrypt(b"{}")})


def listed(board: Board) -> dict[int, Any]:
    return {each["id"]: each["secrets_open"] for each in board.data("hooks/", token=board.admin)}


def test_a_shut_hook_is_told_and_keeps_no_other_from_being_made_or_rotated(board: Board) -> None:
    lost, other = TwilioHook(board), TwilioHook(board)
    assert lost.item["secrets_open"] is True
    assert board.get("/readyz").json()["shut_hooks"] == 0
    shut(board, lost)
    assert board.get("/readyz").json()["shut_hooks"] == 1
    assert listed(board) == {lost.id: False, other.id: True}
    assert board.data(f"hooks/{lost.id}/", token=board.admin)["secrets_open"] is False
    assert lost.post().status_code == 503
    made = TwilioHook(board)
    rotated = board.post(f"hooks/{other.id}/rotate/", {"secrets": {"auth_token": "newer"}})
    assert (rotated.status_code, rotated.json()["data"]["secrets_open"]) == (200, True)
    assert board.post(f"hooks/{lost.id}/rotate/", {"secrets": {"auth_token": "newer"}}).status_code == 503
    revoked = board.ask("DELETE", f"hooks/{lost.id}/", token=board.admin, org="acme.example")
    assert revoked.json()["data"]["secrets_open"] is None
    assert listed(board) == {lost.id: None, other.id: True, made.id: True}
    assert board.get("/readyz").json()["shut_hooks"] == 0


def test_a_key_that_opens_nothing_of_what_is_there_encrypts_nothing(board: Board) -> None:
    hooks = [TwilioHook(board) for _ in range(2)]
    for each in hooks:
        shut(board, each)
    body = {"platform": "vapi", "space_token": board.spring.token}
    refused = board.post("hooks/", body)
    assert refused.status_code == 503
    assert "does not open the secrets of 2 hooks that are there" in refused.json()["message"]
    assert board.get("/readyz").json()["shut_hooks"] == 2
    assert len(listed(board)) == 2


def test_what_is_not_counted_in_time_keeps_nobody_from_being_ready(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow list of secrets is no fault of the worker; while it lasts no other is begun."""
    silent, asked = threading.Event(), []

    def hanging() -> Any:
        asked.append(1)
        silent.wait(10)
        return {}

    monkeypatch.setattr(board.store, "hook_secrets", hanging)
    for _ in range(2):
        ready = board.get("/readyz")
        assert (ready.status_code, ready.json()["shut_hooks"]) == (200, None)
    assert len(asked) == 1
    silent.set()
