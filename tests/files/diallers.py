"""Exports of diallers: dispositions beside statuses."""

from __future__ import annotations

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, clock, hms, layout, reads, table, utc

STAMP = "%Y-%m-%d %H:%M:%S"


@layout(
    "five9.csv",
    "anabvfana",
    zone="America/Los_Angeles",
    asks="status",
    longest=3_725,
    trap="TALK TIME is the length; CALL TIME and BILL TIME hold more. DISPOSITION has the campaign's words.",
)
def _(calls: list[Call]) -> str:
    return table(
        "CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,AGENT NAME,DISPOSITION,ANI,CUSTOMER NAME,DNIS,CALL TIME,"
        "BILL TIME (ROUNDED),COST,IVR TIME,QUEUE WAIT TIME,RING TIME,TALK TIME,HOLD TIME,"
        "AFTER CALL WORK TIME,ABANDONED",
        (
            [
                400000 + c.n,
                c.at("%a, %d %b %Y %H:%M:%S"),
                "Autumn",
                "Outbound",
                c.agent if c.up else "[None]",
                c.says(a="Sale", v="Answering Machine", n="No Answer", b="Busy", f="Operator Intercept"),
                "2025550199",
                "",
                c.number[2:],
                hms(c.ring + c.talk + 5),
                hms(-(-c.talk // 60) * 60 or 60),
                0,
                hms(0),
                hms(5),
                hms(c.ring),
                hms(c.talk),
                hms(0),
                hms(9 if c.up else 0),
                0,
            ]
            for c in calls
        ),
    )


@reads("five9.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Sale": COMPLETED, "Answering Machine": COMPLETED, "Operator Intercept": FAILED}
    form = "%a, %d %b %Y %H:%M:%S"
    return [
        Seen(
            words.get(r["DISPOSITION"], MISSED),
            clock(r["TALK TIME"]),
            utc(r["TIMESTAMP"], form, "America/Los_Angeles"),
        )
        for r in cells(data)
    ]


@layout(
    "vicidial_calls.tsv",
    "anbanfana",
    zone="America/Chicago",
    asks="status",
    trap="Dispositions as SALE, NI, NA, B, ADC; user VDAD is the dialler, nobody.",
)
def _(calls: list[Call]) -> str:
    words = {"n": "NA/No Answer AutoDial", "b": "B/Busy", "f": "ADC/Disconnected Number Auto"}

    def of(c: Call) -> list[str]:
        return words.get(c.how, ("SALE/Sale Made", "NI/Not Interested")[c.n % 2]).split("/")

    return table(
        "call_date\tphone_number_dialed\tstatus\tuser\tfull_name\tcampaign_id\tvendor_lead_code\tsource_id\tlist_id\t"
        "length_in_sec\tuser_group\talt_dial\trank\towner\tlead_id\tuniqueid\tstatus_name",
        (
            [
                c.at(STAMP),
                c.number[2:],
                of(c)[0],
                "7001" if c.up else "VDAD",
                "Agent Two" if c.up else "Outbound Auto Dial",
                "SPRING",
                "",
                "",
                102,
                c.talk,
                "ADMIN",
                "MAIN",
                0,
                "",
                c.n + 40,
                f"{int(c.local.timestamp())}.{c.n}",
                of(c)[1],
            ]
            for c in calls
        ),
        separator="\t",
        end="\n",
    )


@reads("vicidial_calls.tsv")
def _(data: bytes) -> list[Seen]:
    words = {"SALE": COMPLETED, "NI": COMPLETED, "ADC": FAILED}
    return [
        Seen(
            words.get(r["status"], MISSED),
            int(r["length_in_sec"]),
            utc(r["call_date"], STAMP, "America/Chicago"),
        )
        for r in cells(data, "\t")
    ]


@layout(
    "convoso_call_log.csv",
    "anavbfan",
    zone="America/Los_Angeles",
    asks="status",
    trap="Status holds dispositions, Status Name says them; Call Length is h:mm:ss with the talk.",
)
def _(calls: list[Call]) -> str:
    words = {"a": "SALE/Sale Made", "v": "AM/Answering Machine", "n": "NA/No Answer", "b": "B/Busy"}
    words["f"] = "DC/Disconnected Number"
    return table(
        "Call Log ID,Lead ID,Call Date,Phone Number,Campaign,Queue,User,Status,Status Name,"
        "Call Length,Call Type",
        (
            [
                88000 + c.n,
                500 + c.n,
                c.at("%m/%d/%Y %I:%M:%S %p"),
                c.number[2:],
                "Solar",
                "",
                c.agent if c.up else "System User",
                *words[c.how].split("/"),
                hms(c.talk),
                "OUTBOUND",
            ]
            for c in calls
        ),
    )


@reads("convoso_call_log.csv")
def _(data: bytes) -> list[Seen]:
    words = {"SALE": COMPLETED, "AM": COMPLETED, "DC": FAILED}
    return [
        Seen(
            words.get(r["Status"], MISSED),
            clock(r["Call Length"]),
            utc(r["Call Date"], "%m/%d/%Y %I:%M:%S %p", "America/Los_Angeles"),
        )
        for r in cells(data)
    ]


@layout(
    "disposition_beside_result.csv",
    "anabanaa",
    asks="status",
    trap="Two columns look like the status: Status is the state of the lead, Call Result how the call ended.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Call ID,Call Start,Status,Call Result,Talk Seconds,Phone",
        (
            [
                c.n,
                c.at("%Y-%m-%dT%H:%M:%SZ"),
                ("Completed", "Failed", "Cancelled")[c.n % 3],
                c.says(a="Answered", n="No Answer", b="Busy"),
                c.talk,
                c.number,
            ]
            for c in calls
        ),
    )


@reads("disposition_beside_result.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            COMPLETED if r["Call Result"] == "Answered" else MISSED,
            int(r["Talk Seconds"]),
            utc(r["Call Start"]),
        )
        for r in cells(data)
    ]
