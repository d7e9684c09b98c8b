"""Quotes that are not doubled are read when one reading has the width of the header, and counted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.ingest.sources.files.delimited import DelimitedRows, separator_for
from callboard.ingest.sources.files.dialect import examine
from callboard.ingest.sources.files.encoding import text_of
from callboard.ingest.sources.files.lines import MAX_LINE_CHARACTERS
from callboard.ingest.sources.files.quoting import lenient_cells, without_formula
from callboard.ingest.sources.files.records import Record, RowError
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.rejects import RejectsFile


def rows_of(text: str) -> DelimitedRows:
    content = text.encode()
    opened, _ = text_of(io.BufferedReader(io.BytesIO(content)), content, None)
    return DelimitedRows(opened, "calls.csv", separator_for([], ","))


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Front Desk" <101>,101,x', ['"Front Desk" <101>', "101", "x"]),
        ('"Desk, Front" <101>,101,x', ['"Desk, Front" <101>', "101", "x"]),
        ('"c1","Kim "KJ" Lee","x"', ["c1", 'Kim "KJ" Lee', "x"]),
        ('"c1",""Al" B.","x"', ["c1", '"Al" B.', "x"]),
        ('"c1","Lee, "KJ" Kim","x"', ["c1", 'Lee, "KJ" Kim', "x"]),
        ('"c1","5" pipe","x"', ["c1", '5" pipe', "x"]),
    ],
)
def test_loose_quotes_are_read_by_the_width_and_counted(line: str, cells: list[str]) -> None:
    """As exchanges write the names of callers."""
    rows = rows_of(f"a,b,c\n1,2,3\n{line}\n4,5,6\n")
    assert [record.cells for record in rows] == [["1", "2", "3"], cells, ["4", "5", "6"]]
    assert rows.mended == 1


@pytest.mark.parametrize("line", ['"c1" , "a, b" , "x"', ' "c1", "a, b" ,x', 'c1 , "a, b" , "x" '])
def test_blanks_around_quotes_are_no_fault(line: str) -> None:
    """Some write them between all cells, in the header too."""
    rows = rows_of(f' "a" , "b" , "c" \n1,2,3\n{line}\n')
    assert rows.columns == ["a", "b", "c"]
    assert [[cell.strip() for cell in record.cells] for record in rows][1] == ["c1", "a, b", "x"]
    assert rows.mended == 0


@pytest.mark.parametrize("line", ['"a "b, c" d","e "f, g" h",x,y', '1,"open,2', '"a "b","c",d,e'])
def test_a_row_that_is_not_plain_is_rejected(line: str) -> None:
    """Two readings of the right width, or none: the row is rejected and nothing is guessed."""
    rows = rows_of(f"a,b,c\n1,2,3\n{line}\n4,5,6\n")
    found = list(rows)
    assert [record.line for record in found if record.problem is not None] == [3]
    assert rows.mended == 0


def test_two_readings_of_one_width_are_none() -> None:
    """Either separator can be inside a cell."""
    line = '"a "b, c","d "e, f"'
    assert lenient_cells(line, ",", 2) == ['a "b, c', 'd "e, f']
    assert lenient_cells(line, ",", 3) is None


@pytest.mark.parametrize("line", ['a, "b, c", d', ' "a","b, c", "d"', '"a","b, c",d'])
def test_blanks_before_quotes_are_not_of_the_cell(line: str) -> None:
    """`a, "b, c", d` has three cells, and nothing was mended."""
    rows = rows_of(f"x, y, z\n{line}\n")
    assert [[cell.strip() for cell in record.cells] for record in rows] == [["a", "b, c", "d"]]
    assert rows.columns == ["x", "y", "z"]
    assert rows.mended == 0


def test_a_cell_that_a_spreadsheet_wrote_as_a_formula_is_its_text() -> None:
    """In any column, and in quotes of its own."""
    rows = rows_of('id,at,note\n="001",="2026-02-07 08:05:58","=""a, b"""\n')
    assert [record.row for record in rows] == [{"id": "001", "at": "2026-02-07 08:05:58", "note": "a, b"}]


cells = st.text(st.sampled_from('ab" ,;=\n'), max_size=8)


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_row_that_is_read_strictly_is_never_read_leniently(rows: list[list[str]]) -> None:
    """What a CSV writer wrote is read as it was, whatever quotes and separators are in it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    read = rows_of(file.getvalue())
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    got = [record.cells for record in read]
    assert read.mended == 0
    assert got == [[without_formula(cell) for cell in row] for row in expected]


hostile = st.text(st.sampled_from('a",\r\n\t=;\0é'), max_size=6) | st.just("x" * 140_000 + '"')


@settings(max_examples=25)
@given(
    rejected=st.lists(st.lists(hostile, min_size=2, max_size=2), min_size=1, max_size=4),
    keep=st.integers(0, 4),
)
def test_whatever_the_rejects_file_holds_can_be_carried_on(
    tmp_path_factory: pytest.TempPathFactory, rejected: list[list[str]], keep: int
) -> None:
    """Long cells, carriage returns, quotes: the rows up to a line stay as they are, byte for byte."""
    folder = tmp_path_factory.mktemp("rejects")
    whole, part = folder / "whole.csv", folder / "part.csv"
    for path, rows in ((whole, rejected), (part, rejected[:keep])):
        with RejectsFile(path, "delimited", ["a", "b"]) as file:
            for line, row in enumerate(rows, 1):
                file.add(Record(line, {}, row, RowError("invalid_value", "x")), "invalid_value", "x")
    RejectsFile(whole, "delimited", ["a", "b"]).carry_on_after(keep)
    if keep:
        assert whole.read_bytes() == part.read_bytes()


def test_a_rejected_line_as_long_as_it_may_be_is_carried_on(tmp_path: Path) -> None:
    """It is longer than the csv module reads by default."""
    path = tmp_path / "r.csv"
    with RejectsFile(path, "delimited", ["a"]) as file:
        record = Record(2, {}, [";=" * (MAX_LINE_CHARACTERS // 2)], RowError("too_large", "x"))
        file.add(record, "too_large", "x")
    before = path.read_bytes()
    RejectsFile(path, "delimited", ["a"]).carry_on_after(2)
    assert path.read_bytes() == before


ODD = {
    "single": ["'id','name','length'", "'c1','Kim \"KJ\" Lee','0,5'", "'c2','','3600,1'"],
    "single, but for the header": ["id,name,length", "'c1','Kim','0,5'", "'c2','Lee','3600,1'"],
    "around each line": ['"id,name,length"', '"c1,Kim,""0,5"""', '"c2,Lee,""3600,1"""'],
}


@pytest.mark.parametrize("title", [[], ["Call log"], ["Call log", "'1 to 31 January 2025'", ""]], ids=len)
@pytest.mark.parametrize("written", ODD)
def test_odd_quotes_are_seen_below_a_title(tmp_path: Path, written: str, title: list[str]) -> None:
    """The table has the same columns and cells, whatever stands above it."""
    file = tmp_path / "calls.csv"
    file.write_text("\n".join([*title, *ODD[written], ""]))
    dialect = examine(ImportPlan(str(file), "acme.com")).dialect
    assert dialect is not None
    assert (dialect.separator, dialect.header, dialect.skip_lines) == (",", None, len(title))
    plan = ImportPlan(str(file), "acme.com", separator=",", skip_lines=dialect.skip_lines)
    with open_rows(plan, None) as (_, rows):
        assert rows.columns == ["id", "name", "length"]
        assert [record.row["length"] for record in rows] == ["0,5", "3600,1"]


def test_single_quotes_of_one_row_are_not_those_of_the_table(tmp_path: Path) -> None:
    """Only the beginning of the table says how it is written."""
    file = tmp_path / "calls.csv"
    file.write_text("""id,name,length\nc1,"Lee, Kim",1\n'c2','Lee','2'\n'c3','Kim','3'\nc4,"Kim, Lee",4\n""")
    dialect = examine(ImportPlan(str(file), "acme.com")).dialect
    assert dialect is not None
    assert (dialect.separator, dialect.header, dialect.skip_lines) == (",", None, 0)
