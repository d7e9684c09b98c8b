"""Lines that are no rows, above, between and below them; rows that cannot be read; spaces around quotes."""

from __future__ import annotations

from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, reads, table, utc
from tests.files.shapes import ISO, STAMP, four, status_of, word


@layout(
    "title_above.csv",
    "anaabna",
    zone="America/Chicago",
    trap="A report's title and its period above the header.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(STAMP), word(c), c.talk] for c in calls]
    above = 'Calls by day\r\n"Period: March 1, 2025 - March 31, 2025"\r\n\r\n'
    return above + table("Call ID,Start Time,Status,Duration", rows)


@reads("title_above.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data.decode().split("\r\n\r\n")[1])
    return [
        Seen(status_of(r["Status"]), int(r["Duration"]), utc(r["Start Time"], STAMP, "America/Chicago"))
        for r in rows
    ]


@layout(
    "facts_above.csv",
    "anaabnaa",
    zone="Europe/Madrid",
    trap="Names and values above the header, padded to its width, and no empty line between.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at("%d.%m.%Y %H:%M:%S"), word(c), c.talk, c.number] for c in calls]
    above = "Report;Outbound calls;;;\nGenerated;01.04.2025 06:00:00;;;\nUser;ida@files.example;;;\n"
    return above + table("Call ID;Start Time;Status;Duration;Number", rows, separator=";", end="\n")


@reads("facts_above.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(";") for line in data.decode().splitlines()[4:]]
    form = "%d.%m.%Y %H:%M:%S"
    return [Seen(status_of(r[2]), int(r[3]), utc(r[1], form, "Europe/Madrid")) for r in rows]


@layout("total_below.csv", "anaabna", zone="America/Chicago", trap="The last line adds up the others.")
def _(calls: list[Call]) -> str:
    rows: list[list[Any]] = [[c.n, c.at(STAMP), word(c), c.talk] for c in calls]
    total = ["Total", f"{len(calls)} calls", "", sum(c.talk for c in calls)]
    return table("call_id,start_time,status,duration", [*rows, total])


@reads("total_below.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)[:-1]
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], STAMP, "America/Chicago"))
        for r in rows
    ]


@layout(
    "header_again.csv", "anaabnafan", trap="The header comes again every four rows, as pages were printed."
)
def _(calls: list[Call]) -> str:
    header = "call_id,start_time,duration,status"
    pages = [table(header, four(calls[at : at + 4])) for at in range(0, len(calls), 4)]
    return "".join(pages)


@reads("header_again.csv")
def _(data: bytes) -> list[Seen]:
    rows = [r for r in cells(data) if r["call_id"].isdigit()]
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"])) for r in rows]


@layout(
    "spaces_around_quotes.csv", "anaabn", trap="Spaces stand before and after quoted cells, one with a comma."
)
def _(calls: list[Call]) -> str:
    rows = "".join(
        f'"{c.n}" , "{c.at(ISO)}" , "{c.talk}" , "{word(c)}" , "{c.agent}, team 2"\n' for c in calls
    )
    return '"call_id" , "start_time" , "duration" , "status" , "agent"\n' + rows


@reads("spaces_around_quotes.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.strip('"').split('" , "') for line in data.decode().splitlines()[1:]]
    return [Seen(status_of(r[3]), int(r[2]), utc(r[1])) for r in rows]
