"""Exports of contact centres and business telephony."""

from __future__ import annotations

from datetime import UTC

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, clock, hms, layout, reads, table, utc

STAMP = "%Y-%m-%d %H:%M:%S"


@layout(
    "aircall_calls.csv",
    "anaaba",
    zone="Europe/Paris",
    asks="id",
    trap="Two times of one call: in the line's zone, and in UTC by the heading; answered "
    "says Yes or No; no id.",
)
def _(calls: list[Call]) -> str:
    return table(
        "line,date (TZ offset incl.),number timezone,datetime (UTC),country_code,direction,from,to,answered,"
        "missed_call_reason,user,duration (total),duration (in call),via,voicemail,tags",
        (
            [
                "Support",
                c.at("%b %d, %Y, %H:%M:%S"),
                "Europe/Paris",
                c.local.astimezone(UTC).strftime(STAMP),
                "FR",
                "inbound" if c.inbound else "outbound",
                "33199000099",
                f"331990000{c.n:02d}",
                c.says(a="Yes", n="No"),
                "" if c.up else "no_available_agent",
                c.agent if c.up else "",
                c.ring + c.talk,
                c.talk,
                "",
                "",
                "",
            ]
            for c in calls
        ),
    )


@reads("aircall_calls.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Yes": COMPLETED, "No": MISSED}
    rows = cells(data)
    return [Seen(words[r["answered"]], int(r["duration (in call)"]), utc(r["datetime (UTC)"])) for r in rows]


@layout(
    "ringcentral_log.csv",
    "anabvfaa",
    zone="America/New_York",
    asks="id status",
    minute=True,
    trap="No id; a weekday before the day, the clock beside it; ringing stands as the "
    "Duration of a missed call.",
)
def _(calls: list[Call]) -> str:
    words = {"a": "Call connected", "v": "Voicemail", "n": "Missed", "b": "Busy", "f": "Wrong Number"}
    return table(
        "Type,Phone Number,Name,Date,Time,Action,Action Result,Result Description,Duration",
        (
            [
                "Voice",
                f"(202) 555-01{c.n:02d}",
                c.agent,
                c.at("%a %m/%d/%Y"),
                c.at("%I:%M %p").lstrip("0"),
                ("Phone Call", "VoIP Call")[c.n % 2],
                words[c.how],
                "",
                hms(c.talk or c.ring, wide=False),
            ]
            for c in calls
        ),
    )


@reads("ringcentral_log.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Call connected": COMPLETED, "Voicemail": COMPLETED, "Wrong Number": FAILED}
    return [
        Seen(
            words.get(r["Action Result"], MISSED),
            clock(r["Duration"]),
            utc(r["Date"][4:] + " " + r["Time"], "%m/%d/%Y %I:%M %p", "America/New_York"),
        )
        for r in cells(data)
    ]


@layout(
    "zoom_calls.csv",
    "ananvaa",
    zone="America/Denver",
    asks="status",
    longest=3_742,
    trap="Recorded is an answered call too; times as Feb 07, 2025 08:36:27 AM.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Call ID,Direction,Caller Number,Callee Number,Date Time,Duration,Result",
        (
            [
                f"71{c.n:017d}",
                "Inbound" if c.inbound else "Outbound",
                "200",
                c.number,
                c.at("%b %d, %Y %I:%M:%S %p"),
                hms(c.talk),
                c.says(a="Recorded" if c.n % 2 else "Call connected", v="Voicemail", n="No Answer"),
            ]
            for c in calls
        ),
    )


@reads("zoom_calls.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            MISSED if r["Result"] == "No Answer" else COMPLETED,
            clock(r["Duration"]),
            utc(r["Date Time"], "%b %d, %Y %I:%M:%S %p", "America/Denver"),
        )
        for r in cells(data)
    ]


@layout(
    "talkdesk_calls.csv",
    "anavnba",
    zone="Europe/Lisbon",
    written="UTC",
    asks="status zone",
    trap="Call Type holds how it ended (inbound, outbound_missed, voicemail); Total Time holds the ringing.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Interaction ID,Call Type,Start Time (UTC),End Time (UTC),Talkdesk Phone Number,"
        "Customer Phone Number,"
        "Talk Time (seconds),Wait Time (seconds),Total Time (seconds),Agent Name",
        (
            [
                f"td{c.n:06d}",
                c.says(a="outbound", n="outbound_missed", v="voicemail"),
                c.at(STAMP),
                c.ended(STAMP),
                "+12025550199",
                c.number,
                c.talk,
                c.ring,
                c.talk + c.ring,
                c.agent if c.up else "",
            ]
            for c in calls
        ),
    )


@reads("talkdesk_calls.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            MISSED if r["Call Type"].endswith("missed") else COMPLETED,
            int(r["Talk Time (seconds)"]),
            utc(r["Start Time (UTC)"]),
        )
        for r in cells(data)
    ]


@layout(
    "justcall_log.csv",
    "ananvana",
    zone="America/New_York",
    asks="status",
    trap="Day and clock in two columns; Call Type holds answered, unanswered, voicemail; "
    "Total holds the ringing.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Call SID,Customer Number,Agent Name,Date,Time,Direction,Call Type,Total Duration (sec),"
        "Conversation Time (sec),"
        "Disposition Code",
        (
            [
                f"JC{c.n:06d}",
                c.number,
                c.agent,
                c.at("%Y-%m-%d"),
                c.at("%H:%M:%S"),
                "Outgoing",
                c.says(a="Answered", n="Unanswered", v="Voicemail"),
                c.talk + c.ring,
                c.talk,
                ("", "Call back")[c.n % 2],
            ]
            for c in calls
        ),
    )


@reads("justcall_log.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            MISSED if r["Call Type"] == "Unanswered" else COMPLETED,
            int(r["Conversation Time (sec)"]),
            utc(r["Date"] + " " + r["Time"], STAMP, "America/New_York"),
        )
        for r in cells(data)
    ]


@layout(
    "cloudtalk_calls.csv",
    "anaanban",
    zone="Europe/Prague",
    trap="Talking, waiting and billed seconds side by side; Status answered or missed.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Call ID,Direction,Internal number,External number,Agent,Started at,Ended at,Talking time,"
        "Waiting time,"
        "Billed time,Status",
        (
            [
                f"63{c.n:06d}",
                "incoming" if c.inbound else "outgoing",
                "+12025550199",
                c.number,
                c.agent,
                c.at(STAMP),
                c.ended(STAMP),
                c.talk,
                c.ring,
                -(-c.talk // 60) * 60,
                c.says(a="answered", n="missed"),
            ]
            for c in calls
        ),
        quoted=True,
    )


@reads("cloudtalk_calls.csv")
def _(data: bytes) -> list[Seen]:
    words = {"answered": COMPLETED, "missed": MISSED}
    lines = [line[1:-1].split('","') for line in data.decode().split("\r\n")[1:-1]]
    return [Seen(words[r[10]], int(r[7]), utc(r[5], STAMP, "Europe/Prague")) for r in lines]


@layout(
    "dialpad_calls.csv",
    "anavanca",
    zone="America/Denver",
    written="UTC",
    asks="status zone unit",
    step=6,
    trap="talk_duration is in minutes (3.4), the times are in UTC as the Z says; categories hold the status.",
)
def _(calls: list[Call]) -> str:
    form = "%Y-%m-%dT%H:%M:%SZ"
    return table(
        "call_id,category,direction,external_number,name,date_started,date_connected,date_ended,"
        "talk_duration",
        (
            [
                f"50{c.n:014d}",
                c.says(a="answered", n="missed", v="voicemail", c="cancelled"),
                "inbound" if c.inbound else "outbound",
                c.number,
                c.agent,
                c.at(form),
                c.answered(form),
                c.ended(form),
                c.talk / 60 if c.up else "0.0",
            ]
            for c in calls
        ),
        end="\n",
    )


@reads("dialpad_calls.csv")
def _(data: bytes) -> list[Seen]:
    words = {"answered": COMPLETED, "voicemail": COMPLETED}
    return [
        Seen(words.get(r["category"], MISSED), float(r["talk_duration"]) * 60, utc(r["date_started"]))
        for r in cells(data)
    ]


@layout(
    "genesys_interactions.csv",
    "aanabana",
    zone="Europe/Dublin",
    asks="status",
    trap="Total Talk (ms) is the length; Duration (ms) holds the menu; Abandoned says YES or NO.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Conversation ID,Date,Direction,ANI,DNIS,Queue,Agent,Duration (ms),Total Talk (ms),Total Hold (ms),"
        "Disconnect Type,Abandoned",
        (
            [
                f"{c.n:08d}-6e6e-4000-8000-000000000000",
                c.at("%d/%m/%Y %H:%M:%S"),
                "Inbound",
                c.number,
                "+12025550199",
                "Care",
                c.agent if c.up else "",
                int((c.talk + c.ring + 11) * 1000),
                int(c.talk * 1000),
                0,
                "Client" if c.n % 2 else "Peer",
                c.says(a="NO", n="YES"),
            ]
            for c in calls
        ),
    )


@reads("genesys_interactions.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            MISSED if r["Abandoned"] == "YES" else COMPLETED,
            int(r["Total Talk (ms)"]) / 1000,
            utc(r["Date"], "%d/%m/%Y %H:%M:%S", "Europe/Dublin"),
        )
        for r in cells(data)
    ]
