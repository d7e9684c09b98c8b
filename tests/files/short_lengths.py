"""Lengths whose size alone does not say their unit, and times without signs between their parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, reads, table, utc
from tests.files.shapes import ISO, STAMP, status_of, word

MIXED = "anaabnafacan"
LENGTHS: dict[str, tuple[str, dict[str, Any], Callable[[float], Any], Callable[[str], float]]] = {
    "seconds_below_a_minute.csv": ("unit", {"most": 59}, int, float),
    "minutes_below_an_hour.csv": (
        "unit",
        {"step": 60, "most": 3500},
        lambda talk: int(talk) // 60,
        lambda cell: int(cell) * 60,
    ),
    "milliseconds_of_short_calls.csv": (
        "unit",
        {"step": 0.001, "most": 25},
        lambda talk: round(talk * 1000),
        lambda cell: int(cell) / 1000,
    ),
    "tenths_of_long_calls.csv": (
        "",
        {"step": 0.1, "longest": 1210.4},
        lambda talk: f"{talk:.1f}",
        float,
    ),
}
"""File → what may be asked, how its talk times are drawn, and how a length is written and read."""
for name, (asks, drawn, written, read) in LENGTHS.items():

    @layout(name, MIXED, asks=asks, trap="Nothing but the size of a length says its unit.", **drawn)
    def _(calls: list[Call], written: Callable[[float], Any] = written) -> str:
        rows = [[c.n, c.at(ISO), word(c), written(c.talk)] for c in calls]
        return table("id,start,status,duration", rows, end="\n")

    @reads(name)
    def _(data: bytes, read: Callable[[str], float] = read) -> list[Seen]:
        return [
            Seen(status_of(r["status"]), round(read(r["duration"]), 3), utc(r["start"])) for r in cells(data)
        ]


PACKED = {
    "packed_two_digit_year.csv": "%y%m%d%H%M%S",
    "packed_day_first.csv": "%d%m%Y%H%M%S",
    "packed_month_first.csv": "%m%d%Y%H%M%S",
    "packed_day_and_clock.csv": "%d%m%Y %H:%M:%S",
}
for name, form in PACKED.items():

    @layout(name, MIXED, trap=f"Times as {form}, without signs between day, month and year.")
    def _(calls: list[Call], form: str = form) -> str:
        rows = [[c.n, c.at(form), word(c), c.talk] for c in calls]
        return table("id,start,status,talk_time", rows, end="\n")

    @reads(name)
    def _(data: bytes, form: str = form) -> list[Seen]:
        return [Seen(status_of(r["status"]), int(r["talk_time"]), utc(r["start"], form)) for r in cells(data)]


@layout(
    "compact_lengths.csv", "aanaabaafaaca", asks="unit", trap="135 is a minute and 35 seconds.", longest=3671
)
def _(calls: list[Call]) -> str:
    rows = [
        [c.n, c.at(STAMP), word(c), int(f"{c.talk // 3600}{c.talk // 60 % 60:02}{c.talk % 60:02}")]
        for c in calls
    ]
    return table("id,start,status,duration", rows, end="\n")


@reads("compact_lengths.csv")
def _(data: bytes) -> list[Seen]:
    found = []
    for row in cells(data):
        digits = row["duration"].zfill(6)
        talk = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:])
        found.append(Seen(status_of(row["status"]), talk, utc(row["start"], STAMP)))
    return found
