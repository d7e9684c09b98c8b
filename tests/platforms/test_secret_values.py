"""What is kept of a delivery holds no link to a recording, no transcript and no secret, whatever field of
whatever scenario it lies in.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.secret_names import SecretNames
from callboard.ingest.sources.platforms.secret_values import CUT, without_secrets
from callboard.query.secret import HOOK_PREFIX, new_secret
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Sent, scenarios_of

SECRET = "MUST0NOT0BE0KEPT"
JWT = f"eyJhbGciOiJIUzI1NiJ9.{SECRET}.c2lnbmF0dXJl"
HOOK = new_secret(HOOK_PREFIX).text
PACKED = base64.b64encode(json.dumps({"task_id": "T-1", "api_key": SECRET}).encode()).decode()

VALUES = {
    "a password in a link": f"https://agent:{SECRET}@calls.example.com/x",
    "a token before a host": f"see https://{SECRET}@calls.example.com:8443/x?y=1 for more",
    "a key in a query": f"https://calls.example.com/x?page=2&api_key={SECRET}&z=3",
    "a signature in a query": f"https://b.example.com/x?X-Amz-Signature={SECRET}&X-Amz-Date=20260302",
    "a shared access signature": f"https://b.example.com/x?sv=2026-01-01&sig={SECRET}",
    "a token in a fragment": f"https://app.example.com/#access_token={SECRET}",
    "a link in a link": "https://app.example.com/?next="
    + quote(f"https://a:{SECRET}@b.example.com/", safe=""),
    "a recording": f"https://api.example.com/v1/Recordings/RE{SECRET}",
    "a file of sound": f"https://files.example.com/{SECRET}.wav?x=1",
    "a file on a disk": f"/var/spool/asterisk/monitor/2026/{SECRET}.WAV",
    "a file in a bucket": f"s3://calls/{SECRET}.mp4",
    "a JWT": JWT,
    "a JWT in words": f"Authorization was {JWT}, and refused",
    "a bearer": f"Bearer {SECRET}abc",
    "a hook of ours": f"https://calls.example.com/hooks/telnyx/{HOOK}/",
    "a password of SIP": f"sip:1001:{SECRET}@pbx.example.com",
    "packed": PACKED,
    "JSON in a text": json.dumps({"password": SECRET}),
}
"""Texts that are secret by themselves."""
HARMLESS = (
    "https://calls.example.com:8443/x/y?page=2&kind=a%20b#top", "sip:+12025550143@pbx.example.com:5060",
    "asha@example.com.au", "completed", "CA00000000000000000000000000000001", "10.0.0.1:5060", "eyJ", "a.b.c",
    "2026-03-02T09:30:00.250Z", "Call ended by remote party", "basic information123", "https://", "://x",
    "cb_1", "sip:1001@pbx.example.com;transport=udp", "en-US.v1", "Bearer of bad news",
    base64.b64encode(b'{"task_id": "T-1"}').decode(),
)  # fmt: skip
PRIVATE: dict[str, dict[str, Any]] = {
    "plivo": {"Speech": SECRET, "Digits": SECRET, "RecordUrl": SECRET, "RecordFile": SECRET},
    "twilio": {"UnstableSpeechResult": SECRET, "StableSpeechResult": SECRET, "SecurityCode": SECRET},
    "vonage": {
        "speech": {"recording_url": SECRET, "results": [{"text": SECRET, "confidence": "0.9"}]},
        "dtmf": {"digits": SECRET},
    },
    "telnyx": {
        "client_state": base64.b64encode(f"password={SECRET}&x=1".encode()).decode(),
        "message_history": [{"role": "user", "content": SECRET}],
        "meta": {"delivered_to": f"https://calls.example.com/hooks/telnyx/{SECRET}"},
    },
    "livekit": {
        "egressInfo": {
            "fileResults": [{"filename": f"room/{SECRET}", "location": f"https://b.example.com/{SECRET}"}],
            "file": {"filename": SECRET, "location": SECRET},
            "streamResults": [{"url": f"rtmp://live.example.com/app/{SECRET}"}],
            "segmentResults": [{"playlistName": SECRET, "livePlaylistLocation": SECRET}],
            "roomComposite": {"fileOutputs": [{"filepath": SECRET, "azure": {"accountKey": SECRET}}]},
        },
        "ingressInfo": {"streamKey": SECRET, "url": f"rtmp://live.example.com/{SECRET}"},
    },
    "vapi": {"message": {"conversation": [{"role": "user", "content": SECRET}]}},
    "dialpad": {"recording_details": [{"id": "1", "url": f"https://dialpad.example.com/r/{SECRET}"}]},
    "bland": {"webhook": f"https://x.example.com/{SECRET}", "webhook_url": f"https://x.example.com/{SECRET}"},
    "freeswitch": {
        "variables": {"detect_speech_result": SECRET, "api_hangup_hook": f"curl https://a:{SECRET}@b"}
    },
}
"""What platforms send whose names tell it."""
SENT = [sent for root in (OWN, OTHERS) for scenario in scenarios_of(root) for sent in scenario.sent]


def left_of(platform: str, body: bytes, query: str = "") -> Delivery:
    names = PLATFORMS[platform].redact
    kept = redacted(Delivery(body=body, query=query, received_at=RECEIVED), names)
    assert SECRET not in repr(kept)
    assert HOOK not in repr(kept)
    for packed in _packed(kept.body):
        assert SECRET.encode() not in packed
    assert redacted(kept, names) == kept
    return kept


def _packed(body: bytes) -> Iterator[bytes]:
    for word in body.replace(b'"', b" ").replace(b"&", b" ").replace(b"=", b"= ").split():
        if word[:3] in (b"eyJ", b"eyA", b"cGF"):
            yield base64.b64decode(word.rstrip(b"=") + b"==")


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts lie in a document."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*place, name))
    elif isinstance(value, str):
        yield place


def _with(document: Any, place: tuple[Any, ...], value: str) -> Any:
    changed = copy.deepcopy(document)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return changed


def _changed(sent: Sent, value: str, data: st.DataObject) -> tuple[bytes, str] | None:
    """The body and the query of a delivery with a value in the place of one of its texts."""
    body, query = sent.delivery.body, sent.delivery.query
    if body[:1] in (b"{", b"["):
        document = json.loads(body)
        if places := list(_places(document)):
            return json.dumps(_with(document, data.draw(st.sampled_from(places)), value)).encode(), query
        return None
    form = parse_qsl(body.decode() if body else query, keep_blank_values=True)
    if len(form) < 2:
        return None
    at = data.draw(st.integers(0, len(form) - 1))
    written = urlencode([(name, value if place == at else old) for place, (name, old) in enumerate(form)])
    return (written.encode(), query) if body else (b"", written)


def _is_readable(sent: Sent) -> bool:
    try:
        return sent.delivery.body[:1] not in (b"{", b"[") or json.loads(sent.delivery.body) is not None
    except ValueError:
        return False


@given(
    st.sampled_from([each for each in SENT if _is_readable(each)]),
    st.sampled_from(list(VALUES.values())),
    st.data(),
)
def test_no_field_of_any_scenario_keeps_what_is_secret_by_itself(
    sent: Sent, value: str, data: st.DataObject
) -> None:
    changed = _changed(sent, value, data)
    if changed is not None:
        left_of(sent.platform, *changed)
        left_of(sent.platform, changed[0][:-1], changed[1])  # cut off, and no longer JSON


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("written", ["JSON", "list", "form", "query", "table", "text"])
def test_every_way_of_writing_it(value: str, written: str) -> None:
    document = {
        "JSON": json.dumps({"x": value}),
        "list": json.dumps([[value]]),
        "text": f"odd words\n{value}\n",
    }
    if written == "table":
        rows = f'id,x,y\n1,"{value.replace(chr(34), chr(34) * 2)}",2\n'
        kept = left_of("asterisk", rows.encode()).body.decode().splitlines()
        assert (kept[0], kept[1][:2], kept[1][-2:]) == ("id,x,y", "1,", ",2")
    elif written in ("form", "query"):
        form = urlencode({"a": "1", "x": value, "b": "2"})
        kept_form = left_of("twilio", *((form.encode(), "") if written == "form" else (b"", form)))
        assert dict(parse_qsl(kept_form.body.decode() or kept_form.query))["b"] == "2"
    else:
        left_of("generic", document[written].encode())


def test_slashes_that_a_sender_escapes() -> None:
    body = json.dumps({"x": VALUES["a password in a link"], "y": "z"}).replace("/", "\\/")
    left_of("generic", body.encode())
    left_of("generic", body[:-1].encode())


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text, SecretNames()) == text
    body = json.dumps({"x": text}, separators=(",", ":")).encode()
    assert left_of("generic", body).body == body


def test_of_a_link_only_the_secret_goes() -> None:
    link = "https://a:b@calls.example.com:8443/x?page=2&token=abc&z=3#top"
    kept = without_secrets(f"see {link} there", SecretNames())
    cut = quote(CUT)
    assert kept == f"see https://{cut}@calls.example.com:8443/x?page=2&token={cut}&z=3#top there"


@pytest.mark.parametrize("platform", PRIVATE)
def test_what_platforms_are_known_to_send_is_not_kept(platform: str) -> None:
    """Beside what its own deliveries hold."""
    private = PRIVATE[platform]
    left_of(platform, json.dumps(private).encode())
    left_of(platform, json.dumps([{"data": {"payload": private}}]).encode())
    for sent in SENT:
        if sent.platform == platform and sent.delivery.body[:1] == b"{" and _is_readable(sent):
            left_of(platform, json.dumps({**json.loads(sent.delivery.body), **private}).encode())
    if all(isinstance(value, str) for value in private.values()):
        left_of(platform, urlencode(private).encode())


def test_what_is_kept_of_every_scenario_says_what_it_said() -> None:
    """But for its metadata: ids, words, numbers and times are no secret."""
    for sent in SENT:
        platform = PLATFORMS[sent.platform]
        reads = platform.reads(sent.settings)
        kept = structs.replace(redacted(sent.delivery, platform.redact, reads), url=sent.delivery.url)
        before, after = (translated(platform, each, sent.settings) for each in (sent.delivery, kept))
        plain = [[{**each, "metadata": None} for each in found.events] for found in (before, after)]
        assert plain[0] == plain[1]


def test_a_long_text_is_looked_at_once() -> None:
    """Neither a link nor a word that never ends makes the reader start again at each character."""
    for text in (
        "https://" * 30_000, "a." * 120_000, "eyJ." * 60_000, "sip:" * 60_000, "bearer " * 30_000,
        "https://x?" + "a=b&" * 60_000, ".wav" * 60_000, "cb_" * 80_000, "@" * 250_000,
        "https://x?u=" + "https%3A%2F%2F" * 15_000,
    ):  # fmt: skip
        without_secrets(text, SecretNames())
