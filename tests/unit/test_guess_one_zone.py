"""Times in several columns that say no zone: one question, and its one answer ends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

HEADINGS = ("Start Time", "Answer Time", "End Time")


def guessed(folder: Path, headings: tuple[str, ...], *zones: str) -> Guess:
    path = folder / "calls.csv"
    rows = "".join(
        f"k{n},2026-07-{10 + n} 09:00:00,2026-07-{10 + n} 09:00:05,2026-07-{10 + n} 09:01:{10 + n},{65 + n},"
        f"{'completed' if n % 3 else 'missed'}\n"
        for n in range(9)
    )
    path.write_text(f"Call ID,{','.join(headings)},Talk Seconds,Status\n{rows}")
    return guess(ImportPlan(str(path), "acme.com", options=MapOptions(timezone=zones)))


@pytest.mark.parametrize("answer", range(2))
@pytest.mark.parametrize("said", [(0, 1, 2), (0,), (0, 1), ()], ids=str)
def test_one_answer_is_for_all_times(tmp_path: Path, said: tuple[int, ...], answer: int) -> None:
    """Whichever of the headings name a zone that is not sure: also where the answer names one time."""
    headings = tuple(f"{each} (EST)" if n in said else each for n, each in enumerate(HEADINGS))
    found = guessed(tmp_path, headings)
    [doubt] = [each for each in found.doubts if each.about == "zone"]
    given = doubt.answers[answer]
    filled = with_answer(found.plan, given).options.timezone[-1].replace("…", "Europe/Berlin")
    answered = guessed(tmp_path, headings, filled)
    assert [each for each in answered.doubts if each.about in ("zone", "time")] == []
    zone = filled.rpartition(":")[2]
    hour = {"UTC": "09", "America/New_York": "13", "Europe/Berlin": "07"}[zone]
    assert answered.preview.as_json()["first"] == f"2026-07-10T{hour}:00:00Z"
    zones = {each.rpartition(":")[2] for each in answered.plan.options.timezone}
    assert zones == {zone}
    again = guess(replace(answered.plan))
    assert again.plan == answered.plan


def test_the_zone_of_one_time_is_that_of_the_others(tmp_path: Path) -> None:
    """None of them is left out because it seems to lie before the creation."""
    found = guessed(tmp_path, HEADINGS, "creation_time:Europe/Berlin")
    assert not [each for each in found.doubts if each.about in ("zone", "time")]
    assert sorted(found.plan.options.timezone) == [
        f"{each}:Europe/Berlin" for each in ("creation_time", "end_time", "start_time")
    ]


def test_headings_of_two_zones_are_two_questions(tmp_path: Path) -> None:
    found = guessed(tmp_path, ("Start Time (EST)", "Answer Time (EST)", "End Time (IST)"))
    answers = [each.answers[0].value for each in found.doubts if each.about == "zone"]
    assert answers == ["creation_time:America/New_York", "end_time:Asia/Kolkata"]
