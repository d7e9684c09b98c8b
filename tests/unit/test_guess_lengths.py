"""Lengths that are rounded, of another unit, or contradict the rest of their row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import guess
from tests.unit.guesses import ends, only, plan_of

TALKS = (185, 0, 3725, 62, 7, 614, 45, 240)


def _talks(heading: str, cells: Iterable[object]) -> str:
    rows = "".join(
        f"k{7 * n},2026-03-{10 + n:02}T08:00:07Z,{'answered' if talk else 'missed'},{each}\n"
        for n, (talk, each) in enumerate(zip(TALKS, cells, strict=True))
    )
    return f"id,start,status,{heading}\n{rows}"


def _up(seconds: int, step: int) -> int:
    return -(-seconds // step) * step


ROUNDED: dict[str, tuple[str, Callable[[int], object]]] = {
    "minutes": ("Minutes", lambda talk: _up(talk, 60) // 60),
    "minutes in brackets": ("Duration (min)", lambda talk: _up(talk, 60) // 60),
    "talk minutes": ("Talk minutes", lambda talk: f"{_up(talk, 60) // 60}.0"),
    "clock": ("Talk Time", lambda talk: f"{_up(talk, 60) // 3600:02}:{_up(talk, 60) // 60 % 60:02}:00"),
    "words": ("Talk Time", lambda talk: f"{_up(talk, 60) // 60} min"),
    "seconds": ("Duration", lambda talk: _up(talk, 60)),
    "half minutes": ("Duration (s)", lambda talk: _up(talk, 30)),
    "six seconds": ("Talk seconds", lambda talk: _up(talk, 6)),
    "hours": ("Hours", lambda talk: f"{_up(talk, 36) / 3600:.2f}"),
    "minutes as hours": ("Duration", lambda talk: f"{talk // 60:02}:{talk % 60:02}:00"),
}


@pytest.mark.parametrize(("heading", "written"), ROUNDED.values(), ids=ROUNDED)
def test_rounded_lengths_are_asked_about(
    heading: str, written: Callable[[int], object], tmp_path: Path
) -> None:
    """Also where the heading or the cells say minutes: what was billed is longer than the talk."""
    plan = plan_of(tmp_path, _talks(heading, map(written, TALKS)))
    doubt = only(guess(plan), "unit")
    assert [each.option for each in doubt.answers] == ["--map", "--null"]
    for answer in doubt.answers:
        assert not guess(with_answer(plan, answer)).doubts


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("Duration (min)", lambda talk: f"{talk / 60:.2f}"),
        ("Talk Time", lambda talk: f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}"),
        ("Talk Time", lambda talk: f"{talk // 60} min {talk % 60} s"),
        ("Talk seconds", lambda talk: talk),
    ],
)
def test_exact_lengths_are_not_asked_about(
    heading: str, written: Callable[[int], object], tmp_path: Path
) -> None:
    assert not guess(plan_of(tmp_path, _talks(heading, map(written, TALKS)))).doubts


def _clocked(talks: Sequence[int], written: Sequence[float]) -> str:
    rows = "".join(
        f"k{7 * n},{at:%FT%TZ},{at + timedelta(seconds=6):%FT%TZ},{at + timedelta(seconds=6 + talk):%FT%TZ},"
        f"answered,{each}\n"
        for n, (talk, each) in enumerate(zip(talks, written, strict=True))
        for at in [datetime(2025, 3, 10, 8, tzinfo=UTC) + timedelta(hours=3 * n)]
    )
    return f"id,start,answer,end,status,talk_seconds\n{rows}"


WRONG: dict[str, Callable[[int], float]] = {
    "twice": lambda talk: talk * 2,
    "minutes": lambda talk: round(talk / 60, 2),
    "hundredths": lambda talk: talk * 100,
    "wrapped": lambda talk: talk % 3600,
    "none of these": lambda talk: talk + 271,
}


@pytest.mark.parametrize(
    ("before", "many", "how"),
    [*product([0, 5], [1, 2], WRONG), (2_600, 1, "twice"), (2_600, 20, "wrapped")],
)
def test_lengths_that_contradict_the_times_of_their_row_are_asked_about(
    before: int, many: int, how: str, tmp_path: Path
) -> None:
    """However few they are, and however late they come."""
    talks = [
        *(61 + 7 * n for n in range(before)),
        *range(3725, 3725 + 31 * many, 31),
        *range(97, 1300, 103),
    ]
    right = slice(before, before + many)
    written: list[float] = [*talks]
    written[right] = map(WRONG[how], talks[right])
    plan = plan_of(tmp_path, _clocked(talks, written))
    asked = [each for each in guess(plan).doubts if f"the first in line {before + 2:,}" in each.message]
    (doubt,) = asked
    assert f"contradicts them in {many} row" in doubt.message
    for answer in doubt.answers if before < 100 else ():
        assert ends(plan, doubt, answer)


@pytest.mark.parametrize("heading", ["total_time", "total_duration", "call_duration", "Gesamtdauer"])
@pytest.mark.parametrize("place", [2, 2_100])
def test_a_talk_longer_than_the_whole_call_is_asked_about(heading: str, place: int, tmp_path: Path) -> None:
    """In a single row too."""
    rows = "".join(
        f"k{7 * n},2026-03-10T08:{n // 60:02}:{n % 60:02}Z,answered,{talk},{talk + more}\n"
        for n in range(place + 9)
        for talk, more in [(61 + 7 * (n % 500), -9 if n == place else 9)]
    )
    plan = plan_of(tmp_path, f"id,start,status,talk_time,{heading}\n{rows}")
    (doubt,) = (each for each in guess(plan).doubts if "is longer than" in each.message)
    assert f"in 1 row, the first in line {place + 2:,}" in doubt.message
    for answer in doubt.answers:
        assert ends(plan, doubt, answer)


@pytest.mark.parametrize("word", ["missed", "failed"])
def test_talk_of_a_call_that_came_about_for_nobody_is_asked_about(word: str, tmp_path: Path) -> None:
    """By the words of its row."""
    rows = _talks("Talk seconds", TALKS).replace("answered,62", f"{word},62")
    rows += "".join(f"n{n},2026-03-20T08:00:0{n}Z,missed,0\n" for n in range(4))
    plan = plan_of(tmp_path, rows)
    doubt = only(guess(plan), "status")
    assert f"taken as {word}" in doubt.message


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_hours_minutes_and_seconds_in_three_columns_are_one_length(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    """In whichever order they stand."""
    names = ("Duration Hours", "Duration Minutes", "Duration Seconds")
    heading = ",".join(names[each] for each in order)
    parts = ((talk // 3600, talk // 60 % 60, talk % 60) for talk in TALKS)
    plan = plan_of(tmp_path, _talks(heading, (",".join(str(of[each]) for each in order) for of in parts)))
    found = guess(plan)
    doubt = only(found, "unit")
    assert doubt.answers[0].value == (
        "call_duration={Duration Hours}h {Duration Minutes}m {Duration Seconds}s"
    )
    answered = guess(with_answer(plan, doubt.answers[0]))
    assert not answered.doubts
    assert round(answered.preview.avg_duration_seconds or 0, 3) == round(sum(TALKS) / 7, 3)


LONGER = (3095, 4512, 3781, 5230, 6644, 4007, 3333, 7213, 5999, 4421, 3890, 4703)
USUAL = (95, 212, 81, 530, 44, 407, 33, 213, 599, 421, 190, 303)
UNSAID: dict[str, tuple[str, Sequence[int], Callable[[float], str]]] = {
    "hundredths of long minutes": ("Talk", LONGER, lambda talk: f"{talk / 60:.2f}"),
    "of parts of a second too": ("Talk", LONGER, lambda talk: f"{(talk + 0.37) / 60:.2f}"),
    "one of half a day": ("Talk", (*LONGER, 43_215), lambda talk: f"{talk / 60:.2f}"),
    "comma": ("Talk", LONGER, lambda talk: f'"{talk / 60:.2f}"'.replace(".", ",")),
    "quarters": ("Talk", LONGER, lambda talk: f"{talk // 15 / 4:.2f}"),
    "seconds under minutes": ("Talk (min)", USUAL, lambda talk: f"{talk}"),
    "minutes above an hour": ("Talk (min)", LONGER, lambda talk: f"{talk / 60:.2f}"),
    "seconds under hours": ("Hours", USUAL, lambda talk: f"{talk}.1"),
    "minutes under seconds": ("Talk (s)", USUAL, lambda talk: f"{talk / 60:.2f}"),
    "minutes cut off under seconds": ("talk_sec", LONGER, lambda talk: f"{talk * 100 // 60 / 100:.2f}"),
    "thousandths of minutes under seconds": ("Talk (s)", USUAL, lambda talk: f"{talk / 60:.3f}"),
}


@pytest.mark.parametrize(("heading", "talks", "written"), UNSAID.values(), ids=UNSAID)
def test_lengths_that_may_be_minutes_are_asked_about(
    heading: str, talks: Sequence[int], written: Callable[[float], str], tmp_path: Path
) -> None:
    """Also above an hour, and where the heading says otherwise; each answer ends it."""
    plan = plan_of(tmp_path, _lasting(heading, map(written, talks)))
    asked = [each for each in guess(plan).doubts if "--duration-unit" in {a.option for a in each.answers}]
    assert len(asked) == 1
    units = {each.value for each in asked[0].answers}
    assert "seconds" in units
    assert units & {"minutes", "hours"}
    for answer in asked[0].answers:
        assert ends(plan, asked[0], answer)


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("Talk", lambda talk: f"{talk + talk % 7 / 10:.1f}"),
        ("Talk", lambda talk: f"{talk + talk % 997 / 1000:.3f}1"),
        ("Talk (s)", lambda talk: f"{talk + talk % 89 / 100:.2f}"),
        ("Talk (min)", lambda talk: f"{talk / 60:.2f}"),
    ],
)
def test_lengths_that_are_said_are_not_asked_about(
    heading: str, written: Callable[[int], str], tmp_path: Path
) -> None:
    rows = (*USUAL, 1211, 1409)
    assert not guess(plan_of(tmp_path, _lasting(heading, map(written, rows)))).doubts


def _lasting(heading: str, cells: Iterable[str]) -> str:
    rows = "".join(
        f"k{7 * n}x,2026-03-{10 + n:02}T08:00:07Z,{'missed,0' if n == 3 else f'answered,{each}'}\n"
        for n, each in enumerate(cells)
    )
    return f"id,start,status,{heading}\n{rows}"
