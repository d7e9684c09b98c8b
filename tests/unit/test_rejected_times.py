"""Times that most of a file is not written in: the question offers what reads them, and that ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from callboard.clock import system_clock
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows

FIRST = datetime(2026, 2, 20, 9, 15, 20)  # noqa: DTZ001 - as a file writes it
FORMS = ["%Y-%m-%dT%H:%M:%SZ", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%s"]


def text_of(at: datetime, form: str) -> str:
    return str(int((at - datetime(1970, 1, 1)).total_seconds())) if form == "%s" else at.strftime(form)  # noqa: DTZ001


def file_of(folder: Path, before: str, after: str, rows: int = 500, late: int = 60) -> Path:
    lines = ["Call ID,Start Time,Status,Seconds"]
    for number in range(rows):
        form = after if number >= rows - late else before
        at = text_of(FIRST + timedelta(minutes=97 * number), form)
        lines.append(
            f"k{number},{at},{'missed' if number % 3 else 'completed'},{0 if number % 3 else number + 5}"
        )
    path = folder / "calls.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def guessed(path: Path, **options: tuple[str, ...]) -> Guess:
    given = MapOptions(**{"timezone": ("UTC",), **options})  # type: ignore[arg-type]
    return guess(ImportPlan(str(path), "acme.com", space="spc_1", options=given), system_clock)


@pytest.mark.parametrize("after", FORMS)
@pytest.mark.parametrize("before", FORMS)
def test_a_format_that_changes_late_is_answered(tmp_path: Path, before: str, after: str) -> None:
    """One answer reads both; unasked only where both are read alike."""
    path = file_of(tmp_path, before, after)
    found = guessed(path)
    asked = [each for each in found.doubts if each.about == "time"]
    if asked:
        [doubt] = asked
        assert doubt.answers[0].option == "--time-format"
        found = guessed(path, time_format=(doubt.answers[0].value,))
    assert not [each for each in found.doubts if each.about == "time"]
    preview = found.preview.as_json()
    last = FIRST + timedelta(minutes=97 * 499)
    assert (preview["calls"], preview["first"]) == (500, f"{FIRST.isoformat()}Z")
    assert preview["last"] == f"{last.isoformat()}Z"
    # The plan reads it without a guess as well.
    mapping = RowMapping(found.plan.options)
    with open_rows(found.plan, None) as (_, rows):
        assert len({mapping.event(record.row)["creation_time"] for record in rows}) == 500


def test_a_format_that_reads_the_same_cells_otherwise_stands_alone(tmp_path: Path) -> None:
    """What a person says of day and month is not completed by the guess."""
    path = tmp_path / "calls.csv"
    rows = [f"k{n},0{n}/03/2026 10:00:00,completed,{n}" for n in range(1, 9)]
    path.write_text("\n".join(["Call ID,Start Time,Status,Seconds", *rows]) + "\n")
    for form in ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"):
        assert guessed(path, time_format=(form,)).plan.options.time_format == (form,)


@pytest.mark.parametrize(
    ("word", "zones"),
    [
        ("CST", ["America/Chicago", "Asia/Shanghai"]),
        ("IST", ["Asia/Kolkata", "Asia/Jerusalem"]),
        ("Pacific Standard Time", ["America/Los_Angeles", "Etc/GMT+8"]),
    ],
)
def test_a_zone_word_of_several_meanings_is_answered(tmp_path: Path, word: str, zones: list[str]) -> None:
    month = "07" if word.endswith("Time") else "01"
    rows = [
        f"k{n},2026-{month}-0{n} 10:00:00 {word},{('completed', 'missed')[n % 2]},{30 * (1 - n % 2)}"
        for n in range(1, 9)
    ]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(["Call ID,Start Time,Status,Seconds", *rows]) + "\n")
    [doubt] = [each for each in guessed(path).doubts if each.about == "time"]
    offered = [each.value for each in doubt.answers if each.option == "--timezone"]
    assert offered == [f"creation_time:{zone}" for zone in zones]
    for value in offered:
        answered = guessed(path, timezone=("UTC", value))
        assert not [each for each in answered.doubts if each.about in ("time", "rows")]
        assert answered.preview.as_json()["calls"] == 8
