"""What stands beside a table and is of all its rows: a zone above or below it, units, names of groups."""

from __future__ import annotations

from tests.files.drawing import Call, Seen
from tests.files.layout import Reader, cells, layout, reads, table, utc
from tests.files.shapes import STAMP, four, status_of

HEADER = "id,start,duration,status"


def _reader(zone: str, above: int = 0, below: int = 0) -> Reader:
    """Of rows below so many lines, whose times are of a zone."""

    def read(data: bytes) -> list[Seen]:
        lines = data.decode().splitlines()
        rows = cells("\n".join(lines[above : len(lines) - below]))
        return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start"], STAMP, zone)) for r in rows]

    return read


def _with_lines(above: str = "", below: str = "") -> object:
    def write(calls: list[Call]) -> str:
        return above + table(HEADER, four(calls, STAMP), end="\n") + below

    return write


for name, written, asks, above, below in (
    ("zone_above.csv", "America/Denver", "", "Call report\nTime zone: America/Denver\n\n", ""),
    ("zone_above_offset.csv", "Etc/GMT-2", "", "All times UTC+2\n", ""),
    ("zone_above_cells.csv", "Asia/Tokyo", "", "Report,Calls,,\nTimezone,Asia/Tokyo,,\n,,,\n", ""),
    ("zone_above_comment.csv", "America/Chicago", "", "# timezone: America/Chicago\n", ""),
    ("zone_above_named.csv", "America/New_York", "zone", "All times in Eastern Time (US & Canada)\n", ""),
    ("zone_above_short.csv", "America/Los_Angeles", "zone", "Calls, times in PST\n", ""),
    ("zone_above_city.csv", "America/New_York", "zone", "Calls (times in New York)\n", ""),
    ("zone_of_the_report.csv", "Europe/Rome", "", "Generated 2025-04-01 06:00 UTC\n", ""),
    ("zone_below.csv", "UTC", "rows", "", "\nAll times in UTC\n"),
):
    layout(
        name,
        "anaabna",
        zone="Europe/Rome",
        written=written,
        asks=asks,
        trap=f"The zone of the times is {written}, by a line {'below' if below else 'above'} the table.",
    )(_with_lines(above, below))  # type: ignore[arg-type]
    reads(name)(_reader(written, above.count("\n"), below.count("\n")))


@layout(
    "zone_in_heading_short.csv",
    "anaabna",
    zone="Europe/Rome",
    written="America/New_York",
    asks="zone",
    trap="(ET) in a heading: most mean New York by it.",
)
def _(calls: list[Call]) -> str:
    return table("id,Start Time (ET),duration,status", four(calls, STAMP))


@reads("zone_in_heading_short.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["Start Time (ET)"], STAMP, "America/New_York"))
        for r in cells(data)
    ]


@layout(
    "units_below.csv",
    "anaabna",
    zone="Europe/Rome",
    written="UTC",
    step=6,
    trap="A line below the header says the zone and the unit of the columns.",
)
def _(calls: list[Call]) -> str:
    rows = [[each[0], each[1], f"{int(each[2]) / 60:.1f}", each[3]] for each in four(calls, STAMP)]
    return table(HEADER, [["#", "(UTC)", "[min]", "text"], *rows])


@reads("units_below.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), round(float(r["duration"]) * 60), utc(r["start"]))
        for r in cells(data)[1:]
    ]


@layout(
    "two_header_lines.csv",
    "anaabna",
    zone="Europe/Rome",
    trap="A line above the header groups its names, and names most columns alike.",
)
def _(calls: list[Call]) -> str:
    return "Call,Times,Times,Call\n" + table("id,start,duration,status", four(calls, STAMP), end="\n")


reads("two_header_lines.csv")(_reader("Europe/Rome", above=1))


@layout(
    "messages_between.csv",
    "anaabna",
    zone="Europe/Rome",
    asks="rows",
    leave_out=(2,),
    trap="A text message stands between the calls.",
)
def _(calls: list[Call]) -> str:
    rows = [["SMS" if c.n == 2 else "Call", *row] for c, row in zip(calls, four(calls, STAMP), strict=True)]
    return table("type,id,start,duration,status", rows)


@reads("messages_between.csv")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start"], STAMP, "Europe/Rome"))
        for r in cells(data)
        if r["type"] == "Call"
    ]


@layout(
    "total_with_date.csv",
    "anaabnaa",
    zone="Europe/Rome",
    asks="rows",
    leave_out=(8,),
    trap="The last row is the sum of the others, and has a date and a status as they have.",
)
def _(calls: list[Call]) -> str:
    rows = four(calls, STAMP)
    rows[-1][0], rows[-1][2] = "Total", sum(int(c.talk) for c in calls[:-1])
    return table(HEADER, rows)


@reads("total_with_date.csv")
def _(data: bytes) -> list[Seen]:
    rows = [r for r in cells(data) if r["id"] != "Total"]
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start"], STAMP, "Europe/Rome")) for r in rows
    ]
