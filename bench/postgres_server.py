"""A PostgreSQL server for a bench: a cluster of the installed binaries, with the default durability, and a
database with the content of a bench's file.
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
"""Usual settings for a machine of this size; the same for every side."""


class Database:
    """A database, and the board whose `path` is its URL."""

    def __init__(self, cluster: Cluster, board: Board) -> None:
        self.cluster = cluster
        self.board = board

    def copy(self, name: str) -> Board:
        """Another database with the same content. Fails while anything is connected to this one."""
        original = self.board.path.rsplit("/", 1)[1]
        self.cluster.ask(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY")
        self.cluster.ask("CHECKPOINT")
        return msgspec.structs.replace(self.board, path=self.cluster.url + name)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that exists during the bench. Reached over TCP, as from another machine."""
    made = Cluster(*SETTINGS, port=free_port())
    try:
        yield made
    finally:
        made.destroy()


def filled(of: Cluster, board: Board, name: str = "ours") -> Database:
    """A database with the content of the file, copied by the code of `callboard db copy`."""
    of.ask(f"CREATE DATABASE {name}")
    url = of.url + name
    with closing(SqliteStore(board.path)) as there, closing(PostgresStore(url, upgrade=True)) as here:
        assert there.copy_to(here) == 0
        assert there.end_copy(here) == 0
    of.ask("VACUUM ANALYZE", name)
    return Database(of, msgspec.structs.replace(board, path=url))


@contextmanager
def database(board: Board) -> Iterator[Database]:
    """A cluster with one database that has the content of the file."""
    with cluster() as made:
        yield filled(made, board)
