"""What a hostile body may cost, whoever sends it, for every route there is, measured on a real server.

CPU is read from Linux's /proc; the bounds are those that `docs/operate/bounds.md` tells.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import DOCUMENTED, ENDPOINTS
from tests.acceptance.command import callboard
from tests.http.board import call, task
from tests.http.door import Door
from tests.http.hostile import Cost, Healthz, Sent, bodies, cpu_ms, documented

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="CPU of a thread is read from Linux's /proc")

LOOP_MS = 100
"""CPU of the event loop's thread that one request may take."""
WAIT_MS = 250
"""How much longer than in an idle run `/healthz` may take meanwhile."""
GROWTH = 2 * 1.25
"""How much more of the worker's CPU twice the size may take."""
SLACK_MS = 10
"""Of CPU: what a worker does anyway meanwhile. What takes less in all is not asked for in half its size."""
TRIES = 40
"""Of each the least is taken: on a busy machine a wait proves nothing unless it is there each time."""
BY_OPERATION = {each.operation: each for each in ENDPOINTS}
OF_ALL = {"keys", "values", "nested lists", "one text"}
"""What is sent to routes that take no body, or to nobody's token: it must not even be read."""
SEVERAL_SLICES = 800_000
IN_MINUTES = bool(os.environ.get("SHORT"))
"""Each shape as some fields instead of as every field, and of one size."""
LONG_SIZES = [(1 << 20, 2 << 20)] if IN_MINUTES else [(4 << 20, 8 << 20), (8 << 20, 16 << 20)]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A server with a call and a task, without drift or a fault of its own at the end."""
    with Door(tmp_path_factory.mktemp("attacked")) as door:
        events = [call("c-1"), task("t-1", run_id="r-1")]
        assert door.client.post(door.events, json=events).json()["data"]["applied"] == 2
        yield door
    assert "ERROR" not in door.server.log, door.server.log
    verified = callboard("verify", "--json", db=door.server.db)
    assert (verified.code, verified.json["drift"]) == (0, 0), verified.text


@pytest.fixture(scope="module")
def healthz(attacked: Door) -> Iterator[Healthz]:
    with Healthz(attacked.server.port) as asked:
        yield asked


def test_every_route_of_the_document_is_attacked():
    """A route that is added is attacked without being told of here."""
    assert documented() <= {(each.method, each.path) for each in ENDPOINTS}
    assert {each.operation for each in DOCUMENTED} <= set(BY_OPERATION)


@pytest.mark.parametrize("with_token", [True, False], ids=["with token", "without"])
@pytest.mark.parametrize("operation", BY_OPERATION)
def test_no_body_takes_more_than_its_share(
    attacked: Door, healthz: Healthz, operation: str, with_token: bool
):
    """No request takes more than 100 ms of the event loop's thread, nor keeps others waiting for more than
    250 ms beyond an idle run's, nor more than twice (+25 %) the worker's CPU when its size is doubled.
    """
    endpoint = BY_OPERATION[operation]
    reads = (endpoint.body is not None or endpoint.takes_anything) and (
        with_token or not endpoint.needs_token
    )
    faults = [
        fault
        for sizes in _sizes(endpoint)
        for each in bodies(endpoint)
        if (reads and sizes[1] <= _most(endpoint)) or each.name in OF_ALL
        for fault in _faults(attacked, healthz, endpoint, each, sizes, with_token=with_token)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("operation", ["send_events", "create_tasks"])
def test_the_largest_bodies_take_no_more_than_their_share(attacked: Door, healthz: Healthz, operation: str):
    """The same of the largest that are taken; compressed ones unfold to the most that is taken."""
    endpoint = BY_OPERATION[operation]
    faults = []
    for each in bodies(endpoint, all_of=not IN_MINUTES):
        grown = 4 if "Content-Encoding" in each.headers else 1
        for small, large in LONG_SIZES:
            sizes = (small * grown - 100, large * grown - 100)
            faults += _faults(attacked, healthz, endpoint, each, sizes, with_token=True)
    assert not faults, "\n".join(faults)


def _most(endpoint: Endpoint[Any]) -> int:
    """Bytes of a body: what its route takes, but no more than is read in more than one slice."""
    return SEVERAL_SLICES if endpoint.body is None else endpoint.body.max_bytes or SEVERAL_SLICES


def _sizes(endpoint: Endpoint[Any]) -> list[tuple[int, int]]:
    """At the bound of its route, and beyond where that is small; twice the size each time."""
    most = _most(endpoint)
    return [(most // 2 - 200, most - 200), *([(200_000, 400_000)] if most < 400_000 else [])]


def _faults(
    door: Door,
    healthz: Healthz,
    endpoint: Endpoint[Any],
    sent: Sent,
    sizes: tuple[int, int],
    *,
    with_token: bool,
) -> list[str]:
    """What one kind of body, and twice of it, takes too much of, by the least of a few tries."""
    half, whole = (sent.make(size) for size in sizes)
    asked = partial(_ask, door, healthz, endpoint, sent=sent, with_token=with_token)
    large, small, found = asked(whole), None, []
    for _ in range(TRIES):
        if large.worker_ms > SLACK_MS:
            small = asked(half) if small is None else small.least(asked(half))
        found = [
            f"{endpoint.operation}: {sent.name}, {sizes[1]:,} bytes: {what} ({large}, of half {small})"
            for what, is_so in {
                f"{large.loop_ms:.0f} ms of the event loop": large.loop_ms > LOOP_MS,
                f"/healthz waits {large.healthz_ms:.0f} ms": large.healthz_ms > WAIT_MS
                and large.healthz_ms > _idle_ms(healthz) + WAIT_MS,
                "its CPU grows faster than its size": small is not None
                and large.worker_ms > GROWTH * small.worker_ms + SLACK_MS,
                f"{large.status}": 500 in (large.status, 0 if small is None else small.status),
            }.items()
            if is_so
        ]
        if not found:
            return []
        large = large.least(asked(whole))
    return found


def _idle_ms(healthz: Healthz) -> float:
    with healthz.watched() as longest_ms:
        time.sleep(0.2)
        return longest_ms()


def _ask(
    door: Door, healthz: Healthz, endpoint: Endpoint[Any], body: bytes, sent: Sent, *, with_token: bool
) -> Cost:
    (worker,) = door.workers()
    path = (
        endpoint.path.replace("{space_token}", door.spring)
        .replace("{task_id}", "t-1")
        .replace("{run_id}", "r-1")
        .replace("{call_id}", "c-1")
        .replace("{id}", "1")
        .replace("{part}", "0")
    )
    upload = door.an_upload() if "{import_id}" in path else ""
    path = path.replace("{import_id}", upload)
    headers = {**(door.headers() if with_token else {}), **sent.headers}
    if "{hook_token}" in path:
        # Proved, so that it is translated too; without: what a stranger's costs.
        path, proof = door.a_hook()
        headers |= proof if with_token else {}
    connection = http.client.HTTPConnection("127.0.0.1", door.server.port, timeout=120)
    with healthz.watched() as longest_ms:
        loop_ms, worker_ms = cpu_ms(worker)
        with contextlib.suppress(OSError):  # it may have been answered before all of the body was sent
            connection.request(endpoint.method, path, body=body, headers=headers)
        try:
            status = connection.getresponse().status
        except OSError:
            status = 0
        connection.close()
        loop_now, worker_now = cpu_ms(worker)
        cost = Cost(
            status, round(loop_now - loop_ms, 1), round(worker_now - worker_ms, 1), round(longest_ms(), 1)
        )
    if upload:
        door.drop_upload(upload)
    return cost
