"""CSV and its kin: a bad row costs itself and nothing beside it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.delimited import DelimitedRows, separator_for
from callboard.ingest.sources.files.encoding import text_of
from callboard.ingest.sources.files.lines import MAX_LINE_CHARACTERS
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError, UnreadableFileError
from callboard.ingest.sources.rejects import RejectsFile
from callboard.model.exported import escape_formula, unescape_formula


def read(content: bytes, encoding: str | None = None, wanted: tuple[str, ...] = ()) -> list[Record]:
    return list(rows_of(content, encoding, wanted))


def rows_of(content: bytes, encoding: str | None = None, wanted: tuple[str, ...] = ()) -> DelimitedRows:
    text, _ = text_of(io.BufferedReader(io.BytesIO(content)), content, encoding)
    return DelimitedRows(text, "calls.csv", separator_for(list(wanted), None))


def good(records: list[Record]) -> list[dict[str, str]]:
    return [record.row for record in records if record.problem is None]


def bad(records: list[Record]) -> list[tuple[int, str]]:
    return [(record.line, record.problem.message) for record in records if record.problem is not None]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_is_read(separator: str, end: str) -> None:
    """The separator is the one that stands in the header; lines may end as on any system."""
    content = end.join([separator.join(row) for row in (("id", "status"), ("1", "ok"), ("2", "no"))])
    assert good(read(content.encode())) == [{"id": "1", "status": "ok"}, {"id": "2", "status": "no"}]


def test_the_separator_is_the_one_that_shows_the_columns_asked_for() -> None:
    """A header may hold more of one character than of the one that separates it."""
    rows = rows_of(b"id|name, first, last|status\n7|a, b, c|ok\n", wanted=("id", "status"))
    assert rows.columns == ["id", "name, first, last", "status"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_first_column(encoding: str) -> None:
    """What spreadsheets put first is not read as text."""
    rows = rows_of("id,agent\n1,Zoë\n".encode(encoding))
    assert rows.columns == ["id", "agent"]
    assert good(list(rows)) == [{"id": "1", "agent": "Zoë"}]


def test_a_byte_order_mark_is_dropped_also_when_the_encoding_is_told() -> None:
    """--encoding utf-8 reads a marked file as well."""
    assert rows_of("id\n1\n".encode("utf-8-sig"), "utf-8").columns == ["id"]


def test_a_row_of_another_encoding_is_rejected_by_line_and_byte() -> None:
    """Mixed encodings: the line, the byte and --encoding are named, its neighbours are kept."""
    records = read("id,agent\n1,Zoë\n".encode() + b"2,Ren\xe9\n3,Ann\n")
    assert [row["id"] for row in good(records)] == ["1", "3"]
    ((line, message),) = bad(records)
    assert line == 3
    assert "0xE9" in message
    assert "--encoding" in message


def test_an_encoding_that_is_told_reads_every_row() -> None:
    """--encoding cp1252 reads what UTF-8 cannot."""
    assert good(read(b"id,agent\n2,Ren\xe9\n", "cp1252")) == [{"id": "2", "agent": "René"}]


def test_an_encoding_nobody_knows_is_named() -> None:
    """A misspelt --encoding fails before anything is read."""
    with pytest.raises(ImportOptionError, match="utf-99"):
        rows_of(b"id\n1\n", "utf-99")


def test_ragged_rows_are_rejected_by_line() -> None:
    """Too few or too many cells: that row alone, with both numbers."""
    records = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert [row["a"] for row in good(records)] == ["1", "4"]
    assert bad(records) == [(3, "2 cells where the header has 3"), (4, "4 cells where the header has 3")]


def test_empty_cells_behind_the_last_column_are_no_fault() -> None:
    """Spreadsheets leave separators at the end of a line."""
    assert good(read(b"a,b\n1,2,,\n")) == [{"a": "1", "b": "2"}]


def test_blank_lines_are_no_rows() -> None:
    """They are neither kept nor rejected, and line numbers count them."""
    records = read(b"a,b\n\n1,2\n   \nx\n")
    assert good(records) == [{"a": "1", "b": "2"}]
    assert [line for line, _ in bad(records)] == [5]


def test_quoted_cells_hold_separators_quotes_and_line_breaks() -> None:
    """As RFC 4180 has it."""
    records = read(b'id,note\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,plain\n')
    assert [row["note"] for row in good(records)] == ["a, b", 'say "hi"', "two\nlines", "plain"]
    assert [record.line for record in records] == [2, 3, 4, 6]


def test_a_quote_inside_a_plain_cell_is_a_character() -> None:
    """A 5" pipe is a pipe."""
    assert good(read(b'id,note\n1,5" pipe\n2,b\n')) == [
        {"id": "1", "note": '5" pipe'},
        {"id": "2", "note": "b"},
    ]


def test_a_quote_never_closed_costs_its_line_and_no_other() -> None:
    """Everything behind it is read as rows again."""
    body = b'id,note\n1,a\n2,"open\n' + b"".join(b"%d,x\n" % number for number in range(3, 2003))
    records = read(body)
    assert bad(records) == [(3, "a quote is opened and never closed")]
    assert len(good(records)) == 2001


def test_a_quote_closed_by_the_quote_of_a_later_row_costs_its_line_alone() -> None:
    """Two rows glued together by a missing quote do not take the rows between with them."""
    records = read(b'id,note\n1,"open\n2,x\n3,"fine"\n4,y\n')
    assert [line for line, _ in bad(records)] == [2]
    assert [row["id"] for row in good(records)] == ["2", "3", "4"]


def test_text_behind_a_closing_quote_is_kept_with_its_quotes() -> None:
    """One reading has the width of the header: it is taken, and counted."""
    rows = rows_of(b'id,note\n1,"a"b\n')
    assert good(list(rows)) == [{"id": "1", "note": '"a"b'}]
    assert rows.mended == 1


def test_a_nul_byte_costs_its_row() -> None:
    """The row is named; others are kept."""
    records = read(b"id,note\n1,a\0b\n2,c\n")
    assert bad(records) == [(2, "a NUL byte at character 4")]
    assert [row["id"] for row in good(records)] == ["2"]


def test_a_line_beyond_the_bound_costs_its_row() -> None:
    """A line of any length is read in bounded memory."""
    records = read(b"id,note\n1," + b"x" * (3 * MAX_LINE_CHARACTERS) + b"\n2,c\n")
    assert [(line, "longer than" in message) for line, message in bad(records)] == [(2, True)]
    assert [row["id"] for row in good(records)] == ["2"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_header_is_said_to_be_empty(content: bytes) -> None:
    """No header, no import."""
    with pytest.raises(UnreadableFileError, match="empty"):
        rows_of(content)


def test_a_header_of_another_encoding_is_named() -> None:
    """Without column names nothing can be mapped."""
    with pytest.raises(UnreadableFileError, match=r"header \(line 1\).*0xE9"):
        rows_of(b"id,pr\xe9nom\n1,a\n")


RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\v", "\f", "\uff1d", "\uff0b", "\uff0d", "\uff20")
hostile = st.text(st.sampled_from([*RUNS, *"';\"a,1 "]), max_size=12) | st.text(max_size=12)


@given(hostile)
def test_a_guarded_cell_is_no_formula_and_can_be_read_back(cell: str) -> None:
    """What a spreadsheet would run is marked as text; reading takes the mark off again, exactly."""
    safe = escape_formula(cell)
    assert not safe.startswith(RUNS)
    assert unescape_formula(safe) == cell


@pytest.mark.parametrize("separator", [",", ";"])
@given(cells=st.lists(hostile, min_size=1, max_size=4))
def test_no_cell_opens_a_formula_whichever_separator_a_spreadsheet_reads_by(
    separator: str, cells: list[str]
) -> None:
    """Where the list separator is `;`, cells begin inside what we quoted for a comma."""
    file = io.StringIO(newline="")
    csv.writer(file).writerow([escape_formula(cell) for cell in cells])
    for row in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=separator):
        # A cell that holds nothing but blanks runs nothing.
        assert not [cell for cell in row if cell.strip() and cell.lstrip("\t\r\n\v\f").startswith(RUNS)]


def test_rejected_rows_can_be_mended_and_imported_again(tmp_path: Path) -> None:
    """The file of rejected rows is a CSV of the same columns behind three of its own."""
    row = {"id": "1", "to": "+12025550123", "note": '=1+"x"'}
    path = tmp_path / "calls.csv.rejected.csv"
    with RejectsFile(path, "delimited", list(row)) as rejects:
        record = Record(2, row, list(row.values()), RowError("invalid_status", "no such status"))
        rejects.add(record, "invalid_status", "no such status")
    written = path.read_text(encoding="utf-8")
    assert written.splitlines()[0] == "rejected_line,rejected_reason,rejected_message,id,to,note"
    assert "'+12025550123" in written
    (read_back,) = good(read(path.read_bytes()))
    assert {key: read_back[key] for key in row} == row


def test_rejected_bytes_go_out_as_they_came(tmp_path: Path) -> None:
    """A row of another encoding is not made worse."""
    path = tmp_path / "r.csv"
    with RejectsFile(path, "delimited", ["id", "agent"]) as rejects:
        (record,) = read(b"id,agent\n2,Ren\xe9\n")
        rejects.add(record, "invalid_value", "encoding")
    assert b"Ren\xe9" in path.read_bytes()


def test_nothing_rejected_leaves_no_file(tmp_path: Path) -> None:
    """The file is made with its first row."""
    with RejectsFile(tmp_path / "r.csv", "delimited", ["id"]):
        pass
    assert list(tmp_path.iterdir()) == []
