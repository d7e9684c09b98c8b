"""Times that a spreadsheet wrote as days since 30 December 1899: asked about, and read by the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import system_clock
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.values.times import TimeReader

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
FIRST = datetime(2026, 2, 7, 9, 15, 20)  # noqa: DTZ001


def serial(at: datetime, sign: str = ".") -> str:
    return repr((at - EPOCH) / timedelta(days=1)).replace(".", sign)


def file_of(folder: Path, heading: str = "Start Time", sign: str = ".") -> Path:
    rows = [
        f"k{n};{serial(FIRST + timedelta(hours=n), sign)};{'missed' if n % 3 else 'completed'};{n * 7}"
        for n in range(12)
    ]
    path = folder / "calls.csv"
    path.write_text("\n".join([f"Call ID;{heading};Status;Seconds", *rows]) + "\n")
    return path


def guessed(path: Path, *formats: str) -> Guess:
    options = MapOptions(timezone=("UTC",), time_format=formats)
    return guess(ImportPlan(str(path), "acme.com", space="spc_1", options=options), system_clock)


@pytest.mark.parametrize("sign", [".", ","])
def test_they_are_asked_about_and_the_answer_reads_them(tmp_path: Path, sign: str) -> None:
    path = file_of(tmp_path, sign=sign)
    found = guessed(path)
    [doubt] = [each for each in found.doubts if each.about == "time"]
    assert "would be Saturday, 7 February 2026" in doubt.message
    answer, other = doubt.answers
    assert other.value == "excel1904"
    assert (answer.option, answer.value) == ("--time-format", "excel")
    answered = guessed(path, answer.value)
    assert not [each for each in answered.doubts if each.about == "time"]
    preview = answered.preview.as_json()
    assert (preview["first"], preview["last"]) == ("2026-02-07T09:15:20Z", "2026-02-07T20:15:20Z")


@pytest.mark.parametrize("beside", ["Exported At", "End Time"])
def test_days_since_1904_are_told_by_other_times(tmp_path: Path, beside: str) -> None:
    """Read as of 1900 they lie four years and a day before them, whether these fill a field or not. The
    guess reads them so, and asks with both.
    """
    day_0 = datetime(1904, 1, 1)  # noqa: DTZ001
    rows = [
        f"k{n};{(FIRST + timedelta(hours=n) - day_0) / timedelta(days=1)!r};completed;{60 + n * 7};"
        f"{FIRST + timedelta(hours=n, seconds=60 + n * 7)}"
        for n in range(12)
    ]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([f"Call ID;Start Time;Status;Seconds;{beside}", *rows]) + "\n")
    found = guessed(path)
    [doubt] = [each for each in found.doubts if each.about == "time"]
    assert "would be Saturday, 7 February 2026 or Sunday, 6 February 2022" in doubt.message
    assert [each.value.rpartition(":")[2] for each in doubt.answers] == ["excel1904", "excel"]
    assert found.preview.as_json()["first"] == "2026-02-07T09:15:20Z"
    answered = guessed(path, doubt.answers[0].value)
    assert not [each for each in answered.doubts if each.about == "time"]
    assert answered.preview.as_json()["first"] == "2026-02-07T09:15:20Z"


def test_numbers_under_another_heading_are_no_times(tmp_path: Path) -> None:
    """Nothing but the heading tells a spreadsheet's days from other numbers of five digits."""
    found = guessed(file_of(tmp_path, heading="Weight"))
    assert "Weight" not in ",".join(found.plan.options.map)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0)))  # noqa: DTZ001
def test_every_second_is_read_exactly(at: datetime) -> None:
    assert TimeReader(("excel",), "UTC").read(serial(at)) == at.replace(tzinfo=UTC).isoformat()
