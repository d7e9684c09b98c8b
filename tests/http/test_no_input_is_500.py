"""No input is ever 500: drawn bodies and headers for every route that takes a body, against a real server.

`schemathesis` draws what the document describes (`test_conformance.py`); here is what it does not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.http.endpoints import ENDPOINTS
from tests.http.board import call, task
from tests.http.door import BASE, Door
from tests.http.hostile import fields_of

WITH_BODY = {each.operation: each for each in ENDPOINTS if each.body is not None or each.takes_anything}

# JSON as it is written, so that what no encoder writes can be sent too.
ODD_VALUES = [
    b"1e400",
    b"-1e400",
    b"1" + b"0" * 30,
    b"1" + b"0" * 5000,
    b"-1" + b"0" * 5000,
    b"1." + b"0" * 5000 + b"1",
    b"1e-5000",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"-0.0",
    b"0.1e1",
    b"NaN",
    b"-Infinity",
    b"01",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b'"' + b"x" * 300 + b'"',
    b'"\\u0000"',
    b'"\0"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"\xc3"',
    b'"\xef\xbb\xbf"',
    '"\u202e\u0085\u2028"'.encode(),
    b'"9999-12-31T23:59:59-23:59"',
    b'"0001-01-01T00:00:00+23:59"',
    b'"2026-02-30T25:61:61Z"',
    b'"\xd9\xa1\xd9\xa2"',
    b'{"a":1,"a":2}',
    b'{"":{"":[[]]}}',
    b'{"\\u0000":1}',
    b'{"\\ud800":"\\udfff"}',
    *[b"[" * depth + b"]" * depth for depth in (15, 16, 17, 63, 64, 65, 900, 975, 990, 1000, 5000)],
    *[b'{"a":' * depth + b"1" + b"}" * depth for depth in (16, 17, 64, 500, 975, 990, 1000, 5000)],
    b"[" * 500,
    b"]",
    b",",
]
ODD_BODIES = [
    b"",
    b" ",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf{}",
    b"a=1&b=2",
    b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    "{}".encode("utf-16"),
    "{}".encode("utf-32"),
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"{}{}",
    b"{} \n{}",
    b'"text"',
    b"42",
    b"nul",
]
MEDIA = [
    "application/json",
    "application/x-ndjson",
    "application/json; charset=utf-8",
    'application/json; charset="utf-16"; =; ;',
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "*/*",
    ";",
    "\u00e9",
]
HEADERS = {
    "Content-Encoding": ["gzip", "zstd", "identity", "br", "gzip, gzip", ","],
    "Idempotency-Key": ["", "a", "\u00e9", "x" * 300],
    "Accept": ["", ",", ";q=", "application/json;q=nan", "*/*;q=1e999", "text/html;q=0.5,*;q=x", "," * 3000],
    "If-None-Match": ["*", ",", 'W/"', '"' * 3000],
    "X-Request-Id": ["", "\u00e9", "x" * 500],
    "X-Forwarded-For": ["", ",", "::::", "[::1]:80", "1" * 3000],
    "Cookie": ["callboard_session", "=;=;", "callboard_session=\u00e9", ";" * 3000],
    "Origin": ["null", "http://[", "https://\u00e9", "//"],
    "Sec-Fetch-Site": ["same-origin", "", "\u00e9"],
}
headers = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in HEADERS.items()}
)


def _bodies(operation: str) -> st.SearchStrategy[bytes]:
    endpoint = WITH_BODY[operation]
    example = _example(operation)
    fields = [*([] if endpoint.body is None else fields_of(endpoint)), *example, "odd", "\u00e9"]
    changes = st.dictionaries(st.sampled_from(fields), st.sampled_from(ODD_VALUES), max_size=3)
    one = changes.map(lambda changed: _written(example, changed))
    lists = st.lists(one | st.sampled_from(ODD_VALUES), max_size=4)
    return st.one_of(
        one,
        lists.map(lambda parts: b"[" + b",".join(parts) + b"]"),
        lists.map(lambda parts: b'{"events":[' + b",".join(parts) + b"]}"),
        lists.map(b"\n".join),
        st.sampled_from(ODD_VALUES + ODD_BODIES),
        st.binary(max_size=40),
    )


def _example(operation: str) -> dict[str, Any]:
    if operation == "create_session":
        return {"token": "cb_none"}
    if operation == "send_events":
        return {
            **call("c-1"),
            "metadata": {"a": 1},
            "call_duration": 1,
            "occurred_at": "2026-01-01T00:00:00Z",
        }
    body = WITH_BODY[operation].body
    if body is None:
        return {"message": {"type": "end-of-call-report", "endedReason": "hangup"}, "type": 1, "call": {}}
    return dict(body.example or {})  # a part of a file has no fields


def _written(example: dict[str, Any], changed: dict[str, bytes]) -> bytes:
    parts = {**{name: json.dumps(value).encode() for name, value in example.items()}, **changed}
    return b"{" + b",".join(json.dumps(name).encode() + b":" + value for name, value in parts.items()) + b"}"


@pytest.fixture(scope="module")
def odd(door_of_module: Door) -> Door:
    """The server, with what the routes name."""
    sent = door_of_module.send(json.dumps([call("c-1"), task("t-1", run_id="r-1")]))
    assert sent.json()["data"]["applied"] == 2
    return door_of_module


@pytest.fixture(scope="module")
def upload(odd: Door) -> str:
    return odd.an_upload()


@pytest.mark.parametrize("operation", WITH_BODY)
@settings(max_examples=40)
@given(data=st.data())
def test_no_body_is_500(odd: Door, upload: str, operation: str, data: st.DataObject):
    """Whatever is sent in whichever field, under whichever headers: an answer in the one shape."""
    endpoint = WITH_BODY[operation]
    path = endpoint.path.replace("{space_token}", odd.spring).replace("{task_id}", "t-1").replace("{id}", "2")
    path = path.replace("{import_id}", upload).replace("{part}", "0")
    proof: dict[str, str] = {}
    if "{hook_token}" in path:
        path, proof = odd.a_hook()
    body = data.draw(_bodies(operation))
    sent = {"Content-Type": data.draw(st.sampled_from(MEDIA[:3] if data.draw(st.booleans()) else MEDIA))}
    sent |= data.draw(headers)
    named = [(name, value) for name, value in {**odd.headers(), **sent, **proof}.items()]
    if operation != "create_session":
        named = [(name, value) for name, value in named if name != "Cookie"]
    pairs = [(name, value.encode("utf-8")) for name, value in named]
    pairs.append(("Content-Length", str(len(body)).encode()))
    answer = odd.raw(path, pairs, body, method=endpoint.method)
    assert answer.status != 500, answer
    assert 200 <= answer.status < 500 or answer.status == 503, answer
    if answer.status >= 400 and answer.body:
        assert answer.said["status_code"] == answer.status


FALSE_LENGTHS = [
    b"Content-Length: 5\r\n\r\n{}",
    b"Content-Length: 1\r\n\r\n{}",
    b"Content-Length: -1\r\n\r\n{}",
    b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    b"Content-Length: \xd9\xa1\r\n\r\n{}",
    b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}",
    b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("sent", FALSE_LENGTHS)
def test_no_false_length_is_500(odd: Door, sent: bytes):
    """A length that is none, too short, too long or twice, and chunks that are none."""
    head = f"POST {BASE}spaces/{odd.spring}/events/ HTTP/1.1\r\nHost: callboard\r\n"
    head += f"Authorization: Token {odd.admin}\r\nContent-Type: application/json\r\n"
    answer = odd.bytes(head.encode() + sent, hang_up=True)
    assert answer.status in (0, 200, 400, 413, 422), answer
    assert odd.lives()
