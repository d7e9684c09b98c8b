"""PostgreSQL for tests: a temporary cluster of this machine's binaries, or the server that
`CALLBOARD_TEST_POSTGRES` names.

One cluster a test process; one database a store, copied from a template or emptied by the one before. Nobody
may run a server as root: it runs as an unprivileged user then.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.emptying import Template, emptied, template_of

OLDEST = 15
WHERE_PACKAGES_PUT_IT = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
START_WITHIN_S = 60

_numbers = count(1)


@cache
def binaries() -> Path | None:
    """The folder of the server's programs; none when there is none new enough."""
    found = [each / "bin" for each in WHERE_PACKAGES_PUT_IT.glob("*") if (each / "bin" / "initdb").exists()]
    if (on_path := shutil.which("initdb")) is not None:
        found.append(Path(on_path).resolve().parent)  # a link may stand alone
    fitting = [(_version(each), each) for each in found]
    return max((each for each in fitting if each[0] >= OLDEST), default=(0, None))[1]


def _version(folder: Path) -> int:
    said = subprocess.run(
        [folder / "initdb", "--version"], capture_output=True, text=True, check=False
    ).stdout
    digits = said.split()[-1].split(".")[0] if said.split() else ""
    return int(digits) if digits.isdecimal() else 0


def why_not() -> str | None:
    """Why tests on PostgreSQL cannot run here; none when they can."""
    if os.environ.get("CALLBOARD_TEST_POSTGRES") or binaries() is not None:
        return None
    return f"no PostgreSQL {OLDEST} server here (and CALLBOARD_TEST_POSTGRES names none)"


class Cluster:
    """A separate server in a separate folder, reached by a socket in that folder and by loopback."""

    def __init__(self, *settings: str, port: int = 0, clone_of: Cluster | None = None) -> None:
        found = binaries()
        assert found is not None, why_not()
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="callboard-pg-"))
        self._user = next((pwd.getpwnam(name) for name in UNPRIVILEGED if _exists(name)), None)
        if os.geteuid() == 0 and self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self.data = self.folder / "data"
        self.port = port or 5432
        self._listen = "127.0.0.1" if port else ""
        if clone_of is None:
            self._run(
                "initdb", "-D", self.data, "-U", "callboard", "-A", "trust", "-E", "UTF8", "-N", "--locale=C"
            )
        else:
            clone_of.back_up_to(self)
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.destroy)

    @property
    def url(self) -> str:
        """Of the cluster; put a database's name behind it."""
        where = "127.0.0.1" if self._listen else str(self.folder).replace("/", "%2F")
        return f"postgresql://callboard@{where}:{self.port}/"

    def _as(self) -> dict[str, Any]:
        if os.geteuid() != 0 or self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **self._as(),
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def back_up_to(self, other: Cluster) -> None:
        """Copy this running cluster for a standby of it."""
        other._run(
            "pg_basebackup", "-D", other.data, "-d", self.url + "postgres", "-R", "-X", "stream", "-c", "fast"
        )

    def base_backup(self, target: Path) -> None:
        """A base backup of this running cluster into a folder below its own."""
        self._run("pg_basebackup", "-D", target, "-d", self.url + "postgres", "-X", "stream", "-c", "fast")

    def start(self) -> None:
        """Start it; returns when it answers."""
        options = [
            f"-cunix_socket_directories={self.folder}",
            f"-cport={self.port}",
            f"-clisten_addresses={self._listen}",
            "-cmax_connections=200",
            "-cshared_buffers=64MB",
            *(f"-c{each}" for each in self.settings),
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                **self._as(),
            )
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url + "postgres", connect_timeout=5).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self, how: str = "fast") -> None:
        """Stop it: `smart`, `fast`, or or `immediate`, without a word to anybody."""
        if self._process is not None and self._process.poll() is None:
            self._run("pg_ctl", "stop", "-D", self.data, "-m", how, "-t", "60")
            self._process.wait(60)
        self._process = None

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "promote", "-D", self.data, "-t", "60")

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        assert self._process is not None
        return self._process.pid

    def destroy(self) -> None:
        """Stop it and leave nothing behind."""
        atexit.unregister(self.destroy)
        if self._process is not None:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def own(self, folder: Path) -> None:
        """Make a folder that the server may write to."""
        folder.mkdir()
        if os.geteuid() == 0 and self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def ask(self, sql: str, database: str = "postgres") -> Sequence[tuple[Any, ...]]:
        """What a statement answers, by a connection of its own."""
        return asked(self.url + database, sql)


def free_port() -> int:
    """A port of loopback on which no process listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def asked(url: str, sql: str) -> Sequence[tuple[Any, ...]]:
    """What a statement answers, by a connection of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(sql.encode())
        return done.fetchall() if done.description else []


def citus() -> str:
    """The database that is a Citus cluster's coordinator; empty where there is none."""
    return os.environ.get("CALLBOARD_TEST_CITUS", "")


@cache
def server() -> str:
    """The URL of this process's server, without a database."""
    named = os.environ.get("CALLBOARD_TEST_POSTGRES")
    if named:
        return named.rsplit("/", 1)[0] + "/"
    # What these stores keep need not outlive the machine: tests of that start a cluster of their own.
    return Cluster("fsync=off", "synchronous_commit=on", "full_page_writes=off", "autovacuum=off").url


@cache
def _template() -> str:
    from callboard.store.postgres.store import PostgresStore

    name = f"callboard_template_{os.getpid()}"
    asked(server() + "postgres", f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    PostgresStore(server() + name, upgrade=True).close()
    atexit.register(drop, server() + name)
    return name


@cache
def _of_template() -> Template:
    return template_of(server() + _template())


_emptied: list[str] = []
"""URLs of databases that were given back."""


def new_database() -> str:
    """The URL of a database that holds an empty store; `drop` it when done, or `give_back`."""
    if _emptied:
        return _emptied.pop()
    name = _new_name()
    asked(server() + "postgres", f"CREATE DATABASE {name} TEMPLATE {_template()} STRATEGY FILE_COPY")
    return server() + name


def empty_database() -> str:
    """The URL of a new database that holds nothing; `drop` it when done."""
    name = _new_name()
    asked(server() + "postgres", f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    return server() + name


def _new_name() -> str:
    return f"callboard_{os.getpid()}_{next(_numbers)}"


def give_back(url: str) -> None:
    """Let the next store have a database, emptied; one that cannot be made as new is dropped."""
    if emptied(url, _of_template()):
        if not _emptied:
            atexit.register(_drop_emptied)
        _emptied.append(url)
    else:
        drop(url)


def _drop_emptied() -> None:
    atexit.unregister(_drop_emptied)
    while _emptied:
        drop(_emptied.pop())


def drop(url: str) -> None:
    """Drop a database, and close all connections to it."""
    base, name = url.rsplit("/", 1)
    asked(f"{base}/postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
