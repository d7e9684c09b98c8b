"""Lengths that hold more than the talk: the agent's work after it, or a day too much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

TALKS = [97, 0, 214, 61, 305, 0, 128, 77, 459, 143]
BEGIN = datetime(2026, 3, 13, 8, 0, 1, tzinfo=UTC)


def _plan(folder: Path, lines: Sequence[Sequence[object]]) -> ImportPlan:
    file = folder / "calls.csv"
    file.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    return ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


def _word(talk: int) -> str:
    return "completed" if talk else "no-answer"


@pytest.mark.parametrize("work", ["Wrap-up Time", "ACW", "After Call Work", "wrap_time", "Nachbearbeitung"])
@pytest.mark.parametrize("length", ["Total Time", "Duration", "call_duration"])
def test_a_length_beside_the_work_after_the_call_is_asked_about(
    length: str, work: str, tmp_path: Path
) -> None:
    """It may hold that work; each answer ends the doubt."""
    rows = [
        [f"w{n}x", f"2026-03-{13 + n}T08:00:01Z", talk and talk + 30, talk and 30, _word(talk)]
        for n, talk in enumerate(TALKS)
    ]
    plan = _plan(tmp_path, [["Call ID", "Start", length, work, "Status"], *rows])
    (doubt,) = guess(plan).doubts
    assert (doubt.about, doubt.column) == ("unit", length)
    for answer in doubt.answers:
        assert not guess(with_answer(plan, answer)).doubts


@pytest.mark.parametrize("is_called_talk", [True, False])
def test_a_talk_beside_the_work_after_the_call_is_taken(is_called_talk: bool, tmp_path: Path) -> None:
    """Where it is called so, or the time from start to end proves it."""
    length = "Talk Time" if is_called_talk else "Duration"
    rows = [
        [
            f"w{n}x",
            (begin := BEGIN + timedelta(hours=n)).isoformat(),
            (begin + timedelta(seconds=talk)).isoformat(),
            talk,
            talk and 30,
            _word(talk),
        ]
        for n, talk in enumerate(TALKS)
    ]
    header = ["Call ID", "Start", "End", length, "ACW", "Status"]
    assert not guess(_plan(tmp_path, [header, *rows])).doubts


@pytest.mark.parametrize("late", [[3], [0, 4]])
def test_an_end_of_another_day_is_asked_about(late: list[int], tmp_path: Path) -> None:
    """Where the talk is the time from answer to end: one such call outweighs all others."""
    rows = []
    for n, talk in enumerate(TALKS * 2):
        begin = BEGIN + timedelta(hours=n)
        end = begin + timedelta(seconds=9 + talk, days=n in late)
        answered_at = (begin + timedelta(seconds=9)).isoformat() if talk else ""
        rows.append([f"w{n}x", begin.isoformat(), answered_at, end.isoformat(), _word(talk)])
    plan = _plan(tmp_path, [["Call ID", "Start", "Answer Time", "End", "Status"], *rows])
    (doubt,) = guess(plan).doubts
    assert f"12 hours or more in {len(late)} row" in doubt.message
    assert f"the first in line {2 + late[0]}," in doubt.message
    for answer in doubt.answers:
        answered = guess(with_answer(plan, answer))
        assert not answered.doubts
        assert answered.preview.calls == len(rows) - (answer.option == "--leave-out")


def test_calls_that_are_all_long_are_not_asked_about(tmp_path: Path) -> None:
    """Lines that stand open for a day are no oddity."""
    rows = []
    for n in range(9):
        begin = BEGIN + timedelta(days=2 * n)
        end = begin + timedelta(hours=13 + n, seconds=61 * n)
        rows.append(
            [
                f"w{n}x",
                begin.isoformat(),
                (begin + timedelta(seconds=9)).isoformat(),
                end.isoformat(),
                "completed" if n % 3 else "failed",
            ]
        )
    plan = _plan(tmp_path, [["Call ID", "Start", "Answer Time", "End", "Status"], *rows])
    assert not [each for each in guess(plan).doubts if "12 hours" in each.message]
