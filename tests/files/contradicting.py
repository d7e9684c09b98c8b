"""Files of which single rows contradict their status, say nothing of it, or say it in several columns."""

from __future__ import annotations

import json

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, layout, reads, table, unix, utc
from tests.files.shapes import ISO


@layout("completed_unanswered.csv", "aaaanaaaaaaf", asks="status", trap="Two completed calls had no answer.")
def _(calls: list[Call]) -> str:
    rows = [
        [
            c.n,
            c.at(ISO),
            c.says(a="completed", n="completed", f="failed"),
            c.talk,
            c.answered(ISO),
            c.says(a="normal_clearing", n="no_answer", f="invalid_number"),
        ]
        for c in calls
    ]
    return table("call_id,start_time,status,talk_time,answered_at,hangup_cause", rows)


@reads("completed_unanswered.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            FAILED if r["status"] == "failed" else COMPLETED if r["answered_at"] else MISSED,
            int(r["talk_time"]),
            utc(r["start_time"]),
        )
        for r in cells(data)
    ]


@layout("without_a_word.csv", "ananaa", asks="status", trap="Nothing is said of calls that nobody answered.")
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), c.talk, c.says(a="Answered", n=""), c.number] for c in calls]
    return table("Call ID,Start,Talk Duration,Status,From", rows)


@reads("without_a_word.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(COMPLETED if r["Status"] else MISSED, int(r["Talk Duration"]), utc(r["Start"]))
        for r in cells(data)
    ]


@layout("all_are_done.json", "ananabaa", asks="status unit", trap="Each call is done, also the unanswered.")
def _(calls: list[Call]) -> str:
    rows = [
        {
            "id": 81000 + c.n,
            "status": "done",
            "missed_call_reason": None if c.up else "no_available_agent",
            "started_at": int(c.local.timestamp()),
            "answered_at": int(c.answer.timestamp()) if c.up else None,
            "ended_at": int(c.end.timestamp()),
            "duration": int(c.end.timestamp() - c.local.timestamp()),
        }
        for c in calls
    ]
    return json.dumps({"meta": {"count": len(rows)}, "calls": rows})


@reads("all_are_done.json")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            COMPLETED if row["answered_at"] else MISSED,
            row["ended_at"] - row["answered_at"] if row["answered_at"] else None,
            unix(row["started_at"]),
        )
        for row in json.loads(data)["calls"]
    ]


@layout("yes_code_and_phrase.csv", "anabfacan", asks="status", trap="Three columns say how a call ended.")
def _(calls: list[Call]) -> str:
    rows = [
        [
            c.n,
            c.at(ISO),
            c.answered(ISO),
            c.ended(ISO),
            c.talk,
            c.says(a="200", n="480", b="486", c="487", f="404"),
            c.says(
                a="BYE",
                n="Temporarily Unavailable",
                b="Busy Here",
                c="Request Terminated",
                f="Not Found",
            ),
            "Yes" if c.up else "No",
        ]
        for c in calls
    ]
    header = (
        "Correlation ID,Invite time,Start time,End time,Duration,Final SIP code,Final SIP Phrase,Successful"
    )
    return table(header, rows)


@reads("yes_code_and_phrase.csv")
def _(data: bytes) -> list[Seen]:
    said = {"200": COMPLETED, "404": FAILED}
    return [
        Seen(said.get(r["Final SIP code"], MISSED), int(r["Duration"]), utc(r["Invite time"]))
        for r in cells(data)
    ]
