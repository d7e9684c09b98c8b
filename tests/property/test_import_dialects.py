"""Drawn rows in drawn dialects are read back exactly, by nothing but a look at the file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.ingest.sources.files.dialect import examine
from callboard.ingest.sources.files.layouts import LAYOUTS
from callboard.ingest.sources.files.records import Record, Rows
from callboard.ingest.sources.plan import ImportPlan, open_rows

HEADER = ("Call ID", "Start Time", "Status", "Duration", "Agent", "Größe")
TITLES: tuple[list[str], ...] = (
    ["Call Log Report"],
    ["From: 2026-02-01, To: 2026-02-28"],
    [],
    ["Organization:", "Acme"],
    ["Generated 2026-03-01 08:00:00"],
)

words = st.text(st.sampled_from("abc xyzÄé"), max_size=10).map(str.strip)
notes = st.text(st.sampled_from('ab é",;\t|\n'), max_size=12).map(str.strip)


@st.composite
def call_rows(draw: st.DrawFn) -> list[list[str]]:
    """Calls as rows: an id, a time, a status, a length, an agent, who may be called Total, and a note."""
    return [
        [
            f"c{number:04}",
            f"2026-02-{draw(st.integers(1, 28)):02} {draw(st.integers(0, 23)):02}:14:09",
            draw(st.sampled_from(["Answered", "No Answer", "Busy"])),
            draw(st.integers(0, 4000).map(str)),
            draw(st.sampled_from(["Ann", "Zoë", "", "Total", "Summe"])),
            draw(notes),
        ]
        for number in range(draw(st.integers(3, 12)))
    ]


@dataclass(frozen=True)
class Written:
    """How a file is written."""

    separator: str
    quoting: Any
    encoding: str
    end: str
    titles: list[list[str]]
    padded: bool
    told: bool
    types: bool
    repeated: int | None
    blank: int | None
    totals: bool


maybe = st.none() | st.integers(1, 3)
dialects = st.builds(
    Written,
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n"]),
    titles=st.lists(st.sampled_from(TITLES), max_size=3),
    padded=st.booleans(),
    told=st.booleans(),
    types=st.booleans(),
    repeated=maybe,
    blank=maybe,
    totals=st.booleans(),
)


def written(how: Written, header: list[str], rows: list[list[str]]) -> bytes:
    """The file."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=how.separator, quoting=how.quoting, lineterminator=how.end)
    if how.told:
        file.write(f"sep={how.separator}{how.end}")
    for title in how.titles:
        writer.writerow(title + [""] * (len(header) - len(title)) if how.padded else title)
    writer.writerow(header)
    if how.types:
        writer.writerow(["VARCHAR(50)", "DATETIME", "VARCHAR(50)", "INTEGER", "TEXT", "TEXT"])
    for number, row in enumerate(rows):
        if number == how.repeated:
            writer.writerow(header)
        if number == how.blank:
            file.write(how.end)
            writer.writerow([""] * len(header))
        writer.writerow(row)
    if how.totals:
        writer.writerow(["Total", "", "", "4711", "", ""])
    return file.getvalue().encode(how.encoding)


def read(path: Path, content: bytes) -> tuple[list[Record], Rows, ImportPlan]:
    """The rows as a look at the file says that they are to be read."""
    path.write_bytes(content)
    plan = ImportPlan(str(path), "acme.com", space="spc_1")
    seen = examine(plan)
    assert seen.dialect is not None
    assert not seen.is_unnamed
    plan = replace(
        plan,
        encoding=seen.encoding,
        separator=seen.dialect.separator,
        header=seen.dialect.header,
        skip_lines=seen.dialect.skip_lines,
    )
    with open_rows(plan, None) as (_, rows):
        return list(rows), rows, plan


@settings(max_examples=300)
@given(how=dialects, rows=call_rows())
def test_rows_of_any_dialect_are_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, how: Written, rows: list[list[str]]
) -> None:
    """No row is lost, none is made of a title, of types, of a header that comes again or of totals."""
    found, of_file, _ = read(tmp_path_factory.mktemp("f") / "calls.csv", written(how, list(HEADER), rows))
    assert of_file.columns == list(HEADER)
    assert [record.cells for record in found] == rows
    assert of_file.mended == 0
    left_out = {
        "title": sum(bool(title) for title in how.titles),
        "types": how.types,
        "repeated header": how.repeated is not None and how.repeated < len(rows),
        "totals": how.totals,
    }
    assert of_file.left_out == {kind: int(count) for kind, count in left_out.items() if count}


CELLS = {
    "time": st.integers(1, 28).map(lambda day: f"2026-02-{day:02} 08:14:00"),
    "time?": st.sampled_from(["", "2026-02-07 08:14:09"]),
    "whole": st.integers(0, 4000).map(str),
    "whole?": st.just("") | st.integers(0, 4000).map(str),
    "number": st.integers(0, 4000).map(str),
    "unix": st.integers(0, 10**6).map(lambda second: str(1770387163 + second)),
    "unix?": st.sampled_from(["", "0", "1770387163"]),
    "code": st.sampled_from(["A", "NA", "SALE", "DNC"]),
    "decimal": st.integers(0, 4000).map(str),
    "disposition": st.sampled_from(["ANSWERED", "NO ANSWER", "BUSY", "FAILED"]),
    "amaflags": st.sampled_from(["DOCUMENTATION", "3"]),
    "uniqueid": st.integers(1, 999).map(lambda number: f"1770387163.{number}"),
    "cause": st.sampled_from(["NORMAL_CLEARING", "USER_BUSY", "NO_ANSWER"]),
    "uuid": st.uuids().map(str),
    "uuid?": st.just("") | st.uuids().map(str),
    "method": st.sampled_from(["INVITE", "BYE"]),
    "sip_code": st.sampled_from(["200", "486"]),
    "clock": st.sampled_from(["00:00:07", "01:01:01"]),
    "way": st.sampled_from(["I", "O"]),
    "flag": st.sampled_from(["0", "1"]),
    "history": st.integers(1, 9999).map(lambda number: f"Call {number}"),
    "ended": st.sampled_from(["TerminatedBySrc", "TerminatedByDst"]),
}
OTHERS = st.sampled_from(["", "101", "from-internal", '"Ann" <101>', "Dial", "+12025550101", "a, b"])


@settings(max_examples=200)
@given(
    data=st.data(),
    layout=st.sampled_from(LAYOUTS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    separator=st.sampled_from(",\t;"),
)
def test_a_known_layout_without_a_header_is_recognised(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, layout: Any, quoting: Any, separator: str
) -> None:
    """Its columns have their names, and the first line is a row."""
    rows = [
        [
            data.draw(CELLS[layout.shapes[name]] if name in layout.shapes else OTHERS)
            for name in layout.columns
        ]
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, quoting=quoting, lineterminator="\n").writerows(rows)
    found, _, plan = read(tmp_path_factory.mktemp("f") / "Master.csv", file.getvalue().encode())
    assert plan.header == layout.columns
    assert [record.cells for record in found] == rows


def test_a_dump_of_a_table_is_read(tmp_path: Path) -> None:
    """Tabs, nulls, backslashes, quotes that are text, and a line break in a cell."""
    line = (
        '2026-02-07 08:14:00\t"Ann" <101>\t101\t+12025550101\tdefault\tSIP/1\t\\N\tDial\t'
        "a\\tb\\\\c\\\nd\t12\t7\t"
        "ANSWERED\t3\t\\N\t1770387163.1\t\\N\n"
    )
    found, of_file, plan = read(tmp_path / "cdr.txt", (line * 3).encode())
    assert plan.header is not None
    assert [record.row["clid"] for record in found] == ['"Ann" <101>'] * 3
    assert [record.row["lastdata"] for record in found] == ["a\tb\\c\nd"] * 3
    assert [record.row["dstchannel"] for record in found] == [""] * 3
    assert [record.line for record in found] == [1, 3, 5]
    assert of_file.left_out == {}
