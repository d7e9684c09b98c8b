"""Files as a client uploads them in parts, has them read, and imports them."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.http.board import Board

CLEAR = (
    b"call_id,status,started_at,talk_seconds,agent\n"
    b"c1,completed,2025-11-07T10:00:00Z,60,Ada\n"
    b"c2,missed,2025-11-07T11:00:00Z,0,Ada\n"
    b"c3,completed,2025-11-08T10:00:00Z,120,Bob\n"
)
DAY_OR_MONTH = CLEAR.replace(b"2025-11-07T", b"03/04/2025 ").replace(b"2025-11-08T", b"05/04/2025 ")
DAY_OR_MONTH = DAY_OR_MONTH.replace(b":00Z", b":00")
WORKING = ("reading", "importing", "undoing")


def at(board: Board, *more: str) -> str:
    return "/".join((f"spaces/{board.spring.token}/imports", *more)) + "/"


def opened(board: Board, content: bytes, name: str = "calls.csv", **more: Any) -> dict[str, Any]:
    answer = board.ask(
        "POST", at(board), token=board.member, json={"name": name, "size": len(content), **more}
    )
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()["data"]
    return said


def put(board: Board, upload_id: str, part: int | str, body: bytes, **more: Any) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    asked = {"token": board.member, "headers": headers, **more}
    return board.ask("PUT", at(board, upload_id, "parts", str(part)), content=body, **asked)


def upload(board: Board, content: bytes, name: str = "calls.csv", **more: Any) -> str:
    said = opened(board, content, name, **more)
    size = said["part_bytes"]
    for part in range(said["parts"]):
        answer = put(board, said["id"], part, content[part * size : (part + 1) * size])
        assert answer.status_code == 200, answer.text
    return str(said["id"])


def act(board: Board, upload_id: str, what: str, body: Any = None, status: int = 202) -> dict[str, Any]:
    content = {} if body is None else {"json": body}
    answer = board.ask("POST", at(board, upload_id, what), token=board.member, **content)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


def settled(board: Board, upload_id: str) -> dict[str, Any]:
    """The state, once no process works on it."""
    while True:
        answer = board.ask("GET", at(board, upload_id), token=board.member)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()["data"]
        if said["state"] not in WORKING:
            return said
        time.sleep(0.02)


def read(board: Board, upload_id: str, body: Any = None) -> dict[str, Any]:
    assert act(board, upload_id, "read", body)["data"]["state"] == "reading"
    return settled(board, upload_id)


def numbers(board: Board) -> tuple[int, int, float]:
    data = board.data(f"organisation/analytics/?space_token={board.spring.token}")
    return data["total_calls"], data["completed_calls"], data["avg_duration_seconds"]
