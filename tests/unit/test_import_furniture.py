"""Lines that are no rows: titles, types, headers that come again, totals. And where there is no header."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callboard.ingest.sources.files.dialect import Examined, examine
from callboard.ingest.sources.files.records import ImportOptionError, Record, Rows
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan, header_of, open_rows

HEADER = "id,at,agent,status,talk\n"
ROWS = "1,2026-02-07 08:00:00,Ann,completed,61\n2,2026-02-07 09:00:00,Ben,missed,0\n"


def looked_at(path: Path, content: str, **told: object) -> tuple[Examined, list[Record], Rows]:
    path.write_bytes(content.encode())
    plan = replace(ImportPlan(str(path), "acme.com"), **told)  # type: ignore[arg-type]
    seen = examine(plan)
    if seen.dialect is not None:
        plan = replace(
            plan,
            separator=seen.dialect.separator,
            header=seen.dialect.header,
            skip_lines=seen.dialect.skip_lines,
        )
    with open_rows(plan, None) as (_, rows):
        return seen, list(rows), rows


@pytest.mark.parametrize(
    "line",
    [
        "Total,,,,61\n",
        "Grand Total:,,,,61\n",
        ",,Summe,,61\n",
        "Total: 2 calls\n",
        "Totale,,,,\n",
        "Sous-total,,,,9\n",
    ],
)
def test_a_line_of_totals_is_no_row(tmp_path: Path, line: str) -> None:
    """At the end, between, or above the rows; it is counted."""
    for content in (ROWS + line, line + ROWS, ROWS + line + ROWS):
        _, found, rows = looked_at(tmp_path / "f.csv", HEADER + content)
        assert [record.cells[0] for record in found] == ["1", "2"] * (content.count("Ann"))
        assert rows.left_out == {"totals": 1}


@pytest.mark.parametrize(
    "line", ["3,2026-02-07 10:00:00,Total,missed,\n", "Total,2026-02-07 10:00:00,,,\n", "Totally,,,missed,\n"]
)
def test_a_call_of_somebody_called_total_is_a_row(tmp_path: Path, line: str) -> None:
    """It has its time, as every row has."""
    _, found, rows = looked_at(tmp_path / "f.csv", HEADER + ROWS + line)
    assert [record.cells for record in found][2] == line.strip().split(",")
    assert rows.left_out == {}


def test_types_units_rules_and_headers_that_come_again_are_no_rows(tmp_path: Path) -> None:
    """Each is counted by what it is."""
    for below in (
        "INTEGER,DATETIME,VARCHAR(50),TEXT,INTEGER\n",
        "-----,-----,---,---,----\n",
        ",UTC,,text,(s)\n",
    ):
        _, found, rows = looked_at(tmp_path / "f.csv", HEADER + below + ROWS + HEADER + ROWS)
        assert len(found) == 4, below
        assert rows.left_out == {"types": 1, "repeated header": 1}


def test_a_row_of_short_words_below_the_header_is_a_row(tmp_path: Path) -> None:
    """Words that no type or unit is."""
    _, found, _ = looked_at(tmp_path / "f.csv", "id,status\na,completed\nb,missed\n")
    assert [record.cells[0] for record in found] == ["a", "b"]


def test_a_first_line_that_is_a_row_is_never_lost(tmp_path: Path) -> None:
    """Its columns are counted as long as they have no names."""
    seen, found, rows = looked_at(tmp_path / "f.csv", ROWS)
    assert len(found) == 2
    assert rows.columns == ["column_1", "column_2", "column_3", "column_4", "column_5"]
    assert seen.is_unnamed


def test_what_the_plan_says_is_kept(tmp_path: Path) -> None:
    """Names and lines to pass over settle the doubt."""
    names = ("id", "at", "agent", "status", "talk")
    seen, found, rows = looked_at(tmp_path / "f.csv", "Report\n\n" + ROWS, header=names, skip_lines=2)
    assert not seen.is_unnamed
    assert rows.columns == list(names)
    assert len(found) == 2
    assert rows.left_out == {"title": 1}


def test_columns_of_one_name_are_numbered(tmp_path: Path) -> None:
    """None is taken for the other unsaid."""
    _, found, rows = looked_at(tmp_path / "f.csv", "id,talk,talk,\n1,5,6,7\n2,8,9,\n")
    assert rows.columns == ["id", "talk (1)", "talk (2)", "column_4"]
    assert found[0].row == {"id": "1", "talk (1)": "5", "talk (2)": "6", "column_4": "7"}


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "a": {"b": {"c": 2}}}, {"id": 2}]',
        '[\n  {\n    "id": 1,\n    "a": {"b": {"c": 2}}\n  },\n  {"id": 2}\n]\n',
        '{"id": 1, "a": {"b": {"c": 2}}}{"id": 2}',
        '{\n  "id": 1,\n  "a": {"b": {"c": 2}}\n}\n{\n  "id": 2\n}\n',
        '{"calls": [{"id": 1, "a": {"b": {"c": 2}}}, {"id": 2}], "total": 2, "next": "]}"}',
        '{"took": 3, "hits": {"total": {"value": 2}, "hits": [{"id": 1, "a": {"b": {"c": 2}}}, {"id": 2}]}}',
        '{"calls": [{"id": 1, "a": {"b": {"c": 2}}}],\n "page": 1}\n{"calls": [{"id": 2}], "page": 2}',
        '[{"id": 1, "a": {"b": {"c": 2}}}]\n[{"id": 2}]',
    ],
)
def test_json_of_any_shape_is_read(tmp_path: Path, content: str) -> None:
    """Arrays, objects over several lines or one behind the other, objects around a list, page after page."""
    seen, found, rows = looked_at(tmp_path / "f.json", "\ufeff" + content)
    assert seen.kind == "json_array"
    assert [record.row["id"] for record in found] == [1, 2]
    assert [record.line for record in found] == [1, 2]
    assert rows.columns == ["id", "a", "a.b", "a.b.c"]


def test_a_record_with_a_list_of_its_own_is_a_record(tmp_path: Path) -> None:
    """The messages of a call are no calls."""
    seen, found, _ = looked_at(
        tmp_path / "f.json", '{"id": "c1", "messages": [{"role": "bot"}], "data": [{"a": 1}]}'
    )
    assert seen.kind == "ndjson"
    assert [record.row["id"] for record in found] == ["c1"]


def test_the_command_and_the_label_say_what_was_told(tmp_path: Path) -> None:
    """A plan without the new options has the label it always had."""
    plan = ImportPlan(
        "f.csv", "acme.com", space="s", header=("a", "b, c"), skip_lines=2, options=MapOptions()
    )
    assert """--skip-lines 2 --header 'a,"b, c"'""" in plan.command()
    (tmp_path / "f.csv").write_text("a\n1\n")
    with open_rows(ImportPlan(str(tmp_path / "f.csv"), "acme.com"), None) as (opened, _):
        labels = {
            each.label(opened, None)
            for each in (plan, replace(plan, header=None), replace(plan, header=None, skip_lines=None))
        }
        assert len(labels) == 3
        assert plan.label(opened, None) == plan.label(opened, None)
    with pytest.raises(ImportOptionError, match="--header"):
        ImportPlan("f.csv", "acme.com", header=header_of("a,,b"))
