"""Drawn faults of a node of a cluster while events of tenants on every node come in: what was acknowledged
is counted, once; tenants of other nodes are answered.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.placements import Placements
from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.crash.sending import the_seed
from tests.crash.test_writer_ends import writers
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
    "rebalanced": Node.drained,
    "weakened": Node.weakened,
}


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[dict[int, Feed]]:
    """Organization → its clients; some are on each node."""
    make_store("citus", tmp_path).close()
    url = cluster.citus()
    made: dict[int, dict[str, Any]] = {}
    while len(names := [*by_node(made).values()]) < 2 or min(map(len, names)) < TENANTS:
        one = done("init", "--yes", "--json", "--handle", f"o{len(made)}.example", db=url).json
        with closing(PostgresStore(url)) as store:
            found = store.find_organization(one["handle"])
            assert found is not None
            made[found.id] = one
    with Server(url, workers=2, log=tmp_path / "server-log") as server:
        yield {
            org_id: Feed(server, one["token"], one["handle"], one["space_token"])
            for org_id, one in made.items()
        }


def by_node(org_ids: Iterable[int]) -> dict[str, list[int]]:
    """Node → those of these organizations that are there now."""
    with psycopg.connect(cluster.citus()) as connection:
        placements = Placements()
        placements.look_up(PostgresDatabase(connection), [*org_ids])
    found: dict[str, list[int]] = {}
    for org_id in org_ids:
        found.setdefault(placements.node_of(org_id) or "", []).append(org_id)
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_fails_stops_its_own_tenants_only(
    fault: str, tenants: dict[int, Feed], record_property: Callable[[str, object], None]
) -> None:
    """Writers, readers and the probe of the others go on within two seconds; nothing is lost, nothing counts
    twice, nothing drifts.
    """
    longest: list[str] = []
    random = Random(f"{fault} {the_seed()}")
    every = [*tenants.values()]
    with ExitStack() as running:
        for feed in every:
            running.enter_context(feed.running(clients=2))
        for _ in range(ROUNDS):
            for feed in every:
                feed.wait_for(5)
            time.sleep(random.uniform(0, 0.5))
            node = random.choice(nodes())
            own = by_node(tenants).get(node.name, [])
            others = [feed for org_id, feed in tenants.items() if org_id not in own]
            began = time.monotonic()
            with FAULTS[fault](node):
                until = began + WITHIN_S + random.uniform(1, 4)
                while (now := time.monotonic()) < until:
                    _ask(others, is_due=now > began + WITHIN_S)
                for feed in others:
                    feed.wait_for(3, within_s=8)
                ended = time.monotonic()
                waited = [s for feed in others for at, s in list(feed.waits) if began < at < ended]
                longest.append(f"{node.name} {max(waited):.2f} s of {len(waited)}")
                late = [at for feed in others for at in feed.refused_at if began + WITHIN_S < at < ended]
                assert not late, (node.name, [at - began for at in late], [each.refusals for each in others])
            wait_until_all_answer()
    record_property("drawn", f"longest waits of the others: {', '.join(longest)}")
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


@pytest.mark.parametrize("whole", [False, True], ids=["writer", "server"])
def test_what_a_killed_process_acknowledged_is_counted(whole: bool, tenants: dict[int, Feed]) -> None:
    """Of tenants on every node, at drawn moments: the writer alone, or the server with all its processes."""
    random = Random(f"{whole} {the_seed()}")
    every = [*tenants.values()]
    server = every[0].server
    with ExitStack() as running:
        for feed in every:
            running.enter_context(feed.running(clients=2))
        for _ in range(ROUNDS):
            for feed in every:
                feed.wait_for(5)
            time.sleep(random.uniform(0, 0.5))
            if whole:
                server.kill()
                server.start()
            else:
                [writer] = writers(server)
                os.kill(writer, signal.SIGKILL)
    for feed in every:
        feed.check_books()
    verified = done("verify", "--deep", "--json", db=cluster.citus())
    assert verified.json["drift"] == 0, verified.text
