"""The stores that the growth bench fills: a file, and a database on a server of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol, Self

import msgspec

from bench.files import folder
from bench.postgres_server import SETTINGS
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests.cluster import Cluster, free_port

_TABLES = """
SELECT relname, pg_table_size(relid), pg_indexes_size(relid), n_live_tup, n_dead_tup, n_tup_upd,
    n_tup_hot_upd, autovacuum_count, autoanalyze_count
FROM pg_stat_user_tables
WHERE pg_total_relation_size(relid) > 1000000
ORDER BY pg_total_relation_size(relid) DESC
"""


class Engine(Protocol):
    """A store that is empty when entered, and gone when left."""

    name: str
    path: str

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def opened(self) -> Store:
        """The store, to be filled."""

    def bytes(self) -> int:
        """What it takes on the disk."""

    def kept(self) -> dict[str, Any]:
        """Seconds of a backup and of a vacuum, and what else tells how it is kept."""


class InFile:
    """A file of SQLite."""

    name = "sqlite"

    def __init__(self) -> None:
        self.path = str(folder() / "growth.db")

    def __enter__(self) -> Self:
        _remove(Path(self.path))
        return self

    def __exit__(self, *_: object) -> None:
        _remove(Path(self.path))

    def opened(self) -> Store:
        return SqliteStore(self.path, Settings(cache_mib=256))

    def bytes(self) -> int:
        return Path(self.path).stat().st_size

    def kept(self) -> dict[str, Any]:
        """The backup is compacted, not the store: the next step goes on with pages as they are."""
        copy = folder() / "growth-backup.db"
        _remove(copy)
        _, backup_s = _command("backup", str(copy), "--db", self.path)
        said, vacuum_s = _command("db", "compact", "--db", str(copy))
        _remove(copy)
        return {
            "backup_s": backup_s,
            "vacuum_s": vacuum_s,
            "given_back_percent": round(100 * (1 - said["bytes"] / said["bytes_before"]), 2),
        }


class InDatabase:
    """A database of PostgreSQL, on a server with the usual settings of the benches."""

    name = "postgres"
    path = ""

    def __enter__(self) -> Self:
        self._cluster = Cluster(*SETTINGS, port=free_port())
        self._cluster.ask("CREATE DATABASE growth")
        self.path = f"{self._cluster.url}growth"
        PostgresStore(self.path, upgrade=True).close()
        return self

    def __exit__(self, *_: object) -> None:
        self._cluster.destroy()

    def opened(self) -> Store:
        return PostgresStore(self.path)

    def bytes(self) -> int:
        return int(self._cluster.ask("SELECT pg_database_size('growth')")[0][0])

    def kept(self) -> dict[str, Any]:
        (dead,) = self._cluster.ask("SELECT sum(n_dead_tup)::BIGINT FROM pg_stat_user_tables", "growth")[0]
        tables = self._cluster.ask(_TABLES, "growth")
        target = self._cluster.folder / "backup"
        began = time.perf_counter()
        self._cluster.base_backup(target)
        backup_s = time.perf_counter() - began
        shutil.rmtree(target)
        began = time.perf_counter()
        self._cluster.ask("VACUUM ANALYZE", "growth")
        vacuum_s = time.perf_counter() - began
        names = ("table", "bytes", "index_bytes", "live", "dead", "updates", "hot", "vacuums", "analyzes")
        return {
            "backup_s": round(backup_s, 2),
            "vacuum_s": round(vacuum_s, 2),
            "dead_rows": dead,
            "tables": [dict(zip(names, row, strict=True)) for row in tables],
        }


def _command(*arguments: str) -> tuple[dict[str, Any], float]:
    """What a command says with `--json`, and its seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "callboard", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"growth: {done.stderr}")
    return msgspec.json.decode(done.stdout), round(time.perf_counter() - began, 2)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
