"""Call records of carriers and of Amazon Connect."""

from __future__ import annotations

from typing import Any

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, layout, lines, objects, reads, table, utc


@layout(
    "connect_records.ndjson",
    "ananaa",
    asks="status unit",
    trap="Connected if there is an Agent; the talk is AgentInteractionDuration, not the time in the system.",
)
def _(calls: list[Call]) -> str:
    form = "%Y-%m-%dT%H:%M:%SZ"

    def agent(c: Call) -> dict[str, Any] | None:
        said = {"Username": c.agent.lower(), "ConnectedToAgentTimestamp": c.answered(form)}
        return {**said, "AgentInteractionDuration": c.talk} if c.up else None

    return objects(
        {
            "ContactId": f"{c.n:08d}-1111-4000-8000-000000000000",
            "Channel": "VOICE",
            "InitiationMethod": "INBOUND",
            "InitiationTimestamp": c.at(form),
            "ConnectedToSystemTimestamp": c.at(form),
            "DisconnectTimestamp": c.ended(form),
            "DisconnectReason": "CUSTOMER_DISCONNECT",
            "Agent": agent(c),
            "CustomerEndpoint": {"Address": c.number, "Type": "TELEPHONE_NUMBER"},
        }
        for c in calls
    )


@reads("connect_records.ndjson")
def _(data: bytes) -> list[Seen]:
    seen = []
    for r in lines(data):
        agent = r["Agent"] or {}
        status = COMPLETED if agent else MISSED
        seen.append(Seen(status, agent.get("AgentInteractionDuration"), utc(r["InitiationTimestamp"])))
    return seen


@layout(
    "sinch.csv",
    "nabfaana",
    trap="Semicolons; Reason beside Result holds N/A, a word of it; NOANSWER is one word.",
)
def _(calls: list[Call]) -> str:
    form = "%Y-%m-%dT%H:%M:%SZ"
    return table(
        "CallId;UserSpaceId;CallTime;Result;Reason;Duration;AnswerTime;From;To;Amount;Currency",
        (
            [
                f"{c.n:08d}-cafe-4000-9000-000000000000",
                21,
                c.at(form),
                c.says(a="ANSWERED", n="NOANSWER", b="BUSY", f="FAILED"),
                c.says(a="CALLERHANGUP", n="TIMEOUT", b="N/A", f="GENERALERROR"),
                c.talk,
                c.answered(form),
                "+12025550199",
                c.number,
                f"{c.talk * 0.0002:.4f}",
                "EUR",
            ]
            for c in calls
        ),
        separator=";",
        end="\n",
    )


@reads("sinch.csv")
def _(data: bytes) -> list[Seen]:
    words = {"ANSWERED": COMPLETED, "FAILED": FAILED}
    rows = cells(data, ";")
    return [Seen(words.get(r["Result"], MISSED), int(r["Duration"]), utc(r["CallTime"])) for r in rows]


@layout(
    "didww.csv",
    "anbanaa",
    zone="Asia/Kolkata",
    written="UTC",
    asks="id",
    trap="The headings say UTC, whatever zone was named; no id.",
)
def _(calls: list[Call]) -> str:
    form = "%Y-%m-%d %H:%M:%S"
    return table(
        "Date/Time Start (UTC),Date/Time Connect (UTC),Date/Time End (UTC),Status,Source Number,"
        "Destination DID,"
        "Duration (s),Disconnect Initiator",
        (
            [
                c.at(form),
                c.answered(form),
                c.ended(form),
                c.says(a="ANSWERED", n="NO ANSWER", b="BUSY"),
                c.number[1:],
                "12025550199",
                c.talk,
                ("originator", "terminator")[c.n % 2],
            ]
            for c in calls
        ),
    )


@reads("didww.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            COMPLETED if r["Status"] == "ANSWERED" else MISSED,
            int(r["Duration (s)"]),
            utc(r["Date/Time Start (UTC)"]),
        )
        for r in cells(data)
    ]
