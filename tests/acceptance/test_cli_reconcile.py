"""`callboard reconcile`, and the same by `callboard serve`: real processes, and a stand-in platform."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.command import callboard
from tests.acceptance.server import Server
from tests.events import call, send
from tests.lost_ends.list_apis import STANDS
from tests.lost_ends.provider import Answered, Provider, serving
from tests.lost_ends.true_calls import drawn_calls
from tests.lost_ends.worlds import World, lossy, truth

SINCE = ("--since", "2025-12-31")
KEY = STANDS["twilio"].key


@pytest.fixture
def provider() -> Provider:
    return Provider(STANDS["twilio"].api, drawn_calls(60), page_rows=10)


@pytest.fixture
def base_url(provider: Provider) -> Iterator[str]:
    with serving(provider) as url:
        yield url


@pytest.fixture
def allowed(base_url: str) -> dict[str, str]:
    return {"CALLBOARD_API_URLS": base_url}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    assert callboard("init", "--yes", db=path).code == 0
    return path


def created(db: Path, base_url: str, environment: dict[str, str], *more: str) -> dict[str, Any]:
    [space] = callboard("space", "list", "--json", db=db).json
    place = ("--space", space["token"], "--platform", "twilio", "--secret", "auth_token=x")
    where = ("--setting", f"api_url={base_url}")
    made = callboard("hook", "create", *place, *where, *more, "--json", db=db, environment=environment)
    assert made.code == 0, made.err
    item: dict[str, Any] = made.json
    return item


def world(db: Path) -> World:
    store = SqliteStore(str(db))
    [hook] = store.hooks(1)
    [space] = store.spaces(1)
    return World(store, space, hook, "twilio")


def test_lost_ends_are_found_and_told(db, base_url, allowed, provider):
    created(db, base_url, allowed, "--api-key", KEY)
    here = world(db)
    here.deliver(lossy("twilio", provider.calls, seed=3))
    here.store.close()
    first = callboard("reconcile", *SINCE, db=db, environment=allowed)
    assert first.code == 0, first.err
    assert first.text.splitlines()[0].endswith("60 rows on 6 pages")
    last = first.text.splitlines()[-1]
    assert last.startswith("healed ")
    assert last.endswith("still open 0")
    told = callboard("reconcile", *SINCE, "--json", db=db, environment=allowed).json
    assert (told["healed"], told["missing"], told["updated"], told["unchanged"]) == (0, 0, 0, 60)
    here = world(db)
    assert here.calls() == truth("twilio", provider.calls)
    here.store.close()
    assert callboard("verify", "--deep", db=db).code == 0


def test_a_kill_in_the_middle_loses_nothing_and_the_next_goes_on_there(db, base_url, allowed, provider):
    created(db, base_url, allowed, "--api-key", KEY)
    own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    running: list[subprocess.Popen[bytes]] = []

    def kill(number: int) -> None:
        if number == 4:
            running[0].kill()

    provider.before_answer = kill
    command = [sys.executable, "-m", "callboard", "reconcile", *SINCE]
    running.append(subprocess.Popen(command, env={**own, **allowed, "CALLBOARD_DB": str(db)}))
    assert running[0].wait(60) == -signal.SIGKILL
    here = world(db)
    there = len(here.calls())
    assert 20 <= there <= 30
    here.store.close()
    told = callboard("reconcile", "--json", db=db, environment=allowed).json
    assert told["missing"] == 60 - there
    assert len(provider.requests) <= 4 + 3 + 2
    here = world(db)
    assert here.calls() == truth("twilio", provider.calls)
    here.store.close()


def test_a_platform_that_cannot_be_asked_is_an_error_that_names_it(db, base_url, allowed, provider):
    created(db, base_url, allowed, "--api-key", KEY)
    provider.always = lambda _: Answered(401, b"{}")
    failed = callboard("reconcile", db=db, environment=allowed)
    assert failed.code == 1
    assert "not asked to the end: it refuses the API key (401)" in failed.err
    assert KEY not in failed.err + failed.text


def test_a_call_is_given_up_only_when_it_is_said(db):
    store = SqliteStore(str(db))
    [space] = store.spaces(1)
    send(store, space, call("c1", "in_progress"))
    store.close()
    assert callboard("reconcile", db=db).text == "healed 0, missing 0, still open 1\n"
    [shown] = callboard("calls", "--past-limit", "--json", db=db).json
    assert shown["call_id"] == "c1"
    given = callboard("reconcile", "--give-up-after", "1h", "--space", space.token, db=db).text
    assert given == "healed 0, missing 0, given up 1, still open 0\n"
    [row] = callboard("calls", "--json", db=db).json
    assert (row["call_status"], row["end_reason"], row["source"]) == ("failed", "timeout", "reconcile")
    assert callboard("calls", "--past-limit", "--json", db=db).json == []


def test_an_api_key_is_kept_encrypted_and_a_tenant_chooses_no_place(db, base_url, allowed):
    key = db.with_name("key")
    key.write_text(f"{KEY}\n")
    made = created(db, base_url, allowed, "--api-key", f"@{key}")
    assert KEY not in str(made)
    settings = Settings(db=str(db))
    store = SqliteStore(str(db))
    [hook] = store.hooks(1)
    assert SecretBox(settings).open(hook.secrets[0].sealed) == {"auth_token": "x", "api_key": KEY}
    store.close()
    assert KEY.encode() not in db.read_bytes()
    other = callboard(
        "hook", "rotate", str(hook.id), "--api-key", "AC2:token-2", "--json", db=db, environment=allowed
    )
    assert other.code == 0, other.err
    store = SqliteStore(str(db))
    [hook] = store.hooks(1)
    assert SecretBox(settings).open(hook.secrets[0].sealed)["api_key"] == "AC2:token-2"
    assert SecretBox(settings).open(hook.secrets[0].sealed)["auth_token"] == "x"
    store.close()
    [space] = callboard("space", "list", "--json", db=db).json
    place = ("hook", "create", "--space", space["token"], "--platform")
    refused = callboard(*place, "vapi", "--setting", f"api_url={base_url}", db=db)
    assert refused.code == 1
    assert "CALLBOARD_API_URLS" in refused.err
    odd = callboard(*place, "twilio", "--api-key", "no-account", db=db)
    assert "AccountSid:AuthToken" in odd.err
    assert "has no such secret" in callboard(*place, "bland", "--api-key", "x", db=db).err


def test_a_server_does_it_by_itself_one_process_for_all_workers(db, base_url, allowed, provider):
    created(db, base_url, allowed, "--api-key", KEY)
    here = world(db)
    here.deliver(lossy("twilio", provider.calls, seed=3))
    # What it would ask since: the stand-in's calls are from long before the hook.
    kept = '{"until":1767220000000000}'
    assert here.store.save_reconciliation(here.hook.org_id, here.hook.id, None, kept)
    here.store.close()
    with Server(db, workers=2, arguments=("--reconcile-every", "1"), environment=allowed) as server:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            here = world(db)
            found = here.calls()
            here.store.close()
            if found == truth("twilio", provider.calls):
                break
            time.sleep(0.2)
        else:
            pytest.fail("the server did not find the lost ends")
        assert sum("reconciling" in command_of(pid) for pid in server.processes()) <= 1
        server.stop()
    assert provider.complaints == []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
