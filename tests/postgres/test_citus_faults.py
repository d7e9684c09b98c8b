"""Drawn faults of a node of a cluster while events of tenants on every node come in: what was acknowledged
is counted, once; tenants of other nodes are answered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.crash.sending import the_seed
from tests.postgres.feeding import Feed
from tests.postgres.freezing import Node, nodes, wait_until_all_answer
from tests.stores import make_store

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not cluster.citus(), reason="CALLBOARD_TEST_CITUS names no Citus cluster: nothing is spread here"
    ),
]

ROUNDS = int(os.environ.get("N", "3"))
WITHIN_S = 2.0
"""When tenants of other nodes are answered again."""
TENANTS = 2
"""On each node."""


@contextmanager
def _terminated(node: Node) -> Iterator[None]:
    for _ in range(8):
        node.end_backends()
        time.sleep(0.3)
    yield


@contextmanager
def _restarted(node: Node) -> Iterator[None]:
    with node.stopped("immediate"):
        pass
    yield


FAULTS: dict[str, Callable[[Node], AbstractContextManager[None]]] = {
    "stopped": lambda node: node.stopped("fast"),
    "frozen": Node.frozen,
    "killed": lambda node: node.stopped("kill"),
    "restarted": _restarted,
    "terminated": _terminated,
}


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[dict[str, list[Feed]]]:
    """Node → clients of tenants there."""
    make_store("citus", tmp_path).close()
    url = cluster.citus()
    made: list[tuple[str, dict[str, Any]]] = []
    while True:
        number = len(made)
        one = done("init", "--yes", "--json", "--handle", f"o{number}.example", db=url).json
        with closing(PostgresStore(url)) as store:
            assert store._bulkheads is not None
            found = store.find_organization(one["handle"])
            assert found is not None
            store._read(store._bulkheads.look_up, found.id)
            made.append((store._bulkheads.placements.node_of(found.id) or "", one))
        names = [name for name, _ in made]
        if len({*names}) > 1 and min(names.count(name) for name in names) >= TENANTS:
            break
    with Server(url, workers=2, log=tmp_path / "server-log") as server:
        feeds: dict[str, list[Feed]] = {}
        for name, one in made:
            feed = Feed(server, one["token"], one["handle"], one["space_token"])
            feeds.setdefault(name, []).append(feed)
        yield feeds


@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_fails_stops_its_own_tenants_only(fault: str, tenants: dict[str, list[Feed]]) -> None:
    """Writers, readers and the probe of the others go on within two seconds; nothing is lost, nothing counts
    twice, nothing drifts.
    """
    random = Random(f"{fault} {the_seed()}")
    every = [feed for feeds in tenants.values() for feed in feeds]
    with ExitStack() as running:
        for feed in every:
            running.enter_context(feed.running(clients=2))
        for _ in range(ROUNDS):
            for feed in every:
                feed.wait_for(5)
            time.sleep(random.uniform(0, 0.5))
            node = random.choice(nodes())
            others = [feed for name, feeds in tenants.items() if name != node.name for feed in feeds]
            began = time.monotonic()
            with FAULTS[fault](node):
                until = began + WITHIN_S + random.uniform(1, 4)
                while (now := time.monotonic()) < until:
                    _ask(others, is_due=now > began + WITHIN_S)
                for feed in others:
                    feed.wait_for(3, within_s=8)
                ended = time.monotonic()
                late = [at for feed in others for at in feed.refused_at if began + WITHIN_S < at < ended]
                assert not late, (node.name, [at - began for at in late], [each.refusals for each in others])
            wait_until_all_answer()
    for feed in every:
        feed.check_books()
    verified = done("verify", "--deep", "--json", db=cluster.citus())
    assert verified.json["drift"] == 0, verified.text


def _ask(feeds: list[Feed], *, is_due: bool) -> None:
    """Numbers, lists and the probe."""
    for feed in feeds:
        answers = [feed.analytics(), feed.calls(), httpx.get(f"{feed.url}/readyz", timeout=30)]
        if is_due:
            assert {each.status_code for each in answers} == {200}, [each.text for each in answers]
    time.sleep(0.05)
