"""What `docs/operate/scale-out.md` says of running a cluster, tried line by line on one of its own, while
events of tenants come in: what was acknowledged is counted, once, and nothing drifts.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests import cluster
from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.citus_cluster import CitusCluster, is_installed
from tests.cluster import Cluster
from tests.postgres.feeding import Feed

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not (cluster.citus() and is_installed()),
        reason="CALLBOARD_TEST_CITUS names no Citus cluster, or none can be started here",
    ),
]

PAGE = Path(__file__).parents[2] / "docs/operate/scale-out.md"
TENANTS = 6
SHARDS = "citus.shard_count=8"


def lines_of(title: str) -> list[str]:
    """The statements that the page gives under a title."""
    after = PAGE.read_text(encoding="utf-8").split(f"**{title}**", 1)[1]
    block = re.search(r"```sql\n(.*?)```", after, re.DOTALL)
    assert block is not None, title
    text = re.sub(r"\s+-- .*", "", block[1])
    return [each.strip() for each in text.split(";") if each.strip()]


def carry_out(of: CitusCluster, title: str, names: dict[str, Cluster], **values: str) -> None:
    """Carry out the page's statements on the coordinator, on our servers in place of those it names."""
    said = {f"'{name}', 5432": f"'127.0.0.1', {server.port}" for name, server in names.items()} | values
    for line in lines_of(title):
        for name, value in said.items():
            line = line.replace(name, value)  # noqa: PLW2901
        of.servers[0].ask(line, "callboard")


@pytest.fixture
def spread_out(request: pytest.FixtureRequest) -> Iterator[CitusCluster]:
    """A cluster, made as the page says, with an empty store."""
    with CitusCluster(SHARDS, *getattr(request, "param", ())) as made:
        url = made.new_database("callboard")
        done("db", "upgrade", db=url)
        assert done("db", "distribute", "--json", db=url).json["nodes"] == 2
        yield made


@contextmanager
def served(of: CitusCluster, folder: Path) -> Iterator[dict[str, Feed]]:
    """Handle → clients of a tenant, which send events inside the block; at its end the books are right."""
    url = of.servers[0].url + "callboard"
    made = [
        done("init", "--yes", "--json", "--handle", f"o{number}.example", db=url).json
        for number in range(TENANTS)
    ]
    with Server(url, workers=2, log=folder / "server-log") as server:
        feeds = {one["handle"]: Feed(server, one["token"], one["handle"], one["space_token"]) for one in made}
        with ExitStack() as running:
            for feed in feeds.values():
                running.enter_context(feed.running(clients=1))
            all_go_on(feeds)
            yield feeds
            all_go_on(feeds)
        for feed in feeds.values():
            feed.check_books()
    verified = done("verify", "--deep", "--json", db=url)
    assert verified.json["drift"] == 0, verified.text


def all_go_on(feeds: dict[str, Feed]) -> None:
    for feed in feeds.values():
        feed.wait_for(5)


def shards_on(of: CitusCluster, server: Cluster) -> int:
    counted = (
        "SELECT count(*) FROM citus_shards WHERE table_name = 'organization_clock'::REGCLASS "
        f"AND nodeport = {server.port}"
    )
    return int(of.servers[0].ask(counted, "callboard")[0][0])


def test_a_cluster_grows_and_shrinks_under_load(spread_out: CitusCluster, tmp_path: Path) -> None:
    """A node joins and takes its share; one is emptied and leaves; a tenant gets a node for itself."""
    first = spread_out.servers[1]
    with served(spread_out, tmp_path) as feeds:
        third = spread_out.new_server()
        third.ask("CREATE DATABASE callboard")
        third.ask("CREATE EXTENSION citus", "callboard")
        carry_out(spread_out, "Add a node and rebalance.", {"three.example": third})
        assert shards_on(spread_out, third) in (2, 3)
        all_go_on(feeds)
        carry_out(spread_out, "Drain a node.", {"one.example": first})
        nodes = spread_out.servers[0].ask("SELECT nodeport FROM pg_dist_node", "callboard")
        assert (first.port,) not in nodes
        all_go_on(feeds)
        carry_out(
            spread_out,
            "A tenant bigger than a shard.",
            {"three.example": third},
            **{"acme.example": "o3.example"},
        )
        where = (
            "SELECT nodeport FROM citus_shards WHERE shardid = get_shard_id_for_distribution_column('event', "
            "(SELECT id FROM organization WHERE domain_handle = 'o3.example'))"
        )
        assert spread_out.servers[0].ask(where, "callboard") == [(third.port,)]
        all_go_on(feeds)


def test_a_standby_takes_the_place_of_a_lost_node(spread_out: CitusCluster, tmp_path: Path) -> None:
    """What the lost node acknowledged is there: it waited for its standby."""
    lost = spread_out.servers[1]
    standby = Cluster(*lost.settings, port=cluster.free_port(), clone_of=lost)
    spread_out.servers.append(standby)
    lost.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
    lost.ask("SELECT pg_reload_conf()")
    with served(spread_out, tmp_path) as feeds:
        lost.stop("immediate")
        standby.promote()
        carry_out(spread_out, "Lose a node.", {"one.example": lost, "one-standby.example": standby})
        all_go_on(feeds)


@pytest.mark.parametrize(
    "spread_out", [("archive_mode=on", "archive_command=cp %p ../archive/%f")], indirect=True
)
def test_a_cluster_is_restored_to_one_moment(spread_out: CitusCluster, tmp_path: Path) -> None:
    """Base backups of all, made one after the other while events come in, and archives up to one restore
    point: what was acknowledged before it is there, what began after it is not, and nothing drifts.
    """
    url = spread_out.servers[0].url + "callboard"
    for each in spread_out.servers:
        each.own(each.folder / "archive")
    with served(spread_out, tmp_path) as feeds:
        for each in spread_out.servers:
            each.base_backup(each.folder / "base")
            all_go_on(feeds)
        before = {handle: len(feed.acknowledged) for handle, feed in feeds.items()}
        carry_out(spread_out, "Back up a cluster, and restore it to one moment.", {})
        all_go_on(feeds)
    begun = {handle: len(feed.acknowledged) for handle, feed in feeds.items()}
    for each in spread_out.servers:
        each.ask("SELECT pg_switch_wal()")
    for each in spread_out.servers:
        each.stop()
        restore(each)
    with Server(url, workers=1, log=tmp_path / "restored-log") as server:
        for handle, feed in feeds.items():
            feed.server = server
            assert before[handle] <= feed.total_calls() < begun[handle]
    verified = done("verify", "--deep", "--json", db=url)
    assert verified.json["drift"] == 0, verified.text


def restore(each: Cluster) -> None:
    """Put the base backup in the place of the data, and have it recover up to the restore point."""
    shutil.rmtree(each.data)
    (each.folder / "base").rename(each.data)
    with (each.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(
            "restore_command = 'cp ../archive/%f %p'\n"
            "recovery_target_name = 'callboard-2026-02-07'\n"
            "recovery_target_action = 'promote'\n"
        )
    (each.data / "recovery.signal").touch()
    each.start()
    while each.ask("SELECT pg_is_in_recovery()")[0][0]:
        time.sleep(0.1)
