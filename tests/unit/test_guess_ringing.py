"""Lengths that hold the ringing, where only the time that a call took without an answer tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

CALLS = "anabnafnaa"
"""Answered, no answer, busy, failed."""
WORDS = {"a": "Answered", "n": "No Answer", "b": "Busy", "f": "Failed"}
RINGS = {"long": (20, 36, 104, 140), "short": (2, 3, 4), "a second": (1, 0)}
UNITS = {"": 1, " (minutes)": 60}


def plan_of(folder: Path, content: str) -> ImportPlan:
    path = folder / "calls.csv"
    path.write_text(content)
    return ImportPlan(str(path), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


def written(
    start: str, rings: Sequence[int], length: Callable[[int, int], object], duration: str, none: str
) -> str:
    """`length`: what is written of the ringing and the talk of an answered call; `none` of another."""
    rows = [f"Call ID,{start},End Time,Status,{duration}"]
    for n, how in enumerate(CALLS):
        at = datetime(2026, 3, 2 + n, 9, 4 + n, 11, tzinfo=UTC)
        ring, talk = rings[n % len(rings)], 97 + 211 * n if how == "a" else 0
        end = at + timedelta(seconds=ring + talk)
        said = length(ring, talk) if talk else none
        rows.append(f"{n},{at:%Y-%m-%d %H:%M:%SZ},{end:%Y-%m-%d %H:%M:%SZ},{WORDS[how]},{said}")
    return "\n".join([*rows, ""])


def about_unit(found: Guess) -> list[str]:
    return [each.message for each in found.doubts if each.about == "unit"]


@pytest.mark.parametrize("none", ["0", ""], ids=["0", "empty"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("rings", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("start", ["Start Time", "Created At", "Call Date", "Begin"])
def test_a_length_from_before_the_ringing_is_asked_about(
    start: str, rings: Sequence[int], unit: str, none: str, tmp_path: Path
) -> None:
    """It is the time from start to end, and the time of calls that nobody answered is ringing."""
    whole = written(
        start, rings, lambda ring, talk: f"{(ring + talk) / UNITS[unit]:.4g}", f"Duration{unit}", none
    )
    plan = plan_of(tmp_path, whole)
    (doubt,) = (each for each in guess(plan).doubts if each.about == "unit")
    assert "ringing" in doubt.message
    for answer in doubt.answers:
        assert not about_unit(guess(with_answer(plan, answer)))
    assert guess(with_answer(plan, doubt.answers[1])).preview.durations == 0


@pytest.mark.parametrize("none", ["0", ""], ids=["0", "empty"])
def test_a_length_without_the_ringing_is_not(none: str, tmp_path: Path) -> None:
    """It is shorter than start to end, as the calls that nobody answered have no length."""
    content = written("Start Time", RINGS["long"], lambda _, talk: talk, "Duration", none)
    assert not about_unit(guess(plan_of(tmp_path, content)))


def test_a_start_at_the_answer_is_not(tmp_path: Path) -> None:
    """Calls that nobody answered took no time from it."""
    content = written("Start Time", (0,), lambda _, talk: talk, "Duration", "0")
    assert not about_unit(guess(plan_of(tmp_path, content)))
