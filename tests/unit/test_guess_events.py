"""Rows that share an id: events of one call, or calls of days that are numbered anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

DAYS, A_DAY = 3, 7
BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = [("Answered", "No Answer"), ("Connected", "Missed"), ("ANSWERED", "Busy"), ("accepted", "failed")]
"""Events of calls as well, by their words."""
BESIDE = {"all": "From Duration", "numbers": "From", "lengths": "Duration", "neither": ""}


@dataclass(frozen=True)
class Row:
    number: int
    at: datetime
    caller: str
    is_up: bool
    talk: int


def drawn(step: timedelta, turn: int) -> list[Row]:
    """Calls of several days, each counted from 1. `turn`: which of them are answered."""
    return [
        Row(
            n + 1,
            BEGUN + timedelta(days=day) + step * n,
            f"+120255501{(day * A_DAY + n) % 9:02}",
            (up := (day + n) % 3 != turn),
            (61 + 37 * (day * A_DAY + n)) * up,
        )
        for day in range(DAYS)
        for n in range(A_DAY)
    ]


def plan_of(folder: Path, content: str, **options: Any) -> ImportPlan:
    path = folder / "calls.csv"
    path.write_text(content)
    given = MapOptions(timezone=("UTC",), **options)
    return ImportPlan(str(path), "acme.example", space="spc", options=given)


def written(rows: list[Row], words: tuple[str, str], beside: str) -> str:
    columns = beside.split()
    header = ["No.", "Start Time", "Status", *columns]
    lines = [
        [
            *(str(row.number), f"{row.at:%Y-%m-%d %H:%M:%SZ}", words[not row.is_up]),
            *({"From": row.caller, "Duration": str(row.talk)}[each] for each in columns),
        ]
        for row in rows
    ]
    return "".join(f"{','.join(line)}\n" for line in [header, *lines])


def is_of_events(found: Guess) -> bool:
    return any("occurred_at" in each for each in found.plan.options.map) or bool(found.plan.options.when)


@pytest.mark.parametrize("turn", [0, 2])
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_calls_numbered_anew_each_day_are_no_events(
    beside: str, words: tuple[str, str], turn: int, tmp_path: Path
) -> None:
    """It asks for the id, and each call is there, as the rows say it."""
    rows = drawn(timedelta(minutes=7), turn)
    plan = plan_of(tmp_path, written(rows, words, beside))
    found = guess(plan)
    assert "id" in {each.about for each in found.doubts}
    assert not is_of_events(found)
    assert found.preview.items == len(rows)
    assert found.preview.statuses["completed"] == sum(row.is_up for row in rows)


@pytest.mark.parametrize(
    "given",
    [{"map": ("call_id={No.}-{Start Time}",)}, {"id_from": ("*",)}, {"id_from": ("No.", "Start Time")}],
    ids=["template", "all columns", "two columns"],
)
@pytest.mark.parametrize("step", [timedelta(minutes=7), timedelta(seconds=9)], ids=["minutes", "seconds"])
@pytest.mark.parametrize("beside", ["From Duration", "Duration"], ids=["all", "lengths"])
def test_options_beside_a_guess_say_what_a_row_is(
    beside: str, step: timedelta, given: dict[str, Any], tmp_path: Path
) -> None:
    """An id that each row has alone makes each row a call, without a doubt."""
    rows = drawn(step, 0)
    found = guess(plan_of(tmp_path, written(rows, WORDS[0], beside), **given))
    assert not found.doubts
    talks = [row.talk for row in rows if row.is_up]
    assert found.preview.statuses == {"completed": len(talks), "missed": len(rows) - len(talks)}
    assert (found.preview.durations, found.preview.duration_ms) == (len(talks), 1000 * sum(talks))


def log(words: tuple[str, str, str], beside: str = "") -> str:
    """Two or three events of each call. `words`: begun, answered, over."""
    lines = [["call_id", "time", "event", *beside.split()]]
    for n in range(8):
        at, up = BEGUN + timedelta(minutes=11 * n), n % 3 > 0
        events = [(0, words[0]), *([(9, words[1])] if up else []), (9 + (40 + n) * up, words[2])]
        for after, word in events:
            moment = at + timedelta(seconds=after)
            beyond = {"From": f"+1202555010{n}", "Duration": str(after) if word == words[2] else ""}
            row = [f"c{n}", f"{moment:%Y-%m-%d %H:%M:%SZ}", word, *map(beyond.__getitem__, beside.split())]
            lines.append(row)
    return "".join(f"{','.join(line)}\n" for line in lines)


LOGS = [
    ("call.initiated", "call.answered", "call.hangup"),
    ("ringing", "answered", "completed"),
    ("ENTERQUEUE", "CONNECT", "COMPLETEAGENT"),
]


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("words", LOGS, ids=" ".join)
def test_events_from_the_beginning_of_calls_are_asked_about(
    words: tuple[str, str, str], beside: str, tmp_path: Path
) -> None:
    """A row that says that a call begins is no call by itself."""
    plan = plan_of(tmp_path, log(words, beside))
    found = guess(plan)
    assert is_of_events(found)
    assert found.preview.items == 8
    (doubt,) = (each for each in found.doubts if each.about == "legs")
    (answer,) = doubt.answers
    answered = guess(with_answer(plan, answer))
    assert doubt not in answered.doubts
    assert answered.plan.options.when == found.plan.options.when


@pytest.mark.parametrize("beside", ["", "From"], ids=["neither", "numbers"])
def test_where_no_row_begins_a_call_each_may_be_one(beside: str, tmp_path: Path) -> None:
    """Each answer ends the doubt and costs no row."""
    plan = plan_of(tmp_path, log(("answered", "hold", "completed"), beside))
    found = guess(plan)
    assert is_of_events(found)
    (doubt,) = (each for each in found.doubts if each.about == "legs")
    assert [each.meaning for each in doubt.answers] == [
        "rows of one 'call_id' are one call",
        "each row is a call",
    ]
    one, each_row = (guess(with_answer(plan, answer)) for answer in doubt.answers)
    assert doubt not in [*one.doubts, *each_row.doubts]
    assert (one.preview.items, each_row.preview.items) == (8, found.preview.events)


@pytest.mark.parametrize("target", ["creation_time", "start_time", "end_time"])
def test_a_time_that_is_said_is_no_time_of_an_event(target: str, tmp_path: Path) -> None:
    """What the person names stands, in a log of events too."""
    found = guess(plan_of(tmp_path, log(LOGS[0]), map=(f"{target}=time",)))
    assert not any(said.startswith(f"{target}=") for _, said in found.plan.options.when)


def test_a_meaning_that_is_said_is_no_event(tmp_path: Path) -> None:
    """`Answered` as how a call ended leaves no event of one that goes on."""
    rows = drawn(timedelta(seconds=9), 0)
    content = written(rows, WORDS[0], "")
    said = guess(plan_of(tmp_path, content, values=("call_status:Answered=completed",)))
    assert not is_of_events(said)
    assert said.preview.statuses["completed"] == sum(row.is_up for row in rows)
