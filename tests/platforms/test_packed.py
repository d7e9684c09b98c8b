"""Bodies that have others inside: a token with its claims, a batch with its records, documents in a row."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.ingest.sources.platforms.administering import platform_named
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.reading.bodies import claims_of, documents
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms import signing
from tests.platforms.manifests import RECEIVED


def delivery(body: bytes, method: str = "POST") -> Delivery:
    return Delivery(method=method, body=body, received_at=RECEIVED)


def test_what_is_kept_of_a_token_is_its_claims_without_secrets():
    """The token itself would prove a second delivery, and hides from no reader what is in it."""
    platform = PLATFORMS["dialpad"]
    claims = {"call_id": 61, "state": "recording", "recording_details": [{"url": "SECRET"}]}
    _, token = signing.dialpad(json.dumps(claims).encode(), "a secret")
    kept = redacted(delivery(token), platform.redact)
    assert json.loads(kept.body) == claims | {"recording_details": "[redacted]"}
    told = platform.translate(kept, HookSettings()).events
    assert told == platform.translate(delivery(token), HookSettings()).events != []


@pytest.mark.parametrize(
    "body", [b"", b"a.b.c", b"..", b"e30.e30", b"e30.WzFd.x", b"\xff.e30.x", b"e30.=.x", b'{"a": "x.y.z"}']
)
def test_what_is_no_token_has_no_claims(body):
    assert claims_of(body) is None


def test_the_claims_of_a_token_are_read_with_and_without_white_space():
    assert claims_of(b" e30.eyJhIjogMX0.x\n") == b'{"a": 1}'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", [b""]),
        (b'{"a": 1}', [b'{"a": 1}']),
        (b'{"a": {}}{"b": 1} {"c": 1}', [b'{"a": {}}', b'{"b": 1}', b'{"c": 1}']),
        (b'\xef\xbb\xbf{"a": "}{\\""}\n\n{"b": 1}\r\n', [b'{"a": "}{\\""}', b'{"b": 1}']),
        (b'{\n "a": 1\n}\n{\n "b": {\n }\n}', [b'{\n "a": 1\n}', b'{\n "b": {\n }\n}']),
        (b'{"a": \n{"b": 1}', [b'{"a":', b'{"b": 1}']),
        (b'{"a": "x\n{"b": 1}', [b'{"a": "x', b'{"b": 1}']),
        (b'{"a": 1} x', [b'{"a": 1}', b"x"]),
        (b'}{"a": 1}', [b"}", b'{"a": 1}']),
        (b'[{"a": 1},\n{"b": 1}]', [b'[{"a": 1},\n{"b": 1}]']),
        (b"x", [b"x"]),
    ],
)
def test_documents_lie_in_lines_or_are_glued_together(body, found):
    assert documents(body) == found


@given(st.binary(max_size=60) | st.text('{}[]" \\\na1:,', max_size=60).map(str.encode))
def test_no_byte_of_documents_is_lost(body):
    """Whatever they are: what is no document is one that cannot be read."""

    def dense(text: bytes) -> bytes:
        return b"".join(text.removeprefix(b"\xef\xbb\xbf").split())

    assert dense(b"".join(documents(body))) == dense(body)


def test_a_body_of_quotes_is_read_once():
    """A string that never ends does not make the reader start again at each quote."""
    assert len(documents(b'{"' + b'\\"' * 200_000)) == 1


def firehose(*records: bytes) -> Delivery:
    packed = [{"data": base64.b64encode(each).decode()} for each in records]
    return delivery(json.dumps({"requestId": "r-1", "records": packed}).encode())


def test_what_is_kept_of_a_batch_has_no_secret_in_any_record():
    """Also of one that is cut off, and of several that are glued together. What is kept reads as before."""
    platform = PLATFORMS["amazon_connect"]
    record = {
        "ContactId": "c-1",
        "Channel": "VOICE",
        "Recordings": [{"Location": "SECRET"}],
        "Attributes": {},
    }
    whole = json.dumps(record).encode()
    sent = firehose(whole, whole + whole.replace(b"c-1", b"c-2"), b'{"ContactId": "c", "token": "SECRET')
    kept = redacted(sent, platform.redact)
    assert b"SECRET" not in b"".join(
        base64.b64decode(each["data"]) for each in json.loads(kept.body)["records"]
    )
    assert redacted(kept, platform.redact) == kept
    assert platform.translate(kept, HookSettings()) == platform.translate(sent, HookSettings())
    assert [each["call_id"] for each in platform.translate(kept, HookSettings()).events] == [
        "c-1",
        "c-1",
        "c-2",
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"requestId": 7}', b'{"records": []}', b"\xff", b"[" * 9_999]
)
def test_firehose_is_answered_with_its_id_and_a_time_always(body):
    """Anything else, and it sends the whole batch again."""
    platform = PLATFORMS["amazon_connect"]
    sent = structs.replace(delivery(body), headers={"x-amz-firehose-request-id": "r-2"})
    for each, request_id in ((sent, "r-2"), (delivery(body), ""), (firehose(b"x"), "r-1")):
        given_back = platform.answer(each)
        assert given_back.status == 200
        assert given_back.content_type == "application/json"
        assert json.loads(given_back.body) == {"requestId": request_id, "timestamp": RECEIVED // 1000}


@pytest.mark.parametrize("name", ["amazon_connect", "amazon-connect"])
def test_a_platform_of_two_words_is_known_by_both_spellings(name):
    """Commands write a hyphen, URLs and external ids the name."""
    assert platform_named(name) is PLATFORMS["amazon_connect"]
