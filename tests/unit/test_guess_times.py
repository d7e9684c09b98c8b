"""How a column's times are written, told by its cells and its heading."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from callboard.ingest.sources.guessing.times import (
    MAX_UNFIT,
    TimeColumn,
    date_and_clock,
    time_column,
    time_formats_together,
)
from tests.property.guessed import guessed


def column(*cells: Any, heading: str = "") -> TimeColumn:
    found = time_column(cells, heading)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("2026-02-07T05:57:45Z", ""),
        ("2026-02-07 23:30:00 UTC", ""),
        ("2026-02-07 23:30:00 +0000", ""),
        ("2026-02-07 08:00 Europe/Berlin", ""),
        ("2026-02-07 8:39", "%Y-%m-%d %H:%M"),
        ("2026/02/07 05:57:45.250", "%Y/%m/%d %H:%M:%S.%f"),
        ("07.02.2026 05:57", "%d.%m.%Y %H:%M"),
        ("03.02.26 08:11", "%d.%m.%y %H:%M"),
        ("03/03/2026", "%d/%m/%Y"),
        ("2/13/2026, 5:57:45 PM", "%m/%d/%Y, %I:%M:%S %p"),
        ("13/02/2026 8:18 p. m.", "%d/%m/%Y %I:%M %p"),
        ("13/02/26 08:00", "%d/%m/%y %H:%M"),
        ("Mar  2 2026 08:14:09:000AM", "%b %d %Y %I:%M:%S:%f%p"),
        ("02/13/2026 12:01:40 AM PST", "%m/%d/%Y %I:%M:%S %p %Z"),
        ("Sat, 07 Feb 2026 09:00:00 +0000", "%a, %d %b %Y %H:%M:%S %z"),
        ("Sat, 7 Feb 2026 09:00:00 GMT", "%a, %d %b %Y %H:%M:%S %Z"),
        ("Sat 02/07/2026 8:18 AM", "%a %m/%d/%Y %I:%M %p"),
        ("Tue 03/02/2026", "%a %d/%m/%Y"),
        ("Mon 03/02/2026", "%a %m/%d/%Y"),
        ("Feb 07, 2026, 08:40:55", "%b %d, %Y, %H:%M:%S"),
        ("07-FEB-2026", "%d-%b-%Y"),
        ("7 de febrero de 2026 08:30", "%d de %b de %Y %H:%M"),
        ("7. Februar 2026 08:30 Uhr", "%d. %b %Y %H:%M Uhr"),
        ("mar. 3 mar. 2026 08:00", "%a %d %b %Y %H:%M"),
        ("Sat Feb  7 08:34:11 UTC 2026", "%a %b %d %H:%M:%S %Z %Y"),
        ("Sat Feb 07 2026 09:00:00 GMT+0100 (Central European Standard Time)", "%a %b %d %Y %H:%M:%S %Z"),
        ("07/Feb/2026:08:34:11 +0000", "%d/%b/%Y:%H:%M:%S %z"),
        ("08:34 07.02.2026", "%H:%M %d.%m.%Y"),
        ("20260207083411", "%Y%m%d%H%M%S"),
        ("990201 7:02:47", "%y%m%d %H:%M:%S"),
        ("1770443865.25", "unix"),
        (1770443865250, "unix_ms"),
    ],
)
def test_the_format_is_told_by_one_cell(cell: Any, form: str) -> None:
    """Where a cell leaves nothing open."""
    assert column(cell).formats == [form]


def test_day_and_month_that_cannot_be_told_apart_are_two_formats() -> None:
    """Also of short years; months first where the clock has twelve hours."""
    assert column("03/02/2026", "03/03/2026").formats == ["%d/%m/%Y", "%m/%d/%Y"]
    assert column("3-2-26").formats == ["%d-%m-%y", "%m-%d-%y"]
    assert column("3/2/2026 8:00 AM").formats == ["%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p"]
    assert column("03/02/2026", "13/02/2026").formats == ["%d/%m/%Y"]


def test_the_heading_tells_the_order() -> None:
    """In the letters of several languages, unless the cells say another one."""
    for heading in ("Datum (TT/MM/JJJJ)", "Date (DD/MM/YYYY)", "date dd/mm/yy", "Date (JJ/MM/AAAA)"):
        assert column("03/02/2026", heading=heading).formats == ["%d/%m/%Y"]
    assert column("03/02/2026", heading="Date (mm/dd/yyyy)").formats == ["%m/%d/%Y"]
    assert column("13/02/2026", heading="Date (mm/dd/yyyy)").formats == ["%d/%m/%Y"]


def test_the_year_of_two_digits_is_where_the_log_is_shortest() -> None:
    """26-02-07, 26-02-08 are days of one week, not one day of two years; one alone is unclear."""
    assert column("26-02-07", "26-02-08").formats == ["%y-%m-%d"]
    assert column("07-02-26", "18-02-26").formats == ["%d-%m-%y"]
    assert column("26-02-07").formats == ["%y-%m-%d", "%d-%m-%y"]


def test_another_column_of_the_file_decides() -> None:
    """If it writes dates alike."""
    unclear, clear, other = column("03/02/2026 08:00"), column("13/02/2026"), column("01-13-2026")
    time_formats_together([other, unclear])
    assert len(unclear.formats) == 2
    time_formats_together([other, unclear, clear])
    assert unclear.formats == ["%d/%m/%Y %H:%M"]
    one, two = column("03/02/2026"), column("04/02/2026")
    time_formats_together([one, two])
    assert len(one.formats) == len(two.formats) == 2


def test_a_column_is_taken_when_most_of_its_cells_fit() -> None:
    """Those that do not are named, nulls are no cells."""
    found = column("07.02.2026", "17.02.2026", "yesterday", "-", "0000-00-00", "", None)
    assert (found.formats, found.fits, found.unfit) == (["%d.%m.%Y"], 2, ["yesterday"])
    assert time_column(["2026-02-07", "soon"]) is None
    assert time_column(["7", "8"]) is None
    assert time_column(["0", "-", None]) is None
    many = column(*(["2026-02-07"] * 50), *(f"no {number}" for number in range(30)))
    assert len(many.unfit) == MAX_UNFIT


def test_cells_that_contradict_each_other_are_unclear() -> None:
    """A 13 on either side: one of them is wrong, and nothing tells which."""
    cells = ["03/02/2026", "04/02/2026", "05/02/2026", "13/02/2026", "02/14/2026"]
    found = column(*cells)
    assert sorted(found.formats) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert found.fits == 4
    assert len(column(*cells, "15/02/2026", "16/02/2026", "03/03/2026").formats) == 2
    assert column(*reversed(cells)) == TimeColumn(found.formats, found.has_offset, found.zone, 4, found.unfit)


def test_what_is_said_of_the_zone() -> None:
    """By cells or heading; a word of several zones says none."""
    assert (column("2026-02-07 08:00 UTC").has_offset, column("2026-02-07 08:00 UTC").zone) == (True, "UTC")
    assert column("2026-02-07 08:00 Europe/Berlin").zone == "Europe/Berlin"
    assert column("2026-02-07 08:00 EST").has_offset
    assert not column("2026-02-07 08:00 CST").has_offset
    assert not column("2026-02-07 08:00Z", "2026-02-07 08:00").has_offset
    assert column("1770443865").has_offset
    said = column("2026-02-07 08:00", heading="Start (UTC)")
    assert (said.has_offset, said.zone) == (False, "UTC")


def test_times_of_parquet_are_times() -> None:
    """With and without a zone."""
    assert column(datetime(2026, 2, 7, tzinfo=UTC)).has_offset
    assert not column(date(2026, 2, 7)).has_offset


def test_a_date_and_a_clock_in_two_columns() -> None:
    """Of the same rows."""
    found = date_and_clock(["07/02/2026", "", "13/02/2026"], ["8:39:03", "", "12:32:15"])
    assert found is not None
    assert (found.formats, found.fits) == (["%d/%m/%Y %H:%M:%S"], 2)
    assert date_and_clock(["07/02/2026"], ["12"]) is None
    assert date_and_clock(["07/02/2026 08:00"], ["08:00"]) is None
    assert date_and_clock([], []) is None


def test_a_column_called_a_time_of_day_is_the_clock_of_a_day(tmp_path: Path) -> None:
    """Before a length that is written as a clock, wherever the columns stand."""
    rows = [
        "Statut,Date,ID d'appel,Durée de conversation,Durée totale,Heure",
        "Répondu,2025-07-20,c-3,1:02:51,1:03:21,06:02:21",
        "Répondu,2025-07-21,c-7,1:08:29,1:08:53,16:14:08",
        "Répondu,2025-07-22,c-5,0:00:50,0:01:32,14:28:25",
        "Occupé,2025-07-22,c-8,NULL,0:00:30,15:41:05",
        "Répondu,2025-07-26,c-1,0:02:11,0:02:53,06:00:43",
    ]
    file = tmp_path / "calls.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = guessed(file, "Europe/Paris")
    assert "creation_time={Date} {Heure}" in found.plan.command()
    assert "call_duration=Durée de conversation" in found.plan.command()
    assert not found.said
