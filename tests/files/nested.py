"""Rows with several objects, each with an id, a status and times of its own: one of them is the call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import layout, lines, objects, reads, utc
from tests.files.shapes import ISO, status_of, word

MIXED = "anaabnafacan"
STATES = ("available", "busy", "offline")


def _agent(c: Call) -> dict[str, Any]:
    made = (c.local - timedelta(days=90 + c.n)).strftime(ISO)
    return {"id": 100 + c.n % 4, "status": STATES[c.n % 3], "created_at": made}


def _customer(c: Call) -> dict[str, Any]:
    made = (c.local - timedelta(days=20 + c.n)).strftime(ISO)
    return {"id": 9000 + c.n, "status": ("active", "lost")[c.n % 2], "created_at": made}


def _call(c: Call) -> dict[str, Any]:
    return {"id": f"c-{c.n:04d}", "status": word(c), "started_at": c.at(ISO), "duration": c.talk}


def _seen(row: dict[str, Any]) -> Seen:
    return Seen(status_of(row["status"]), row["duration"], utc(row["started_at"]))


def _reader(of: str) -> Callable[[bytes], list[Seen]]:
    return lambda data: [_seen(row[of]) for row in lines(data)]


for number, of in enumerate(("phoneCall", "leg", "voice", "dial", "contactEvent")):
    name = f"call_as_{of.lower()}.ndjson"

    @layout(name, MIXED, trap="The agent and the customer have an id, a status and times as well.")
    def _(calls: list[Call], of: str = of, first: bool = number % 2 == 0) -> str:
        call_first = ({of: _call(c), "agent": _agent(c), "customer": _customer(c)} for c in calls)
        call_last = ({"agent": _agent(c), "customer": _customer(c), of: _call(c)} for c in calls)
        return objects(call_first if first else call_last)

    reads(name)(_reader(of))


@layout("status_of_the_call_inside.ndjson", MIXED, trap="agent.status is a word of calls, too.")
def _(calls: list[Call]) -> str:
    return objects(
        {
            **{key: value for key, value in _call(c).items() if key != "status"},
            "agent": {"id": 3, "status": ("answered", "missed")[c.n % 2]},
            "phoneCall": {"status": word(c)},
        }
        for c in calls
    )


@reads("status_of_the_call_inside.ndjson")
def _(data: bytes) -> list[Seen]:
    return [_seen({**row, "status": row["phoneCall"]["status"]}) for row in lines(data)]


@layout(
    "time_of_the_customer_alone.ndjson",
    MIXED,
    asks="time",
    trap="The only time under a usual name is not its.",
)
def _(calls: list[Call]) -> str:
    return objects(
        {
            "id": f"c-{c.n}",
            "status": word(c),
            "duration": c.talk,
            "customer": _customer(c),
            "it": {"at": c.at(ISO)},
        }
        for c in calls
    )


@reads("time_of_the_customer_alone.ndjson")
def _(data: bytes) -> list[Seen]:
    return [_seen({**row, "started_at": row["it"]["at"]}) for row in lines(data)]
