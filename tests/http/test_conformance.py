"""The served OpenAPI document holds: schemathesis, all checks on, finds nothing against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from callboard.clock import system_clock
from callboard.model.directory import Member, SpaceSettings
from callboard.query.secret import new_secret
from callboard.settings import Settings
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.server import Server


def _prepare(db: str) -> dict[str, str]:
    """An organization with a space; the token that asks, and others that may be revoked under way."""
    store, now = SqliteStore(db, Settings(db=db)), system_clock()
    try:
        organization = store.create_organization(
            name="Acme", domain_handle="acme.example", domain=None, is_private_domain=False, now=now
        )
        space = store.create_space(
            org_id=organization.id,
            name="Spring",
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=now,
        )
        secrets = [new_secret() for _ in range(20)]
        tokens = [
            store.create_token(
                name="Walker",
                prefix=secret.prefix,
                secret_digest=secret.digest,
                members=[Member(organization.id, "admin")],
                expires_at=None,
                now=now,
            )
            for secret in secrets
        ]
        return {"space": space.token, "token": secrets[-1].text, "token_id": str(tokens[0].id)}
    finally:
        store.close()


def _feed(server: Server, known: dict[str, str]) -> dict[str, str]:
    base = f"{server.api}spaces/{known['space']}/"
    headers = {"Authorization": f"Token {known['token']}"}
    event = {"type": "call", "call_id": "c-1", "call_status": "failed"}
    tasks = {"pilot": "p", "documents": [{"name": "Asha", "contact_number": "+12025550123"}]}
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        client.post("events/", json=event).raise_for_status()
        made: dict[str, Any] = client.post("tasks/create/", json=tasks).raise_for_status().json()["data"]
    return {**known, "run": made["run_id"], "task": made["task_ids"][0]}


QUICK = ["--phases", "examples,fuzzing", "--max-examples", "4"]
WHOLE = ["--max-examples", "15" if os.environ.get("SHORT") else "100"]


@pytest.mark.parametrize(
    "effort",
    [pytest.param(QUICK, id="quick"), pytest.param(WHOLE, id="whole", marks=pytest.mark.long)],
)
@pytest.mark.timeout(3600)
def test_schemathesis_finds_nothing(tmp_path: Path, effort: list[str]):
    """Every documented endpoint: good requests are taken, bad ones refused, all answers as described."""
    with Server(
        tmp_path / "calls.db", environment={"CALLBOARD_FAILED_AUTH_PER_MINUTE": "1000000"}, arguments=()
    ) as server:
        server.stop()
        known = _prepare(server.db)
        server.start()
        known = _feed(server, known)
        # Walks would revoke the asking token sooner or later; so only this one is revoked.
        parameters = {
            "path.space_token": known["space"],
            "path.run_id": known["run"],
            "path.task_id": known["task"],
            "path.call_id": "c-1",
            "path.id": int(known["token_id"]),
            "header.Org-Handle": "acme.example",
        }
        config = tmp_path / "schemathesis.toml"
        stated = "\n".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items())
        config.write_text(f"[parameters]\n{stated}\n")
        found = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
                *(f"{server.url}/openapi.json", "--url", server.url, "--checks", "all", "--no-color"),
                *("--header", f"Authorization: Token {known['token']}"),
                *("--seed", "20260207", *effort),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert found.returncode == 0, found.stdout[-8000:] + found.stderr[-2000:]
        assert "23" in found.stdout.partition("Tested:")[2][:5]
