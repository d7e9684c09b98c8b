"""What is kept of a delivery holds no secret, no link to a recording and no transcript, by whatever name."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED

SECRET = "MUST-NOT-BE-KEPT"
KEPT: dict[str, Any] = {
    "call_id": "c-1", "status": "completed", "from": "+12025550143", "duration": 31, "endedReason": "busy",
    "recording_enabled": True, "assistantId": "a-1", "raw_digits": "+12025550178",
    "transcript_summary": "short", "transport": "sip", "monitored": 1, "controlled_by": "agent",
    "location": "London", "zone": "UTC", "author": "Ada", "authority": "city", "authorized": True,
    "session_id": "s-1", "sip_auth_realm": "pbx", "keyword": "sale", "total_tokens": 12, "keypress": "1",
    "signature_required": False, "key": "k",
}  # fmt: skip
"""Fields that stay, though some of them look like what goes."""
BEFORE: tuple[list[str], ...] = ([], ["my"], ["sip"], ["x"], ["twilio"], ["customer", "server"])
NAMES = (
    ["secret"], ["secret", "", "token"], ["secret", "", "any", "word"], ["client", "secret"], ["token"],
    ["auth", "token"], ["call", "token"], ["access", "token"], ["api", "key"], ["private", "key"],
    ["signing", "key"], ["password"], ["credentials"], ["authorization"], ["cookie"], ["headers"],
    ["listen", "url"], ["control", "url"], ["web", "call", "url"], ["recording", "url"],
    ["recording", "path"], ["recording", "urls"], ["recording", "file"], ["stereo", "recording", "url"],
    ["presigned", "url"], ["public", "log", "url"], ["voicemail", "share", "link"], ["transcript"],
    ["transcription", "text"], ["transcription", "url"], ["transcript", "with", "tool", "calls"],
    ["auth"], ["auth", "data"], ["basic", "auth"], ["auth", "value"], ["auth", "string"], ["auth", "hash"],
    ["auth", "info"], ["auth", "params"], ["authentication"], ["authorisation"], ["passwd"], ["pwd"],
    ["passcode"], ["bearer"], ["signature"], ["hmac"], ["otp"], ["session", "key"], ["auth", "session"],
    ["app", "key"], ["ssh", "key"], ["auth", "tokens"], ["refresh", "tokens"], ["csrf"], ["creds"],
)  # fmt: skip


def spelled(words: list[str], style: str) -> str:
    if style == "camel":
        return words[0] + "".join(word.capitalize() for word in words[1:])
    if style == "Pascal":
        return "".join(word.capitalize() for word in words)
    if style == "run together":
        return "".join(words)
    name = {"snake": "_", "kebab": "-", "UPPER": "_", "dots": "."}[style].join(words)
    return name.upper() if style == "UPPER" else name


STYLES = st.sampled_from(["camel", "Pascal", "run together", "snake", "kebab", "UPPER", "dots"])
names = st.builds(
    lambda before, words, style, after: spelled([*before, *words], style) + after,
    st.sampled_from(BEFORE), st.sampled_from(NAMES), STYLES, st.sampled_from(["", "0", "_2"]),
)  # fmt: skip
holders = st.sampled_from([SECRET, [SECRET], {"mp3": SECRET}, [{"role": "user", "text": SECRET}]])


def left_of(body: bytes, platform: str = "generic", query: str = "") -> Delivery:
    sent = Delivery(body=body, query=query, received_at=RECEIVED)
    kept = redacted(sent, PLATFORMS[platform].redact)
    assert redacted(kept, PLATFORMS[platform].redact) == kept
    assert SECRET not in repr(kept)
    return kept


@given(names, holders, st.lists(st.sampled_from(["object", "list", "text"]), max_size=6))
def test_no_name_and_no_depth_keeps_a_secret(name: str, held: Any, around: list[str]) -> None:
    """What stands beside it stays as it was."""
    document: Any = {**KEPT, name: held}
    for each in around:
        document = {
            "object": {"inner": document},
            "list": [1, document],
            "text": {"text": json.dumps(document)},
        }[each]
    left: Any = json.loads(left_of(json.dumps({"all": document}).encode()).body)["all"]
    for each in reversed(around):
        inner = left[1] if each == "list" else left["inner" if each == "object" else "text"]
        left = json.loads(inner) if each == "text" else inner
    assert left == {**KEPT, name: "[redacted]"}


@given(names, holders)
def test_neither_a_form_nor_what_is_cut_off_keeps_a_secret(name: str, held: Any) -> None:
    form = urlencode({"CallSid": "CA1", name: json.dumps(held)})
    assert left_of(form.encode(), query=form).body.startswith(b"CallSid=CA1&")
    cut_off = json.dumps({"call_id": "c-1", name: held}).removesuffix("}")
    assert b'"call_id": "c-1"' in left_of(cut_off.encode()).body
    left_of(json.dumps({"all": cut_off + "x"}).removesuffix("}").encode())


SENT: dict[str, dict[str, Any]] = {
    "vapi": {
        "monitor": {"listenUrl": SECRET, "controlUrl": SECRET},
        "transport": {"callToken": SECRET},
        "assistant": {"server": {"headers": {"X-Api-Key": SECRET}}},
        "webCallUrl": SECRET,
        "artifact": {"recordingPath": SECRET, "presignedUrl": SECRET},
    },
    "twilio": dict.fromkeys(("TranscriptionText", "TranscriptionUrl", "SpeechResult", "Digits"), SECRET),
    "elevenlabs": {"dynamic_variables": {"secret__token": SECRET}},
    "freeswitch": {"variables": {"recording_path": SECRET, "sip_auth_response": SECRET}},
    "plivo": {"Digits": SECRET},
    "telnyx": {"payload": {"digits": SECRET}},
}


@pytest.mark.parametrize("platform", SENT)
def test_what_platforms_are_known_to_send_is_not_kept(platform: str) -> None:
    left_of(json.dumps(SENT[platform]).encode(), platform)
    if platform in ("twilio", "plivo"):
        left_of(urlencode(SENT[platform]).encode(), platform)


def test_names_of_a_long_text_are_looked_at_once() -> None:
    """Neither a word nor white space that never ends makes the reader start again at each character."""
    for text in ("a" * 250_000, "a " * 120_000, "token" + " " * 250_000, '"' * 250_000, "token='" * 40_000):
        left_of(text.encode())
