"""JSON in the shapes that databases and interfaces answer with: which objects of a file are its records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan, open_rows

CALLS: list[dict[str, Any]] = [
    {"id": f"c{n}", "start": f"2026-02-0{n}T08:00:00Z", "status": status, "duration": talk}
    for n, (status, talk) in enumerate([("answered", 185), ("busy", 0), ("failed", 0), ("answered", 61)], 1)
]
WITHOUT_IDS = [{key: value for key, value in call.items() if key != "id"} for call in CALLS]


def records(folder: Path, text: str) -> list[Record]:
    file = folder / "calls"
    file.write_text(text)
    with open_rows(ImportPlan(str(file), "h", space="s"), None) as (_, rows):
        return list(rows)


def guessed(folder: Path, text: str) -> Guess:
    file = folder / "calls"
    file.write_text(text)
    return guess(ImportPlan(str(file), "h", space="s", options=MapOptions(timezone=("UTC",))))


WRAPPED: dict[str, Any] = {
    "a list": CALLS,
    "a usual name": {"total": 4, "next": None, "calls": CALLS},
    "an odd name": {"ok": True, "gespraeche": CALLS},
    "deep": {"data": {"viewer": {"calls": {"nodes": CALLS, "pageInfo": {"more": False}}}}},
    "pages": [{"page": 1, "calls": CALLS[:3]}, {"page": 2, "calls": CALLS[3:]}],
    "lists of one kind": {"inbound": CALLS[:2], "outbound": CALLS[2:]},
    "lists of cells": [list(CALLS[0]), *(list(call.values()) for call in CALLS)],
    "beside another list": {"agents": [{"name": "Kim"}, {"name": "Bo"}], "calls": CALLS},
}


@pytest.mark.parametrize("shape", WRAPPED)
def test_records_are_found_inside_what_is_around_them(shape: str, tmp_path: Path) -> None:
    """Written on one line or on several."""
    for indent in (None, 1):
        found = records(tmp_path, json.dumps(WRAPPED[shape], indent=indent))
        rows = [{key: row.row[key] for key in CALLS[0]} for row in found]
        assert rows == CALLS
        assert not any(each.problem for each in found)


@pytest.mark.parametrize("around", [(), ("calls",), ("data", "calls")])
def test_the_key_of_a_record_is_its_id(around: tuple[str, ...], tmp_path: Path) -> None:
    """It becomes the column `_key`, and a guess takes it for the id."""
    value: Any = {f"4c1e-{n}": call for n, call in enumerate(WITHOUT_IDS)}
    for name in reversed(around):
        value = {name: value}
    found = guessed(tmp_path, json.dumps(value))
    assert found.preview.items == len(CALLS)
    assert "call_id=_key" in found.plan.command()
    assert not found.doubts


def test_what_looks_like_a_record_and_holds_records_is_asked_about(tmp_path: Path) -> None:
    """One call where there are four would be a wrong number that nobody sees."""
    export = {"id": "e1", "status": "completed", "created_at": "2026-02-07T08:00:00Z", "duration": 1}
    found = guessed(tmp_path, json.dumps(export | {"items": CALLS}))
    assert [each.column for each in found.doubts if each.about == "rows"] == ["items"]


def test_a_second_list_behind_a_long_one_is_not_lost_silently(tmp_path: Path) -> None:
    """Only the beginning of a file tells its shape: what stands behind is said."""
    many = [call | {"id": f"{n}-{call['id']}"} for n in range(400) for call in CALLS]
    found = records(tmp_path, json.dumps({"inbound": many, "outbound": CALLS}))
    assert [each.row["id"] for each in found if not each.problem] == [each["id"] for each in many]
    assert "'outbound'" in str(next(each.problem for each in found if each.problem))


def test_typed_values_are_plain_ones(tmp_path: Path) -> None:
    """Of MongoDB, DynamoDB and Firestore; also where a document holds them."""
    rows = [
        {"a": {"$numberLong": "5"}, "b": {"$date": {"$numberLong": "1770452473000"}}, "c": {"$oid": "65a0"}},
        {"a": {"N": "5"}, "b": {"S": "x"}, "c": {"L": [{"N": "1"}, {"M": {"d": {"BOOL": True}}}]}},
        {"a": {"integerValue": "5"}, "b": {"arrayValue": {"values": [{"stringValue": "x"}]}}},
        {"a": {"_seconds": 1770452473, "_nanoseconds": 500_000_000}, "b": {"seconds": "185", "nanos": 0}},
        {"a": {"N": "5"}, "b": 1},  # not all typed: an object like any other
    ]
    found = [each.row for each in records(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))]
    assert found == [
        {"a": 5, "b": "2026-02-07T08:21:13+00:00", "c": "65a0"},
        {"a": 5, "b": "x", "c": [1, {"d": True}]},
        {"a": 5, "b": ["x"]},
        {"a": "2026-02-07T08:21:13.500000+00:00", "b": 185},
        {"a": {"N": "5"}, "b": 1},
    ]


def test_what_json_does_not_allow_and_people_write(tmp_path: Path) -> None:
    """NaN for what is missing; a comma behind the last value or the line; in a text they are kept."""
    text = '{"a": NaN, "b": "x,}",},\n\x1e{"a": [1,], "b": "NaN"}\n'
    assert [each.row for each in records(tmp_path, text)] == [
        {"a": None, "b": "x,}"},
        {"a": [1], "b": "NaN"},
    ]
