"""Questions of the bench of reports: how each is drawn, how Callboard is asked, how errors are measured."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from bench import calls, files
from bench.peers import Drawn, Rows
from bench.server import CONSTANT, PRODUCT
from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros

ZONES = (
    ("Asia/Kolkata", 5 * HOUR + 30 * MINUTE),
    ("Asia/Kathmandu", 5 * HOUR + 45 * MINUTE),
    ("Asia/Kabul", 4 * HOUR + 30 * MINUTE),
    ("Asia/Yangon", 6 * HOUR + 30 * MINUTE),
    ("Asia/Tokyo", 9 * HOUR),
    ("America/Bogota", -5 * HOUR),
)
"""Zones, with their offsets from UTC, that do not change their clocks within the load's days."""


class Ours:
    """One connection to the server under measurement."""

    def __init__(self, port: int, of: files.Board) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Token {of.secrets[0]}", "Org-Handle": of.handle}
        self._of = of

    def ask(self, question: str, drawn: Drawn) -> Any:
        """The answer, decoded."""
        path, parameters = QUESTIONS[question].ours
        query = {"start": _iso(drawn.begin), "end": _iso(drawn.end), **parameters}
        if drawn.offset_us:
            query["timezone"] = drawn.zone
        if drawn.space >= 0:
            query["space_token"] = self._of.space_tokens[drawn.space]
        self._connection.request(
            "GET", f"{PRODUCT}/organisation/analytics/{path}/?{urlencode(query)}", headers=self._headers
        )
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return msgspec.json.decode(body)["data"]

    def rows(self, data: Any) -> Rows:
        """An answer as rows, to be compared with the others."""
        if "durations" in data:
            [found] = data["durations"]
            return [tuple(round(1000 * found["talk_time"][name]) for name in ("p50", "p90", "p95", "p99"))]
        places = {token: place for place, token in enumerate(self._of.space_tokens)}
        starts = [_seconds(bucket["start"]) for bucket in data["buckets"]]
        return [
            (places.get(group, group), start, many)
            for each in data["series"]
            for group in [next(iter(each["group"].values()), "")]
            for start, many in zip(starts, each["values"]["total_calls"], strict=True)
        ]

    def constant_s(self) -> float:
        """Seconds that the constant answer takes."""
        began = time.perf_counter()
        self._connection.request("GET", f"{CONSTANT}/organisation/analytics/", headers=self._headers)
        self._connection.getresponse().read()
        return time.perf_counter() - began

    def post(self, space: int, event: Mapping[str, Any]) -> None:
        """Send one event, and check that it was applied."""
        headers = {**self._headers, "Content-Type": "application/json"}
        path = f"{PRODUCT}/spaces/{self._of.space_tokens[space]}/events/"
        self._connection.request("POST", path, msgspec.json.encode(event), headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        assert msgspec.json.decode(body)["data"]["applied"] == 1, body


def _iso(at: Micros) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


class Question(Struct, frozen=True):
    """A question in words, how its period and space are drawn, and our path and parameters for it."""

    text: str
    draw: Callable[[random.Random, int], Drawn]
    ours: tuple[str, dict[str, str]]
    counted: bool
    """Whether one of our counters answers all of it; otherwise rows are read."""
    most_error: float = 0.0


def error(answer: Rows, truth: Rows, question: str) -> float:
    """The relative error of an answer. Counts: everything that is too much or too little, as a share of the
    true total. Percentiles: the greatest difference, as a share of the true value.
    """
    if question == "percentiles":
        return max(
            (abs(float(one) - other) / other for one, other in zip(answer[0], truth[0], strict=True)),
            default=0.0,
        )
    answered = {(group, start): many for group, start, many in answer if many}
    true = {(group, start): many for group, start, many in truth if many}
    aside = sum(abs(answered.get(cell, 0) - true.get(cell, 0)) for cell in answered.keys() | true.keys())
    return aside / max(1, sum(true.values()))


def _days(days: int, *, of_space: bool = False) -> Callable[[random.Random, int], Drawn]:
    def drawn(draw: random.Random, spaces: int) -> Drawn:
        begin = calls.FIRST_DAY + draw.randrange(calls.DAYS - days + 1) * DAY
        return Drawn(begin, begin + days * DAY, draw.randrange(spaces) if of_space else -1, "UTC", 0)

    return drawn


def _quarter_year(draw: random.Random, _spaces: int) -> Drawn:
    begin = calls.FIRST_DAY + draw.randrange(-3, 4) * DAY
    return Drawn(begin, begin + 90 * DAY, -1, "UTC", 0)


def _elsewhere(draw: random.Random, _spaces: int) -> Drawn:
    """90 days that begin at midnight of another zone."""
    zone, offset = draw.choice(ZONES)
    begin = calls.FIRST_DAY + draw.randrange(-3, 4) * DAY - offset
    return Drawn(begin, begin + 90 * DAY, -1, zone, offset)


def _hour(draw: random.Random, _spaces: int) -> Drawn:
    end = (
        calls.FIRST_DAY
        + draw.randrange(1, calls.DAYS + 1) * DAY
        - draw.randrange(4 * 3600, 12 * 3600) * SECOND
    )
    return Drawn(end - HOUR, end, -1, "UTC", 0)


def _series(**parameters: str) -> tuple[str, dict[str, str]]:
    return "series", {"metric": "total_calls", **parameters}


QUESTIONS = {
    "hours": Question(
        "30 days by hour by status, organization",
        _days(30),
        _series(interval="hour", group_by="call_status"),
        counted=True,
    ),
    "days": Question(
        "90 days by day by space, home zone",
        _quarter_year,
        _series(interval="day", group_by="space_token"),
        counted=True,
    ),
    "days in another zone": Question(
        "90 days by day by space, another zone",
        _elsewhere,
        _series(interval="day", group_by="space_token"),
        counted=True,
    ),
    "percentiles": Question(
        "p50, p90, p95, p99 of a space's talk times, 7 days",
        _days(7, of_space=True),
        ("durations", {}),
        counted=True,
        most_error=0.01,
    ),
    "last hour": Question(
        "an hour that began off the grid, organization", _hour, _series(interval="total"), counted=False
    ),
    "two filters": Question(
        "30 days of a space by day, agent and end reason given: no counter holds it",
        _days(30, of_space=True),
        _series(interval="day", agent="renewals", end_reason="customer_hangup"),
        counted=False,
    ),
}
