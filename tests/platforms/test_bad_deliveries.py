"""Whatever is posted to a hook of any platform over the real server: the answer that it must get, never 500,
and no secret in the log, an answer or what is kept.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
import pytest

from callboard.clock import SECOND, system_clock
from callboard.ingest.sources.platforms.reading.bodies import json_values
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.query.secret import secret_digest
from callboard.store.interface import Store
from tests.platforms import signing
from tests.platforms.gate import SECRETS, Gate, request_of
from tests.platforms.manifests import OWN, Sent, scenarios_of
from tests.platforms.test_any_delivery import SAMPLES
from tests.stores import dump

RECORDING = base64.b64encode(os.urandom(3 << 20))
"""A recording in the body, where a few hundred bytes are expected: 4 MiB."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
POSTING = [name for name, each in PLATFORMS.items() if "POST" in each.methods]
UNSIGNED_BODY = ("header", "path", "firehose", "vapi", "body-token")
"""Schemes whose proof is not made of the body."""
JWT = signing.token({"iss": "somebody", "call_id": "v-1", "exp": 4102444800}, "a secret of nobody").encode()


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    gate = Gate(tmp_path_factory.mktemp("bad"))
    try:
        yield gate
        assert "ERROR" not in gate.server.log, gate.server.log
        assert "Traceback" not in gate.server.log
        assert [one for one in (*SECRETS, *gate.tokens) if one in gate.server.log] == []
        assert RECORDING[:40].decode() not in gate.server.log
        assert JWT.decode() not in gate.server.log
    finally:
        gate.close()


class Posted:
    """One hook of a platform, in a tenant of its own."""

    def __init__(self, gate: Gate, platform: str) -> None:
        self.gate, self.platform = gate, platform
        self.space = gate.tenant()
        self.url = gate.hook(self.space, platform)
        self.scheme = PLATFORMS[platform].signature.scheme
        self.answers: list[httpx.Response] = []

    def signed(self, body: bytes, **headers: str) -> dict[str, str]:
        secrets = signing.SECRETS[self.scheme]
        at_s = system_clock() / SECOND
        made = signing.SIGN[self.scheme](self.url, body, secrets, at_s) if self.scheme in signing.SIGN else {}
        return {**made, **headers}

    def post(
        self, body: bytes, media: str = JSON, *, signs: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """A delivery with the platform's signature over `signs`, the body unless said."""
        try:
            sent = self.signed(body if signs is None else signs)
        except ValueError:  # the signer of a form cannot sign what is none
            sent = {}
        answer = self.gate.client.post(
            urlsplit(self.url).path, content=body, headers={**sent, "content-type": media, **headers}
        )
        assert answer.status_code != 500, answer.text
        told = [one for one in (*SECRETS, *self.gate.tokens) if one in answer.text]
        assert told == [], answer.text
        return answer

    @property
    def store(self) -> Store:
        return self.gate.store

    def reasons(self) -> list[str]:
        return [each.reason for each in self.store.quarantine(self.space.org_id)]

    def counts_nothing(self) -> bool:
        return self.store.outcomes(self.space.org_id) == {}

    def sample(self) -> Sent:
        """A good delivery, signed for this hook."""
        for scenario in scenarios_of(OWN, self.platform):
            if scenario.is_posted and not scenario.expect.get("refused"):
                urls = {each.platform: self.url for each in scenario.sent}
                good = [
                    each for each in scenario.sent_to(urls, system_clock()) if each.delivery.method == "POST"
                ]
                if good:
                    return good[-1]
        pytest.skip(f"no scenario of {self.platform} is posted")


@pytest.fixture(params=POSTING)
def hook(gate: Gate, request: pytest.FixtureRequest) -> Posted:
    return Posted(gate, request.param)


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", JSON),
    "nothing of a form": (b"", FORM),
    "blank fields": (
        urlencode(dict.fromkeys(("CallSid", "CallStatus", "To", "CallUUID"), "")).encode(),
        FORM,
    ),
    "JSON in a field of a form": (urlencode({"payload": '{"call":{"id":"v-1"}}'}).encode(), FORM),
    "JSON as a form": (b'{"some":{"id":"v-1"},"word":"completed"}', FORM),
    "a form as JSON": (b"CallSid=CA1&CallStatus=completed", JSON),
    "a token for a body": (JWT, JSON),
    "a token of its own type": (JWT, "application/jwt"),
    "plain text": (b"hello", "text/plain"),
    "XML": (b"<Response/>", "text/xml"),
    "a list": (b"[]", JSON),
    "a list of nothing": (b'[null,1,"",[],{}]', JSON),
    "null": (b"null", JSON),
    "deep": (b"[" * 5000 + b"]" * 5000, JSON),
    "cut off": (b'{"message":{"type":"end-of-call-report","call":{"id":"v-', JSON),
    "not UTF-8": (b'{"call_id":"\xff\xfe"}', JSON),
    "NUL": (b'{"call_id":"\\u0000","status":"completed"}', JSON),
    "half a pair": (b'{"call_id":"\\ud800","status":"completed"}', JSON),
    "unfilled": (b'{"call_id":"{{call.id}}","status":"${status}","call":{"id":"{{id}}"}}', JSON),
    "no type": (b"{}", ""),
    "multipart": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_delivery_is_kept_or_refused_and_counts_nothing(hook: Posted, name: str) -> None:
    """200 and in quarantine (or ignored) where it is proved; 401 where it is not."""
    body, media = BODIES[name]
    answer = hook.post(body, media)
    assert answer.status_code in (200, 401), answer.text
    assert hook.counts_nothing()
    counts = hook.store.hook_counts(hook.space.org_id)
    if answer.status_code == 200:
        [found] = counts.values()
        assert found.accepted == 1
        assert found.ignored or hook.reasons(), "it is told what became of it"


def test_a_good_delivery_is_taken_whatever_its_type_is_called(hook: Posted) -> None:
    """By a proxy that rewrites headers, or a sender that was set up wrongly."""
    sent = hook.sample()
    good = hook.gate.post(sent)
    assert good.status_code == 200
    before = dump(hook.store, hook.space.org_id)["calls"]
    headers = {**sent.delivery.headers, "content-type": "text/plain"}
    answer = hook.gate.client.post(request_of(sent)[1], content=sent.delivery.body, headers=headers)
    assert answer.status_code in (200, 401), answer.text
    assert dump(hook.store, hook.space.org_id)["calls"] == before


def test_a_body_a_thousand_times_too_big_is_taken_or_kept_in_part(hook: Posted) -> None:
    """A recording as base64 among the fields. Beyond the bound of bodies: 413."""
    body = json.dumps(
        {"call_id": "v-1", "recording": RECORDING.decode(), "note": RECORDING.decode()}
    ).encode()
    answer = hook.post(body)
    assert answer.status_code in (200, 401), answer.text
    for each in hook.store.quarantine(hook.space.org_id):
        kept = hook.store.find_quarantined(hook.space.org_id, each.quarantine_id)
        assert kept is not None
        assert len(kept.body) <= 256 << 10
        assert kept.is_cut
        assert b'"recording":"[redacted]"' in kept.body
    assert hook.post(b"x" * (17 << 20)).status_code == 413
    assert hook.counts_nothing()


def test_a_signature_over_other_bytes_proves_nothing(hook: Posted) -> None:
    if hook.scheme in UNSIGNED_BODY:
        pytest.skip("its proof is not made of the body")
    sent = hook.sample()
    headers = dict(sent.delivery.headers)
    other = sent.delivery.body + (b"&x=1" if b"=" in sent.delivery.body[:30] else b" ")
    if hook.scheme == "dialpad":
        head, claims, _ = sent.delivery.body.split(b".")
        other = b".".join((head, claims, base64.urlsafe_b64encode(b"x" * 32).rstrip(b"=")))
    answer = hook.gate.client.post(request_of(sent)[1], content=other, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["message"].endswith(": wrong.")
    assert hook.counts_nothing()


def test_the_token_of_a_hook_opens_no_other_platform_and_no_revoked_hook(hook: Posted) -> None:
    sent = hook.sample()
    path = request_of(sent)[1]
    for other in PLATFORMS.keys() - {hook.platform}:
        moved = path.replace(f"/hooks/{hook.platform}/", f"/hooks/{other}/")
        answer = hook.gate.client.post(moved, content=sent.delivery.body, headers=sent.delivery.headers)
        assert answer.status_code == 404, other
    found = hook.store.hook_of_token(secret_digest(urlsplit(hook.url).path.split("/")[-2]))
    assert found is not None
    hook.store.revoke_hook(hook.space.org_id, found[0].id, system_clock())
    assert hook.gate.post(sent).status_code == 404
    assert hook.counts_nothing()


def test_a_hook_counts_for_its_own_organization_only(gate: Gate) -> None:
    """A delivery that is signed for one hook, posted to that of another organization with its own secret."""
    ours, theirs = Posted(gate, "twilio"), Posted(gate, "twilio")
    sent = ours.sample()
    answer = gate.client.post(
        urlsplit(theirs.url).path, content=sent.delivery.body, headers=sent.delivery.headers
    )
    # Twilio signs the URL, too.
    assert answer.status_code == 401
    assert theirs.counts_nothing()
    assert ours.counts_nothing()
    assert gate.post(sent).status_code == 200
    assert theirs.counts_nothing()
    assert not ours.counts_nothing()


def test_a_delivery_with_some_records_at_fault_is_answered_and_its_good_ones_count(gate: Gate) -> None:
    """As in a batch of Firehose: the good count, and the whole is kept with the reasons of the others."""
    hook = Posted(gate, "amazon_connect")
    sent = hook.sample()
    batch: dict[str, Any] = json.loads(sent.delivery.body)
    batch["records"] += [{"data": "%%%"}, {"data": base64.b64encode(b"{").decode()}, {}]
    answer = hook.post(json.dumps(batch).encode())
    assert answer.status_code == 200
    assert answer.json()["requestId"] == batch["requestId"]
    [kept] = hook.store.quarantine(hook.space.org_id)
    assert json.loads(kept.faults)["count"] == 3
    assert not hook.counts_nothing()


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each in SAMPLES])
def test_numbers_as_texts_and_times_without_zones_are_read_or_kept(gate: Gate, platform: str) -> None:
    """Each value of a good delivery as a text, and each time without its zone."""
    hook = Posted(gate, platform)
    if "POST" not in PLATFORMS[platform].methods or hook.scheme == "dialpad":
        pytest.skip("its body is a token, or there is none")
    sent = hook.sample()
    if not sent.delivery.body.lstrip().startswith((b"{", b"[")):
        pytest.skip("a form: all its values are texts")
    texts = [_as_texts(each) for each in json_values(sent.delivery.body)]
    body = b"\n".join(map(msgspec.json.encode, texts))
    assert hook.post(body).status_code == 200
    counts = hook.store.hook_counts(hook.space.org_id)
    assert [each.accepted for each in counts.values()] == [1]


def _as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    if isinstance(value, str):
        return value.removesuffix("Z") if value[:2] == "20" else value
    return value if value is None or isinstance(value, bool) else str(value)
