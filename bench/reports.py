"""Reports over HTTP beside DuckDB over the same rows, in process: questions drawn anew, a commit between.

Ours is asked as a client asks: a request each, the answer decoded. DuckDB holds the final rows of the same
calls in a table of its own; its answer is fetched as rows of Python, and the time of our constant answer is
added. The error is the greatest difference between the two; of percentiles, as a share of the true one.
"""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import apsw
import duckdb
import msgspec
import pyarrow as pa

from bench import calls, files
from bench.figures import ratios, spread, target, write
from bench.machine import Others, sync_ms
from bench.server import CONSTANT, PRODUCT, Server

CALLS = 1_000_000
SPACES = 200
COLUMNS = (
    "space_id",
    "creation_time",
    "start_time",
    "duration_ms",
    "call_type",
    "call_status",
    "end_reason",
    "agent",
)
DAY_US = 86_400_000_000


def measure(*, short: bool) -> None:
    """Take the figures."""
    rounds = 5 if short else 15
    of = files.copy(files.board(10_000 if short else CALLS, SPACES), "reports")
    peer = _Duck(of)
    took: dict[str, dict[str, list[float]]] = {name: {"ours": [], "duckdb": []} for name in QUESTIONS}
    errors = dict.fromkeys(QUESTIONS, 0.0)
    draw = random.Random(11)
    with Server(of.path) as server:
        ours = _Ours(server.port, of)
        constant = spread([ours.constant() for _ in range(200)])["median"]
        others = Others(*server.processes)
        for number in range(rounds + 1):
            for name, question in QUESTIONS.items():
                drawn = question.draw(draw, of)
                sides = ("ours", "duckdb") if number % 2 == 0 else ("duckdb", "ours")
                for side in sides:
                    _commit(ours, peer, of, draw, f"{number}-{name}-{side}")
                    began = time.perf_counter()
                    if side == "ours":
                        question.ours(ours, drawn)
                    else:
                        question.duck(peer, drawn)
                    seconds = time.perf_counter() - began
                    if number:
                        took[name][side].append(1000 * (seconds + (constant if side == "duckdb" else 0)))
                # Asked again without a commit between: both of the same rows.
                errors[name] = max(
                    errors[name], question.error(question.ours(ours, drawn), question.duck(peer, drawn))
                )
        others_cores = others.cores()
    files.discard(of)
    write(
        "reports",
        f"reports of {len(of.space_ids)} spaces and {of.calls:,} calls over 90 days, over HTTP, beside "
        "DuckDB over the same rows in process (our constant answer's time added), a commit before each",
        short=short,
        targets=[
            target(
                f"{name}: ours / duckdb, medians", ratios(each["ours"], each["duckdb"])["median"], at_most=1
            )
            for name, each in took.items()
        ],
        ms={name: {side: spread(times) for side, times in each.items()} for name, each in took.items()},
        p95_ms={name: {side: _p95(times) for side, times in each.items()} for name, each in took.items()},
        greatest_error=errors,
        constant_ms=1000 * constant,
        disk_sync_ms=sync_ms(),
        cores_used_by_others=others_cores,
    )


def _p95(times: list[float]) -> float:
    return sorted(times)[-(-len(times) * 95 // 100) - 1]


class _Ours:
    """One connection to the server under measurement."""

    def __init__(self, port: int, of: files.Board) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Token {of.secrets[0]}", "Org-Handle": of.handle}

    def get(self, path: str, **parameters: str) -> Any:
        query = urlencode(parameters)
        self._connection.request(
            "GET", f"{PRODUCT}/organisation/analytics/{path}/?{query}", headers=self._headers
        )
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return msgspec.json.decode(body)["data"]

    def constant(self) -> float:
        began = time.perf_counter()
        self._connection.request("GET", f"{CONSTANT}/organisation/analytics/", headers=self._headers)
        self._connection.getresponse().read()
        return time.perf_counter() - began

    def post(self, space: str, event: dict[str, Any]) -> None:
        headers = {**self._headers, "Content-Type": "application/json"}
        self._connection.request(
            "POST", f"{PRODUCT}/spaces/{space}/events/", msgspec.json.encode(event), headers
        )
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200


class _Duck:
    """The same calls in a table of DuckDB."""

    def __init__(self, of: files.Board) -> None:
        db = apsw.Connection(of.path, flags=apsw.SQLITE_OPEN_READONLY)
        rows = db.execute(f"SELECT {', '.join(COLUMNS)} FROM call").fetchall()
        held = pa.table({name: [row[at] for row in rows] for at, name in enumerate(COLUMNS)})  # noqa: F841
        db.close()
        self._db = duckdb.connect()
        self._db.execute("CREATE TABLE call AS SELECT * FROM held")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, values).fetchall()

    def add(self, row: tuple[Any, ...]) -> None:
        self._db.execute("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _commit(ours: _Ours, peer: _Duck, of: files.Board, draw: random.Random, name: str) -> None:
    place = draw.randrange(len(of.space_ids))
    at = calls.FIRST_DAY + draw.randrange(90) * DAY_US + draw.randrange(8 * 3600, 20 * 3600) * 1_000_000
    event = {
        "type": "call",
        "call_id": f"late-{name}",
        "call_status": "missed",
        "call_type": "outbound",
        "creation_time": calls.instant(at),
        "end_reason": "busy",
        "agent": "welcome",
    }
    ours.post(of.space_tokens[place], event)
    peer.add((of.space_ids[place], at, None, 0, "outbound", "missed", "busy", "welcome"))


class Question(msgspec.Struct, frozen=True):
    """One question, to both sides; answers are compared as they are."""

    draw: Callable[[random.Random, files.Board], dict[str, Any]]
    ours: Callable[[_Ours, dict[str, Any]], Any]
    duck: Callable[[_Duck, dict[str, Any]], Any]
    error: Callable[[Any, Any], float] = lambda one, other: float(one != other)


def _iso(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _days(draw: random.Random, of: files.Board, days: int) -> dict[str, Any]:
    begin = calls.FIRST_DAY + draw.randrange(90 - days + 1) * DAY_US
    return {
        "begin": begin,
        "end": begin + days * DAY_US,
        "space": draw.randrange(len(of.space_ids)),
        "of": of,
    }


def _series(ours: _Ours, drawn: dict[str, Any], **asked: str) -> dict[Any, int]:
    data = ours.get(
        "series", start=_iso(drawn["begin"]), end=_iso(drawn["end"]), metric="total_calls", **asked
    )
    starts = [bucket["start"] for bucket in data["buckets"]]
    return {
        (tuple(each["group"].values()), start): calls_
        for each in data["series"]
        for start, calls_ in zip(starts, each["values"]["total_calls"], strict=True)
        if calls_
    }


def _by_hour(peer: _Duck, drawn: dict[str, Any]) -> dict[Any, int]:
    rows = peer.rows(
        "SELECT call_status, creation_time // 3600000000, count(*) FROM call "
        "WHERE creation_time >= ? AND creation_time < ? AND call_status <> 'queued' GROUP BY ALL",
        drawn["begin"],
        drawn["end"],
    )
    return {((status,), _iso(hour * 3_600_000_000)): many for status, hour, many in rows}


def _by_day(zone_us: int) -> Callable[[_Duck, dict[str, Any]], dict[Any, int]]:
    def ask(peer: _Duck, drawn: dict[str, Any]) -> dict[Any, int]:
        tokens = dict(zip(drawn["of"].space_ids, drawn["of"].space_tokens, strict=True))
        rows = peer.rows(
            f"SELECT space_id, (creation_time + {zone_us}) // {DAY_US}, count(*) FROM call "
            "WHERE creation_time >= ? AND creation_time < ? AND call_status <> 'queued' GROUP BY ALL",
            drawn["begin"],
            drawn["end"],
        )
        return {
            ((tokens[space],), _iso(max(day * DAY_US - zone_us, drawn["begin"]))): many
            for space, day, many in rows
        }

    return ask


def _percentiles(ours: _Ours, drawn: dict[str, Any]) -> list[float]:
    [data] = ours.get(
        "durations",
        start=_iso(drawn["begin"]),
        end=_iso(drawn["end"]),
        space_token=drawn["of"].space_tokens[drawn["space"]],
    )["durations"]
    return [data["talk_time"][name] for name in ("p50", "p90", "p95", "p99")]


def _true_percentiles(peer: _Duck, drawn: dict[str, Any]) -> list[float]:
    [row] = peer.rows(
        "SELECT quantile_disc(duration_ms, [0.5, 0.9, 0.95, 0.99]) FROM call WHERE space_id = ? "
        "AND call_status = 'completed' AND creation_time >= ? AND creation_time < ?",
        drawn["of"].space_ids[drawn["space"]],
        drawn["begin"],
        drawn["end"],
    )
    return [value / 1000 for value in row[0] or ()]


def _last_hour(draw: random.Random, of: files.Board) -> dict[str, Any]:
    end = calls.FIRST_DAY + draw.randrange(1, 90) * DAY_US - draw.randrange(4 * 3600, 12 * 3600) * 1_000_000
    return {"begin": end - 3_600_000_000, "end": end, "of": of}


def _total(peer: _Duck, drawn: dict[str, Any]) -> dict[Any, int]:
    [(many,)] = peer.rows(
        "SELECT count(*) FROM call WHERE creation_time >= ? AND creation_time < ? "
        "AND call_status <> 'queued'",
        drawn["begin"],
        drawn["end"],
    )
    return {((), _iso(drawn["begin"])): many} if many else {}


def _two_filters(peer: _Duck, drawn: dict[str, Any]) -> dict[Any, int]:
    rows = peer.rows(
        f"SELECT creation_time // {DAY_US}, count(*) FROM call WHERE space_id = ? AND creation_time >= ? "
        "AND creation_time < ? AND agent = 'renewals' AND end_reason = 'customer_hangup' GROUP BY ALL",
        drawn["of"].space_ids[drawn["space"]],
        drawn["begin"],
        drawn["end"],
    )
    return {((), _iso(day * DAY_US)): many for day, many in rows}


QUESTIONS = {
    "30 days by hour by status, organization": Question(
        lambda draw, of: _days(draw, of, 30),
        lambda ours, drawn: _series(ours, drawn, interval="hour", group_by="call_status"),
        _by_hour,
    ),
    "90 days by day by space, home zone": Question(
        lambda draw, of: _days(draw, of, 90),
        lambda ours, drawn: _series(ours, drawn, interval="day", group_by="space_token"),
        _by_day(0),
    ),
    "90 days by day by space, another zone": Question(
        lambda draw, of: _days(draw, of, 90),
        lambda ours, drawn: _series(
            ours, drawn, interval="day", group_by="space_token", timezone="Asia/Kolkata"
        ),
        _by_day(19_800_000_000),
    ),
    "percentiles of a space, 7 days": Question(
        lambda draw, of: _days(draw, of, 7),
        _percentiles,
        _true_percentiles,
        lambda one, other: max((abs(a - b) / b for a, b in zip(one, other, strict=False)), default=0),
    ),
    "one hour off the grid, organization": Question(
        _last_hour, lambda ours, drawn: _series(ours, drawn, interval="total"), _total
    ),
    "30 days of a space, two filters that no counter holds": Question(
        lambda draw, of: _days(draw, of, 30),
        lambda ours, drawn: _series(
            ours,
            drawn,
            interval="day",
            agent="renewals",
            end_reason="customer_hangup",
            space_token=drawn["of"].space_tokens[drawn["space"]],
        ),
        _two_filters,
    ),
}
