"""PostgreSQL: a row per call with covering indexes, and counters that triggers update in its transaction.

A cluster of its own on a Unix socket runs during the bench; if the bench is run as root, it runs as another
user, because PostgreSQL refuses root. The triggers run per statement, over transition tables, and count the
difference between old and new rows. Percentiles, and questions without a counter, read the rows.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pyarrow as pa
from pyarrow import csv

from bench import files, load
from bench.peers import Drawn, Rows, Side, days, kept, mib

USER = "postgres"
TABLES = """
CREATE TABLE call (
    call_id text PRIMARY KEY, space smallint NOT NULL, creation_time timestamptz NOT NULL,
    start_time timestamptz, duration_ms integer, call_type text NOT NULL, call_status text NOT NULL,
    end_reason text, agent text, occurred_at timestamptz NOT NULL
);
CREATE UNLOGGED TABLE arrived (LIKE call);
CREATE TABLE calls_by_hour (
    hour timestamptz, call_status text, calls bigint NOT NULL, PRIMARY KEY (hour, call_status)
) WITH (fillfactor = 70);
CREATE TABLE calls_by_day (
    day timestamptz, space smallint, calls bigint NOT NULL, PRIMARY KEY (day, space)
) WITH (fillfactor = 70);
CREATE TABLE calls_by_quarter (
    quarter timestamptz, space smallint, calls bigint NOT NULL, PRIMARY KEY (quarter, space)
) WITH (fillfactor = 70);
"""
COUNTERS = (
    ("calls_by_hour", "hour, call_status", "date_trunc('hour', creation_time), call_status"),
    ("calls_by_day", "day, space", "date_trunc('day', creation_time), space"),
    ("calls_by_quarter", "quarter, space", "date_bin('15 minutes', creation_time, 'epoch'), space"),
)
INDEXES = """
CREATE INDEX call_by_time ON call (creation_time) INCLUDE (call_status, space);
CREATE INDEX call_by_space ON call (space, creation_time)
    INCLUDE (call_status, duration_ms, agent, end_reason);
"""
UPSERT = """
ON CONFLICT (call_id) DO UPDATE SET
    start_time = excluded.start_time, duration_ms = excluded.duration_ms, call_status = excluded.call_status,
    end_reason = excluded.end_reason, occurred_at = excluded.occurred_at
WHERE excluded.occurred_at > call.occurred_at
"""
OF_DAY = "INSERT INTO call SELECT DISTINCT ON (call_id) * FROM arrived ORDER BY call_id, occurred_at DESC"
ONE = "INSERT INTO call VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
WITHIN = "creation_time >= %s AND creation_time < %s"


class Postgres:
    """A PostgreSQL server on a Unix socket."""

    def __init__(self, of: files.Board) -> None:
        self._path = kept(of, "postgres", lambda path: _build(path, of))
        description = msgspec.json.decode((self._path / "told.json").read_bytes())
        self._ended = contextlib.ExitStack()
        self._db = self._ended.enter_context(_running(self._path / "data"))
        version = self._db.info.parameter_status("server_version")
        self.described: Mapping[str, Any] = {"version": version, **description}
        for name in ("call", *(table for table, _, _ in COUNTERS)):
            self._db.execute(f"SELECT count(*) FROM {name}")  # loads it into memory, as after days of use
        self.sides: Mapping[str, Side] = {
            "postgresql, rows": {
                "hours": self._hours,
                "days": self._days,
                "days in another zone": self._days,
                "percentiles": self._percentiles,
                "last hour": self._total,
                "two filters": self._filters,
            },
            "postgresql, counters": {
                "hours": self._counted_hours,
                "days": self._counted_days,
                "days in another zone": self._counted_zone,
            },
        }

    def _rows(self, sql: str, *values: Any) -> Rows:
        return self._db.execute(sql, values).fetchall()

    def _hours(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT call_status, extract(epoch FROM hour)::bigint, calls FROM ("
            "SELECT call_status, date_trunc('hour', creation_time) AS hour, count(*) AS calls FROM call "
            f"WHERE {WITHIN} AND call_status <> 'queued' GROUP BY 1, 2) AS found",
            *_times(drawn),
        )

    def _days(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT space, extract(epoch FROM day)::bigint, calls FROM ("
            f"SELECT space, date_trunc('day', creation_time, '{drawn.zone}') AS day, count(*) AS calls "
            f"FROM call WHERE {WITHIN} AND call_status <> 'queued' GROUP BY 1, 2) AS found",
            *_times(drawn),
        )

    def _percentiles(self, drawn: Drawn) -> Rows:
        [(found,)] = self._rows(
            "SELECT percentile_disc(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ms) "
            f"FROM call WHERE space = %s AND call_status = 'completed' AND {WITHIN}",
            drawn.space,
            *_times(drawn),
        )
        return [tuple(found or ())]

    def _total(self, drawn: Drawn) -> Rows:
        [(many,)] = self._rows(
            f"SELECT count(*) FROM call WHERE {WITHIN} AND call_status <> 'queued'", *_times(drawn)
        )
        return [("", drawn.begin // 1_000_000, many)]

    def _filters(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT '', extract(epoch FROM date_trunc('day', creation_time))::bigint, count(*) FROM call "
            f"WHERE space = %s AND {WITHIN} AND agent = 'renewals' AND end_reason = 'customer_hangup' "
            "GROUP BY 2",
            drawn.space,
            *_times(drawn),
        )

    def _counted_hours(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT call_status, extract(epoch FROM hour)::bigint, calls FROM calls_by_hour "
            "WHERE hour >= %s AND hour < %s AND calls > 0",
            *_times(drawn),
        )

    def _counted_days(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT space, extract(epoch FROM day)::bigint, calls FROM calls_by_day "
            "WHERE day >= %s AND day < %s AND calls > 0",
            *_times(drawn),
        )

    def _counted_zone(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT space, extract(epoch FROM day)::bigint, calls FROM ("
            f"SELECT space, date_trunc('day', quarter, '{drawn.zone}') AS day, sum(calls)::bigint AS calls "
            "FROM calls_by_quarter WHERE quarter >= %s AND quarter < %s GROUP BY 1, 2) AS found",
            *_times(drawn),
        )

    def add(self, row: load.Row) -> None:
        """Add a call and update its counters, in one durable transaction."""
        call_id, space, created, start, *rest, occurred, _ = row
        self._db.execute(
            ONE + UPSERT, (call_id, space, _time(created), start and _time(start), *rest, _time(occurred))
        )

    def close(self) -> None:
        """Stop the server and remove the copy."""
        self._ended.close()
        shutil.rmtree(self._path)


def _times(drawn: Drawn) -> tuple[datetime, datetime]:
    return _time(drawn.begin), _time(drawn.end)


def _time(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)


def _build(path: Path, of: files.Board) -> None:
    began = time.monotonic()
    _as_user("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-D", str(_given(path) / "data"))
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    with (path / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(
            f"shared_buffers = '{memory_mb // 4}MB'\neffective_cache_size = '{memory_mb // 2}MB'\n"
            "work_mem = '64MB'\nmaintenance_work_mem = '1GB'\nmax_wal_size = '8GB'\n"
            "random_page_cost = 1.1\ntimezone = 'UTC'\nlisten_addresses = ''\n"
        )
    with _running(path / "data") as db:
        db.execute(TABLES)
        db.execute(_triggers())
        for arrived in days(of):
            _load(db, arrived)
        db.execute(INDEXES)
        db.execute("DROP TABLE arrived")
        db.execute("VACUUM (ANALYZE)")
        db.execute("CHECKPOINT")
    description = {"built_s": round(time.monotonic() - began), "mib": mib(path)}
    (path / "told.json").write_bytes(msgspec.json.encode(description))


def _load(db: psycopg.Connection[Any], arrived: pa.Table) -> None:
    columns = {}
    for field in load.SCHEMA:
        if field.name == "stands":
            continue
        column = arrived[field.name]
        if field.name in {"creation_time", "start_time", "occurred_at"}:
            column = column.cast(pa.timestamp("us", "UTC"))
        columns[field.name] = column
    written = io.BytesIO()
    csv.write_csv(pa.table(columns), written, csv.WriteOptions(include_header=False))
    with db.transaction():
        db.execute("TRUNCATE arrived")
        with db.cursor().copy("COPY arrived FROM STDIN (FORMAT csv)") as copied:
            copied.write(written.getvalue())
        db.execute(OF_DAY + UPSERT)


def _triggers() -> str:
    def kept_by(one: str) -> str:
        return "\n".join(
            f"INSERT INTO {table} AS kept SELECT {cell}, sum(many) FROM ({one}) AS moved "
            f"GROUP BY 1, 2 HAVING sum(many) <> 0 ORDER BY 1, 2 "
            f"ON CONFLICT ({key}) DO UPDATE SET calls = kept.calls + excluded.calls;"
            for table, key, cell in COUNTERS
        )

    columns = "creation_time, space, call_status"
    added = f"SELECT {columns}, 1 AS many FROM added"
    moved = f"{added} UNION ALL SELECT {columns}, -1 FROM removed"
    return f"""
    CREATE FUNCTION count_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {kept_by(added)} RETURN NULL; END $$;
    CREATE FUNCTION count_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {kept_by(moved)} RETURN NULL; END $$;
    CREATE TRIGGER count_added AFTER INSERT ON call REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION count_added();
    CREATE TRIGGER count_moved AFTER UPDATE ON call REFERENCING OLD TABLE AS removed NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION count_moved();
    """


@contextlib.contextmanager
def _running(data: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the cluster, which runs during the block."""
    with tempfile.TemporaryDirectory() as made:
        sockets = _given(Path(made))
        options = f"-c unix_socket_directories='{sockets}'"
        _as_user(
            "pg_ctl", "-w", "-t", "120", "-l", str(data / "log"), "-D", str(data), "-o", options, "start"
        )
        try:
            with psycopg.connect(host=str(sockets), dbname="postgres", user=_user(), autocommit=True) as db:
                yield db
        finally:
            _as_user("pg_ctl", "-w", "-t", "120", "-m", "fast", "-D", str(data), "stop")


def _user() -> str:
    return USER if os.geteuid() == 0 else os.environ.get("USER", USER)


def _given(path: Path) -> Path:
    """The path, owned by the user that the server runs as."""
    if os.geteuid() == 0:
        shutil.chown(path, USER, USER)
    return path


def _as_user(command: str, *arguments: str) -> None:
    who = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(
        [f"{_bin()}/{command}", *arguments],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        **who,  # type: ignore[call-overload]
    )


def _bin() -> str:
    """The folder of PostgreSQL's programs: in PATH, or where Debian installs them (the newest version)."""
    if found := shutil.which("initdb"):
        return str(Path(found).parent)
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    assert known, (
        "the bench of reports needs PostgreSQL (apt-get install postgresql, brew install postgresql)"
    )
    return str(known[-1].parent)
