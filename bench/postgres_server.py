"""A PostgreSQL server for a bench: a cluster of this machine's binaries, as durable as by default, and in it
what a bench's file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import msgspec

from bench.files import Board
from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests.cluster import Cluster, free_port

SETTINGS = ("shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=30min", "work_mem=16MB")
"""What whoever runs PostgreSQL on such a machine sets; the same for every side."""


class Database:
    """A database, and the board whose `path` is its URL."""

    def __init__(self, cluster: Cluster, board: Board) -> None:
        self.cluster = cluster
        self.board = board

    def copy(self, name: str) -> Board:
        """Another database of the same content. Nobody may be connected to this one."""
        original = self.board.path.rsplit("/", 1)[1]
        self.cluster.ask(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY")
        self.cluster.ask("CHECKPOINT")
        return msgspec.structs.replace(self.board, path=self.cluster.url + name)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Started for the bench, gone after it. Over TCP, as from another machine."""
    made = Cluster(*SETTINGS, port=free_port())
    try:
        yield made
    finally:
        made.destroy()


def filled(of: Cluster, board: Board, name: str = "ours") -> Database:
    """A database with what the file holds, moved there by `callboard db copy`'s own code."""
    of.ask(f"CREATE DATABASE {name}")
    url = of.url + name
    with closing(SqliteStore(board.path)) as there, closing(PostgresStore(url, upgrade=True)) as here:
        assert there.copy_to(here) == 0
    of.ask("VACUUM ANALYZE", name)
    return Database(of, msgspec.structs.replace(board, path=url))


@contextmanager
def database(board: Board) -> Iterator[Database]:
    """One cluster with one database that holds what the file holds."""
    with cluster() as made:
        yield filled(made, board)
