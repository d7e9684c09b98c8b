"""Files whose rows are plain and whose shape is odd: lines that are no rows, quotes, nulls, clocks, units."""

from __future__ import annotations

import csv
from typing import Any

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen, at_once
from tests.files.layout import cells, clock, hms, layout, reads, table, unix, utc

STAMP = "%Y-%m-%d %H:%M:%S"
ISO = "%Y-%m-%dT%H:%M:%SZ"
WORDS = {
    "completed": COMPLETED,
    "answered": COMPLETED,
    "failed": FAILED,
    "ANSWERED": COMPLETED,
    "FAILED": FAILED,
}


def status_of(word: str) -> str:
    return WORDS.get(word.strip(), WORDS.get(word.strip().lower(), MISSED))


def word(c: Call) -> str:
    return c.says(a="completed", n="no-answer", b="busy", f="failed")


def four(calls: list[Call], form: str = ISO) -> list[list[Any]]:
    """id, time, seconds, word."""
    return [[c.n, c.at(form), c.talk, word(c)] for c in calls]


@layout(
    "before_the_13th_day_first.csv",
    "anaban",
    zone="Europe/Rome",
    days=(4, 6, 9),
    asks="day_month",
    trap="Day first.",
)
def _(calls: list[Call]) -> str:
    return table("call_id,start_time,duration,status", four(calls, "%d/%m/%Y %H:%M:%S"))


@reads("before_the_13th_day_first.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d/%m/%Y %H:%M:%S"
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], form, "Europe/Rome"))
        for r in cells(data)
    ]


@layout(
    "before_the_13th_month_first.csv",
    "aanabna",
    zone="America/Chicago",
    month=5,
    days=(2, 6, 12),
    asks="day_month",
    trap="The month first, and no day above 12: 5/6/2025 is the sixth of May.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [
            f"M-{c.n}",
            f"{c.local.month}/{c.local.day}/{c.at('%Y %H:%M:%S')}",
            c.says(a="Answered", n="No Answer"),
            c.talk,
        ]
        for c in calls
    ]
    return table("Call ID,Start Time,Call Status,Talk Seconds", rows)


@reads("before_the_13th_month_first.csv")
def _(data: bytes) -> list[Seen]:
    form = "%m/%d/%Y %H:%M:%S"
    return [
        Seen(
            status_of(r["Call Status"]), int(r["Talk Seconds"]), utc(r["Start Time"], form, "America/Chicago")
        )
        for r in cells(data)
    ]


@layout(
    "nothing_is_a_dash.csv",
    "anabnaa",
    trap="A dash stands for nothing in talk_time; duration, beside it, holds the ringing.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), c.ring + c.talk, c.talk if c.up else "-", word(c)] for c in calls]
    return table("call_id,start_time,duration,talk_time,status", rows, end="\n")


@reads("nothing_is_a_dash.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            status_of(r["status"]),
            int(r["talk_time"]) if r["talk_time"] != "-" else None,
            utc(r["start_time"]),
        )
        for r in cells(data)
    ]


@layout(
    "null_words.csv",
    "anabafaan",
    zone="America/Toronto",
    trap=r"\N, NULL, n/a and 0000-00-00 00:00:00 stand for nothing, in one file.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [
            c.n,
            c.at(STAMP),
            c.answered(STAMP) or "0000-00-00 00:00:00",
            c.talk if c.up else ("NULL", r"\N", "n/a")[c.n % 3],
            c.agent if c.up else r"\N",
            c.says(a="ANSWERED", n="NO ANSWER", b="BUSY", f="FAILED"),
        ]
        for c in calls
    ]
    return table("id,calldate,answered_at,billsec,agent,disposition", rows, end="\n")


@reads("null_words.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            status_of(r["disposition"]),
            int(r["billsec"]) if r["billsec"].isdigit() else None,
            utc(r["calldate"], STAMP, "America/Toronto"),
        )
        for r in cells(data)
    ]


@layout("formulas.csv", "anaan", trap='A spreadsheet wrote texts as formulas: ="001".')
def _(calls: list[Call]) -> str:
    rows = [f'="{c.n:03d}",="{c.number}",="{c.at(STAMP)}",="{c.talk}",{word(c)}\r\n' for c in calls]
    return "call_id,to,start_time,duration,status\r\n" + "".join(rows)


@reads("formulas.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.replace('="', "").replace('"', "").split(",") for line in data.decode().splitlines()[1:]]
    return [Seen(status_of(r[4]), int(r[3]), utc(r[2], STAMP)) for r in rows]


@layout(
    "said_in_headings.csv",
    "anaban",
    zone="Asia/Tokyo",
    written="UTC",
    longest=3_662,
    trap="(UTC) and (HH:MM:SS) stand in the headings only.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(STAMP), hms(c.talk), c.says(a="Completed", n="Missed")] for c in calls]
    return table("Call ID,Call Start (UTC),Talk Time (HH:MM:SS),Call Status", rows)


@reads("said_in_headings.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["Call Status"]), clock(r["Talk Time (HH:MM:SS)"]), utc(r["Call Start (UTC)"]))
        for r in cells(data)
    ]


@layout("milliseconds_unsaid.csv", "anaan", most=20, trap="Milliseconds; only start and end tell.")
def _(calls: list[Call]) -> str:
    rows = [
        [c.n, c.answered(ISO) or c.at(ISO), c.ended(ISO) if c.up else c.at(ISO), int(c.talk * 1000), word(c)]
        for c in at_once(calls)
    ]
    return table("id,created_at,ended_at,duration,status", rows, end="\n")


@reads("milliseconds_unsaid.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), int(r["duration"]) / 1000, utc(r["created_at"])) for r in cells(data)
    ]


@layout("milliseconds_in_heading.csv", "anabna", most=30, trap="duration_ms: no other column tells.")
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), int(c.talk * 1000), word(c)] for c in calls]
    return table("call_id,start_time,duration_ms,status", rows, end="\n")


@reads("milliseconds_in_heading.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [Seen(status_of(r["status"]), int(r["duration_ms"]) / 1000, utc(r["start_time"])) for r in rows]


@layout(
    "minutes_unsaid.csv", "anaan", step=15, longest=4_500, trap="Minutes (75.0); only start and end tell."
)
def _(calls: list[Call]) -> str:
    rows = [
        [c.n, c.at(ISO), c.ended(ISO) if c.up else c.at(ISO), c.talk / 60, word(c)] for c in at_once(calls)
    ]
    return table("id,start_time,end_time,duration,status", rows, end="\n")


@reads("minutes_unsaid.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), float(r["duration"]) * 60, utc(r["start_time"])) for r in cells(data)
    ]


@layout(
    "minutes_in_heading.csv", "anbaan", step=3, trap="Duration (min) with decimals; no other column tells."
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), f"{c.talk / 60:.2f}", word(c)] for c in calls]
    return table("Call ID,Start Time,Duration (min),Status", rows)


@reads("minutes_in_heading.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [Seen(status_of(r["Status"]), float(r["Duration (min)"]) * 60, utc(r["Start Time"])) for r in rows]


@layout(
    "hours_and_minutes.csv",
    "anaaban",
    zone="Europe/Vienna",
    step=60,
    longest=4_200,
    minute=True,
    asks="unit",
    trap="Talk (h:mm): 1:10 is seventy minutes; the totals line has more than 24 hours.",
)
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = [
        [c.n, c.at("%Y-%m-%d %H:%M"), word(c), f"{int(c.talk) // 3600}:{int(c.talk) // 60 % 60:02d}"]
        for c in calls
    ]
    return table("Call ID,Start,Status,Talk (h:mm)", [*rows, ["Grand total", "", "", "31:40"]])


@reads("hours_and_minutes.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            status_of(r["Status"]),
            clock(r["Talk (h:mm)"]) * 60,
            utc(r["Start"], "%Y-%m-%d %H:%M", "Europe/Vienna"),
        )
        for r in cells(data)[:-1]
    ]


@layout(
    "no_id.csv",
    "annaabna",
    minute=True,
    asks="id",
    trap="No id, and day, time and number come twice: two tries in one minute.",
)
def _(calls: list[Call]) -> str:
    twice = calls[1]
    rows = []
    for c in calls:
        like = twice if c.n == 3 else c
        when = [like.at("%Y-%m-%d"), like.at("%H:%M"), like.number]
        rows.append([*when, "Outbound", c.says(a="Completed", n="Missed"), c.talk])
    return table("Date,Time,Number,Direction,Status,Duration", rows)


@reads("no_id.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["Status"]), int(r["Duration"]), utc(r["Date"] + " " + r["Time"], "%Y-%m-%d %H:%M"))
        for r in cells(data)
    ]


@layout(
    "one_time_unread.csv",
    "anafanaa",
    zone="America/Chicago",
    asks="time rows",
    leave_out=(5,),
    trap="One time of many cannot be read: that row is left out and said.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [
            2000 + c.n,
            "last week" if c.n == 5 else c.at("%d.%m.%Y %H:%M:%S"),
            c.number,
            c.says(a="ANSWERED", n="NO ANSWER", f="FAILED"),
            c.talk,
        ]
        for c in calls
    ]
    return table("id,calldate,dst,disposition,billsec", rows)


@reads("one_time_unread.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d.%m.%Y %H:%M:%S"
    return [
        Seen(status_of(r["disposition"]), int(r["billsec"]), utc(r["calldate"], form, "America/Chicago"))
        for r in cells(data)
        if r["calldate"][0].isdigit()
    ]


@layout(
    "one_length_unread.csv",
    "anabanaa",
    asks="unit rows",
    leave_out=(4,),
    trap="One duration of many is #VALUE!: it must not push the column aside.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), "#VALUE!" if c.n == 4 else c.talk, word(c)] for c in calls]
    return table("call_id,start_time,duration,status", rows)


@reads("one_length_unread.csv")
def _(data: bytes) -> list[Seen]:
    rows = [r for r in cells(data) if r["duration"].isdigit()]
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"])) for r in rows]


@layout(
    "unix_seconds.csv",
    "anaabn",
    zone="Asia/Tokyo",
    written="UTC",
    trap="Times as Unix seconds, in a column of numbers.",
)
def _(calls: list[Call]) -> str:
    rows = [[f"u{c.n}", int(c.local.timestamp()), c.talk, word(c)] for c in calls]
    return table("call_id,start_time,duration,status", rows, end="\n")


@reads("unix_seconds.csv")
def _(data: bytes) -> list[Seen]:
    rows = csv.reader(data.decode().splitlines()[1:])
    return [Seen(status_of(r[3]), int(r[2]), unix(r[1])) for r in rows]
