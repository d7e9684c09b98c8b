"""A hook of a board, and deliveries to it with the signatures that its platform would make."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from callboard.clock import SECOND
from tests.http.board import Board
from tests.platforms import signing

PUBLIC = "https://calls.example.com"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
SID = "CA00000000000000000000000000000001"
COMPLETED = {
    "CallSid": SID,
    "CallStatus": "completed",
    "Timestamp": "Thu, 01 Jan 2026 00:00:00 +0000",
    "SequenceNumber": "3",
    "CallDuration": "42",
    "Direction": "outbound-api",
    "From": "+12025550100",
    "To": "+12025550123",
    "ToZip": "",
}


class TwilioHook:
    """A hook of Twilio in the space of a board, made over the API."""

    def __init__(self, board: Board, **body: Any) -> None:
        self.board = board
        body = {"platform": "twilio", "space_token": board.spring.token, **body}
        answer = board.post("hooks/", {"secrets": {"auth_token": AUTH_TOKEN}, **body})
        assert answer.status_code == 201, answer.text
        self.item: dict[str, Any] = answer.json()["data"]
        self.id: int = self.item["id"]
        self.url: str = self.item["url"]
        self.path = urlsplit(self.url).path
        self.token = self.path.split("/")[-2]

    def post(
        self, fields: Mapping[str, str] = COMPLETED, *, secret: str = AUTH_TOKEN, **more: Any
    ) -> httpx.Response:
        body = urlencode(fields).encode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            **signing.twilio(more.pop("url", self.url), body, secret),
            **more.pop("headers", {}),
        }
        return self.board.ask("POST", more.pop("path", self.path), headers=headers, content=body, **more)

    def shown(self) -> dict[str, Any]:
        """As the API lists it, once refusals of the last second are written."""
        found = self.board.data("hooks/", token=self.board.admin)
        return next(each for each in found if each["id"] == self.id)


def seconds_of(board: Board) -> float:
    return board.now / SECOND


def settle() -> None:
    """Longer than refusals are gathered."""
    time.sleep(1.2)
