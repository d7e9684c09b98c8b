"""Files whose rows are events of calls, or requests of SIP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, layout, reads, table, unix, utc
from tests.files.shapes import ISO, STAMP

CAUSES = {
    "NORMAL_CLEARING": COMPLETED,
    "NO_ANSWER": MISSED,
    "USER_BUSY": MISSED,
    "UNALLOCATED_NUMBER": FAILED,
}


@layout(
    "event_log.csv",
    "anaabfa",
    zone="Europe/Rome",
    asks="legs status",
    trap="Each row is an event: call.initiated, call.answered, call.hangup with its cause.",
)
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = []
    for c in calls:
        cause = c.says(a="NORMAL_CLEARING", n="NO_ANSWER", b="USER_BUSY", f="UNALLOCATED_NUMBER")
        rows.append([c.at(STAMP), f"e{c.n}", "call.initiated", "", c.number])
        if c.up:
            rows.append([c.answered(STAMP), f"e{c.n}", "call.answered", "", c.number])
        rows.append([c.ended(STAMP), f"e{c.n}", "call.hangup", cause, c.number])
    return table("timestamp,call_id,event,hangup_cause,to", sorted(rows), end="\n")


@reads("event_log.csv")
def _(data: bytes) -> list[Seen]:
    by_call: dict[str, dict[str, dict[str, str]]] = {}
    for r in cells(data):
        by_call.setdefault(r["call_id"], {})[r["event"]] = r
    seen = []
    for events in by_call.values():
        at = {name: utc(r["timestamp"], STAMP, "Europe/Rome") for name, r in events.items()}
        answer = at.get("call.answered")
        talk = (at["call.hangup"] - answer).total_seconds() if answer else None
        seen.append(Seen(CAUSES[events["call.hangup"]["hangup_cause"]], talk, at["call.initiated"]))
    return seen


@layout(
    "queue_log.csv",
    "anaanaa",
    zone="UTC",
    asks="legs status",
    trap="Asterisk's queue events: ENTERQUEUE, CONNECT, COMPLETEAGENT or ABANDON.",
)
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = []
    for c in calls:
        rows.append([c.at(STAMP), f"q{c.n}", "ENTERQUEUE", "NONE"])
        if c.up:
            rows.append([c.answered(STAMP), f"q{c.n}", "CONNECT", c.agent])
        end = ["COMPLETEAGENT", c.agent] if c.up else ["ABANDON", "NONE"]
        rows.append([c.ended(STAMP), f"q{c.n}", *end])
    return table("time,callid,event,agent", rows, end="\n")


@reads("queue_log.csv")
def _(data: bytes) -> list[Seen]:
    begun: dict[str, Any] = {}
    talking: dict[str, Any] = {}
    seen = []
    for r in cells(data):
        at = utc(r["time"], STAMP)
        if r["event"] == "ENTERQUEUE":
            begun[r["callid"]] = at
        elif r["event"] == "CONNECT":
            talking[r["callid"]] = at
        elif r["event"] == "ABANDON":
            seen.append(Seen(MISSED, None, begun[r["callid"]]))
        else:
            seen.append(Seen(COMPLETED, (at - talking[r["callid"]]).total_seconds(), begun[r["callid"]]))
    return seen


@layout(
    "acc_with_acks.csv",
    "anaabfa",
    asks="legs status unit",
    trap="Kamailio's requests in Unix seconds, with ACK and CANCEL between INVITE and BYE.",
)
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = []
    for c in calls:
        made = int(c.local.timestamp())
        call, code = f"x{c.n}@192.0.2.20", int(c.says(a="200", n="487", b="486", f="404"))
        rows.append(["INVITE", call, code, made])
        if c.up:
            rows += [["ACK", call, 200, made], ["BYE", call, 200, made + int(c.talk)]]
        elif c.how == "n":
            rows.append(["CANCEL", call, 200, made])
    return table("method,callid,sip_code,time_attr", rows, end="\n")


@reads("acc_with_acks.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    ends = {r["callid"]: unix(r["time_attr"]) for r in rows if r["method"] == "BYE"}
    seen = []
    for r in rows:
        if r["method"] == "INVITE":
            made, end = unix(r["time_attr"]), ends.get(r["callid"])
            status = {"200": COMPLETED, "404": FAILED}.get(r["sip_code"], MISSED)
            seen.append(Seen(status, (end - made).total_seconds() if end else None, made))
    return seen


@layout(
    "acc_of_dialogs.csv",
    "anaabfa",
    asks="status",
    trap="OpenSIPS writes one INVITE a call, when it is over, with the duration: no BYE will come.",
)
def _(calls: list[Call]) -> str:
    form = STAMP
    rows = [
        [c.n, "INVITE", f"x{c.n}@192.0.2.20", c.says(a="200", n="480", b="486", f="404"),
         (c.local + timedelta(seconds=c.ring)).strftime(form), int(c.talk), c.ring, c.at(form)]
        for c in calls
    ]  # fmt: skip
    return table("id,method,callid,sip_code,time,duration,setuptime,created", rows)


@reads("acc_of_dialogs.csv")
def _(data: bytes) -> list[Seen]:
    codes = {"200": COMPLETED, "404": FAILED}
    return [
        Seen(codes.get(r["sip_code"], MISSED), int(r["duration"]), utc(r["created"], STAMP))
        for r in cells(data)
    ]


@layout(
    "numbered_each_day.csv",
    "anabacaan",
    asks="id",
    trap="No. begins at 1 again each day: no events of a call.",
)
def _(calls: list[Call]) -> str:
    rows = [[1 + c.n % 3, c.at(ISO), c.number, "Answered" if c.up else "No Answer", c.talk] for c in calls]
    return table("No.,Start Time,From,Status,Duration", rows, end="\n")


@reads("numbered_each_day.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Answered": COMPLETED, "No Answer": MISSED}
    return [Seen(words[r["Status"]], int(r["Duration"]), utc(r["Start Time"])) for r in cells(data)]
