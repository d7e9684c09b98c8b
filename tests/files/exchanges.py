"""Call records of telephone exchanges and SIP proxies."""

from __future__ import annotations

import csv
from typing import Any

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import cells, clock, hms, layout, reads, table, unix, utc

STAMP = "%Y-%m-%d %H:%M:%S"
ASTERISK = {"ANSWERED": COMPLETED, "NO ANSWER": MISSED, "BUSY": MISSED, "FAILED": FAILED}
CAUSES = {"NO_ANSWER": MISSED, "USER_BUSY": MISSED, "UNALLOCATED_NUMBER": FAILED, "ORIGINATOR_CANCEL": MISSED}


def disposition(call: Call) -> str:
    return call.says(a="ANSWERED", n="NO ANSWER", b="BUSY", f="FAILED")


def cause(call: Call) -> str:
    words = {"a": "NORMAL_CLEARING", "n": "NO_ANSWER", "b": "USER_BUSY", "c": "NORMAL_CLEARING"}
    return call.says(**words, f="UNALLOCATED_NUMBER")


def uniqueid(call: Call) -> str:
    return f"{int(call.local.timestamp())}.{call.n * 2}"


def by_cause(word: str, billsec: str) -> str:
    return CAUSES.get(word) or (COMPLETED if int(billsec) else MISSED)


@layout(
    "asterisk_csv.csv",
    "anbaafanabaan",
    zone="America/Chicago",
    asks="header",
    trap="Asterisk's Master.csv has no header line.",
)
def _(calls: list[Call]) -> str:
    def row(c: Call) -> list[Any]:
        device, trunk = f"PJSIP/20{c.n}-{c.n:08x}", f"PJSIP/carrier-{c.n:08x}"
        head = ["", f"20{c.n}", c.number, "from-internal", f'"{c.agent}" <20{c.n}>', device, trunk, "Dial"]
        length = c.ring + int(c.talk)
        return [
            *head,
            f"PJSIP/carrier/{c.number},40",
            c.at(STAMP),
            c.answered(STAMP),
            c.ended(STAMP),
            length,
            int(c.talk),
            disposition(c),
            "DOCUMENTATION",
            uniqueid(c),
            "",
        ]

    text = table(None, map(row, calls), end="\n", quoted=True)
    for call in calls:  # as Asterisk writes it: numbers bare, and no quotes where nobody answered
        length = call.ring + int(call.talk)
        text = text.replace(f'"{length}","{int(call.talk)}","', f'{length},{int(call.talk)},"')
        text = text.replace(f'"{call.at(STAMP)}","","', f'"{call.at(STAMP)}",,"')
    return text


@reads("asterisk_csv.csv")
def _(data: bytes) -> list[Seen]:
    rows = csv.reader(data.decode().splitlines())
    return [Seen(ASTERISK[r[14]], int(r[13]), utc(r[9], STAMP, "America/Chicago")) for r in rows]


@layout(
    "asterisk_mysql_dump.tsv",
    "aannbafaab",
    zone="Europe/Berlin",
    asks="header",
    trap="The cdr table as mysql -N prints it: tabs, no header, NULL in a text column.",
)
def _(calls: list[Call]) -> str:
    return table(
        None,
        (
            [
                c.at(STAMP),
                f"{c.agent} <30{c.n}>",
                f"30{c.n}",
                c.number,
                "from-internal",
                f"SIP/30{c.n}-{c.n:08x}",
                f"SIP/carrier-{c.n:08x}",
                "Dial",
                f"SIP/carrier/{c.number}",
                c.ring + int(c.talk),
                int(c.talk),
                disposition(c),
                3,
                "NULL",
                uniqueid(c),
                "",
            ]
            for c in calls
        ),
        separator="\t",
        end="\n",
    )


@reads("asterisk_mysql_dump.tsv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split("\t") for line in data.decode().splitlines()]
    return [Seen(ASTERISK[r[11]], int(r[10]), utc(r[0], STAMP, "Europe/Berlin")) for r in rows]


@layout(
    "freepbx_cdr.csv",
    "anabafaanab",
    zone="America/Denver",
    trap="The caller's name stands in quotes that are not doubled, at the beginning of the cell.",
)
def _(calls: list[Call]) -> str:
    header = (
        "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,"
        "amaflags,accountcode,uniqueid,userfield\n"
    )
    return header + "".join(
        f'{c.at(STAMP)},"{c.agent} Reception" <10{c.n}>,10{c.n},{c.number},from-internal,'
        f"SIP/10{c.n}-{c.n:08x},"
        f"SIP/carrier-{c.n:08x},Dial,SIP/{c.number}@carrier,{c.ring + c.talk},{c.talk},{disposition(c)},3,,"
        f"{uniqueid(c)},\n"
        for c in calls
    )


@reads("freepbx_cdr.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(",") for line in data.decode().splitlines()[1:]]
    return [Seen(ASTERISK[r[11]], int(r[10]), utc(r[0], STAMP, "America/Denver")) for r in rows]


FREESWITCH = (
    "caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,duration,"
    "billsec,hangup_cause,uuid,bleg_uuid,accountcode,read_codec,write_codec"
)


def freeswitch_row(c: Call) -> list[Any]:
    uuid = f"7e57{c.n:04d}-aaaa-4bbb-8ccc-0123456789ab"
    times = [c.at(STAMP), c.answered(STAMP), c.ended(STAMP), c.ring + int(c.talk), int(c.talk)]
    return [c.agent, f"20{c.n:02d}", c.number, "public", *times, cause(c), uuid, "", "", "PCMA", "PCMA"]


@layout(
    "freeswitch_bare.csv",
    "acnabafcaa",
    asks="header status",
    trap="No header line; NORMAL_CLEARING also ends calls that nobody answered.",
)
def _(calls: list[Call]) -> str:
    return table(None, map(freeswitch_row, calls), end="\n", quoted=True)


@reads("freeswitch_bare.csv")
def _(data: bytes) -> list[Seen]:
    rows = csv.reader(data.decode().splitlines())
    return [Seen(by_cause(r[9], r[8]), int(r[8]), utc(r[4], STAMP)) for r in rows]


@layout(
    "freeswitch_named.csv",
    "cabafacaan",
    zone="Europe/Paris",
    asks="status",
    trap="The hang-up cause is the only status; NORMAL_CLEARING with billsec 0 was never answered.",
)
def _(calls: list[Call]) -> str:
    header = ",".join(f'"{name}"' for name in FREESWITCH.split(","))
    return table(header, map(freeswitch_row, calls), end="\n", quoted=True)


@reads("freeswitch_named.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            by_cause(r["hangup_cause"], r["billsec"]),
            int(r["billsec"]),
            utc(r["start_stamp"], STAMP, "Europe/Paris"),
        )
        for r in cells(data)
    ]


@layout(
    "fusionpbx_names.csv",
    "abanvafacaa",
    zone="America/New_York",
    trap='Quotes that are not doubled at the end and in the middle of quoted cells: "Max "Mo" Muster".',
)
def _(calls: list[Call]) -> str:
    header = (
        '"xml_cdr_uuid","direction","caller_id_name","caller_id_number","destination_number","start_stamp",'
        '"tta","duration","billsec","pdd_ms","mos","status","hangup_cause"\n'
    )
    names = ('Max "Mo" Muster', 'Erika "Ri"', "Example GmbH", '"Kit" Example')
    rows = (
        [f"c0de{c.n:04d}-22bb-4b1b-8c1c-0000000000ff", "inbound" if c.inbound else "outbound", names[c.n % 4]]
        + ([c.number, "200"] if c.inbound else ["200", c.number])
        + [c.at(STAMP), c.ring if c.up else "", c.ring + int(c.talk), int(c.talk), 20, 4.5 if c.up else ""]
        + [c.says(a="answered", v="voicemail", n="no_answer", b="busy", c="cancelled", f="failed"), cause(c)]
        for c in calls
    )
    return header + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


@reads("fusionpbx_names.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line[1:-1].split('","') for line in data.decode().splitlines()[1:]]
    words = {"answered": COMPLETED, "voicemail": COMPLETED, "failed": FAILED}
    return [Seen(words.get(r[11], MISSED), int(r[8]), utc(r[5], STAMP, "America/New_York")) for r in rows]


@layout(
    "cucm_cdr.csv",
    "acbafaca",
    asks="status id",
    trap="A second header line of types; dateTimeConnect is 0 for calls that nobody answered.",
)
def _(calls: list[Call]) -> str:
    header = (
        '"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","dateTimeOrigination",'
        '"callingPartyNumber","origCause_value","originalCalledPartyNumber","finalCalledPartyNumber",'
        '"destCause_value","dateTimeConnect","dateTimeDisconnect","pkid","duration"\n'
        "INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER,"
        "UNIQUEIDENTIFIER,INTEGER\n"
    )
    return header + "".join(
        f'1,2,{51200 + c.n},{int(c.local.timestamp())},"3{c.n:03d}",{16 if c.how == "c" else 0},"4{c.n:03d}",'
        f'"4{c.n:03d}",{c.says(a="16", n="0", b="17", f="1")},{int(c.answer.timestamp()) if c.up else 0},'
        f'{int(c.end.timestamp())},"{c.n:08d}-5555-4666-8777-888899990000",{c.talk}\n'
        for c in calls
    )


@reads("cucm_cdr.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(",") for line in data.decode().splitlines()[2:]]
    return [
        Seen(
            COMPLETED if r[9] != "0" else FAILED if r[8] == "1" else MISSED,
            int(r[10]) - int(r[9]),
            unix(r[3]),
        )
        for r in rows
    ]


@layout(
    "3cx_calls.csv",
    "anbavana",
    zone="Europe/London",
    asks="id",
    longest=3_723,
    trap="No id; the length is Talking, empty where nobody talked; totals at the end.",
)
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = [
        [
            c.at("%d/%m/%Y %H:%M:%S"),
            f"020 7946 00{c.n:02d}",
            f"{c.agent} (10{c.n})",
            c.says(a="Answered", n="Unanswered"),
            hms(c.ring),
            hms(c.talk) if c.up else "",
            c.says(a=f"Terminated by 10{c.n}", n="No answer", b="Busy"),
        ]
        for c in calls
    ]
    totals = ["Totals", "", "", "", hms(sum(c.ring for c in calls)), hms(sum(c.talk for c in calls)), ""]
    return table("Call Time,Caller ID,Destination,Status,Ringing,Talking,Reason", [*rows, totals])


@reads("3cx_calls.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            COMPLETED if r["Talking"] else MISSED,
            clock(r["Talking"]),
            utc(r["Call Time"], "%d/%m/%Y %H:%M:%S", "Europe/London"),
        )
        for r in cells(data)[:-1]
    ]
