"""Lengths of which a second column or the times tell what they hold: ringing, one side's speech, minutes."""

from __future__ import annotations

from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, reads, table, utc
from tests.files.shapes import ISO, status_of, word

MIXED = "anaabnafa"


def _whole(c: Call) -> Any:
    return c.ring + c.talk if c.up else 0


def _seen(row: dict[str, str], talk: float) -> Seen:
    return Seen(status_of(row["status"]), talk, utc(row["start_time"]))


for name, hows, asks in (
    ("ringing_within.csv", MIXED, "unit"),
    ("answered_only.csv", "aaaaa", "unit status"),
):

    @layout(name, hows, asks=asks, trap="duration is end minus start, and holds the time to answer.")
    def _(calls: list[Call]) -> str:
        rows = [[c.n, c.at(ISO), c.ended(ISO), c.ring if c.up else "", _whole(c), word(c)] for c in calls]
        return table("call_id,start_time,end_time,time_to_answer,duration,status", rows, end="\n")

    @reads(name)
    def _(data: bytes) -> list[Seen]:
        return [_seen(r, int(r["duration"]) - int(r["time_to_answer"] or 0)) for r in cells(data)]


@layout("answered_and_duration_only.csv", "aaaaa", asks="unit status", trap="duration holds the ringing.")
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), c.answered(ISO), _whole(c), word(c)] for c in calls]
    return table("call_id,start_time,answer_time,duration,status", rows, end="\n")


@reads("answered_and_duration_only.csv")
def _(data: bytes) -> list[Seen]:
    found = []
    for row in cells(data):
        ring = (utc(row["answer_time"]) - utc(row["start_time"])).total_seconds()
        found.append(_seen(row, int(row["duration"]) - ring))
    return found


def _between(data: bytes, answer: str, end: str) -> list[Seen]:
    """The talk is the time from answer to end."""
    return [
        _seen(row, (utc(row[end]) - utc(row[answer])).total_seconds() if row[answer] else 0)
        for row in cells(data)
    ]


@layout("hangup_time.csv", MIXED, trap="The talk is from answer_time to hangup; duration holds the ringing.")
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), c.answered(ISO), c.ended(ISO), _whole(c), word(c)] for c in calls]
    return table("call_id,start_time,answer_time,hangup,duration,status", rows, end="\n")


@reads("hangup_time.csv")
def _(data: bytes) -> list[Seen]:
    return _between(data, "answer_time", "hangup")


def _minutes_up(c: Call) -> int:
    return -int(-c.talk // 60)


for name, column, written in (
    ("minutes_beside_exact.csv", "minutes", _minutes_up),
    ("whole_minutes_beside_exact.csv", "duration", _minutes_up),
    ("billed_beside_exact.csv", "duration", lambda c: 60 * _minutes_up(c)),
    (
        "hours_minutes_beside_exact.csv",
        "duration",
        lambda c: f"{int(c.talk) // 3600}:{int(c.talk) // 60 % 60:02}",
    ),
):

    @layout(name, MIXED, trap=f"{column} is rounded; the talk is from answered_at to ended_at.", longest=3671)
    def _(calls: list[Call], column: str = column, written: Any = written) -> str:
        rows = [[c.n, c.at(ISO), c.answered(ISO), c.ended(ISO), written(c), word(c)] for c in calls]
        return table(f"call_id,start_time,answered_at,ended_at,{column},status", rows, end="\n")

    @reads(name)
    def _(data: bytes) -> list[Seen]:
        return _between(data, "answered_at", "ended_at")


for name, times in (("speech_of_one_side.csv", True), ("speech_without_times.csv", False)):

    @layout(name, MIXED, trap="The two talk times are the speech of each side; call_duration is the talk.")
    def _(calls: list[Call], times: bool = times) -> str:
        rows = [
            [
                *(c.n, c.at(ISO)),
                *([c.answered(ISO), c.ended(ISO)] if times else []),
                *(int(c.talk * 0.4), int(c.talk * 0.5), c.talk, word(c)),
            ]
            for c in calls
        ]
        between = "answered_at,ended_at," if times else ""
        header = f"call_id,start_time,{between}agent_talk_time,customer_talk_time,call_duration,status"
        return table(header, rows, end="\n")

    @reads(name)
    def _(data: bytes) -> list[Seen]:
        return [_seen(row, int(row["call_duration"])) for row in cells(data)]


@layout(
    "minutes_over_an_hour.csv",
    MIXED,
    asks="unit",
    step=6,
    most=9000,
    trap="talk_time is in minutes with one digit, and most calls are longer than half an hour.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), f"{c.talk / 60:.1f}", word(c)] for c in calls]
    return table("call_id,start_time,talk_time,status", rows, end="\n")


@reads("minutes_over_an_hour.csv")
def _(data: bytes) -> list[Seen]:
    return [_seen(row, round(float(row["talk_time"]) * 60)) for row in cells(data)]
