"""Lengths of time of files: numbers of a unit, clocks, words."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from callboard.ingest.sources.files.records import RowError
from callboard.ingest.sources.guessing.lengths import LengthColumn, length_column
from callboard.ingest.sources.values.lengths import LengthReader


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [
        ("166", None, 166),
        ("1.25", "seconds", 1.25),
        ("1,060", "seconds", 1060),
        ("1234", "milliseconds", 1.234),
        ("1234000", "microseconds", 1.234),
        ("5.5", "minutes", 330),
        ("1.5", "hours", 5400),
        (7, "minutes", 420),
        (0.5, None, 0.5),
        (Decimal("2.50"), None, 2.5),
        (timedelta(milliseconds=1234), "minutes", 1.234),
        (time(0, 1, 40), "minutes", 100),
        ("2:46", "minutes", 166),
        ("75:30", None, 4530),
        ("0:05", "h:mm", 300),
        ("1:10", "h:mm", 4200),
        ("0", "h:mm", 0),
        ("0:01:10", "h:mm", 70),
        ("1:02:46", None, 3766),
        ("01:02:46.250", None, 3766.25),
        ("00:03,5", None, 3.5),
        ("0 days 00:05:10", None, 310),
        ("0 00:05:10", None, 310),
        ("1 02:00:00.5", None, 93_600.5),
        ("1 day, 1:02:03", None, 90123),
        ("1.02:03:04", None, 93784),
        ("2 Tage, 00:00:01", None, 172801),
        ("1m 40s", "hours", 100),
        ("1h 2m 3s", None, 3723),
        ("1h2m3s", None, 3723),
        ("2 min 5 sec", None, 125),
        ("45s", "minutes", 45),
        ("900ms", None, 0.9),
        ("1 hr", None, 3600),
        ("1.5 h", None, 5400),
        ("1 Std. 5 Min.", None, 3900),
        ("5 minutos", None, 300),
        ("1 hora y 5 minutos", None, 3900),
        ("1 HOUR, 5 Minutes and 3 seconds", None, 3903),
        ("1'40\"", None, 100),
        ("PT1M40S", "minutes", 100),
        ("pt0.5s", None, 0.5),
        ("P1DT1H", None, 90000),
    ],
)
def test_lengths_are_read_in_seconds(value: Any, unit: str | None, seconds: float) -> None:
    """What says its unit itself does not heed the unit of bare numbers."""
    assert LengthReader(unit)(value) == seconds


@pytest.mark.parametrize(
    "value",
    ["-5", -5, timedelta(seconds=-1), "soon", "", "1:60", "1:99:00", "1:2:3:4", ":30", "1:-5", "5 apples",
     "5s 1m", "1m 1m", "m", "PT", "P", "PT1", "60,5", "$5", True, None, [], float("nan"), "9" * 70,
     "1 day, 5:00", "1e999", Decimal("1e999999")],
)  # fmt: skip
def test_what_is_no_length_is_said_to_be_none(value: Any) -> None:
    """Negative ones too, and units that are not in their order."""
    with pytest.raises(RowError) as fault:
        LengthReader()(value)
    assert fault.value.reason == "invalid_duration"
    assert len(fault.value.message) < 120


def test_a_bare_number_beside_hours_and_minutes_is_none() -> None:
    """Nothing says whether it is hours or minutes."""
    with pytest.raises(RowError, match="not a length"):
        LengthReader("h:mm")("90")


def test_a_decimal_comma_is_read_in_numbers_and_words() -> None:
    """--decimal comma."""
    assert LengthReader(None, "comma")("60,5") == 60.5
    assert LengthReader(None, "comma")("1.060") == 1060
    assert LengthReader(None, "comma")("1,5 min") == 90
    assert LengthReader(None, "comma")(1.5) == 1.5


@pytest.mark.parametrize(
    ("cells", "column", "unit", "shape", "decimals"),
    [
        (["7", "8"], "duration", None, "number", ("point",)),
        (["7", "8"], "duration_ms", "milliseconds", "number", ("point",)),
        (["1,060", "345", "0"], "", None, "number", ("point", "comma")),
        (["1.060", "345", "0"], "", None, "number", ("comma", "point")),
        (["1.250", "2.500"], "", None, "number", ("point", "comma")),
        (["1.250", "0.500"], "", None, "number", ("point",)),
        (["60,5", "0,0"], "", None, "number", ("comma",)),
        (["1,060.5", "2"], "", None, "number", ("point",)),
        ([1.125, 2.5], "", None, "number", ("point",)),
        (["0:05", "1:10", "0"], "Dauer", None, "clock", ("point",)),
        (["0:05", "1:10"], "Dauer (HH:MM)", "h:mm", "clock", ("point",)),
        (["0:05", "1:10"], "Dauer (MM:SS)", "seconds", "clock", ("point",)),
        (["75:05", "1:10"], "", "seconds", "clock", ("point",)),
        (["0:00:05", "1:10"], "", "seconds", "hh:mm:ss", ("point",)),
        (["1m 40s", "0"], "", "seconds", "words", ("point",)),
        (["1,5 min", "2 min"], "", "seconds", "words", ("comma",)),
        (["0", "0"], "", None, "number", ("point",)),
    ],
)
def test_a_column_tells_how_its_lengths_are_written(
    cells: list[Any], column: str, unit: str | None, shape: str, decimals: tuple[str, ...]
) -> None:
    """And what it leaves open: a unit of None, two decimal signs."""
    found = length_column(cells, column)
    assert found is not None
    assert (found.unit, found.shape, found.decimals) == (unit, shape, decimals)
    assert (found.fits, found.unfit) == (len(cells), [])


def test_a_column_is_taken_when_most_of_its_cells_fit() -> None:
    """Nulls are no cells; those that do not fit are named."""
    assert length_column(["-", "7", "n/a", "8", "soon"]) == LengthColumn(
        None, "number", ("point",), 2, ["soon"]
    )
    assert length_column(["soon", "7"]) is None
    assert length_column(["-", None, ""]) is None


def test_cells_of_an_unsaid_unit_do_not_fit() -> None:
    """A bare number beside words, a two-part clock beside numbers."""
    assert length_column(["1m 40s", "0s", "5"]) == LengthColumn("seconds", "words", ("point",), 2, ["5"])
    assert length_column(["5", "7", "1:10"]) == LengthColumn(None, "number", ("point",), 2, ["1:10"])


def test_a_column_of_both_decimal_signs_is_unclear() -> None:
    """Nothing tells which of them is the slip."""
    found = length_column(["60,5", "1.5", "2.5"])
    assert found == LengthColumn(None, "number", ("point", "comma"), 2, ["60,5"])
