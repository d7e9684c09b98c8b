"""A first organization with one campaign, made by the command line, and what is sent to it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.command import done


@dataclass(frozen=True)
class Campaign:
    """What `callboard init` made."""

    db: Path
    token: str
    handle: str
    space_token: str
    curl: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}", "Org-Handle": self.handle}

    def client(self, api: str) -> httpx.Client:
        """A client of that server, with this campaign's headers."""
        # verify=False: reading the system's certificates costs more than all the rest of a short test.
        return httpx.Client(base_url=api, headers=self.headers, timeout=30, trust_env=False, verify=False)

    def send(self, client: httpx.Client, *events: dict[str, Any]) -> dict[str, Any]:
        """Send events; what became of them."""
        answer = client.post(f"spaces/{self.space_token}/events/", json=list(events))
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


def new_campaign(db: Path, *, name: str = "Acme", handle: str = "acme.com") -> Campaign:
    """Run `callboard init` on that file."""
    made = done("init", "--org-name", name, "--handle", handle, "--space", "Spring", "--json", db=db).json
    return Campaign(db, made["token"], made["handle"], made["space_token"], made["curl"])


def curl_request(line: str) -> httpx.Request:
    """The request that a printed `curl` line makes."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-s"]
    url = next(word for word in words if word.startswith("http"))
    headers = [words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H"]
    return httpx.Request("GET", url, headers=dict(headers))


def call(call_id: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A call event that says when it happened."""
    times = {"occurred_at": "2024-02-07T10:00:00Z", "creation_time": "2024-02-07T09:58:00Z"}
    return {"type": "call", "call_id": call_id, "call_status": status, **times, **more}


def task(task_id: str, status: str, **more: Any) -> dict[str, Any]:
    """A task event that says when it happened."""
    times = {"occurred_at": "2024-02-07T10:00:00Z", "created": "2024-02-07T09:00:00Z"}
    return {"type": "task", "task_id": task_id, "status": status, **times, **more}
