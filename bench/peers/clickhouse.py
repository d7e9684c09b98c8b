"""ClickHouse's engine, in process as chDB: a ReplacingMergeTree read with FINAL, and materialized views.

The views are AggregatingMergeTrees. As every materialized view of ClickHouse they see each inserted block by
itself, and cannot know that a row repeats or corrects another one. Questions that no view answers would read
rows on both sides, so only the side of the rows has them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from chdb.session import Session

from bench import files, load
from bench.peers import Drawn, Rows, Side, days, kept, mib

TIME = "DateTime64(6, 'UTC')"
TABLES = (
    "CREATE DATABASE calls ENGINE = Atomic",
    # Sorted by day and then by space: questions about an hour and questions about a space both read little.
    f"""
    CREATE TABLE calls.call (
        call_id String, space UInt16, creation_time {TIME}, start_time Nullable({TIME}),
        duration_ms Nullable(UInt32), call_type LowCardinality(String), call_status LowCardinality(String),
        end_reason LowCardinality(String), agent LowCardinality(String), occurred_at {TIME}
    ) ENGINE = ReplacingMergeTree(occurred_at) PARTITION BY toYYYYMM(creation_time)
    ORDER BY (toDate(creation_time), space, creation_time, call_id)
    """,
    """
    CREATE MATERIALIZED VIEW calls.by_hour ENGINE = AggregatingMergeTree ORDER BY (hour, call_status) AS
    SELECT toStartOfHour(creation_time, 'UTC') AS hour, call_status, countState() AS calls
    FROM calls.call GROUP BY hour, call_status
    """,
    """
    CREATE MATERIALIZED VIEW calls.by_day ENGINE = AggregatingMergeTree ORDER BY (day, space) AS
    SELECT toStartOfDay(creation_time, 'UTC') AS day, space, countState() AS calls
    FROM calls.call GROUP BY day, space
    """,
    # By quarter-hour: the days of every zone begin at one.
    """
    CREATE MATERIALIZED VIEW calls.by_quarter ENGINE = AggregatingMergeTree ORDER BY (space, quarter) AS
    SELECT space, toStartOfFifteenMinutes(creation_time, 'UTC') AS quarter, countState() AS calls
    FROM calls.call GROUP BY space, quarter
    """,
    """
    CREATE MATERIALIZED VIEW calls.talk_by_day ENGINE = AggregatingMergeTree ORDER BY (space, day) AS
    SELECT space, toStartOfDay(creation_time, 'UTC') AS day,
        quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(duration_ms) AS talk
    FROM calls.call WHERE call_status = 'completed' GROUP BY space, day
    """,
)
OF_DAY = """
INSERT INTO calls.call SELECT call_id, space, fromUnixTimestamp64Micro(creation_time, 'UTC'),
    fromUnixTimestamp64Micro(start_time, 'UTC'), duration_ms, call_type, call_status, end_reason, agent,
    fromUnixTimestamp64Micro(occurred_at, 'UTC')
FROM Python(arrived)
"""
FINAL = "SETTINGS do_not_merge_across_partitions_select_final = 1"
MOST_SETTLING_S = 300


class ClickHouse:
    """ClickHouse in this process. chDB allows one session at a time."""

    def __init__(self, of: files.Board) -> None:
        self._path = kept(of, "clickhouse", lambda path: _build(path, of))
        description = msgspec.json.decode((self._path / "told.json").read_bytes())
        self._session = Session(str(self._path / "data"))
        [(version,)] = self._rows("SELECT version()")
        self.described: Mapping[str, Any] = {"version": version, **description}
        self.sides: Mapping[str, Side] = {
            "clickhouse, rows": {
                "hours": self._hours,
                "days": self._days,
                "days in another zone": self._days,
                "percentiles": self._percentiles,
                "last hour": self._total,
                "two filters": self._filters,
            },
            "clickhouse, views": {
                "hours": self._view_hours,
                "days": self._view_days,
                "days in another zone": self._view_zone,
                "percentiles": self._view_percentiles,
            },
        }

    def _rows(self, sql: str) -> Rows:
        table = self._session.query(sql, "ArrowTable")
        assert isinstance(table, pa.Table)
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def hours_without_final(self, drawn: Drawn) -> Rows:
        """The same question without FINAL, which is easily forgotten: it counts repeats and corrections."""
        return self._hours(drawn, final="")

    def _hours(self, drawn: Drawn, final: str = "FINAL") -> Rows:
        return self._rows(
            "SELECT call_status, toUnixTimestamp(toStartOfHour(creation_time)) AS at, count() "
            f"FROM calls.call {final} WHERE {_within(drawn)} AND call_status <> 'queued' "
            f"GROUP BY call_status, at {FINAL}"
        )

    def _days(self, drawn: Drawn) -> Rows:
        return self._rows(
            f"SELECT space, toUnixTimestamp(toStartOfDay(creation_time, '{drawn.zone}')) AS at, count() "
            f"FROM calls.call FINAL WHERE {_within(drawn)} AND call_status <> 'queued' "
            f"GROUP BY space, at {FINAL}"
        )

    def _percentiles(self, drawn: Drawn) -> Rows:
        [(found,)] = self._rows(
            "SELECT quantilesExact(0.5, 0.9, 0.95, 0.99)(duration_ms) FROM calls.call FINAL "
            f"WHERE space = {drawn.space} AND call_status = 'completed' AND {_within(drawn)} {FINAL}"
        )
        return [tuple(found)]

    def _total(self, drawn: Drawn) -> Rows:
        [(many,)] = self._rows(
            f"SELECT count() FROM calls.call FINAL WHERE {_within(drawn)} AND call_status <> 'queued' {FINAL}"
        )
        return [("", drawn.begin // 1_000_000, many)]

    def _filters(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT '', toUnixTimestamp(toStartOfDay(creation_time)) AS at, count() FROM calls.call FINAL "
            f"WHERE space = {drawn.space} AND {_within(drawn)} AND agent = 'renewals' "
            f"AND end_reason = 'customer_hangup' GROUP BY at {FINAL}"
        )

    def _view_hours(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT call_status, toUnixTimestamp(hour), countMerge(calls) FROM calls.by_hour "
            f"WHERE {_within(drawn, 'hour')} GROUP BY call_status, hour"
        )

    def _view_days(self, drawn: Drawn) -> Rows:
        return self._rows(
            "SELECT space, toUnixTimestamp(day), countMerge(calls) FROM calls.by_day "
            f"WHERE {_within(drawn, 'day')} GROUP BY space, day"
        )

    def _view_zone(self, drawn: Drawn) -> Rows:
        return self._rows(
            f"SELECT space, toUnixTimestamp(toStartOfDay(quarter, '{drawn.zone}')) AS at, countMerge(calls) "
            f"FROM calls.by_quarter WHERE {_within(drawn, 'quarter')} GROUP BY space, at"
        )

    def _view_percentiles(self, drawn: Drawn) -> Rows:
        [(found,)] = self._rows(
            "SELECT quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(talk) FROM calls.talk_by_day "
            f"WHERE space = {drawn.space} AND {_within(drawn, 'day')}"
        )
        return [tuple(found)]

    def add(self, row: load.Row) -> None:
        """Add a call, as a block of one row."""
        arrived = load.table([row])  # noqa: F841
        self._session.query(OF_DAY)

    def close(self) -> None:
        """Close the session and remove the copy."""
        self._session.close()
        shutil.rmtree(self._path)


def _within(drawn: Drawn, column: str = "creation_time") -> str:
    begin, end = (f"fromUnixTimestamp64Micro({at}, 'UTC')" for at in (drawn.begin, drawn.end))
    return f"{column} >= {begin} AND {column} < {end}"


def _build(path: Path, of: files.Board) -> None:
    began = time.monotonic()
    session = Session(str(path / "data"))
    for table in TABLES:
        session.query(table)
    for arrived in days(of):  # noqa: B007
        session.query(OF_DAY)
    loaded = time.monotonic()
    # Questions are asked of merged parts, as after days of use.
    while time.monotonic() - loaded < MOST_SETTLING_S:
        time.sleep(2)
        if str(session.query("SELECT count() FROM system.merges", "TSV")).strip() == "0":
            break
    parts = str(
        session.query("SELECT count() FROM system.parts WHERE active AND table = 'call'", "TSV")
    ).strip()
    session.close()
    description = {
        "built_s": round(loaded - began),
        "settled_s": round(time.monotonic() - loaded),
        "parts": int(parts),
        "mib": mib(path),
    }
    (path / "told.json").write_bytes(msgspec.json.encode(description))
