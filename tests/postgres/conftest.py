"""A cluster that these tests may stop, and a server on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster
from tests.acceptance.command import callboard
from tests.postgres.feeding import Feed, served


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[cluster.Cluster]:
    """A cluster of this module alone, with everything as durable as by default."""
    if cluster.binaries() is None:
        pytest.skip(str(cluster.why_not() or "the faults need a server of their own"))
    made = cluster.Cluster()
    yield made
    made.destroy()


@pytest.fixture
def database(own_cluster: cluster.Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database with a store, an organization and a campaign."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    own_cluster.ask(f"CREATE DATABASE {name}")
    url = own_cluster.url + name
    assert callboard("db", "upgrade", db=url).code == 0
    yield url
    own_cluster.ask(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def feed(database: str, tmp_path: Path) -> Iterator[Feed]:
    """Clients of a server with two workers."""
    with served(database, tmp_path) as fed:
        yield fed
