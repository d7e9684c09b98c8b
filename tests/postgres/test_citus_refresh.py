"""What readers on a cluster wait for: one statement for each node, however many organizations they watch."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from callboard.errors import StoreUnavailableError
from callboard.model.directory import Space
from callboard.store.postgres import link, watched
from callboard.store.postgres.store import PostgresStore
from tests import cluster
from tests.crash.sending import the_seed
from tests.events import call, send
from tests.postgres.freezing import frozen
from tests.stores import make_organization, make_space, make_store

pytestmark = pytest.mark.skipif(
    not cluster.citus(), reason="CALLBOARD_TEST_CITUS names no Citus cluster: nothing is spread here"
)

MANY = 1_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PostgresStore]:
    with closing(make_store("citus", tmp_path)) as made:
        assert isinstance(made, PostgresStore)
        yield made


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """The statements that refreshes send."""
    sent: list[bytes] = []
    asked = link.Link._questions

    def note(self: link.Link) -> Any:
        questions = asked(self)
        sent.extend(question.name for question in questions)
        return questions

    with monkeypatch.context() as patched:
        patched.setattr(link.Link, "_questions", note)
        yield sent


def node_of(store: PostgresStore, space: Space) -> str:
    store.changes_since(space.org_id, -1)
    assert store._bulkheads is not None
    return store._bulkheads.placements.node_of(space.org_id) or ""


def spread(store: PostgresStore) -> dict[str, list[Space]]:
    """Campaigns of organizations on each node."""
    found: dict[str, list[Space]] = {}
    number = 0
    while len(found) < 2 or min(map(len, found.values())) < 2:
        space = make_space(store, make_organization(store, f"o{number}.example"))
        found.setdefault(node_of(store, space), []).append(space)
        number += 1
    return found


def test_a_thousand_organizations_cost_one_statement_for_each_node(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one for the directory; what any of them commits is in the next answer."""
    space = make_space(store, make_organization(store))
    with psycopg.connect(cluster.citus(), autocommit=True) as connection:
        nodes = connection.execute("SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards").fetchall()
        clock = connection.execute("SELECT * FROM organization_clock WHERE org_id = %s", (space.org_id,))
        assert clock.description is not None
        columns = ", ".join(each.name for each in clock.description if each.name != "org_id")
        connection.execute(
            f"INSERT INTO organization_clock (org_id, {columns}) SELECT 1000 + number, {columns} "
            f"FROM organization_clock, generate_series(1, {MANY - 1}) AS number".encode()
        )

    async def read() -> None:
        refresher = store.refresher()
        await refresher.refresh()
        for org_id in (space.org_id, *range(1001, 1000 + MANY)):
            store.changes_since(org_id, -1)
        with counted(monkeypatch) as sent:
            await refresher.refresh()
            assert len(sent) <= nodes[0][0] + 1, sent
        for number in range(3):
            await asyncio.to_thread(send, store, space, call(f"c-{number}"))
            with counted(monkeypatch) as sent:
                await refresher.refresh()
                found = store.changes_since(space.org_id, 0)
                assert len(sent) <= nodes[0][0] + 1, sent
            assert found.totals[space.id].calls_completed == number + 1

    run(read())


def test_who_is_read_no_more_is_asked_for_no_more(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is read again is exact at once; the counter moves, so that who follows them asks."""
    spaces = [make_space(store, make_organization(store, f"o{number}.example")) for number in range(3)]
    monkeypatch.setattr(watched, "IDLE_S", 0.0)

    async def read() -> None:
        refresher = store._shared_refresh
        await refresher.refresh()
        for space in spaces:
            store.changes_since(space.org_id, -1)
        for _ in range(3):
            before = store.change_counter()
            await refresher.refresh()
            assert store.change_counter() != before
            store.changes_since(spaces[0].org_id, 0)
        assert [*refresher._watched] == [spaces[0].org_id]
        await asyncio.to_thread(send, store, spaces[1], call("c-1"))
        await refresher.refresh()
        assert store.changes_since(spaces[1].org_id, -1).totals[spaces[1].id].calls_completed == 1

    run(read())


def test_a_node_that_is_late_fails_its_own_organizations(store: PostgresStore) -> None:
    """Others are answered: the first waits for a second, the next do not. Thawed, all are exact again."""
    found = spread(store)

    async def read() -> None:
        refresher = store._shared_refresh
        await refresher.refresh()
        for space in [each for spaces in found.values() for each in spaces]:
            store.changes_since(space.org_id, -1)
        await refresher.refresh()
        with frozen() as name:
            healthy = next(spaces for node, spaces in found.items() if node != name)
            await asyncio.to_thread(send, store, healthy[0], call("c-1"))
            for attempt in range(5):
                began = time.monotonic()
                await refresher.refresh()
                for space in healthy:
                    store.changes_since(space.org_id, 0)
                assert time.monotonic() - began < (2.0 if attempt == 0 else 0.5)
                for space in found[name]:
                    with pytest.raises(StoreUnavailableError, match="node"):
                        store.changes_since(space.org_id, 0)
            assert store.changes_since(healthy[0].org_id, -1).totals[healthy[0].id].calls_completed == 1
        deadline = time.monotonic() + 20
        while True:
            await refresher.refresh()
            try:
                for spaces in found.values():
                    await asyncio.to_thread(send, store, spaces[0], call("c-2"))
                    await refresher.refresh()
                    assert store.changes_since(spaces[0].org_id, -1).totals[spaces[0].id].calls_completed
            except StoreUnavailableError:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.2)
            else:
                return

    run(read())


def test_what_readers_see_is_what_was_acknowledged_whatever_moves(store: PostgresStore) -> None:
    """Drawn: events, readers that come and go, and shards that move to the other node."""
    random = Random(the_seed())
    spaces = [make_space(store, make_organization(store, f"o{number}.example")) for number in range(12)]
    sent = dict.fromkeys(spaces, 0)

    async def read() -> None:
        refresher = store._shared_refresh
        for step in range(int(os.environ.get("N", "3")) * 20):
            space = random.choice(spaces)
            if random.random() < 0.06:
                await asyncio.to_thread(_move, space.org_id)
            if random.random() < 0.7:
                await asyncio.to_thread(send, store, space, call(f"c-{step}"))
                sent[space] += 1
            await refresher.refresh()
            for seen in random.sample(spaces, 4):
                found = store.changes_since(seen.org_id, random.choice([-1, 0]))
                counted = found.totals[seen.id].calls_completed if seen.id in found.totals else 0
                assert counted == sent[seen], (step, seen.org_id)

    run(read())


def _move(org_id: int) -> None:
    """The shards of an organization go to the node where they are not."""
    with psycopg.connect(cluster.citus(), autocommit=True) as connection:
        where = connection.execute(
            "SELECT found.shardid, source.nodename, source.nodeport, target.nodename, target.nodeport "
            "FROM get_shard_id_for_distribution_column('organization_clock', %s) AS found (shardid) "
            "JOIN pg_dist_placement AS placed ON placed.shardid = found.shardid "
            "JOIN pg_dist_node AS source ON source.groupid = placed.groupid "
            "JOIN pg_dist_node AS target ON target.groupid <> source.groupid AND target.shouldhaveshards "
            "LIMIT 1",
            (org_id,),
        ).fetchone()
        connection.execute("SELECT citus_move_shard_placement(%s, %s, %s, %s, %s, 'block_writes')", where)
