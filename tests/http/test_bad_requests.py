"""Bad requests around the body: parameters, headers, paths, methods, and HTTP itself.

Everything goes to a real server, which must be alive after each, with no drift and no fault of its own.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.http.door import ANALYTICS, BASE, Answer, Door


def _refused(answer: Answer, status: int, words: str) -> None:
    """An error in the one shape, whatever the bytes that asked for it."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert answer.said["status_code"] == status
    assert answer.said["request_id"] == answer.headers["x-request-id"]
    assert words in answer.said["message"], answer.said


LONG = "x" * 300
# (the query; the parameter at fault; words of the message)
QUERIES: dict[str, tuple[str, str, str, str]] = {
    "page 0": ("tasks/", "page=0", "page", "from 1 to"),
    "page below 0": ("tasks/", "page=-1", "page", "whole number"),
    "page in words": ("tasks/", "page=first", "page", "whole number"),
    "page in other digits": ("tasks/", "page=%D9%A1", "page", "whole number"),
    "half a page": ("tasks/", "page=1.5", "page", "whole number"),
    "a page of thousands of digits": ("tasks/", "page=" + "9" * 5000, "page", "whole number"),
    "page_size 1e9": ("tasks/", "page_size=1e9", "page_size", "from 1 to 1000"),
    "page_size 1000000000": ("call-logs/", "page_size=1000000000", "page_size", "from 1 to 1000"),
    "page_size 0": ("spaces/", "page_size=0", "page_size", "from 1 to 1000"),
    "page_size of nothing": ("organizations/", "page_size=", "page_size", "whole number"),
    "an unknown parameter": ("tasks/", "stats=failed", "stats", "not a parameter of this path (it takes: "),
    "a parameter in capitals": ("tasks/", "Status=failed", "Status", "not a parameter"),
    "no name": ("tasks/", "=1", "(a parameter without a name)", "not a parameter"),
    "one twice": ("tasks/", "page=1&page=1", "page", "more than once"),
    "one twice, once encoded": ("tasks/", "page=1&%70age=2", "page", "more than once"),
    "sixty-five of them": (
        "tasks/",
        "&".join(f"a{number}=1" for number in range(65)),
        "query",
        "more than 64",
    ),
    "not UTF-8": ("tasks/", "assignee=%ff", "query", "UTF-8"),
    "a NUL": ("tasks/", "assignee=%00", "assignee", "NUL"),
    "an empty text": ("tasks/", "assignee=", "assignee", "must not be empty"),
    "a text too long": ("tasks/", f"assignee={LONG}", "assignee", "longer than 255"),
    "an unknown word": ("tasks/", "status=done", "status", "must be one of pending, "),
    "an unknown flag": ("tasks/", "stuck=1", "stuck", "true or false"),
    "no time": ("tasks/", "created_from=yesterday", "created_from", "not a time"),
    "no such day": ("call-logs/", "start_date=2026-02-30", "start_date", "no such time"),
    "no such zone": ("call-logs/", "timezone=Mars/Olympus", "timezone", "time zone"),
    "a path as zone": ("call-logs/", "timezone=../../etc/passwd", "timezone", "time zone"),
    "no number": ("call-logs/", "min_duration=NaN", "min_duration", "seconds"),
    "a negative duration": ("call-logs/", "max_duration=-1", "max_duration", "from 0 to"),
    "infinite": ("call-logs/", "max_duration=Infinity", "max_duration", "from 0 to"),
    "no cursor": ("call-logs/", "cursor=abc", "cursor", "next_cursor"),
    "an empty space": ("organisation/analytics/", "space_token=", "space_token", "must not be empty"),
    "a space without a value": ("organisation/analytics/", "space_token", "space_token", "must not be empty"),
    "a space with a NUL": ("organisation/analytics/", "space_token=a%00b", "space_token", "NUL"),
    "a space too long": ("organisation/analytics/", f"space_token={LONG}", "space_token", "longer than 255"),
    "two spaces": ("organisation/analytics/", "space_token=a&space_token=b", "space_token", "more than once"),
    "a misspelt space": ("organisation/analytics/", "space-token=a", "space-token", "it takes: space_token"),
}


@pytest.mark.parametrize(("path", "query", "name", "words"), QUERIES.values(), ids=QUERIES)
def test_a_bad_parameter_is_named(door: Door, path: str, query: str, name: str, words: str):
    """400 with the parameter and its rule: a misspelt filter must not widen an answer."""
    answer = door.raw(f"{BASE}{path}?{query}")
    _refused(answer, 400, words)
    assert [each["field"] for each in answer.said["errors"]] == [name]


@pytest.mark.parametrize("token", ["'; DROP TABLE call; --", "spc_ü", "💩", "*", "%", "../..", "a b", "null"])
def test_an_odd_space_is_a_space_that_is_not_there(door: Door, token: str):
    """404, in the query as in the path."""
    _refused(door.raw(f"{ANALYTICS}?space_token={quote(token, safe='')}"), 404, "Space not found.")
    path = f"{BASE}spaces/{quote(token, safe='')}/events/"
    _refused(
        door.raw(path, {**door.headers(), "Content-Length": "2"}, b"[]", method="POST"),
        404,
        "Space not found.",
    )


HANDLE = ("Org-Handle", "acme.example")


def _headers(door: Door, *more: tuple[Any, Any]) -> list[tuple[Any, Any]]:
    return [("Authorization", f"Token {door.admin}"), *more]


def test_credentials_that_are_none(door: Door):
    """401 for each, with the scheme to use; two tokens are not one, even when they are the same."""
    good = f"Token {door.admin}"
    for authorization in (
        [],
        [""],
        ["Token"],
        ["Token "],
        ["Basic YTpi"],
        [door.admin],
        [f"Token {door.admin} {door.admin}"],
        [f"Token {door.admin}, x"],
        [b"Token \xff\xfe"],
        ["Token " + "x" * 60_000],
        [good, good],
        [good, "Token cb_wrong"],
        ["Token cb_wrong", good],
    ):
        answer = door.raw(ANALYTICS, [*(("Authorization", each) for each in authorization), HANDLE])
        _refused(answer, 401, "Invalid or missing API token.")
        assert answer.headers["www-authenticate"] == "Token"


def test_handles_that_are_none(door: Door):
    """404 for what names no organization, 400 for none and for two; no space is found by a wrong handle."""
    tasks = f"{BASE}spaces/{door.spring}/tasks/"
    for sent in (
        ["x"],
        [b"\xff\xfe"],
        ["acmé.example".encode()],
        ["x" * 100_000],
        ["acme.example, acme.example"],
        ["acme.example,"],
    ):
        for target in (ANALYTICS, tasks):
            answer = door.raw(target, _headers(door, *(("Org-Handle", each) for each in sent)))
            _refused(answer, 404, "Organization not found.")
    for sent in (["acme.example", "acme.example"], ["acme.example", "other.example"], ["", "x"], ["", ""]):
        for target in (ANALYTICS, tasks):
            answer = door.raw(target, _headers(door, *(("Org-Handle", each) for each in sent)))
            _refused(answer, 400, "Repeated header: Org-Handle.")
    for sent in ([], [""], [" \t "]):
        answer = door.raw(ANALYTICS, _headers(door, *(("Org-Handle", each) for each in sent)))
        _refused(answer, 400, "Missing required headers: Org-Handle.")
    _refused(door.raw(tasks, _headers(door, ("Org-Handle", ""))), 400, "Org-Handle is empty")
    assert door.raw(tasks, _headers(door)).status == 200
    for spelt in ("ACME.Example", "\tacme.example \t"):
        assert door.raw(ANALYTICS, _headers(door, ("Org-Handle", spelt))).status == 200


def test_header_names_are_the_same_in_any_case(door: Door):
    """As HTTP says."""
    sent = [("AUTHORIZATION", f"token {door.admin}"), ("org-HANDLE", "acme.example")]
    assert door.raw(ANALYTICS, sent).status == 200


def test_conditions_that_are_none_hold_nothing_back(door: Door):
    """A malformed If-None-Match, or one of another thing, is answered in full; dates are no tags."""
    tag = door.raw(ANALYTICS).headers["etag"]
    for name, value in (
        ("If-None-Match", '"'),
        ("If-None-Match", tag.strip('"')),
        ("If-None-Match", b'\xff\xfe,W/,,,"'),
        ("If-None-Match", f'"other", {tag[:-2]}"'),
        ("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT"),
        ("If-Modified-Since", "yesterday"),
        ("Range", "bytes=0-1"),
    ):
        answer = door.raw(ANALYTICS, _headers(door, HANDLE, (name, value)))
        assert (answer.status, answer.headers["etag"]) == (200, tag)
    for value in (tag, f"W/{tag}", "*", f'"other" ,{tag}'):
        answer = door.raw(ANALYTICS, _headers(door, HANDLE, ("If-None-Match", value)))
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)


def test_a_request_id_is_taken_only_when_it_is_plain(door: Door):
    """What a caller sends comes back in headers, bodies and logs: nothing that could break out of them."""
    assert (
        door.raw(ANALYTICS, _headers(door, HANDLE, ("X-Request-Id", "a-1.b:2_c"))).headers["x-request-id"]
        == "a-1.b:2_c"
    )
    for sent in ("a b", "<script>", b"\xff", "x" * 129, ""):
        answer = door.raw(ANALYTICS, _headers(door, ("X-Request-Id", sent)))
        _refused(answer, 400, "Missing required headers")
        assert answer.headers["x-request-id"] not in ("", sent)


# (the path; the status; words of the message)
PATHS: dict[str, tuple[str | bytes, int, str]] = {
    "two slashes in front": (f"/{ANALYTICS}", 404, "Not found."),
    "two slashes within": (f"{BASE}organisation//analytics/", 404, "Not found."),
    "two slashes at the end": (f"{ANALYTICS}/", 404, "Not found."),
    "no space between slashes": (f"{BASE}spaces//tasks/", 404, "Not found."),
    "up and down": (f"{BASE}spaces/../organisation/analytics/", 404, "Not found."),
    "an encoded slash": (f"{BASE}organisation%2Fanalytics/", 404, "Not found."),
    "not UTF-8": (f"{BASE}call-logs/%ff%fe/", 404, "Not found."),
    "half a surrogate pair": (f"{BASE}call-logs/%ED%A0%80/", 404, "Not found."),
    "a NUL": (f"{BASE}call-logs/%00/", 404, "Call not found."),
    "half an escape": (f"{BASE}call-logs/100%/", 404, "Call not found."),
    "no escape": (f"{BASE}call-logs/%zz/", 404, "Call not found."),
    "10 kB": (f"{BASE}call-logs/{'x' * 10_240}/", 404, "Call not found."),
    "bytes as they are": (f"{BASE}call-logs/ü/".encode(), 404, "Not found."),
    "another version": ("/api/v1/platform/spaces/", 404, "Not found."),
    "in capitals": (ANALYTICS.upper(), 404, "Not found."),
    "an id that is none": (f"{BASE}tokens/abc/rotate/", 404, "Token not found."),
    "an id of a hundred digits": (f"{BASE}tokens/{'9' * 100}/rotate/", 404, "Token not found."),
}


@pytest.mark.parametrize(("path", "status", "words"), PATHS.values(), ids=PATHS)
def test_a_path_that_leads_nowhere_is_404(door: Door, path: str | bytes, status: int, words: str):
    """Never a redirect, never somebody else's page, never a fault."""
    method = "POST" if str(path).endswith("rotate/") else "GET"
    _refused(door.raw(path, {**door.headers(), "Content-Length": "0"}, method=method), status, words)


def test_paths_are_found_however_they_are_written(door: Door):
    """With and without the slash at the end, escaped, as a whole URL: the same answer, no redirect."""
    body = door.raw(ANALYTICS).body
    for target in (
        ANALYTICS[:-1],
        ANALYTICS.replace("a", "%61"),
        f"http://callboard{ANALYTICS}",
        f"{ANALYTICS}?",
        f"{ANALYTICS}?&&",
    ):
        answer = door.raw(target)
        assert (answer.status, answer.body) == (200, body)


def test_methods(door: Door):
    """HEAD is GET without its body; OPTIONS says what a path takes; others are 405 and say it too."""
    got = door.raw(ANALYTICS)
    head = door.raw(ANALYTICS, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))
    assert head.headers["etag"] == got.headers["etag"]
    assert door.raw(ANALYTICS, [], method="HEAD").status == 401
    options = door.raw(ANALYTICS, [], method="OPTIONS")
    assert (options.status, options.body, options.headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS")
    for method in ("POST", "DELETE", "TRACE", "CONNECT", "get", "FROBNICATE", "X" * 200):
        answer = door.raw(ANALYTICS, method=method)
        _refused(answer, 405, f"does not take {method[:32]}")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    _refused(door.raw(door.events, method="GET"), 405, "does not take GET")
    _refused(door.raw("*", [], method="OPTIONS"), 404, "Not found.")


def test_older_clients_are_answered_too(door: Door):
    """HTTP/1.0 without a host; a client that asks first whether it may send its body."""
    answer = door.raw(ANALYTICS, version="HTTP/1.0")
    assert (answer.status, answer.said["status_code"]) == (200, 200)
    head = "".join(f"{name}: {value}\r\n" for name, value in door.headers().items())
    assert door.bytes(f"GET {ANALYTICS} HTTP/1.0\r\n{head}\r\n".encode()).status == 200
    expecting = [*door.headers(Expect="100-continue", Content_Length="2").items()]
    assert door.raw(door.events, expecting, b"[]", method="POST").status == 200


def _post(door: Door, *headers: tuple[str, str], body: bytes = b"", hang_up: bool = False) -> Answer:
    return door.raw(door.events, [*door.headers().items(), *headers], body, method="POST", hang_up=hang_up)


def test_a_body_that_breaks_off_is_refused(door: Door):
    """Less than was promised, no proper chunks, no last chunk: 400, even where what came could be read."""
    before = door.counted()
    event = json.dumps({"type": "call", "call_id": "half", "call_status": "missed"}).encode()
    chunked = ("Transfer-Encoding", "chunked")
    chunk = b"%x\r\n%s\r\n" % (len(event), event)
    for headers, body in (
        ([("Content-Length", str(len(event) + 1))], event),
        ([chunked], chunk),
        ([chunked], chunk + b"zz\r\n"),
        ([chunked], chunk + b"5\r\nab"),
        ([chunked], b"-1\r\n" + event),
    ):
        _refused(_post(door, *headers, body=body, hang_up=True), 400, "The body breaks off before its end.")
    assert door.counted() == before
    assert _post(door, chunked, body=chunk + b"0\r\n\r\n").said["data"]["applied"] == 1


def test_what_is_no_http_is_refused_by_the_server_itself(door: Door):
    """Lengths that contradict each other, headers and lines that are none, too many of them: never taken."""
    before = door.counted()
    event = b'{"type":"call","call_id":"smuggled","call_status":"missed"}'
    length = ("Content-Length", str(len(event)))
    for headers in (
        [length, ("Content-Length", "2")],
        [("Content-Length", "-1")],
        [("Content-Length", "9" * 30)],
    ):
        assert _post(door, *headers, body=event, hang_up=True).status == 400
    for sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\na name: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nOrg-Handle: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Token\r\n folded\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        assert door.bytes(sent, hang_up=True).status == 400, sent
    assert door.raw(ANALYTICS, [(f"X-{number}", "1") for number in range(1000)]).status == 431
    assert door.raw(f"{BASE}call-logs/{'x' * 100_000}/").status == 414
    assert door.counted() == before
