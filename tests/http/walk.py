"""A server with something in it, and schemathesis to walk all over it.

The tool is run as anyone would run it, from its command line, with a configuration that names what there is
to find: spaces, runs, tasks and calls.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx

from callboard.clock import Micros, system_clock
from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import DOCUMENTED, ENDPOINTS
from callboard.http.errors import HttpError
from callboard.http.router import Router
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.model.directory import Member, Organization, Space, SpaceSettings
from callboard.model.words import CALL_STATUSES, TASK_STATUSES
from callboard.query.secret import HOOK_PREFIX, new_secret
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.hooks import Hook, NewHook
from callboard.store.interface import Store
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.server import Server
from tests.http.board import call, task
from tests.http.requests import an_upload

SEED = 20260207
CALLS = [f"c-{number}" for number in range(25)]
DIALLERS = 20
TASKS = [f"t-{number}" for number in range(40)]
UNSIGNED = "vicidial"
"""A platform whose deliveries are proved by the URL alone."""
MAPPINGS = [f"m-{number}" for number in range(40)]
UPLOADED = {
    "get_import": "put_import_part",
    "put_import_part": "put_import_part",
    "read_import": "read_import",
    "start_import": "start_import",
    "undo_import": "undo_import",
    "drop_import": "drop_import",
}
"""Operation → the operation for which its upload is made; one is shared, to leave room for a new one."""


@dataclass(frozen=True)
class World:
    """Two tenants: one that asks, and one that must see none of it."""

    spaces: list[Space]
    token: str
    stranger: str
    uploads: dict[str, str]
    """Operation on an upload → the id of one that it may be done with."""
    hook_token: str
    """Of a hook of a platform that signs nothing: any body may be posted to it."""
    quarantined: list[str]


def _organization(store: Store, handle: str, now: Micros) -> Organization:
    return store.create_organization(
        name=handle, domain_handle=handle, domain=None, is_private_domain=False, now=now
    )


def _space(store: Store, organization: Organization, name: str, content_type: str, now: Micros) -> Space:
    return store.create_space(
        org_id=organization.id,
        name=name,
        description=None,
        content_type=content_type,
        agent_handle=None,
        settings=SpaceSettings(),
        now=now,
    )


def _token(store: Store, name: str, members: list[Member], now: Micros) -> str:
    secret = new_secret()
    store.create_token(
        name=name,
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=members,
        expires_at=None,
        now=now,
    )
    return secret.text


def _hook(store: Store, space: Space, sealed: bytes, now: Micros) -> tuple[Hook, str]:
    token = new_secret(HOOK_PREFIX)
    new = NewHook(
        space_id=space.id,
        platform=UNSIGNED,
        prefix=token.prefix,
        token_digest=token.digest,
        settings="{}",
        sealed=sealed,
        now=now,
    )
    return store.create_hook(space.org_id, new), token.text


def _quarantined(store: Store, hook: Hook, now: Micros) -> list[str]:
    """The ids of deliveries that cannot be read, as many as the walk may drop."""
    found = []
    for number in range(DIALLERS):
        delivery = Delivery(body=f"{number} says nothing".encode(), received_at=now)
        taken = take(PLATFORMS[UNSIGNED], delivery, hook, 10)
        assert taken.quarantined is not None
        store.ingest([batch_of(hook, taken, now)])
        found.append(taken.quarantined.quarantine_id)
    return found


def _world(db: Path) -> World:
    store, now = SqliteStore(str(db)), system_clock()
    try:
        acme, other = (_organization(store, handle, now) for handle in ("acme.example", "other.example"))
        spaces = [_space(store, acme, "Spring", "contact", now), _space(store, acme, "Mail", "email", now)]
        _space(store, other, "Elsewhere", "contact", now)
        # Tokens that the walk may rotate and revoke: their ids are among the first that it draws.
        for number in range(DIALLERS):
            _token(store, f"Dialler {number}", [Member(acme.id, "member")], now)
        # A token can be revoked only by those who are admin wherever it works. This one is only a viewer in
        # the other organization: the walk cannot revoke what it asks with.
        asking = [Member(acme.id, "admin"), Member(other.id, "viewer")]
        stranger = [Member(other.id, "admin")]
        for name in MAPPINGS:
            store.save_mapping(acme.id, name, '{"decimal":"comma"}', now)
        # The upload that is undone names the first batch: an import of no rows.
        store.finish_import(acme.id, store.begin_import(acme.id, "empty", now).batch_no, now)
        place = SimpleNamespace(store=store, acme=acme, spring=spaces[0], now=now)
        # Of one byte, the least that a part has: the length that a boundary of the document has too.
        made = {operation: an_upload(place, operation, b"a") for operation in set(UPLOADED.values())}
        uploads = {operation: made[of] for operation, of in UPLOADED.items()}
        tokens = (_token(store, "Walk", asking, now), _token(store, "Stranger", stranger, now))
        # Hooks that the walk may rotate and revoke, by the same ids; the last one is out of its reach.
        sealed = SecretBox(Settings(db=str(db))).seal({})
        hooks = [_hook(store, spaces[0], sealed, now) for _ in range(DIALLERS + 1)]
        return World(spaces, *tokens, uploads, hooks[-1][1], _quarantined(store, hooks[-1][0], now))
    finally:
        store.close()


def _feed(server: Server, world: World) -> None:
    # Calls only in one space: one asked for by its id alone must be one call.
    calls = [
        call(call_id, CALL_STATUSES[place % len(CALL_STATUSES)], creation_time="2026-02-07T05:57:45Z")
        for place, call_id in enumerate(CALLS)
    ]
    tasks = [
        task(task_id, TASK_STATUSES[place % len(TASK_STATUSES)], run_id="r-1", created="2026-02-07T05:57:45Z")
        for place, task_id in enumerate(TASKS)
    ]
    with httpx.Client(headers={"Authorization": f"Token {world.token}"}, trust_env=False) as client:
        for space, events in zip(world.spaces, ([*calls, *tasks], tasks), strict=True):
            answer = client.post(f"{server.api}spaces/{space.token}/events/", json=events)
            assert answer.json()["data"]["applied"] == len(events), answer.text


def _known(world: World) -> dict[str, list[Any]]:
    """What there is to find."""
    spaces = [space.token for space in world.spaces]
    return {
        "path.space_token": spaces,
        "query.space_token": spaces,
        "path.run_id": ["r-1"],
        "path.task_id": TASKS,
        "path.call_id": CALLS,
        "path.mapping": MAPPINGS,
        "path.id": list(range(1, DIALLERS + 1)),
        "path.platform": [UNSIGNED],
        "path.hook_token": [world.hook_token],
        "path.quarantine_id": world.quarantined,
        "header.Org-Handle": ["acme.example"],
    }


def _configuration(world: World, *, always: bool) -> str:
    """The items to request: always the same existing ones, or mostly existing and some invented ones."""
    lines = ["[phases.coverage]", "generate-duplicate-query-parameters = true"]
    lines += ["[auth.wfc]", 'path = "users.json"', 'user = "acme"', 'peers = ["acme", "other"]']
    known = _known(world)
    lines += ["[parameters]"]
    for name, values in known.items():
        mostly = f'{{ dictionary = "{_plain(name)}", probability = 0.85 }}'
        lines.append(f'"{name}" = {json.dumps(values[0]) if always else mostly}')
    # Each parameter of a report can be valid and what they ask together be too much, or contradict itself.
    taken = json.dumps(["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"])
    lines += ["[[operations]]", 'include-path-regex = "/organisation/analytics/.+"']
    lines += [f"checks.positive_data_acceptance.expected-statuses = {taken}"]
    # Which secrets a hook has, what is a zone or template, and which other hook may read a delivery, depends
    # on its platform: no schema says so.
    for operation in ("create_hook", "rotate_hook", "replay_quarantined"):
        lines += ["[[operations]]", f'include-operation-id = "{operation}"']
        lines += [f"checks.positive_data_acceptance.expected-statuses = {taken}"]
    for operation, upload in world.uploads.items():
        lines += ["[[operations]]", f'include-operation-id = "{operation}"']
        place = f'"path.space_token" = "{world.spaces[0].token}", "path.import_id" = "{upload}"'
        lines += [f'parameters = {{ {place}, "path.part" = 0 }}']
        # A part is of the file's length, an answer is to one of its doubts: no schema says so.
        lines += [f"checks.positive_data_acceptance.expected-statuses = {taken}"]
    for name, values in known.items():
        lines += [f"[dictionaries.{_plain(name)}]", f"values = {json.dumps(values)}"]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return name.replace(".", "-")


def _users(world: World) -> str:
    users = [("acme", world.token), ("other", world.stranger)]
    return json.dumps(
        {
            "auth": [
                {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Token {secret}"}]}
                for name, secret in users
            ]
        }
    )


class Walk:
    """A server with something in it, and schemathesis to walk all over it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        world = _world(folder / "calls.db")
        # Thousands of made-up tokens and handles a minute are what is tested, and not to be shut out; and a
        # stream is only over when it ends.
        self._server = Server(
            folder / "calls.db",
            environment={
                "CALLBOARD_FAILED_AUTH_PER_MINUTE": "1000000",
                "CALLBOARD_STREAM_SECONDS": "1",
            },
        ).start()
        _feed(self._server, world)
        self._world = world
        (folder / "users.json").write_text(_users(world))

    def run(self, phases: str, examples: int) -> subprocess.CompletedProcess[str]:
        """Every check on; but a report may say what to narrow (422) to parameters that are each valid."""
        # Boundaries are tried at things that exist; drawn requests also ask for others.
        configuration = _configuration(self._world, always="coverage" in phases)
        (self._folder / "schemathesis.toml").write_text(configuration)
        return subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"),
                *("run", f"{self._server.url}/openapi.json"),
                *("--checks", "all", "--phases", phases, "--max-examples", str(examples)),
                *("--seed", str(SEED), "--generation-database", "none", "--no-color"),
                *("--report-har-path", "walk.har"),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=self._folder,
        )

    def outcomes(self) -> dict[str, Counter[int]]:
        """Operation → how often it answered with each status."""
        found: dict[str, Counter[int]] = {each.operation: Counter() for each in DOCUMENTED}
        router = Router(ENDPOINTS)
        for entry in json.loads((self._folder / "walk.har").read_text())["log"]["entries"]:
            endpoint = _endpoint(router, entry["request"]["method"], entry["request"]["url"])
            if endpoint is not None and endpoint.operation in found:
                found[endpoint.operation][entry["response"]["status"]] += 1
        return found

    def log(self) -> str:
        return self._server.log

    def end(self) -> None:
        self._server.stop()


def _endpoint(router: Router, method: str, url: str) -> Endpoint[Any] | None:
    try:
        return router.find(method, urlsplit(url).path.encode())[0]
    except (HttpError, UnicodeError):
        return None
