"""What can be asked of a field as soon as it stands in the table: run by `test_new_field.py`, on a copy of
the package to whose table it adds fields, and on stores that the package without it has written.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import find
from msgspec import UNSET

from callboard.cli.calls import calls
from callboard.cli.export import export
from callboard.fold.grain import Grain
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.targets import OneSpace
from callboard.model import fields
from callboard.model.event import TaskEvent, canonical, from_canonical
from callboard.query.reports.plan import counter_of
from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.questions import CONTACT_SPACES, Aggregate, Scan, Sum
from tests.http.board import Board, call, task
from tests.property import bodies, histories
from tests.stores import NOW, STORES, make_store

BEFORE = {kind: os.environ[f"CALLBOARD_BEFORE_{kind.upper()}"] for kind in ("sqlite", "postgres")}
"""Stores of the package without the field: two calls of acme.example's space Spring."""
WHOLE = "organisation/analytics/series/?start=2025-12-01&end=2026-02-01&interval=month&metric=total_calls"
FILE = (
    "id,disposition,date_created,outcome of the deal,booked at,hold seconds\n"
    "c-5,completed,2026-01-01T00:00:00Z,sold,2026-01-01T00:00:09Z,0:07\n"
)


@pytest.fixture(params=STORES)
def board(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setattr("tests.http.board.open_store", lambda _settings: make_store(request.param, tmp_path))
    with Board(tmp_path) as board:
        board.send(
            call("c-1", deal="sold", occurred_at="2026-01-01T00:00:01Z"),
            call("c-1", deal="lost", occurred_at="2026-01-01T00:00:00Z"),
            call("c-2", deal="lost"),
            call("c-3", deal=None),
            call("c-4", "missed"),
        )
        yield board


def sound(store: Any) -> bool:
    """Whether counters equal a recount, and rows what their events make."""
    return not store.verify(deep=True).drift


def counted(board: Board) -> dict[str, int]:
    series = board.data(f"{WHOLE}&group_by=deal")["series"]
    return {each["group"]["deal"]: each["totals"]["total_calls"] for each in series}


def test_http_takes_it_and_answers_it(board: Board) -> None:
    """Of two words the greatest event decides; too long a text is rejected with the field's name."""
    deals = {each["call_id"]: each["deal"] for each in board.data("call-logs/")}
    assert [deals[f"c-{at}"] for at in (1, 2, 3, 4)] == ["sold", "lost", None, None]
    long = board.post(f"spaces/{board.spring.token}/events/", call("c-9", deal="x" * 65)).json()["data"]
    assert (long["rejections"][0]["reason"], "deal" in long["rejections"][0]["message"]) == (
        "too_large",
        True,
    )


def test_a_time_and_a_length_are_taken_within_their_bounds(board: Board) -> None:
    """The greatest event that carries it decides; out of the bounds of its kind it is rejected."""
    board.send(
        call("c-5", booked_at="2026-01-01T01:00:00+01:00", hold=1.5, occurred_at="2026-01-01T00:00:01Z"),
        call("c-5", booked_at=None, hold=9, occurred_at="2026-01-01T00:00:00Z"),
    )
    (one,) = (each for each in board.data("call-logs/") if each["call_id"] == "c-5")
    assert (one["booked_at"], one["hold"]) == ("2026-01-01T00:00:00Z", 1.5)
    for wrong, reason in (
        ({"booked_at": "1999-12-31T23:59:59Z"}, "time_out_of_range"),
        ({"booked_at": "yesterday"}, "invalid_time"),
        ({"hold": 604_800.5}, "invalid_duration"),
    ):
        answer = board.post(f"spaces/{board.spring.token}/events/", call("c-9", **wrong)).json()["data"]
        assert [each["reason"] for each in answer["rejections"]] == [reason]
        assert next(iter(wrong)) in answer["rejections"][0]["message"]
    assert sound(board.store)


def test_the_command_line_asks_for_it(board: Board, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The list and the export have its option, and say in their help what it does."""
    for module in ("calls", "export"):
        monkeypatch.setattr(f"callboard.cli.{module}.opened", lambda _settings: nullcontext(board.store))
    listed = CliRunner().invoke(
        calls, ["--org", "acme.example", "--deal", "sold", "--json"], catch_exceptions=False
    )
    assert [each["call_id"] for each in json.loads(listed.output)] == ["c-1"]
    file = tmp_path / "calls.csv"
    CliRunner().invoke(
        export,
        ["calls", "--org", "acme.example", "--deal", "unknown", "-o", str(file)],
        catch_exceptions=False,
    )
    assert [line.split(",")[0] for line in file.read_text("utf-8").splitlines()[1:]] == ["c-3", "c-4"]
    for command, asked in ((calls, []), (export, ["calls"])):
        told = CliRunner().invoke(command, [*asked, "--help"]).output
        assert "--deal" in told
        assert "Only those whose deal became that." in told


def test_a_filter_finds_it(board: Board) -> None:
    """A value, and `unknown` for calls without one."""
    assert [each["call_id"] for each in board.data("call-logs/?deal=sold")] == ["c-1"]
    assert [each["call_id"] for each in board.data("call-logs/?deal=unknown")] == ["c-3", "c-4"]
    assert board.get("call-logs/?deal=lost").json()["count"] == 1


def test_reports_group_by_it_from_a_counter(board: Board) -> None:
    """The counter holds what lists count, and equals a recount from rows and from events."""
    counter = counter_of(("deal",), ())
    assert counter is not None
    assert counter.name == "calls_by_deal"
    assert counted(board) == {"sold": 1, "lost": 1, "unknown": 2}
    assert sound(board.store)


def test_an_import_fills_it_and_an_export_has_it(board: Board, tmp_path: Path) -> None:
    """A column is known by its heading; the exported file is known as one of ours and gives it again."""
    (tmp_path / "file.csv").write_text(FILE, "utf-8")
    plan = guess(
        ImportPlan(file=str(tmp_path / "file.csv"), handle="acme.example", space=board.spring.token)
    ).plan
    mapping = RowMapping(plan.options)
    assert {"outcome of the deal", "booked at", "hold seconds"} <= {*mapping.columns}
    with (
        open_rows(plan, mapping.columns) as (source, rows),
        RejectsFile(tmp_path / "rejected", rows.kind, rows.columns) as rejected,
    ):
        importer = Importer(rows, mapping, OneSpace(board.spring), rejected, lambda: NOW)
        importer.run(
            Destination(board.store, board.acme.id), plan.label(source, None), same_rows=source.rewindable
        )
    for word in ("csv", "ndjson"):
        exported = board.get(f"call-logs/?deal=sold&format={word}")
        assert exported.status_code == 200, exported.text
        assert exported.text.count("sold") == 2
        assert exported.text.count("2026-01-01T00:00:09Z") == 1
        assert "deal" in exported.text.splitlines()[0]
    assert sound(board.store)


EXPORTED = {
    "csv": lambda body: list(csv.DictReader(io.StringIO(body.decode()))),
    "ndjson": lambda body: [json.loads(line) for line in body.splitlines()],
    "parquet": lambda body: pq.read_table(io.BytesIO(body)).to_pylist(),
}
"""The rows of an exported file."""


def exported(board: Board, path: str) -> dict[str, dict[str, Any]]:
    """Of a list with one row: that row in each format."""
    found = {}
    for word, rows in EXPORTED.items():
        answer = board.get(f"{path}&format={word}")
        assert answer.status_code == 200, answer.text
        (found[word],) = rows(answer.content)
    return found


@pytest.mark.parametrize("recorded", [True, False, None])
def test_a_flag_and_a_number_are_exported(board: Board, recorded: bool | None) -> None:
    """Each in the column with its name, wherever its row stands in the table."""
    board.send(call("c-6", deal="kept", score=7, recorded=recorded, agent="ann"))
    for word, row in exported(board, "call-logs/?score=7").items():
        assert (row["call_id"], row["space_token"], row["agent"]) == ("c-6", board.spring.token, "ann")
        assert (str(row["score"]), row["deal"]) == ("7", "kept")
        written = {True: "true", False: "false", None: ""}[recorded] if word == "csv" else recorded
        assert row["recorded"] == written, word
    assert [each["recorded"] for each in board.data("call-logs/?score=7")] == [recorded]
    assert sound(board.store)


def test_a_later_null_empties_a_flag(board: Board) -> None:
    """As it does every field of which a value may be unknown."""
    board.send(
        call("c-6", score=7, recorded=True, occurred_at="2026-01-01T00:00:00Z"),
        call("c-6", recorded=None, occurred_at="2026-01-01T00:00:01Z"),
        call("c-7", score=8, recorded=True, occurred_at="2026-01-01T00:00:01Z"),
        call("c-7", recorded=None, occurred_at="2026-01-01T00:00:00Z"),
    )
    assert [board.data(f"call-logs/?score={score}")[0]["recorded"] for score in (7, 8)] == [None, True]


def test_a_task_has_its_fields(board: Board) -> None:
    """Sent, sent again, updated, listed, filtered and exported: each value is in the field it was sent in."""
    sent = task("t-1", "running", team="red", urgent=True, details={"a": [1]}, run_id="r-1")
    assert board.send(sent)["applied"] == 1
    assert board.send(sent)["duplicate"] == 1
    for _ in range(2):
        answer = board.patch(
            f"spaces/{board.spring.token}/tasks/t-1/",
            {"status": "completed", "details": {"b": {}}, "urgent": False},
        )
        assert answer.status_code == 200, answer.text
    (one,) = board.data("tasks/?team=red")
    assert (one["status"], one["team"], one["urgent"]) == ("completed", "red", False)
    assert (one["details"], one["run_id"]) == ({"b": {}}, "r-1")
    assert board.data("tasks/?team=blue") == []
    for word, row in exported(board, "tasks/?team=red").items():
        assert (row["task_id"], row["run_id"], row["space_token"]) == ("t-1", "r-1", board.spring.token)
        assert (row["team"], row["urgent"]) == ("red", "false" if word == "csv" else False)
        assert row["details"] == ({"b": {}} if word == "ndjson" else '{"b":{}}')
    stored = [from_canonical(canonical(each)) for each in (TaskEvent("t", "failed", "failed", 1, 2, left=4),)]
    assert [(each.left, each.team) for each in stored] == [(4, UNSET)]  # type: ignore[union-attr]
    assert sound(board.store)


def test_objects_come_in_over_http_and_from_files(board: Board) -> None:
    """As text of a body and as the object of a row; with the bound and the rule of their kind."""
    board.send(call("c-6", score=7, answers={"x": [1]}, labels={"a": "b"}))
    row = call("c-7", answers={"x": 1}, labels={"a": "b"})
    entry = event_from_mapping(row, now=NOW, source="import")
    assert (entry.event.answers, entry.event.labels) == ({"x": 1}, {"a": "b"})  # type: ignore[union-attr]
    assert [(each["answers"], each["labels"]) for each in board.data("call-logs/?score=7")] == [
        ({"x": [1]}, {"a": "b"})
    ]
    wrongs: tuple[dict[str, Any], ...] = (
        {"labels": {"a": 1}},
        {"answers": {"a": "b" * 2048}},
        {"answers": []},
    )
    for wrong in wrongs:
        with pytest.raises(RejectedEvent, match=next(iter(wrong))):
            event_from_mapping({**row, **wrong}, now=NOW, source="import")
    assert sound(board.store)


def test_property_tests_draw_them() -> None:
    """Histories and bodies of the property tests have each field of an event."""
    for of, new, stored, sent in (
        ("call", ("deal", "hold", "recorded", "labels"), histories.call_fields, bodies.CALL_FIELDS),
        ("task", ("team", "urgent", "details"), histories.task_fields, bodies.TASK_FIELDS),
    ):
        assert {fields.field(of, name).row_name for name in new} <= {*find(stored, lambda _: True)}
        assert {*new} <= {*sent}


def test_the_openapi_document_has_it(board: Board) -> None:
    """As a field of calls, as a filter of lists and reports, and as a group."""
    document = board.get("/openapi.json").json()
    assert "deal" in document["components"]["schemas"]["CallItem"]["properties"]
    asked = {
        path: {
            each["name"]: each for each in document["paths"][f"/api/v2/platform/{path}/"]["get"]["parameters"]
        }
        for path in ("call-logs", "organisation/analytics/series")
    }
    assert all("deal" in each for each in asked.values())
    assert "deal" in asked["organisation/analytics/series"]["group_by"]["schema"]["pattern"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_store_of_before_counts_it_after_its_migration(kind: str) -> None:
    """Calls of before count as those of which it is not known, and new ones beside them."""
    store = open_store(Settings(db=BEFORE[kind]), upgrade=True)
    try:
        assert sound(store)
        (organization,) = store.organizations()
        by_deal = Aggregate(
            spaces=(CONTACT_SPACES,), sums=(Sum("items"),), counter="calls_by_deal", group=("deal",)
        )
        scan = Scan(aggregate=by_deal, grain=Grain.DAY, ranges=((-(2**40), 2**40),))
        assert store.sums(organization.id, [scan]) == [[(0, "", 2)]]
    finally:
        store.close()
