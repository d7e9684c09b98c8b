"""Files that are no table of rows, times that are none, and answers that a script passes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard.cli.import_doubts import arguments_of
from callboard.ingest.sources.files.dump import is_dump
from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.values.times import from_iso, from_unix


@pytest.mark.parametrize(
    ("content", "said"),
    [("id,start,status,duration\n", "has a header and no rows"), ("<html><table><tr>", "is an HTML page")],
)
def test_a_file_without_rows_is_named_for_what_it_is(content: str, said: str, tmp_path: Path) -> None:
    """An export of an empty day, and a page that is called a workbook."""
    file = tmp_path / "calls.xls"
    file.write_text(content)
    with pytest.raises(UnreadableFileError, match=said):
        guess(ImportPlan(str(file), "acme.example", space="spc"))


def test_a_unix_time_after_the_last_year_is_none() -> None:
    """Milliseconds that are read as seconds."""
    assert from_unix("1773841004000", "unix") is None


def test_a_zone_in_brackets_counts_without_an_offset() -> None:
    """As RFC 9557 writes it; an offset before it counts."""
    offset = from_iso("2026-03-14T10:12:31-05:00[America/Chicago]")
    named = from_iso("2026-03-14T10:12:31[Europe/Berlin]")
    assert offset is not None
    assert offset.isoformat() == "2026-03-14T10:12:31-05:00"
    assert named is not None
    assert named.tzinfo is not None
    assert from_iso("2026-03-14T10:12:31[no zone]") is None


def test_quotes_of_csv_are_no_dump() -> None:
    """A line break in quotes, or a doubled quote."""
    assert is_dump('a\t\\N\n"b"\t1\n')
    assert not is_dump('a\t\\N\n"one\ntwo"\t1\n')
    assert not is_dump('a\t\\N\n"said ""no"""\t1\n')


def test_an_answer_is_passed_on_as_arguments() -> None:
    """Those of --when are two."""
    when = Answer("--when", "a= and b=2 call_status=missed", "")
    assert arguments_of(when) == ["--when", "a= and b=2", "call_status=missed"]
    assert arguments_of(Answer("--legs", "", "")) == ["--legs"]
