"""A client of the HTTP API, as a customer would write it with Python's standard library."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from callboard.errors import CallboardError

BASE = "/api/v2/platform/"
ANALYTICS = f"{BASE}organisation/analytics/"
TASKS = f"{BASE}tasks/"
TIMEOUT_S = 60
_BUSY = 503


class RefusedError(CallboardError):
    """The server refused a request of the demo."""

    code = "demo_refused"


@dataclass(frozen=True)
class Access:
    """Where and with which credentials an organization is asked."""

    url: str
    token: str
    handle: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}", "Org-Handle": self.handle}


class Client:
    """One connection, used by one thread."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def get(self, access: Access, path: str) -> bytes:
        """The body of the answer. Raises `OSError` without an answer, `RefusedError` if it is no 200."""
        return self._asked("GET", path, None, access.headers)

    def send(self, access: Access, space_token: str, lines: list[bytes]) -> dict[str, Any]:
        """Send events as NDJSON; returns what became of them. A 503 is retried after its `Retry-After`: the
        server kept nothing of the request, or knows its events as duplicates.
        """
        path = f"{BASE}spaces/{space_token}/events/"
        headers = {**access.headers, "Content-Type": "application/x-ndjson"}
        answer: dict[str, Any] = json.loads(self._asked("POST", path, b"\n".join(lines), headers))["data"]
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        while True:
            status, wait_s, answer = self._once(method, path, body, headers)
            if status == http.client.OK:
                return answer
            if status != _BUSY:
                raise RefusedError(f"{method} {path}: {status} {answer[:300].decode(errors='replace')}")
            time.sleep(wait_s)

    def _once(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, int(response.headers.get("Retry-After", "1")), response.read()
        except http.client.HTTPException as error:
            # A server that is killed breaks off in the middle of an answer: to callers a lost connection.
            self.close()
            raise ConnectionError(str(error)) from error
        except OSError:
            self.close()
            raise
