"""Deliveries over HTTP: what is proved is counted once, and what is not is refused with a reason."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from callboard.clock import SECOND
from callboard.ingest.sources.platforms import twilio
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.query.secret_box import _fernet, new_key
from tests.http.board import ANALYTICS, Board
from tests.http.hooks import AUTH_TOKEN, COMPLETED, PUBLIC, SID, TwilioHook
from tests.platforms import signing


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Board]:
    """A board that knows its public URL."""
    with Board(tmp_path, public_url=PUBLIC, failed_auth_per_minute=5) as board:
        yield board


@pytest.fixture
def hook(public: Board) -> TwilioHook:
    return TwilioHook(public)


def calls(board: Board) -> int:
    count: int = board.data("organisation/analytics/")["total_calls"]
    return count


def test_a_signed_delivery_is_counted_when_it_is_answered(public, hook):
    answer = hook.post()
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert answer.headers["content-type"] == "application/json"
    assert "etag" not in answer.headers
    [call] = public.data("call-logs/")
    assert (call["call_id"], call["call_status"], call["call_duration"]) == (SID, "completed", 42)
    assert calls(public) == 1


def test_a_delivery_sent_again_is_200_and_changes_nothing(public, hook):
    assert hook.post().status_code == 200
    before = public.data(ANALYTICS)
    for _ in range(5):
        assert hook.post().status_code == 200
    assert public.data(ANALYTICS) == before
    assert public.store.outcomes(public.acme.id) == {("applied", ""): 1, ("duplicate", ""): 5}
    assert hook.shown()["accepted"] == 6


def test_the_source_of_what_a_hook_took_is_named(public, hook):
    hook.post()
    [entry] = public.store.call_entries(public.acme.id, public.spring.id, SID)
    assert entry.source == "hook:twilio"


def refused(board, hook, answer, kind, **compared):
    """A refusal is 401, says its kind, counts nothing, and tells the hook what was compared."""
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Signature"
    assert answer.json()["message"].endswith(f": {kind}.")
    assert calls(board) == 0
    shown = hook.shown()
    assert shown["refused"] == 1
    assert shown["last_refusal"]["kind"] == kind
    assert {name: shown["last_refusal"]["compared"][name] for name in compared} == compared
    assert hook.token not in str(shown)
    assert AUTH_TOKEN not in str(shown)


def test_a_delivery_without_a_signature_is_refused(public, hook):
    answer = hook.post(headers={"x-twilio-signature": ""})
    refused(public, hook, answer, "missing", header="x-twilio-signature")


def test_a_delivery_signed_by_another_secret_is_refused(public, hook):
    where = hook.url.replace(hook.token, f"{hook.item['prefix']}…")
    refused(public, hook, hook.post(secret="another"), "wrong", url=where)


def test_a_delivery_signed_for_another_url_is_refused_and_the_url_that_fits_is_told(public, hook):
    inner = f"http://callboard.test{hook.path}"
    where = inner.replace(hook.token, f"{hook.item['prefix']}…")
    refused(public, hook, hook.post(url=inner), "wrong", fits_url=where)


def test_a_delivery_with_another_field_than_was_signed_is_refused(public, hook):
    signed = hook.post({**COMPLETED, "CallDuration": "1"}, secret="x").request.headers
    assert hook.post({**COMPLETED, "CallStatus": "busy"}, headers=dict(signed)).status_code == 401
    assert calls(public) == 0


def test_many_refusals_are_counted_and_few_are_written(public, hook, caplog):
    for _ in range(50):
        assert hook.post(secret="another").status_code == 401
    public.loop.run(public.services.refusals.settle())
    assert hook.shown()["refused"] == 50
    lines = [each.message for each in caplog.records if "refused" in each.message]
    assert len(lines) < 10
    assert hook.token not in str(lines)


def test_each_kind_of_refusal_is_told(public, hook, caplog):
    for _ in range(3):
        assert public.ask("POST", hook.path, content=b"CallSid=CA1").status_code == 401
        assert hook.post(secret="another").status_code == 401
    lines = [each.message for each in caplog.records if "was refused" in each.message]
    assert [line.partition("was refused: ")[2].partition(".")[0] for line in lines[:2]] == [
        "missing",
        "wrong",
    ]
    public.loop.run(public.services.refusals.settle())
    assert hook.shown()["refused"] == 6


def test_an_unknown_token_is_404_and_so_is_another_platform(public, hook):
    assert public.ask("POST", "/hooks/twilio/cbh_nobody/").status_code == 404
    assert hook.post(path=hook.path.replace("twilio", "vapi")).status_code == 404
    assert hook.post(path=hook.path.replace("twilio", "nobody")).status_code == 404
    assert hook.shown()["refused"] == 0


def test_tokens_cannot_be_tried_without_end(public, hook):
    tried = [public.ask("POST", f"/hooks/twilio/cbh_{number}/").status_code for number in range(8)]
    assert tried == [404] * 5 + [429] * 3
    assert hook.post().status_code == 200


def test_a_revoked_hook_takes_nothing(public, hook):
    assert (
        public.ask("DELETE", f"hooks/{hook.id}/", token=public.admin, org="acme.example").status_code == 200
    )
    assert hook.post().status_code == 404
    assert calls(public) == 0


def test_a_hook_counts_for_its_own_organization_alone(public, hook):
    stranger = {"token": public.stranger, "org": "other.example"}
    assert public.data("hooks/", **stranger) == []
    assert public.ask("DELETE", f"hooks/{hook.id}/", **stranger).status_code == 404
    assert (
        public.post(f"hooks/{hook.id}/rotate/", {"secrets": {"auth_token": "x"}}, **stranger).status_code
        == 404
    )
    assert public.post(f"hooks/{hook.id}/test/", **stranger).status_code == 404
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    [kept] = public.data("quarantine/", token=public.admin)
    assert public.data("quarantine/", **stranger) == []
    assert public.post(f"quarantine/{kept['id']}/replay/", **stranger).status_code == 404
    body = {"platform": "twilio", "space_token": public.elsewhere.token}
    assert public.post("hooks/", body).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_admins_see_and_change_hooks(public, hook, role):
    by = {"token": getattr(public, role), "org": "acme.example"}
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    [kept] = public.data("quarantine/", token=public.admin)
    for method, path in (
        ("GET", "hooks/"),
        ("POST", "hooks/"),
        ("POST", f"hooks/{hook.id}/rotate/"),
        ("POST", f"hooks/{hook.id}/test/"),
        ("DELETE", f"hooks/{hook.id}/"),
        ("GET", "quarantine/"),
        ("GET", f"quarantine/{kept['id']}/"),
        ("POST", f"quarantine/{kept['id']}/replay/"),
        ("DELETE", f"quarantine/{kept['id']}/"),
    ):
        assert public.ask(method, path, **by).status_code == 403, path


def test_a_delivery_by_get_is_signed_by_its_url(public, hook):
    query = urlencode(COMPLETED)
    headers = signing.twilio(f"{hook.url}?{query}", b"", AUTH_TOKEN)
    assert public.ask("GET", f"{hook.path}?{query}", headers=headers).status_code == 200
    assert calls(public) == 1
    assert public.ask("HEAD", f"{hook.path}?{query}", headers=headers).status_code == 405
    assert public.ask("GET", f"{hook.path}?{query}&x=1", headers=headers).status_code == 401


def test_whatever_a_platform_accepts_it_is_answered(public, hook):
    assert hook.post(headers={"accept": "text/xml"}).status_code == 200


def test_a_delivery_may_come_compressed_and_is_bounded_both_ways(tmp_path):
    body = b"&".join(f"{name}={value}".encode() for name, value in COMPLETED.items()).replace(b"+", b"%2B")
    body = body.replace(b" ", b"+")
    with Board(tmp_path, public_url=PUBLIC, max_body_bytes=2048, max_decoded_bytes=4096) as board:
        hook = TwilioHook(board)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            **signing.twilio(hook.url, body, AUTH_TOKEN),
        }
        packed = {**headers, "content-encoding": "gzip"}
        post = lambda content, headers: board.ask("POST", hook.path, content=content, headers=headers)  # noqa: E731
        assert post(gzip.compress(body), packed).status_code == 200
        assert calls(board) == 1
        assert post(b"x" * 3000, headers).status_code == 413
        assert post(gzip.compress(b"x" * 1_000_000), packed).status_code == 413
        assert post(body, {**headers, "content-encoding": "br"}).status_code == 415


def test_what_cannot_be_mapped_is_quarantined_and_answered_200(public, hook):
    fields = {**COMPLETED, "CallStatus": "levitating", "RecordingUrl": "https://x.example/secret-recording"}
    assert hook.post(fields).status_code == 200
    assert hook.post(fields).status_code == 200
    assert calls(public) == 0
    [kept] = public.data("quarantine/", token=public.admin)
    assert (kept["reason"], kept["times"], kept["hook_id"]) == ("unknown_status", 2, hook.id)
    assert kept["faults"]["records"][0]["word"] == "levitating"
    shown = public.data(f"quarantine/{kept['id']}/", token=public.admin)
    assert "levitating" in shown["body"]
    assert "secret-recording" not in shown["body"]
    assert (hook.shown()["quarantined"], hook.shown()["accepted"]) == (1, 2)


def test_a_replay_counts_a_delivery_as_if_it_had_come_in_time(public, hook, monkeypatch):
    """Once the table knows the word."""
    at = public.now
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    [kept] = public.data("quarantine/", token=public.admin)
    public.pass_minutes(60)
    again = public.post(f"quarantine/{kept['id']}/replay/").json()["data"]
    assert (again["released"], again["applied"]) == (False, 0)
    monkeypatch.setattr(twilio, "STATUSES", WordTable(("levitating", "completed", "hangup")))
    again = public.post(f"quarantine/{kept['id']}/replay/").json()["data"]
    assert (again["released"], again["applied"]) == (True, 1)
    [entry] = public.store.call_entries(public.acme.id, public.spring.id, SID)
    assert entry.received_at == at
    assert public.data("quarantine/", token=public.admin) == []
    assert public.post(f"quarantine/{kept['id']}/replay/").status_code == 404
    assert hook.shown()["accepted"] == 1


def test_what_came_to_a_hook_is_replayed_after_it_was_revoked(public, hook, monkeypatch):
    """It was proved when it came."""
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    [kept] = public.data("quarantine/", token=public.admin)
    assert (
        public.ask("DELETE", f"hooks/{hook.id}/", token=public.admin, org="acme.example").status_code == 200
    )
    monkeypatch.setattr(twilio, "STATUSES", WordTable(("levitating", "completed", "hangup")))
    again = public.post(f"quarantine/{kept['id']}/replay/").json()["data"]
    assert (again["released"], again["applied"]) == (True, 1)
    assert calls(public) == 1


def generic(board: Board, space: str, **template: str) -> dict:
    body = {"platform": "generic", "space_token": space, "settings": {"template": template}}
    answer = board.post("hooks/", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def test_a_delivery_is_replayed_by_another_hook_whose_settings_are_right(public, hook):
    """The settings of a hook are fixed: what waits of a wrong template is read by that of the next one. A
    replay by a hook that reads less, which fails, costs the delivery nothing.
    """
    spring, named = public.spring.token, {"call_id": "call_token", "call_status": "state"}
    wrong = generic(public, spring, **named)
    lesser = generic(public, spring, call_id="no.id", call_status="state")
    right = generic(public, spring, **named, **{"call_status:zip": "completed hangup"})
    body = b'{"call_token": "tok-1", "state": "zip", "password": "x"}'
    headers = signing.standard(body, wrong["secrets"]["secret"], public.now / SECOND)
    path = wrong["url"].removeprefix(PUBLIC)
    assert public.ask("POST", path, content=body, headers=headers).status_code == 200
    [kept] = public.data("quarantine/", token=public.admin)
    replay = f"quarantine/{kept['id']}/replay/"
    for other in (hook.id, 999):
        answer = public.post(replay, {"hook_id": other})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "hook_id"
    assert public.post(replay, {"hook_id": lesser["id"]}).json()["data"]["released"] is False
    again = public.post(replay, {"hook_id": right["id"]}).json()["data"]
    assert (again["released"], again["applied"]) == (True, 1)
    assert [each["call_id"] for each in public.data("call-logs/")] == ["tok-1"]
    assert public.data("quarantine/", token=public.admin) == []


def test_a_quarantined_delivery_is_dropped(public, hook):
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    [kept] = public.data("quarantine/", token=public.admin)
    by = {"token": public.admin, "org": "acme.example"}
    assert public.ask("DELETE", f"quarantine/{kept['id']}/", **by).status_code == 200
    assert public.ask("DELETE", f"quarantine/{kept['id']}/", **by).status_code == 404


def test_secrets_are_rotated_and_the_old_ones_are_taken_for_a_while(public, hook):
    rotate = f"hooks/{hook.id}/rotate/"
    answer = public.post(rotate, {"secrets": {"auth_token": "newer"}, "old_valid_hours": 1})
    assert answer.status_code == 200
    assert hook.post().status_code == 200
    assert hook.post(secret="newer").status_code == 200
    public.pass_minutes(61)
    assert hook.post().status_code == 401
    assert hook.post(secret="newer").status_code == 200
    assert public.post(rotate, {}).status_code == 422


def test_a_new_url_is_given_and_the_old_one_ends(public, hook):
    answer = public.post(f"hooks/{hook.id}/rotate/", {"new_url": True, "old_valid_hours": 0})
    new = answer.json()["data"]["url"]
    assert hook.post().status_code == 404
    assert hook.post(path=new.removeprefix(PUBLIC), url=new).status_code == 200


def test_a_secret_that_is_ours_is_made_and_shown_once(public):
    body = {"platform": "vapi", "space_token": public.spring.token}
    made = public.post("hooks/", body).json()["data"]
    assert len(made["secrets"]["secret"]) >= 32
    assert made["secrets"]["secret"] in made["setup"] or made["url"] in made["setup"]
    assert made["secrets"]["secret"] not in str(public.data("hooks/", token=public.admin))
    assert made["url"] not in str(public.data("hooks/", token=public.admin))


def test_an_api_key_is_never_shown_and_rotated_alone_leaves_the_other_secrets(public):
    key = "AC00000000000000000000000000000001:a-token-of-the-api"
    body = {"platform": "twilio", "space_token": public.spring.token}
    made = public.post("hooks/", {**body, "secrets": {"auth_token": AUTH_TOKEN, "api_key": key}})
    assert made.status_code == 201
    hook_id = made.json()["data"]["id"]
    rotated = public.post(f"hooks/{hook_id}/rotate/", {"secrets": {"api_key": f"{key}-2"}})
    assert rotated.status_code == 200
    checks = public.post(f"hooks/{hook_id}/test/")
    for answer in (made, rotated, checks, public.get("hooks/", token=public.admin)):
        assert "a-token-of-the-api" not in answer.text
    [hook] = public.store.hooks(public.acme.id)
    secrets = public.services.secrets.open(hook.secrets[0].sealed)
    assert secrets == {"auth_token": AUTH_TOKEN, "api_key": f"{key}-2"}


def test_a_hook_may_be_made_before_its_platform_tells_the_secret(public):
    """As ElevenLabs does, which shows it once it knows the URL."""
    made = public.post("hooks/", {"platform": "elevenlabs", "space_token": public.spring.token}).json()[
        "data"
    ]
    assert "secret" in made["setup"]
    checks = {
        each["name"]: each for each in public.post(f"hooks/{made['id']}/test/").json()["data"]["checks"]
    }
    assert checks["secrets"]["finding"] == "bad"
    public.post(f"hooks/{made['id']}/rotate/", {"secrets": {"secret": "wsec_x"}})
    checks = {
        each["name"]: each for each in public.post(f"hooks/{made['id']}/test/").json()["data"]["checks"]
    }
    found = {name: each["finding"] for name, each in checks.items()}
    assert found == {
        "hook": "good",
        "secrets": "good",
        "api_key": "unknown",
        "public_url": "good",
        "deliveries": "unknown",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "nobody"}, "platform"),
        ({"secrets": {"password": "x"}}, "secrets.password"),
        ({"secrets": {"auth_token": ""}}, "secrets.auth_token"),
        ({"secrets": {"api_key": "of no account"}}, "secrets.api_key"),
        ({"settings": {"api_url": "http://169.254.169.254/"}}, "settings.api_url"),
        ({"settings": {"live_call_limit": 0}}, "settings"),
        ({"settings": {"id_prefix": "x" * 65}}, "settings.id_prefix"),
        ({"settings": {"id_prefix": "é" * 33}}, "settings.id_prefix"),
        ({"settings": {"id_prefix": "a\0b"}}, "settings.id_prefix"),
        ({"settings": {"id_prefix": "a\nb"}}, "settings.id_prefix"),
        ({"settings": {"colour": "red"}}, "settings"),
        ({"settings": {"timezone": 5}}, "settings"),
        ({"settings": {"timezone": "Mars/Base"}}, "settings.timezone"),
        ({"settings": {"timezone": "../etc/passwd"}}, "settings.timezone"),
        ({"settings": {"template": {"call_status": "status"}}}, "settings.template"),
        ({"settings": {"hmac": {"payload": "x"}}}, "settings.hmac.payload"),
        ({"settings": {"hmac": {"payload": "{timestamp}.{url}"}}}, "settings.hmac.payload"),
        ({"settings": {"template": {"call_id": "id", "colour": "red"}}}, "settings.template"),
    ],
)
def test_a_hook_that_cannot_be_is_refused(public, body, field):
    answer = public.post("hooks/", {"platform": "twilio", "space_token": public.spring.token, **body})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_another_key_opens_no_secret_and_the_platform_may_send_again(tmp_path):
    with Board(tmp_path, public_url=PUBLIC) as board:
        hook = TwilioHook(board)
        board.services.secrets._fernet = _fernet([new_key()])
        assert hook.post().status_code == 503
        [check] = [
            each
            for each in board.post(f"hooks/{hook.id}/test/").json()["data"]["checks"]
            if each["name"] == "secrets"
        ]
        assert check["finding"] == "bad"
