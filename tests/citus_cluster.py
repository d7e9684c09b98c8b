"""A Citus cluster of this machine's binaries, for tests and benches that need one of their own: a coordinator
and two nodes on loopback.
"""

from __future__ import annotations

import subprocess
from typing import Self

import psycopg

from callboard.store.postgres.distribute import distribute
from tests.cluster import Cluster, binaries, free_port

NODES = 2
SETTINGS = (
    "shared_preload_libraries=citus",
    "wal_level=logical",
    "max_prepared_transactions=200",
    "max_worker_processes=20",
    "citus.node_conninfo=sslmode=disable",  # all of it is on loopback
)


PLUGINS = "output_plugin_libraries"
"""A setting of PostgreSQL's minor releases since August 2026."""


def needed_settings() -> list[str]:
    """What each server of a cluster needs."""
    found = binaries()
    assert found is not None
    known = subprocess.run(
        [found / "postgres", "--describe-config"], capture_output=True, text=True, check=True
    ).stdout
    return [*SETTINGS, *([f"{PLUGINS}=pgoutput,test_decoding,citus"] if PLUGINS in known else [])]


def is_installed() -> bool:
    """Whether PostgreSQL here has Citus."""
    found = binaries()
    return found is not None and (found.parent / "lib" / "citus.so").exists()


class CitusCluster:
    """The coordinator and its nodes; they exist inside the block."""

    def __init__(self, *settings: str) -> None:
        self._settings = (*needed_settings(), *settings)
        self.servers: list[Cluster] = []
        """The coordinator first."""

    def __enter__(self) -> Self:
        for _ in range(1 + NODES):
            self.new_server()
        return self

    def __exit__(self, *_: object) -> None:
        for each in reversed(self.servers):
            each.destroy()

    def new_server(self) -> Cluster:
        """Start one more server, which no database knows yet."""
        self.servers.append(Cluster(*self._settings, port=free_port()))
        return self.servers[-1]

    def new_database(self, name: str) -> str:
        """The URL of a new, empty database that knows its nodes; `spread` it once it has tables."""
        coordinator = self.servers[0]
        for each in self.servers:
            each.ask(f"CREATE DATABASE {name}")
            each.ask("CREATE EXTENSION citus", name)
        coordinator.ask(f"SELECT citus_set_coordinator_host('127.0.0.1', {coordinator.port})", name)
        for node in self.servers[1:]:
            coordinator.ask(f"SELECT citus_add_node('127.0.0.1', {node.port})", name)
        return coordinator.url + name


def spread(url: str) -> None:
    """Distribute the store in a database, as `callboard db distribute` does, and let the planner know."""
    with psycopg.connect(url, autocommit=True) as connection:
        distribute(connection)
        connection.execute("VACUUM ANALYZE")
