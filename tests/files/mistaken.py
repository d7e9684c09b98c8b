"""Files that were refused, or read as something else: quotes, dumps, clocks, sums, attempts, reasons."""

from __future__ import annotations

import csv
from datetime import timedelta

from tests.files.drawing import COMPLETED, FAILED, MISSED, PENDING, RUNNING, Call, Seen, Task
from tests.files.layout import cells, layout, reads, table, tasks_layout, utc
from tests.files.shapes import ISO, STAMP, four, status_of, word

EXACT = "%Y-%m-%dT%H:%M:%S.%fZ"
OPENS = 7
"""No call is drawn before this hour."""
HEADER = "call_id,start_time,duration,status"


@layout("zone_in_brackets.csv", "anaabf", zone="Europe/Rome", trap="Java's ZonedDateTime.")
def _(calls: list[Call]) -> str:
    return table(HEADER, ([c.n, f"{c.local.isoformat()}[Europe/Rome]", c.talk, word(c)] for c in calls))


@reads("zone_in_brackets.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"].partition("[")[0]))
        for r in cells(data)
    ]


@layout("quotes_and_commas_inside.csv", "anaabf", trap="Quotes inside quotes, not doubled, beside a comma.")
def _(calls: list[Call]) -> str:
    rows = (f'{c.n},"Kit "K{c.n}" Day, Jr.",{c.at(ISO)},{c.talk},{word(c)}\n' for c in calls)
    return "call_id,name,start_time,duration,status\n" + "".join(rows)


@reads("quotes_and_commas_inside.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.rsplit(",", 3) for line in data.decode().splitlines()[1:]]
    return [Seen(status_of(said), int(talk), utc(at)) for _, at, talk, said in rows]


@layout("null_of_mysql.tsv", "anaabf", trap="Nulls as of a dump, and quotes of CSV with line ends in them.")
def _(calls: list[Call]) -> str:
    rows = ([c.n, c.at(ISO), c.talk if c.up else "\\N", word(c), "one\ntwo"] for c in calls)
    return table("call_id\tstart_time\tbillsec\tstatus\tnote", rows, separator="\t", end="\n")


@reads("null_of_mysql.tsv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(
            status_of(r["status"]),
            None if r["billsec"] == "\\N" else int(r["billsec"]),
            utc(r["start_time"]),
        )
        for r in cells(data, "\t")
    ]


@layout("clock_with_uhr.csv", "anaabf", zone="Europe/Berlin", trap="10:12:31 Uhr beside a day.")
def _(calls: list[Call]) -> str:
    rows = ([c.n, c.at("%d.%m.%Y"), c.at("%H:%M:%S Uhr"), c.talk, word(c)] for c in calls)
    return table("Anruf-ID;Datum;Uhrzeit;Gesprächsdauer;Status", rows, separator=";")


@reads("clock_with_uhr.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d.%m.%Y %H:%M:%S Uhr"
    return [
        Seen(
            status_of(r["Status"]),
            int(r["Gesprächsdauer"]),
            utc(f"{r['Datum']} {r['Uhrzeit']}", form, "Europe/Berlin"),
        )
        for r in cells(data, ";")
    ]


@layout("reason_beside_success.csv", "anaabf", trap="Yes or no of an answer; the reason says which failed.")
def _(calls: list[Call]) -> str:
    reasons = {"a": "Normal", "n": "No answer", "b": "Busy", "f": "Invalid number"}
    rows = ([c.n, c.at(STAMP), c.talk, str(c.up).lower(), c.says(**reasons)] for c in calls)
    return table("Call session history ID,Start date,Duration,Successful,End reason", rows)


@reads("reason_beside_success.csv")
def _(data: bytes) -> list[Seen]:
    other = {"Invalid number": FAILED}
    return [
        Seen(
            COMPLETED if r["Successful"] == "true" else other.get(r["End reason"], MISSED),
            int(r["Duration"]),
            utc(r["Start date"], STAMP),
        )
        for r in cells(data)
    ]


@layout("reason_of_the_others.csv", "anaabf", asks="status", trap="No reason stands at answered calls.")
def _(calls: list[Call]) -> str:
    reasons = {"a": "", "n": "NOANSWER", "b": "BUSY", "f": "CONGESTION"}
    rows = ([c.n, c.at(STAMP), c.answered(STAMP), c.talk, c.says(**reasons)] for c in calls)
    return table("UUID;Beginn;Verbunden;Gesprächsdauer;Grund", rows, separator=";")


@reads("reason_of_the_others.csv")
def _(data: bytes) -> list[Seen]:
    said = {"": COMPLETED, "CONGESTION": FAILED}
    return [
        Seen(said.get(r["Grund"], MISSED), int(r["Gesprächsdauer"]), utc(r["Beginn"], STAMP))
        for r in cells(data, ";")
    ]


@layout("average_and_sums_below.csv", "anaabf", trap="Count, average, and a table of sums below.")
def _(calls: list[Call]) -> str:
    talk = sum(c.talk for c in calls)
    below = f"Count,{len(calls)},,\nAverage,,{talk / 3},\n\nAgent,Calls,Talk,\nKit,3,{talk},\n"
    return table(HEADER, four(calls), end="\n") + below


@reads("average_and_sums_below.csv")
def _(data: bytes) -> list[Seen]:
    rows = [row for row in csv.reader(data.decode().splitlines()) if row and row[0].isdecimal()]
    return [Seen(status_of(said), int(talk), utc(at)) for _, at, talk, said in rows]


@layout(
    "twelve_hours.csv",
    "anaabfanaabfan",
    asks="time",
    trap="A clock of twelve hours, and nothing says which half of the day.",
)
def _(calls: list[Call]) -> str:
    return table(HEADER, four(calls, "%Y-%m-%d %I:%M:%S"))


@reads("twelve_hours.csv")
def _(data: bytes) -> list[Seen]:
    found = []
    for r in cells(data):
        at = utc(r["start_time"], STAMP)
        afternoon = timedelta(hours=12 * (at.hour < OPENS))
        found.append(Seen(status_of(r["status"]), int(r["duration"]), at + afternoon))
    return found


STATES = [("SUCCESS", COMPLETED), ("FAILED", FAILED), ("SUCCESS", COMPLETED), ("RUNNING", RUNNING)]
STATES += [("WAITING", PENDING), ("SUCCESS", COMPLETED)]


@tasks_layout("attempts.csv", STATES, asks="", trap="Every attempt is a row, counted from 0, in any order.")
def _(tasks: list[Task]) -> str:
    last = [[t.n, int(t.n % 2 == 0), t.word, t.at(EXACT)] for t in tasks]
    first = [[t.n, 0, "FAILED", t.at(EXACT)] for t in tasks if t.n % 2 == 0]
    return table("task_id,retry_count,state,created", [*last, *first])


@reads("attempts.csv")
def _(data: bytes) -> list[Seen]:
    words = {"SUCCESS": COMPLETED, "FAILED": FAILED, "RUNNING": RUNNING, "WAITING": PENDING}
    rows = sorted(cells(data), key=lambda r: int(r["retry_count"]))
    by_id = {r["task_id"]: r for r in rows}
    return [Seen(words[r["state"]], None, utc(r["created"])) for r in by_id.values()]


SKIPPED = [("success", COMPLETED), ("failed", FAILED), ("skipped", COMPLETED)]
SKIPPED += [("failed", FAILED), ("success", COMPLETED)]


@tasks_layout("skipped.csv", SKIPPED, trap="Whether a skipped job is completed depends on who asks.")
def _(tasks: list[Task]) -> str:
    return table("id,status,created_at", ([t.n, t.word, t.at(EXACT)] for t in tasks))


@reads("skipped.csv")
def _(data: bytes) -> list[Seen]:
    said = {"failed": FAILED}
    return [Seen(said.get(r["status"], COMPLETED), None, utc(r["created_at"])) for r in cells(data)]
