"""Files in which one column has to be told from another: statuses, outcomes, lengths, times; and clocks."""

from __future__ import annotations

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, reads, table, utc
from tests.files.shapes import ISO, STAMP, four, status_of, word


@layout(
    "outcome.csv",
    "abananb",
    trap="status says how the call ended; outcome whether the talk reached its goal.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), word(c), "success" if c.up and c.n % 2 else "failed", c.talk] for c in calls]
    return table("call_id,started_at,status,outcome,duration", rows, end="\n")


@reads("outcome.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["started_at"])) for r in cells(data)]


@layout(
    "outcome_first.csv", "anaabnaa", trap="Outcome stands before Call Status, in the very words of statuses."
)
def _(calls: list[Call]) -> str:
    rows = [
        [("completed", "cancelled", "failed")[c.n % 3], c.n, word(c), c.talk, c.at(ISO), c.number]
        for c in calls
    ]
    return table("Outcome,Call ID,Call Status,Talk Time (sec),Started At,To", rows)


@reads("outcome_first.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [Seen(status_of(r["Call Status"]), int(r["Talk Time (sec)"]), utc(r["Started At"])) for r in rows]


@layout(
    "status_of_one_word.csv",
    "anabnaa",
    asks="status",
    trap="Status says closed for every call; Result says how it went.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [c.n, c.at(ISO), "closed", c.says(a="Answered", n="Not answered", b="Busy"), c.talk] for c in calls
    ]
    return table("id,started_at,status,result,duration", rows, end="\n")


@reads("status_of_one_word.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r["result"]), int(r["duration"]), utc(r["started_at"])) for r in cells(data)]


@layout("all_missed.csv", "nbnnbn", asks="status", trap="Nobody answered: no length, and no average.")
def _(calls: list[Call]) -> str:
    return table("call_id,start_time,duration,status", four(calls))


@reads("all_missed.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r["status"]), None, utc(r["start_time"])) for r in cells(data)]


@layout(
    "total_billed_talk.csv",
    "anabana",
    trap="Total, billed and talk time: only the talk time is the length, and it comes last.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), word(c), c.ring + c.talk, -(-int(c.talk) // 60) * 60, c.talk] for c in calls]
    return table("Call ID,Start Time,Status,Total Duration,Billed Duration,Talk Duration", rows)


@reads("total_billed_talk.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [Seen(status_of(r["Status"]), int(r["Talk Duration"]), utc(r["Start Time"])) for r in rows]


@layout(
    "created_and_answered.csv",
    "anaabna",
    trap="created_at is when the call was made, start_time when it was answered.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.answered(ISO), c.ended(ISO), c.at(ISO), c.talk, word(c)] for c in calls]
    return table("call_id,start_time,end_time,created_at,call_duration,call_status", rows, end="\n")


@reads("created_and_answered.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [Seen(status_of(r["call_status"]), int(r["call_duration"]), utc(r["created_at"])) for r in rows]


@layout(
    "status_first_id_last.csv",
    "anabafn",
    zone="America/Halifax",
    trap="The columns come in an unusual order.",
)
def _(calls: list[Call]) -> str:
    rows = [[word(c), c.talk, c.agent, c.number, c.at(STAMP), f"x-{c.n}"] for c in calls]
    return table("status,duration,agent,to,start_time,call_id", rows)


@reads("status_first_id_last.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], STAMP, "America/Halifax"))
        for r in rows
    ]


@layout(
    "unknown_direction.csv",
    "anabana",
    trap="Direction holds words that nobody knows: they cost the field, not the call.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [c.n, c.at(ISO), ("outbound", "inbound", "ringback")[c.n % 3], word(c).upper(), c.talk] for c in calls
    ]
    return table("call_id,start_time,direction,status,duration", rows)


@reads("unknown_direction.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"])) for r in cells(data)]


@layout(
    "utc_in_cells.csv",
    "anabfn",
    zone="Asia/Kolkata",
    written="UTC",
    asks="zone",
    trap="Each time says UTC in words.",
)
def _(calls: list[Call]) -> str:
    return table("call_id,start_time,duration,status", four(calls, "%Y-%m-%d %H:%M:%S UTC"))


@reads("utc_in_cells.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], "%Y-%m-%d %H:%M:%S UTC"))
        for r in rows
    ]


@layout(
    "zone_in_heading.csv",
    "anaabn",
    zone="UTC",
    written="America/New_York",
    asks="zone",
    trap="The heading names the zone of the times, and the clocks change on the 9th of March.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(STAMP), c.talk, word(c)] for c in calls]
    return table("Call ID,Start Time (America/New_York),Duration,Status", rows)


@reads("zone_in_heading.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    heading = "Start Time (America/New_York)"
    return [
        Seen(status_of(r["Status"]), int(r["Duration"]), utc(r[heading], STAMP, "America/New_York"))
        for r in rows
    ]


@layout(
    "offset_in_cells.csv",
    "anaabn",
    zone="Asia/Tokyo",
    written="America/Denver",
    trap="Each time has its own offset (-0700), and it changes on the 9th of March.",
)
def _(calls: list[Call]) -> str:
    return table("call_id,start_time,duration,status", four(calls, "%Y-%m-%d %H:%M:%S %z"))


@reads("offset_in_cells.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], "%Y-%m-%d %H:%M:%S %z"))
        for r in rows
    ]


AM_PM = "%d/%m/%Y %I:%M %p"


@layout(
    "day_first_am_pm.csv",
    "anabfana",
    zone="Australia/Sydney",
    minute=True,
    trap="Day first with AM and PM: 19/03/2025 1:05 PM.",
)
def _(calls: list[Call]) -> str:
    return table("Call ID,Date,Duration (s),Status", four(calls, AM_PM))


@reads("day_first_am_pm.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(status_of(r["Status"]), int(r["Duration (s)"]), utc(r["Date"], AM_PM, "Australia/Sydney"))
        for r in rows
    ]


@layout(
    "after_midnight.csv",
    "anaabn",
    zone="America/Chicago",
    hours=(0, 24),
    trap="12:01:40 AM is a minute past midnight.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at("%m/%d/%Y"), c.at("%I:%M:%S %p"), c.talk, word(c)] for c in calls]
    return table("Call ID,Call Date,Call Time,Duration,Status", rows)


@reads("after_midnight.csv")
def _(data: bytes) -> list[Seen]:
    form = "%m/%d/%Y %I:%M:%S %p"
    return [
        Seen(
            status_of(r["Status"]),
            int(r["Duration"]),
            utc(r["Call Date"] + " " + r["Call Time"], form, "America/Chicago"),
        )
        for r in cells(data)
    ]
