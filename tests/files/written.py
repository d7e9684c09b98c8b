"""Times and lengths written in ways of their own: the clock before the day, dots, AM and PM, -1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, hms, layout, reads, table, utc
from tests.files.shapes import STAMP, status_of, word

ROME = "Europe/Rome"


def _times(name: str, form: str, read: str, trap: str, **how: Any) -> None:
    """A file whose times are in a form. `read`: the same for strptime."""

    def write(calls: list[Call]) -> str:
        rows = [[c.n, c.at(form), int(c.talk), word(c)] for c in calls]
        return table("id;start;duration;status", rows, separator=";")

    def again(data: bytes) -> list[Seen]:
        zone = how.get("written", ROME)
        return [
            Seen(status_of(r["status"]), int(r["duration"]), utc(r["start"], read, zone))
            for r in cells(data, ";")
        ]

    layout(name, "anaabna", zone=ROME, trap=trap, **how)(write)
    reads(name)(again)


_times(
    "twilio_console_times.csv",
    "%H:%M:%S UTC %Y-%m-%d",
    "%H:%M:%S UTC %Y-%m-%d",
    "The clock before the zone before the day, as Twilio's console exports.",
    written="UTC",
)
_times("clock_before_day.csv", "%H:%M:%S %d/%m/%Y", "%H:%M:%S %d/%m/%Y", "The clock before the day.")
_times(
    "date_of_unix.csv",
    "%a %b %d %H:%M:%S UTC %Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "As date(1) writes: the zone before the year.",
    written="UTC",
)
_times(
    "oracle_times.csv",
    "%d-%b-%y %I.%M.%S.000000 %p",
    "%d-%b-%y %I.%M.%S.%f %p",
    "Oracle's timestamps: dots in the clock, and AM or PM.",
)
_times("hours_with_h.csv", "%d/%m/%Y %Hh%M", "%d/%m/%Y %Hh%M", "08h21, as in French.", minute=True)
_times("hyphens.csv", "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d_%H-%M-%S", "Hyphens in the clock, as in names of files.")


def _columns(name: str, header: str, cut: Callable[[Call], list[str]], form: str, trap: str) -> None:
    """A file whose times are in several columns."""

    def write(calls: list[Call]) -> str:
        return table(f"id,{header},duration,status", [[c.n, *cut(c), int(c.talk), word(c)] for c in calls])

    def again(data: bytes) -> list[Seen]:
        names = header.split(",")
        return [
            Seen(status_of(r["status"]), int(r["duration"]), utc(" ".join(r[n] for n in names), form, ROME))
            for r in cells(data)
        ]

    layout(name, "anaabna", zone=ROME, trap=trap)(write)
    reads(name)(again)


_columns(
    "am_pm_beside.csv",
    "Date,Time,AM/PM",
    lambda c: [c.at("%m/%d/%Y"), c.at("%I:%M:%S"), c.at("%p")],
    "%m/%d/%Y %I:%M:%S %p",
    "AM and PM stand in a column of their own.",
)
_columns(
    "clock_of_digits.csv",
    "Date,Time",
    lambda c: [c.at("%Y%m%d"), c.at("%H%M%S")],
    "%Y%m%d %H%M%S",
    "Day and clock in digits alone, in two columns.",
)
_columns(
    "clock_with_dots.csv",
    "Data,Ora",
    lambda c: [c.at("%d/%m/%Y"), c.at("%H.%M.%S")],
    "%d/%m/%Y %H.%M.%S",
    "The clock is written with dots, in a column of its own.",
)


def _lengths(
    name: str, written: Callable[[Call], str], read: Callable[[str], float | None], trap: str, asks: str = ""
) -> None:
    """A file whose lengths are written so."""

    def write(calls: list[Call]) -> str:
        return table("id,start,duration,status", [[c.n, c.at(STAMP), written(c), word(c)] for c in calls])

    def again(data: bytes) -> list[Seen]:
        return [
            Seen(status_of(r["status"]), read(r["duration"]), utc(r["start"], STAMP, ROME))
            for r in cells(data)
        ]

    layout(name, "anaabna", zone=ROME, trap=trap, asks=asks, longest=3_723)(write)
    reads(name)(again)


def _of_parts(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


_lengths(
    "length_as_time_of_day.csv",
    lambda c: f"{int(c.talk) // 3600 or 12}:{hms(c.talk)[3:]} AM",
    lambda text: _of_parts(text.removesuffix(" AM").replace("12:", "0:", 1 if text.startswith("12:") else 0)),
    "A spreadsheet took the lengths for times of day: 12:03:05 AM is three minutes and five seconds.",
)
_lengths(
    "length_with_day_zero.csv",
    lambda c: f"1899-12-30 {hms(c.talk)}",
    lambda text: _of_parts(text.split()[1]),
    "The first day of spreadsheets stands before each length.",
)
_lengths(
    "length_with_dots.csv",
    lambda c: hms(c.talk).replace(":", "."),
    lambda text: _of_parts(text.replace(".", ":")),
    "Dots in clocks of length.",
)
_lengths(
    "length_minus_one.csv",
    lambda c: str(int(c.talk)) if c.up else "-1",
    lambda text: float(text) if text != "-1" else None,
    "-1 stands for no length.",
)
_lengths(
    "length_of_no_number.csv",
    lambda c: "abc" if c.n == 2 else str(int(c.talk)),
    lambda text: float(text) if text != "abc" else None,
    "One length is none: the call counts, and the average leaves it out.",
    "unit",
)


@layout(
    "length_in_two_columns.csv",
    "anaabna",
    zone=ROME,
    asks="unit",
    trap="Minutes and seconds of one length are two columns.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(STAMP), int(c.talk) // 60, int(c.talk) % 60, word(c)] for c in calls]
    return table("id,start,duration_minutes,duration_seconds,status", rows)


@reads("length_in_two_columns.csv")
def _(data: bytes) -> list[Seen]:
    seen = []
    for r in cells(data):
        talk = int(r["duration_minutes"]) * 60 + int(r["duration_seconds"])
        seen.append(Seen(status_of(r["status"]), talk, utc(r["start"], STAMP, ROME)))
    return seen
