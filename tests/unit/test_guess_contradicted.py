"""Calls that their own row contradicts are asked about row by row: however few they are, and wherever."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

HEADER: Final = ("call_id", "start", "status", "talk_time", "answered_at", "hangup_cause")
SAYS: Final = {"talk_time": "0", "answered_at": "", "hangup_cause": "no_answer"}
"""What a row says that nobody answered."""
LATE: Final = 3_000


def _row(n: int, status: str, *, is_answered: bool) -> dict[str, str]:
    at = f"2026-02-{1 + n // 1440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}"
    told = {"talk_time": str(61 + n % 300), "answered_at": f"{at}:09Z", "hangup_cause": "normal_clearing"}
    return {"call_id": f"k{n}x", "start": f"{at}:01Z", "status": status} | (told if is_answered else SAYS)


def _plan(folder: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = HEADER) -> ImportPlan:
    file = folder / "calls.csv"
    file.write_text(
        "".join(
            ",".join(row[each] for each in columns) + "\n"
            for row in (dict(zip(HEADER, HEADER, strict=True)), *rows)
        )
    )
    return ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


def _of_status(found: Guess) -> list[Doubt]:
    return [each for each in found.doubts if each.about == "status"]


def _rows(many: int, against: int, *, late: bool = False) -> list[dict[str, str]]:
    """So many calls, of which one in four was missed, and so many of the completed were not answered."""
    rows = [
        _row(n, "no-answer" if n % 4 == 3 else "completed", is_answered=n % 4 != 3)
        for n in range(many - against)
    ]
    wrong = [_row(many - against + n, "completed", is_answered=False) for n in range(against)]
    return [*rows, *wrong] if late else [*rows[:5], *wrong, *rows[5:]]


@pytest.mark.parametrize(
    ("against", "columns"),
    [
        (
            against,
            (*HEADER[:3], *(each for each, is_there in zip(HEADER[3:], there, strict=True) if is_there)),
        )
        for against in (1, 2, 12)
        for there in product([True, False], repeat=3)
        if any(there)
    ],
)
def test_a_completed_call_that_nobody_answered_is_asked_about(
    against: int, columns: tuple[str, ...], tmp_path: Path
) -> None:
    """By its talk, its answer or its reason, and each answer ends the doubt and counts what it says."""
    plan = _plan(tmp_path, _rows(48, against), columns)
    found = guess(plan)
    doubts = _of_status(found)
    assert doubts, "imported unasked"
    missed = sum(row["hangup_cause"] == "no_answer" for row in _rows(48, against))
    assert found.preview.missed == missed
    for doubt in doubts:
        assert f"{against} row" in doubt.message
        for answer in doubt.answers:
            answered = guess(with_answer(plan, answer))
            assert not _of_status(answered), f"{answer.option} {answer.value}"
            is_missed = answer.value.endswith("call_status=missed")
            assert answered.preview.missed == (missed if is_missed else missed - against)


def test_one_call_late_in_a_file_is_asked_about(tmp_path: Path) -> None:
    """Where no sample of the first rows reaches."""
    plan = _plan(tmp_path, _rows(LATE, 1, late=True))
    (doubt,) = _of_status(guess(plan))
    assert f"in 1 row, the first in line {LATE + 1:,}" in doubt.message


def test_what_agrees_is_not_asked_about(tmp_path: Path) -> None:
    """Also a voicemail, which has no talk, and a reason that a talk may have."""
    rows = [*_rows(24, 0), _row(30, "voicemail", is_answered=False) | {"hangup_cause": "voicemail"}]
    rows.append(_row(31, "completed", is_answered=True) | {"hangup_cause": "media_timeout"})
    assert not _of_status(guess(_plan(tmp_path, rows)))


@pytest.mark.parametrize(
    "said",
    [
        {"values": ("call_status:=missed",)},
        {"when": (("status=", "call_status=missed"),)},
        {"when": (("talk_time=0", "call_status=missed"),)},
    ],
    ids=["empty word", "empty", "no talk"],
)
def test_what_the_person_says_of_calls_without_a_word_is_not_asked_again(
    said: dict[str, Any], tmp_path: Path
) -> None:
    """In whichever option."""
    columns = HEADER[:4]
    rows = [row | ({"status": ""} if row["status"] != "completed" else {}) for row in _rows(24, 0)]
    plan = _plan(tmp_path, rows, columns)
    assert _of_status(guess(plan))
    answered = guess(replace(plan, options=replace(plan.options, **said)))
    assert not answered.doubts
    assert (answered.preview.calls, answered.preview.missed) == (24, 6)


def test_a_condition_of_the_person_is_another_status_than_the_one_of_all(tmp_path: Path) -> None:
    """Where a column says the same of all calls, and the person says which were missed."""
    rows = [row | {"status": "completed", "talk_time": "99"} for row in _rows(24, 0)]
    plan = _plan(tmp_path, rows, HEADER[:5])
    said = (("answered_at=", "call_status=missed"),)
    answered = guess(replace(plan, options=replace(plan.options, when=said)))
    assert not _of_status(answered)
    assert answered.preview.missed == 6


@pytest.mark.parametrize("heading", ["answered", "Is Answered", "Connected"])
@pytest.mark.parametrize("against", [0, 1, 3])
def test_a_yes_or_no_of_an_answer_is_compared_with_the_status(
    heading: str, against: int, tmp_path: Path
) -> None:
    """Row by row, also where the status tells more ways to end; a voicemail is no answer and is completed."""
    words = ("completed", "completed", "no-answer", "voicemail", "failed", "completed")
    lines = [f"call_id,start,status,talk_time,{heading}"]
    for n in range(30):
        word = words[n % len(words)]
        is_yes = (word == "completed") is not (n in (0, 7, 13)[:against])
        talk = 61 + n if word in ("completed", "voicemail") else 0
        lines.append(f"k{n}x,2026-03-{1 + n:02}T08:00:00Z,{word},{talk},{'yes' if is_yes else 'no'}")
    file = tmp_path / "calls.csv"
    file.write_text("\n".join(lines) + "\n")
    plan = ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))
    doubts = _of_status(guess(plan))
    assert bool(doubts) is bool(against)
    for doubt in doubts:
        assert f"differ in {against} row" in doubt.message
        assert not _of_status(guess(with_answer(plan, doubt.answers[0])))


@pytest.mark.parametrize("outcome", ["Disposition", "Wrap-up Code"])
@pytest.mark.parametrize("is_beside_missed", [False, True])
def test_an_outcome_of_answered_calls_is_not_their_status(
    outcome: str, is_beside_missed: bool, tmp_path: Path
) -> None:
    """Where a column beside it tells how all calls ended; an outcome of a missed call is asked about."""
    lines = [f"call_id,start,talk_time,{outcome},Result"]
    for n in range(12):
        up = n % 4 != 3
        sold = "Sold" if up or (is_beside_missed and n == 3) else ""
        result = "Voicemail" if n == 4 else "Agent Handled" if up else "Abandoned"
        talk = 61 + n if up else 0
        lines.append(f"k{n}x,2026-03-{1 + n:02}T08:00:00Z,{talk},{sold if n != 4 else ''},{result}")
    file = tmp_path / "calls.csv"
    file.write_text("\n".join(lines) + "\n")
    found = guess(ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",))))
    assert found.preview.missed == 3
    assert bool(found.doubts) is (is_beside_missed and outcome == "Disposition")
