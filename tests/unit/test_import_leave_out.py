"""`--leave-out`: rows for which a condition holds are no rows of the import, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.kept import CONDITION
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows, wanted_columns
from callboard.ingest.sources.saved import document_of, with_document
from tests.files.kinds import LAYOUTS

FIELDS = ("call_id=id,call_status=status",)
WRITERS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "calls.csv": lambda rows: (
        "id,type,status\n" + "".join(f"{each['id']},{each['type']},{each['status']}\n" for each in rows)
    ),
    "calls.ndjson": lambda rows: "".join(json.dumps(each) + "\n" for each in rows),
    "calls.json": json.dumps,
}


def plan_of(file: Path, *conditions: str) -> ImportPlan:
    return ImportPlan(
        str(file), "acme.example", space="spc", options=MapOptions(map=FIELDS, leave_out=conditions)
    )


@pytest.mark.parametrize("name", WRITERS)
@given(types=st.lists(st.sampled_from(["Call", "SMS", "sms", "Fax"]), min_size=1, max_size=12))
def test_rows_are_kept_or_counted(name: str, types: list[str]) -> None:
    """Whatever their order; capitals do not matter. A condition may read a column that no field has."""
    rows = [{"id": f"c{n}", "type": each, "status": "completed"} for n, each in enumerate(types)]
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(WRITERS[name](rows))
        plan = plan_of(file, "type=SMS", "type=fax and status!=failed")
        mapping = RowMapping(plan.options)
        with open_rows(plan, wanted_columns(plan, mapping)) as (_, kept):
            mapping.check(kept.columns)
            ids = [mapping.event(record.row)["call_id"] for record in kept]
            left_out = kept.left_out
    assert ids == [each["id"] for each in rows if each["type"] == "Call"]
    assert left_out == ({CONDITION: len(rows) - len(ids)} if len(ids) < len(rows) else {})


def test_a_row_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    """It is rejected, and the reason told."""
    file = tmp_path / "calls.csv"
    file.write_text("id,type,status\nc1,SMS,completed\nc2,Call,completed,more,cells\n")
    with open_rows(plan_of(file, "type="), None) as (_, rows):
        assert [each.problem is None for each in rows] == [True, False]


def test_a_column_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """Else no row, or every row, would be left out."""
    mapping = RowMapping(plan_of(tmp_path / "calls.csv", "kind=SMS").options)
    with pytest.raises(ImportOptionError, match="no column 'kind'"):
        mapping.check(["id", "type", "status"])


def test_a_condition_that_cannot_be_read_names_its_option(tmp_path: Path) -> None:
    with pytest.raises(ImportOptionError, match="--leave-out 'type'"):
        RowMapping(plan_of(tmp_path / "calls.csv", "type").options)


def test_a_saved_mapping_keeps_the_conditions(tmp_path: Path) -> None:
    """Those given beside it are added."""
    saved = plan_of(tmp_path / "calls.csv", "type=SMS")
    given = with_document(plan_of(tmp_path / "calls.csv", "type=Fax"), document_of(saved))
    assert set(given.options.leave_out) == {"type=SMS", "type=Fax"}


@pytest.mark.parametrize("name", ["messages_between.csv", "total_with_date.csv"])
def test_the_answer_to_a_doubt_about_rows_leaves_the_true_numbers(name: str, tmp_path: Path) -> None:
    """Of messages between the calls, and of a sum that has a date."""
    layout = LAYOUTS[name]
    file = tmp_path / name
    file.write_bytes(layout.content)
    plan = ImportPlan(
        str(file), "acme.example", space="spc", options=MapOptions(timezone=(layout.zone or "UTC",))
    )
    found = guess(plan)
    [answer] = [answer for each in found.doubts for answer in each.answers if answer.option == "--leave-out"]
    answered = guess(with_answer(plan, answer))
    assert [each for each in answered.doubts if each.about == "rows"] == []
    assert answered.preview.as_json()["calls"] == len(layout.meant)
