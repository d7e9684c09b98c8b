"""`callboard hook` and `callboard quarantine`: what is shown once, what is told, what is done."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from callboard.clock import HOUR, system_clock
from callboard.ingest.instants import instant
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.model.event import canonical
from callboard.query.secret_box import SecretBox, new_key
from callboard.settings import Settings
from callboard.store.hooks import HookDelivery
from callboard.store.interface import Batch
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.command import callboard


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    assert callboard("init", "--yes", db=path).code == 0
    return path


def created(db: Path, platform: str = "twilio", *arguments: str) -> dict[str, Any]:
    [space] = callboard("space", "list", "--json", db=db).json
    made = callboard(
        "hook", "create", "--space", space["token"], "--platform", platform, *arguments, "--json", db=db
    )
    assert made.code == 0, made.text
    item: dict[str, Any] = made.json
    return item


def test_a_hook_is_created_with_what_to_paste(db: Path) -> None:
    """Its secret and its whole URL are in this answer alone."""
    made = created(db, "vapi")
    assert made["url"] in made["setup"]
    listed = callboard("hook", "list", db=db).text
    assert made["secrets"]["secret"] not in listed
    assert made["url"] not in listed
    assert made["prefix"] in listed


def test_a_secret_is_read_from_a_file(db: Path) -> None:
    secret = db.with_name("token")
    secret.write_text("from a file\n")
    made = created(db, "twilio", "--secret", f"auth_token=@{secret}")
    with_store = SqliteStore(str(db))
    try:
        [hook] = with_store.hooks(1)
        assert SecretBox(Settings(db=str(db))).open(hook.secrets[0].sealed) == {"auth_token": "from a file"}
    finally:
        with_store.close()
    assert "secrets" not in made
    assert "from a file" not in str(made)


def test_the_key_beside_the_file_is_for_its_owner_alone(db: Path) -> None:
    created(db)
    assert db.with_name("calls.db.key").stat().st_mode & 0o777 == 0o600


def test_what_is_wrong_with_a_hook_is_told(db: Path) -> None:
    made = created(db)
    found = callboard("hook", "test", str(made["id"]), "--json", db=db)
    assert found.code == 1
    findings = {each["name"]: each["finding"] for each in found.json["checks"]}
    assert findings == {
        "hook": "good",
        "secrets": "bad",
        "api_key": "unknown",
        "public_url": "bad",
        "deliveries": "unknown",
    }


def test_a_hook_is_rotated_and_revoked(db: Path) -> None:
    made = created(db, "vapi")
    rotated = callboard("hook", "rotate", str(made["id"]), "--new-url", "--json", db=db).json
    assert rotated["url"] != made["url"]
    newer = callboard("hook", "rotate", str(made["id"]), "--json", db=db).json
    assert newer["secrets"]["secret"] != made["secrets"]["secret"]
    assert callboard("hook", "revoke", str(made["id"]), "--json", db=db).json["revoked_at"] is not None
    assert callboard("hook", "rotate", str(made["id"]), db=db).code == 1
    assert callboard("hook", "revoke", "77", db=db).code == 1


@pytest.mark.parametrize(
    "arguments",
    [("--platform", "nobody"), ("--platform", "twilio", "--secret", "password=x"),
     ("--platform", "twilio", "--setting", "colour=red"), ("--platform", "twilio", "--secret", "x")],
)  # fmt: skip
def test_a_hook_that_cannot_be_is_not_made(db: Path, arguments: tuple[str, ...]) -> None:
    [space] = callboard("space", "list", "--json", db=db).json
    assert callboard("hook", "create", "--space", space["token"], *arguments, db=db).code in (1, 2)
    assert callboard("hook", "list", "--json", db=db).json == []


def test_a_rotation_says_what_to_paste_where_and_until_when_the_old_is_taken(db: Path) -> None:
    number = str(created(db, "vapi")["id"])
    text = callboard("hook", "rotate", number, db=db).text
    assert "(as before)" in text
    assert "Put it into Vapi" in text
    assert re.search(r"What the hook had before is taken, too, until \d{4}-\d\d-\d\d \d\d:\d\d UTC", text)
    told = callboard("hook", "rotate", number, "--new-url", "--keep-old", "2h", "--json", db=db).json
    left = instant(told["old_valid_until"]) - system_clock()
    assert 1.9 * HOUR < left <= 2 * HOUR
    assert told["setup"].count(told["url"])
    text = callboard("hook", "rotate", number, "--keep-old", "0s", db=db).text
    assert "What the hook had before is not taken any more." in text
    bland = str(created(db, "bland")["id"])
    first = callboard("hook", "rotate", bland, "--secret", "secret=first", "--json", db=db).json
    assert first["old_valid_until"] is None  # it had none before
    text = callboard("hook", "rotate", bland, "--secret", "secret=second", db=db).text
    assert "secret  as you gave it" in text
    assert "Nothing is to be pasted into Bland." in text
    assert "is taken, too, until" in text
    assert "second" not in text


def test_no_new_key_is_made_where_a_missing_one_sealed_the_secrets(db: Path) -> None:
    """A second key would open nothing of before, and hide that the first is lost."""
    [space] = callboard("space", "list", "--json", db=db).json
    created(db, "vapi")
    key = db.with_name("calls.db.key")
    kept = key.rename(db.with_name("elsewhere"))
    refused = callboard("hook", "create", "--space", space["token"], "--platform", "vapi", db=db)
    assert refused.code == 1
    assert f"The file of keys {key} is missing" in refused.err
    assert "callboard hook new-key" in refused.err
    assert not key.exists()
    assert len(callboard("hook", "list", "--json", db=db).json) == 1
    kept.rename(key)
    created(db, "vapi")


@pytest.mark.parametrize("where", ["file", "setting"])
def test_nothing_is_encrypted_by_a_key_that_does_not_open_what_is_there(db: Path, where: str) -> None:
    """A new key in the place of a lost one: without a word, deliveries to older hooks would be refused."""
    [space] = callboard("space", "list", "--json", db=db).json
    ids = [created(db, "vapi")["id"] for _ in range(2)]
    assert "does not open" not in callboard("hook", "list", db=db).text
    key, environment = db.with_name("calls.db.key"), {}
    before = key.read_text()
    if where == "file":
        key.write_text(f"{new_key()}\n")
    else:
        environment = {"CALLBOARD_SECRET_KEY": new_key()}

    def run(*words: str) -> Any:
        return callboard("hook", *words, db=db, environment=environment)

    refused = run("create", "--space", space["token"], "--platform", "vapi")
    assert (refused.code, refused.out) == (1, b"")
    assert "does not open the secrets of 2 hooks that are there" in refused.err
    assert f"does not open the secrets of the hooks {ids[1]}, {ids[0]}." in run("list").text
    assert len(run("list", "--json").json) == 2
    checks = run("test", str(ids[0]), "--json").json["checks"]
    assert [each["finding"] for each in checks if each["name"] == "secrets"] == ["bad"]
    assert [each["secrets_open"] for each in run("list", "--json").json] == [False, False]
    assert run("rotate", str(ids[0])).code == 1
    run("revoke", str(ids[0]))
    again = run("create", "--space", space["token"], "--platform", "vapi")
    assert "does not open the secrets of 1 hook that is there" in again.err
    assert [each["secrets_open"] for each in run("list", "--json").json] == [False, None]
    if where == "file":
        key.write_text(key.read_text() + before)
    else:
        environment["CALLBOARD_SECRET_KEY"] += f" {before.strip()}"
    assert run("create", "--space", space["token"], "--platform", "vapi").code == 0
    run("revoke", str(ids[1]))


def test_secrets_that_a_lost_key_sealed_keep_no_other_hook_from_being_made_or_rotated(db: Path) -> None:
    """Where the key opens any of what is there it is the right one; what it does not open is named."""
    [space] = callboard("space", "list", "--json", db=db).json
    lost = str(created(db, "vapi")["id"])
    key = db.with_name("calls.db.key")
    key.write_text(f"{new_key()}\n{key.read_text()}")
    other = str(created(db, "vapi")["id"])
    key.write_text(key.read_text().splitlines()[0] + "\n")
    named = f"The key of this machine does not open the secrets of the hooks {lost}."
    made = callboard("hook", "create", "--space", space["token"], "--platform", "vapi", "--json", db=db)
    assert (made.code, made.json["secrets_open"]) == (0, True)
    assert named in made.err
    rotated = callboard("hook", "rotate", other, "--json", db=db)
    assert (rotated.code, rotated.json["secrets_open"]) == (0, True)
    assert named in rotated.err
    refused = callboard("hook", "rotate", lost, db=db)
    assert refused.code == 1
    listed = callboard("hook", "list", "--json", db=db).json
    assert {str(each["id"]): each["secrets_open"] for each in listed} == {
        lost: False, other: True, str(made.json["id"]): True,
    }  # fmt: skip
    assert named in callboard("hook", "list", db=db).text
    assert "does not open them" in callboard("hook", "show", lost, db=db).text
    sealed = callboard("hook", "reseal", "--json", db=db)
    assert (sealed.code, sealed.json) == (1, {"hooks": 2, "shut": [int(lost)]})
    callboard("hook", "revoke", lost, db=db)
    assert callboard("hook", "reseal", "--json", db=db).json == {"hooks": 2, "shut": []}


def test_secrets_are_put_under_a_new_key_and_the_old_one_may_go(db: Path) -> None:
    """Several generations of keys, the newest first."""
    made = created(db, "vapi")
    key = db.with_name("calls.db.key")
    old, new = key.read_text(), new_key()
    key.write_text(f"{new}\n{old}")
    assert callboard("hook", "reseal", "--json", db=db).json == {"hooks": 1, "shut": []}
    key.write_text(f"{new}\n")
    checks = callboard("hook", "test", str(made["id"]), "--json", db=db).json["checks"]
    assert [each["finding"] for each in checks if each["name"] == "secrets"] == ["good"]
    key.write_text(old)
    checks = callboard("hook", "test", str(made["id"]), "--json", db=db).json["checks"]
    assert [each["finding"] for each in checks if each["name"] == "secrets"] == ["bad"]


def test_a_quarantined_delivery_is_listed_shown_replayed_and_dropped(db: Path) -> None:
    created(db)
    store = SqliteStore(str(db))
    try:
        [hook] = store.hooks(1)
        delivery = Delivery(body=b"CallSid=CA1&CallStatus=levitating", received_at=system_clock())
        taken = take(PLATFORMS["twilio"], delivery, hook, 10)
        store.ingest([batch_of(hook, taken, delivery.received_at)])
    finally:
        store.close()
    [found] = callboard("quarantine", "list", "--json", db=db).json
    assert found["reason"] == "unknown_status"
    assert "levitating" in callboard("quarantine", "show", found["id"], db=db).text
    replayed = callboard("quarantine", "replay", "--all", "--json", db=db)
    assert (replayed.code, replayed.json) == (1, {"released": 0, "stays": 1, "applied": 0})
    assert callboard("quarantine", "replay", db=db).code == 2
    assert callboard("quarantine", "replay", "--all", "--hook", "1", db=db).code == 2
    alone = callboard("quarantine", "replay", found["id"], "--hook", "1", db=db)
    assert alone.code == 1
    assert "levitating" in alone.text
    assert callboard("quarantine", "replay", found["id"], "--hook", "9", db=db).code == 1
    assert callboard("quarantine", "drop", found["id"], db=db).code == 0
    assert callboard("quarantine", "drop", found["id"], db=db).code == 1


def post(db: Path, *deliveries: Delivery) -> None:
    """Deliveries to the only hook of the store."""
    store = SqliteStore(str(db))
    try:
        [hook] = store.hooks(1)
        for each in deliveries:
            taken = take(PLATFORMS[hook.platform], each, hook, 10)
            store.ingest([batch_of(hook, taken, each.received_at)])
    finally:
        store.close()


def report(call_id: str, word: str) -> Delivery:
    call = {"id": call_id, "createdAt": "2026-01-01T00:00:00Z"}
    told = {
        "type": "end-of-call-report",
        "endedReason": word,
        "endedAt": "2026-01-01T00:01:00Z",
        "call": call,
    }
    return Delivery(body=json.dumps({"message": told}).encode(), received_at=system_clock())


def test_unknown_words_are_shown_and_their_calls_corrected(db: Path) -> None:
    made = created(db, "vapi")
    ident = str(made["id"])
    post(db, report("v-1", "levitated"), report("v-2", "levitated"))
    shown = callboard("hook", "show", ident, "--json", db=db).json
    assert [(each["word"], each["times"], each["is_known"]) for each in shown["unknown_words"]] == [
        ("levitated", 2, False)
    ]
    text = callboard("hook", "show", ident, db=db).text
    assert "levitated" in text
    assert "hook remap" not in text
    nothing = callboard("hook", "remap", ident, "--json", db=db).json
    assert (nothing["calls"], nothing["still_unknown"], nothing["words"]) == (0, 2, [])
    # The word of before was an older version's; this one knows it.
    known_now(db)
    assert f"hook remap {ident}" in callboard("hook", "show", ident, db=db).text
    dry = callboard("hook", "remap", "--dry-run", "--json", db=db).json
    assert (dry["dry_run"], dry["calls"], dry["applied"]) == (True, 2, 0)
    assert (
        "2 calls would be corrected by 2 events; 0 stay unknown"
        in callboard("hook", "remap", "--dry-run", db=db).text
    )
    done = callboard("hook", "remap", ident, "--json", db=db)
    assert done.code == 0
    assert done.json["words"] == [
        {
            "platform": "vapi",
            "word": "customer-busy",
            "call_status": "missed",
            "end_reason": "busy",
            "calls": 2,
        }
    ]
    calls = callboard("calls", "--json", db=db).json
    assert [(each["call_status"], each["end_reason"]) for each in calls] == [("missed", "busy")] * 2
    assert callboard("hook", "remap", db=db).text.startswith("No call ended")
    assert callboard("verify", "--deep", db=db).code == 0
    assert callboard("hook", "show", "77", db=db).code == 1
    assert callboard("hook", "remap", "77", db=db).code == 1


def known_now(db: Path) -> None:
    """What a version would have left that did not know `customer-busy` yet: its words and its events."""
    store = SqliteStore(str(db))
    try:
        [hook] = store.hooks(1)
        for each in ("v-1", "v-2"):
            [entry] = store.call_entries(1, hook.space_id, each)
            store.withdraw(1, entry.batch_no, system_clock())
            event = structs.replace(entry.event, source_end_reason="customer-busy")
            entries = [structs.replace(entry, event=event, body=canonical(event), stamp=None)]
            delivery = HookDelivery(hook_id=hook.id, unknown_words=(("end_reason", "customer-busy", 1),))
            store.ingest(
                [
                    Batch(
                        org_id=1,
                        space_id=hook.space_id,
                        entries=entries,
                        source="hook:vapi",
                        received_at=entry.received_at,
                        delivery=delivery,
                    )
                ]
            )
    finally:
        store.close()
