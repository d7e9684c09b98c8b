"""DuckDB over rows: by its primary key, repeats change nothing and corrections update their call."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from bench import files, load
from bench.peers import Drawn, Rows, Side, days, kept, mib

TABLE = """
CREATE TABLE call (
    call_id VARCHAR PRIMARY KEY, space SMALLINT, creation_time TIMESTAMP, start_time TIMESTAMP,
    duration_ms INTEGER, call_type VARCHAR, call_status VARCHAR, end_reason VARCHAR, agent VARCHAR,
    occurred_at TIMESTAMP
)
"""
UPSERT = """
ON CONFLICT (call_id) DO UPDATE SET
    start_time = excluded.start_time, duration_ms = excluded.duration_ms, call_status = excluded.call_status,
    end_reason = excluded.end_reason, occurred_at = excluded.occurred_at
WHERE excluded.occurred_at > call.occurred_at
"""
OF_DAY = """
INSERT INTO call
SELECT call_id, space, make_timestamp(creation_time), make_timestamp(start_time), duration_ms, call_type,
    call_status, end_reason, agent, make_timestamp(occurred_at)
FROM arrived
QUALIFY row_number() OVER (PARTITION BY call_id ORDER BY occurred_at DESC) = 1
"""
ONE = """
INSERT INTO call VALUES (?, ?, make_timestamp(?), make_timestamp(?), ?, ?, ?, ?, ?, make_timestamp(?))
"""
WITHIN = "creation_time >= make_timestamp(?) AND creation_time < make_timestamp(?)"


class Duck:
    """DuckDB in this process."""

    def __init__(self, of: files.Board) -> None:
        self._path = kept(of, "duckdb", lambda path: _build(path, of))
        description = msgspec.json.decode((self._path / "told.json").read_bytes())
        self._db = duckdb.connect(str(self._path / "calls.db"))
        self.described: Mapping[str, Any] = {"version": duckdb.__version__, **description}
        self.sides: Mapping[str, Side] = {
            "duckdb, rows": {
                "hours": self._hours,
                "days": self._days,
                "days in another zone": self._days,
                "percentiles": self._percentiles,
                "last hour": self._total,
                "two filters": self._filters,
            }
        }

    def _rows(self, sql: str, *values: Any) -> Rows:
        return self._db.execute(sql, values).fetchall()

    def _hours(self, drawn: Drawn) -> Rows:
        return self._rows(
            f"SELECT call_status, epoch(date_trunc('hour', creation_time))::BIGINT, count(*) FROM call "
            f"WHERE {WITHIN} AND call_status <> 'queued' GROUP BY ALL",
            drawn.begin,
            drawn.end,
        )

    def _days(self, drawn: Drawn) -> Rows:
        aside = drawn.offset_us // 1_000_000
        return self._rows(
            f"SELECT space, epoch(date_trunc('day', creation_time + INTERVAL ({aside}) SECOND))::BIGINT "
            f"- ({aside}), count(*) FROM call WHERE {WITHIN} AND call_status <> 'queued' GROUP BY ALL",
            drawn.begin,
            drawn.end,
        )

    def _percentiles(self, drawn: Drawn) -> Rows:
        [(found,)] = self._rows(
            "SELECT quantile_disc(duration_ms, [0.5, 0.9, 0.95, 0.99]) FROM call "
            f"WHERE space = ? AND call_status = 'completed' AND {WITHIN}",
            drawn.space,
            drawn.begin,
            drawn.end,
        )
        return [tuple(found or ())]

    def _total(self, drawn: Drawn) -> Rows:
        [(many,)] = self._rows(
            f"SELECT count(*) FROM call WHERE {WITHIN} AND call_status <> 'queued'", drawn.begin, drawn.end
        )
        return [("", drawn.begin // 1_000_000, many)]

    def _filters(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT '', epoch(date_trunc('day', creation_time))::BIGINT, count(*) FROM call "
            f"WHERE space = ? AND {WITHIN} AND agent = 'renewals' AND end_reason = 'customer_hangup' "
            "GROUP BY ALL",
            drawn.space,
            drawn.begin,
            drawn.end,
        )

    def add(self, row: load.Row) -> None:
        """Add a call, and commit it to the file."""
        self._db.execute(ONE + UPSERT, row[:-1])

    def close(self) -> None:
        """Close the database and remove the copy."""
        self._db.close()
        shutil.rmtree(self._path)


def _build(path: Path, of: files.Board) -> None:
    began = time.monotonic()
    db = duckdb.connect(str(path / "calls.db"))
    db.execute(TABLE)
    for arrived in days(of):
        db.register("arrived", arrived)
        db.execute(OF_DAY + UPSERT)
    db.execute("CHECKPOINT")
    db.close()
    description = {"built_s": round(time.monotonic() - began), "mib": mib(path)}
    (path / "told.json").write_bytes(msgspec.json.encode(description))
