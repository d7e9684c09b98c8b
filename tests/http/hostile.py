"""Bodies made to cost more than they are: of any size, for any endpoint; and what a worker pays for them."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import zstandard

from callboard.http.endpoint import Endpoint
from callboard.http.openapi import document
from tests.http.board import call

Make = Callable[[int], bytes]
"""A body of about so many bytes."""


def _repeated(opening: bytes, part: bytes, closing: bytes) -> Make:
    return lambda size: opening + part * (max(0, size - len(opening) - len(closing)) // len(part)) + closing


def _keys(size: int) -> bytes:
    return b"{" + b",".join(b'"%07d":1' % number for number in range(size // 12)) + b"}"


def _nested(opening: bytes, closing: bytes) -> Make:
    def make(size: int) -> bytes:
        levels = size // (len(opening) + len(closing))
        return opening * levels + b"1" + closing * levels

    return make


SHAPES: Mapping[str, Make] = {
    "keys": _keys,
    "keys, the last one twice": lambda size: _keys(size)[:-1] + b',"0000001":1,"~":1,"~":1}',
    "one key again and again": _repeated(b"{", b'"a":1,', b'"b":1}'),
    "values": _repeated(b"[", b"1,", b"1]"),
    "texts": _repeated(b"[", b'"",', b'""]'),
    "lists": _repeated(b"[", b"[],", b"[]]"),
    "objects": _repeated(b"[", b'{"a":1},', b"{}]"),
    "open brackets": _repeated(b"", b"[", b""),
    "nested lists": _nested(b"[", b"]"),
    "nested objects": _nested(b'{"a":', b"}"),
    "escaped quotes": _repeated(b'"', b'\\"', b'"'),
    "backslashes": _repeated(b'"', b"\\\\", b'"'),
    "half pairs": _repeated(b'"', b"\\ud800", b'"'),
    "escaped characters": _repeated(b'"', b"\\u0041", b'"'),
    "one text": _repeated(b'"', b"x", b'"'),
    "one number": _repeated(b"1", b"0", b""),
    "NUL": _repeated(b'"', b"\0", b'"'),
    "beyond ASCII": _repeated(b'"', "é".encode(), b'"'),
    "not UTF-8 at the end": _repeated(b'"', "é".encode(), b'\xff"'),
    "blanks": _repeated(b"", b" ", b"[]"),
    "blank lines": _repeated(b"", b"\n", b"1"),
    "quotes": _repeated(b"", b'"', b""),
    "commas": _repeated(b"[", b",", b"]"),
    "NaN": _repeated(b"[", b"NaN,", b"NaN]"),
}
GOOD_EVENT = msgspec.json.encode(call("hostile-1"))
EVENTS: Mapping[str, Make] = {
    "good events": _repeated(b"[", GOOD_EVENT + b",", GOOD_EVENT + b"]"),
    "events, the last is cut off": _repeated(b"[", GOOD_EVENT + b",", GOOD_EVENT),
    "events, the last is none": _repeated(b'{"events":[', GOOD_EVENT + b",", b"1]}"),
    "bad events": _repeated(b"[", b'{"type":"call"},', b'{"type":"call"}]'),
    "documents of objects": _repeated(
        b'{"type":"call","call_id":"a","call_status":"queued","metadata":{"a":[', b'{"a":1},', b"1]}}"
    ),
    "documents of the events": _repeated(
        b"[",
        b'{"type":"call","call_id":"a","call_status":"queued","metadata":{"a":['
        + b'{"b":{}},' * 500
        + b"1]}},",
        b"{}]",
    ),
    "names beside events": lambda size: b'{"events":[],' + _keys(size)[1:],
}
LINES: Mapping[str, Make] = {
    "lines of numbers": _repeated(b"", b"1\n", b""),
    "blank lines between": _repeated(b"1", b"\n \r", b"1"),
    "good lines": _repeated(b"", GOOD_EVENT + b"\n", b""),
    "nested lines": _repeated(b"", b"[" * 2000 + b"]" * 2000 + b"\n", b""),
}
IN_FIELDS = ("keys", "values", "lists", "nested objects", "half pairs", "one text", "one number")
"""Shapes that are also sent as the value of each field that a body has."""


class Sent(NamedTuple):
    """One hostile request's body."""

    name: str
    make: Make
    headers: Mapping[str, str]


def bodies(endpoint: Endpoint[Any], *, all_of: bool = False) -> Iterator[Sent]:
    """Hostile bodies for this endpoint, told by what it is and not by which. `all_of`: every shape as every
    field; else the shapes take turns.
    """
    plain = {"Content-Type": "application/json"}
    for name, make in SHAPES.items():
        yield Sent(name, make, plain)
    if endpoint.body is None:
        return
    turns = cycle(IN_FIELDS)
    for field in fields_of(endpoint):
        for name in IN_FIELDS if all_of else islice(turns, 2):
            yield Sent(f"{name} as {field}", _as_field(endpoint, field, SHAPES[name]), plain)
    if len(endpoint.body.media) > 1:
        for name, make in EVENTS.items():
            yield Sent(name, make, plain)
        for name, make in LINES.items():
            yield Sent(name, make, {"Content-Type": "application/x-ndjson"})
    for encoding, pack in PACK.items():
        for name in ("keys", "values", "blanks", "objects") if all_of else ("keys", "objects"):
            yield Sent(
                f"{name} in {encoding}", _packed(pack, SHAPES[name]), {**plain, "Content-Encoding": encoding}
            )


PACK: Mapping[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}


def _packed(pack: Callable[[bytes], bytes], make: Make) -> Make:
    return lambda size: pack(make(size))


def fields_of(endpoint: Endpoint[Any]) -> list[str]:
    """Of what its body says, in the document's words; of an event those of the example."""
    assert endpoint.body is not None
    example = endpoint.body.example or {}
    kind = endpoint.body.schema
    named = [each.encode_name for each in msgspec.structs.fields(kind)] if isinstance(kind, type) else []
    return list(dict.fromkeys([*named, *example]))


def _as_field(endpoint: Endpoint[Any], field: str, make: Make) -> Make:
    assert endpoint.body is not None
    example = dict(endpoint.body.example or {})
    example.pop(field, None)
    rest = b"".join(
        b",%b:%b" % (msgspec.json.encode(key), msgspec.json.encode(value)) for key, value in example.items()
    )
    return lambda size: b"{" + msgspec.json.encode(field) + b":" + make(size) + rest + b"}"


def documented() -> set[tuple[str, str]]:
    """Method and path of every operation of the OpenAPI document."""
    paths: dict[str, Any] = document()["paths"]
    return {
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if method != "parameters"
    }


# --- what it costs


class Cost(NamedTuple):
    """Of one request."""

    status: int
    loop_ms: float
    """CPU of the event loop's thread."""
    worker_ms: float
    """CPU of the whole worker."""
    healthz_ms: float
    """The longest that `/healthz` waited meanwhile on another connection."""

    def least(self, other: Cost) -> Cost:
        """The same request asked twice: what it took at least. A 500 is one each time."""
        status = 500 if 500 in (self.status, other.status) else other.status
        return Cost(status, *map(min, self[1:], other[1:]))


def cpu_ms(pid: int) -> tuple[float, float]:
    """What the event loop's thread (a worker's first), and all threads of a worker, have used of the CPU."""
    loop = whole = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        used = int((task / "schedstat").read_text().split()[0])
        whole += used
        if task.name == str(pid):
            loop = used
    return loop / 1e6, whole / 1e6


EVERY_S = 0.02
"""How often `/healthz` is asked: what it costs the event loop itself stays small."""


class Healthz:
    """Asks `/healthz` all the time, on a connection of its own, and keeps the longest answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._longest_s = 0.0
        self._stopped = threading.Event()
        self._asking = threading.Lock()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._stopped.wait(EVERY_S):
            with self._asking:
                began = time.perf_counter()
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                self._longest_s = max(self._longest_s, time.perf_counter() - began)
        connection.close()

    @contextmanager
    def watched(self) -> Iterator[Callable[[], float]]:
        """Within it; what it yields tells the longest answer in ms, that under way included."""
        self._longest_s = 0.0

        def longest_ms() -> float:
            with self._asking:
                return self._longest_s * 1000

        yield longest_ms

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
