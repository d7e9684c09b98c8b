"""Reports on a month of a bank's call centre equal what another engine computes from the raw file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.command import done
from tests.acceptance.test_real_records import HANDLE, HOW, RECORDS

pytestmark = [
    pytest.mark.skipif(not RECORDS.exists(), reason="the real records are not beside the project"),
    pytest.mark.timeout(600),
]
MONTH = ("--start", "1999-02-01", "--end", "1999-02-28", "--timezone", "Asia/Jerusalem")
TIMES = ("--map", "start_time={date} {ser_start},end_time={date} {ser_exit}")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records imported as their page says, with the times of service as well."""
    file = tmp_path_factory.mktemp("bank") / "bank.db"
    done("org", "create", "--name", "Bank", "--handle", HANDLE, db=file)
    done("import", RECORDS, *HOW, *TIMES, "--json", db=file, cwd=file.parent)
    return file


@pytest.fixture(scope="module")
def raw() -> duckdb.DuckDBPyConnection:
    """The raw file: local times as they stand there, seconds as numbers."""
    connection = duckdb.connect()
    connection.execute(
        f"""
        CREATE TABLE call AS
        SELECT
            type, outcome, ser_time, nullif(server, 'NO_SERVER') AS agent,
            strptime(date || ' ' || vru_entry, '%y%m%d %H:%M:%S') AS created,
            strptime(date || ' ' || ser_start, '%y%m%d %H:%M:%S') AS began,
            strptime(date || ' ' || ser_exit, '%y%m%d %H:%M:%S') AS ended
        FROM read_csv('{RECORDS}', delim = '\t', all_varchar = true)
        """
    )
    connection.execute("ALTER TABLE call ALTER ser_time TYPE INTEGER USING CAST(ser_time AS INTEGER)")
    return connection


def report(db: Path, name: str, *options: str) -> Any:
    return done("report", name, "--org", HANDLE, *MONTH, *options, "--json", db=db).json["data"]


def test_hourly_arrivals_by_the_banks_own_clock(db: Path, raw: duckdb.DuckDBPyConnection) -> None:
    """Every hour of the month, empty ones too."""
    data = report(db, "series", "--interval", "hour", "--metric", "total_calls,completed_calls")
    [series] = data["series"]
    told = {
        bucket["local_start"][:13].replace("T", " "): (total, completed)
        for bucket, total, completed in zip(
            data["buckets"], series["values"]["total_calls"], series["values"]["completed_calls"], strict=True
        )
    }
    assert len(told) == 28 * 24
    expected = {
        hour: (total, completed)
        for hour, total, completed in raw.execute(
            "SELECT strftime(created, '%Y-%m-%d %H'), count(*), count(*) FILTER (outcome = 'AGENT') "
            "FROM call GROUP BY 1"
        ).fetchall()
    }
    assert {hour: numbers for hour, numbers in told.items() if any(numbers)} == expected


def test_average_duration_by_service_type_and_by_agent(db: Path, raw: duckdb.DuckDBPyConnection) -> None:
    """A service type is a space; who has no name is unknown."""
    names = {
        each["token"]: each["name"] for each in done("space", "list", "--org", HANDLE, "--json", db=db).json
    }
    metrics = ("--metric", "completed_calls,avg_duration_seconds", "--interval", "total")
    for group, column in (("space_token", "type"), ("agent", "coalesce(agent, 'unknown')")):
        told = {
            names.get(each["group"][group], each["group"][group]): (
                each["totals"]["completed_calls"],
                each["totals"]["avg_duration_seconds"],
            )
            for each in report(db, "series", "--group-by", group, *metrics)["series"]
            if each["totals"]["completed_calls"]
        }
        expected = {
            name: (calls, talk)
            for name, calls, talk in raw.execute(
                f"SELECT {column}, count(*), sum(ser_time) FROM call WHERE outcome = 'AGENT' GROUP BY 1"
            ).fetchall()
        }
        assert told.keys() == expected.keys()
        for name, (calls, talk) in expected.items():
            assert told[name][0] == calls
            assert told[name][1] == pytest.approx(talk / calls, abs=0.0005)


def test_percentiles_of_talk_time(db: Path, raw: duckdb.DuckDBPyConnection) -> None:
    """Nearest rank, within one percent; least, greatest and count exactly."""
    [data] = report(db, "durations")["durations"]
    talk = data["talk_time"]
    count, least, greatest, *ranks = raw.execute(
        "SELECT count(*), min(ser_time), max(ser_time), quantile_disc(ser_time, 0.5), "
        "quantile_disc(ser_time, 0.9), quantile_disc(ser_time, 0.95), quantile_disc(ser_time, 0.99) "
        "FROM call WHERE outcome = 'AGENT'"
    ).fetchall()[0]
    assert (talk["calls"], talk["min"], talk["max"], talk["extremes_exact"]) == (count, least, greatest, True)
    for name, true in zip(("p50", "p90", "p95", "p99"), ranks, strict=True):
        assert talk[name] == pytest.approx(true, rel=0.01)
    assert sum(each["calls"] for each in talk["histogram"]) == count


def test_peak_concurrency_and_its_moment(db: Path, raw: duckdb.DuckDBPyConnection) -> None:
    """Of what can be placed; the rest is counted."""
    data = report(db, "concurrency", "--interval", "day")
    placed = (
        "outcome IN ('AGENT', 'PHANTOM') AND began >= created AND ended >= began "
        "AND date_diff('second', began, ended) + 1 >= ser_time"
    )
    [(peak, at)] = raw.execute(
        f"""
        WITH change AS (
            SELECT began AS moment, 1 AS step FROM call WHERE {placed} AND ended > began
            UNION ALL SELECT ended, -1 FROM call WHERE {placed} AND ended > began
        ), level AS (
            SELECT moment, sum(sum(step)) OVER (ORDER BY moment) AS calls FROM change GROUP BY moment
        )
        SELECT calls, min(moment) FROM level WHERE calls = (SELECT max(calls) FROM level) GROUP BY calls
        """
    ).fetchall()
    assert data["peak"] == peak
    local = datetime.fromisoformat(data["peak_at"])
    assert (local.timestamp() + 2 * 3600) == at.replace(tzinfo=local.tzinfo).timestamp()
    [(unplaced,)] = raw.execute(
        f"SELECT count(*) FROM call WHERE outcome IN ('AGENT', 'PHANTOM') AND NOT ({placed})"
    ).fetchall()
    assert data["unplaced"] == unplaced
