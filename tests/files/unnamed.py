"""Files without a header: of layouts that are known, and of nobody's."""

from __future__ import annotations

import csv
import io

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen
from tests.files.layout import clock, hms, layout, reads, table, unix, utc
from tests.files.shapes import STAMP, status_of, word

NEW_YORK = "America/New_York"
VICIDIAL = {"SALE": COMPLETED, "NA": MISSED, "B": MISSED, "ADC": FAILED}


def _rows(data: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator))


@layout(
    "vicidial_log.tsv",
    "anaabfaa",
    zone=NEW_YORK,
    asks="status",
    trap="ViciDial's vicidial_log as MySQL writes it: no header, Unix times beside local ones.",
)
def _(calls: list[Call]) -> str:
    rows = []
    for c in calls:
        made = int(c.local.timestamp())
        talk = c.says(a="SALE", n="NA", b="B", f="ADC")
        row = [
            f"{made}.{c.n}",
            40 + c.n,
            101,
            "CAMP",
            c.at(STAMP),
            made,
            made + int(c.talk),
            int(c.talk),
            talk,
        ]
        rows.append([*row, 1, c.number[2:], "6001", r"\N", "N", "ADMIN", "CALLER", "MAIN", 1])
    return table(None, rows, separator="\t", end="\n")


@reads("vicidial_log.tsv")
def _(data: bytes) -> list[Seen]:
    return [Seen(VICIDIAL[r[8]], int(r[7]), unix(r[5])) for r in _rows(data, "\t")]


@layout(
    "cdr_of_17.tsv",
    "anaabfaa",
    zone="Europe/Madrid",
    trap="Asterisk's cdr table with a column more than is known, without a header.",
)
def _(calls: list[Call]) -> str:
    rows = []
    for c in calls:
        row = [
            c.at(STAMP),
            f'"Ida" <{c.number}>',
            c.number,
            "100",
            "from-trunk",
            f"PJSIP/t-{c.n:08x}",
            "PJSIP/100",
        ]
        row += ["Dial", "PJSIP/100,30", str(c.ring + int(c.talk)), str(int(c.talk))]
        word = c.says(a="ANSWERED", n="NO ANSWER", b="BUSY", f="FAILED")
        rows.append([*row, word, "3", "", f"{int(c.local.timestamp())}.{c.n}", "", r"\N"])
    return "".join("\t".join(row) + "\n" for row in rows)


@reads("cdr_of_17.tsv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split("\t") for line in data.decode().splitlines()]
    return [
        Seen(
            status_of(r[11].replace("NO ANSWER", "no-answer")), int(r[10]), utc(r[0], STAMP, "Europe/Madrid")
        )
        for r in rows
    ]


@layout(
    "rows_alone.csv",
    "anaabna",
    zone="Europe/Rome",
    asks="header",
    trap="Rows of nobody's layout and no header: what the columns are is told by what they hold.",
)
def _(calls: list[Call]) -> str:
    rows = [[f"c{c.n}", c.at(STAMP), c.number, word(c), c.ring + int(c.talk), int(c.talk)] for c in calls]
    return table(None, rows, end="\n")


@reads("rows_alone.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r[3]), int(r[5]), utc(r[1], STAMP, "Europe/Rome")) for r in _rows(data)]


@layout(
    "rows_alone_days.csv",
    "anaabna",
    zone="Europe/Rome",
    asks="header id",
    trap="No header and no ids; the day and the clock in two columns.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.at("%d/%m/%Y"), c.at("%H:%M:%S"), c.number, word(c), hms(c.talk)] for c in calls]
    return table(None, rows, separator=";")


@reads("rows_alone_days.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d/%m/%Y %H:%M:%S"
    return [
        Seen(status_of(r[3]), clock(r[4]), utc(f"{r[0]} {r[1]}", form, "Europe/Rome"))
        for r in _rows(data, ";")
    ]


@layout(
    "rows_alone_times.csv",
    "anaabna",
    zone="Europe/Rome",
    asks="header",
    trap="No header and no length: made, answered and ended are three columns, the second often empty.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.at(STAMP), c.answered(STAMP), c.ended(STAMP), c.number, word(c), 5000 + c.n] for c in calls]
    return table(None, rows, end="\n")


@reads("rows_alone_times.csv")
def _(data: bytes) -> list[Seen]:
    seen = []
    for r in _rows(data):
        made, end = (utc(each, STAMP, "Europe/Rome") for each in (r[0], r[2]))
        talk = (end - utc(r[1], STAMP, "Europe/Rome")).total_seconds() if r[1] else None
        seen.append(Seen(status_of(r[4]), talk, made))
    return seen
