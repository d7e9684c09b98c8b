"""`callboard import --mapping NAME` of a file whose talk times are in another unit than those before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import callboard
from tests.acceptance.test_import_cli import HEAD, Desk, row

TALKS = (41, 95, 130, 62, 250, 88, 33, 140, 71, 119, 300, 54)
"""In seconds."""
BY = ("--mapping", "dialler", "--json")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    outcome = desk.run(desk.file(table(TALKS)), "--save-mapping", "dialler")
    assert outcome.code == 0, outcome.err
    return desk


def table(talks: Sequence[object], first: int = 0) -> str:
    return HEAD + "".join(row(number, talk=talk) for number, talk in enumerate(talks, first))


def doubts(desk: Desk, file: Path, *options: str) -> Any:
    """What is asked; nothing is imported then."""
    before = desk.numbers()
    told = desk.run(file, *BY, *options, mapped=False)
    assert told.code == 3, told.text + told.err
    assert desk.numbers() == before
    return told.json["doubts"]


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("minutes", [round(each / 60, 2) for each in TALKS]),
        ("milliseconds", [each * 1_000 for each in TALKS]),
        ("minutes", [round(each / 60, 2) for each in TALKS[:4]]),
        ("milliseconds", [each * 1_000 for each in TALKS[:2]]),
    ],
)
def test_a_file_in_another_unit_is_asked_about(desk: Desk, unit: str, written: list[object]) -> None:
    """The first answer names the unit, and is right; the last accepts the length as it is."""
    file = desk.file(table(written, 100), "tomorrow.csv")
    [doubt] = doubts(desk, file)
    assert (doubt["about"], doubt["column"]) == ("unit", "talk")
    first, *_, last = doubt["answers"]
    assert (first["option"], first["value"]) == ("--duration-unit", unit)
    assert last["option"] == "--usual-length"
    report = desk.run(file, *BY, *last["arguments"], "--dry-run", mapped=False)
    assert report.code == 0, report.err
    # What was imported in seconds stays so.
    report = desk.run(file, *BY, *first["arguments"], "--replace", mapped=False)
    assert report.code == 0, report.err
    assert desk.numbers()["avg_duration_seconds"] < 200


def test_lengths_that_all_are_zero_now_are_asked_about(desk: Desk) -> None:
    file = desk.file(table([0] * 12, 100), "tomorrow.csv")
    [doubt] = doubts(desk, file)
    assert "0, where the usual one is 92 s" in doubt["message"]
    [answer] = doubt["answers"]
    assert answer["arguments"] == ["--usual-length", "0"]
    assert desk.run(file, *BY, *answer["arguments"], mapped=False).code == 0


@pytest.mark.parametrize("factor", [1 / 60, 1_000])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_unit_that_changes_in_the_middle_of_a_file_is_asked_about(
    desk: Desk, factor: float, mapped: bool
) -> None:
    """By a saved mapping and by a guess, with the row from which on it does; accepted, it is imported."""
    talks = [*TALKS * 3, *(round(each * factor, 2) for each in TALKS)]
    file = desk.file(table(talks, 100), "tomorrow.csv")
    how = BY if mapped else ("--guess", "--json")
    told = desk.run(file, *how, mapped=False)
    assert told.code == 3
    [doubt] = [each for each in told.json["doubts"] if "change within the file" in each["message"]]
    assert "from row 37 on" in doubt["message"]
    for answer in doubt["answers"]:
        after = desk.run(file, *how, *answer["arguments"], "--dry-run", mapped=False)
        assert "within the file" not in after.text


@pytest.mark.parametrize(
    "talks",
    [
        [3, 700, 12, 95, 20, 44, 8, 1_200, 31, 60, 5, 77],
        [19],
        [900],
        sorted(TALKS * 4),
        [0, 0, 0, 0, *TALKS],
    ],
)
def test_lengths_that_vary_are_not_asked_about(desk: Desk, talks: list[object]) -> None:
    """Short days and long ones, a single call, a file sorted by its lengths."""
    outcome = desk.run(desk.file(table(talks, 100), "tomorrow.csv"), *BY, mapped=False)
    assert outcome.code == 0, outcome.text


def test_a_mapping_keeps_the_usual_length_that_is_said(desk: Desk) -> None:
    """Given where it is saved, it is kept in the place of the file's; of tasks there is none."""
    file = desk.file(table(TALKS, 100), "tomorrow.csv")
    told = desk.run(file, "--save-mapping", "other", "--usual-length", "5000", "--json")
    assert told.code == 0, told.err
    mappings = callboard("mapping", "list", "--json", db=desk.db, cwd=desk.folder).json
    kept = {each["name"]: each["options"].get("usual_length") for each in mappings}
    assert kept == {"dialler": 91.5, "other": 5_000}
    for wrong in ("-1", "inf", "nan"):
        assert desk.run(file, "--usual-length", wrong).code == 2
