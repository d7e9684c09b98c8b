"""An export is the list: the same rows, in the same order, in every format, whatever is asked and drawn."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.clock import DAY, HOUR, MINUTE, Micros, exact, micros
from callboard.errors import StoreTooSlowError
from callboard.model.call import Call
from callboard.model.exported import CALL_COLUMNS, TASK_COLUMNS, unescape_formula
from callboard.query.export import list_reader
from callboard.query.export.files import encoder_for
from callboard.query.export.formats import FORMATS
from callboard.query.export.list_reader import ListReader, all_calls, all_tasks, encoded
from callboard.query.export.tables import SpaceNames, call_table, task_table
from callboard.query.items import call_item, task_item
from callboard.store.interface import CallAt, Store
from callboard.store.questions import UNKNOWN, CallFilter, Scope, TaskFilter, Window
from tests.contract.population import populate
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space

ALL = Window(limit=100_000)
TIMES = st.one_of(st.none(), st.integers(-3 * 86_400, 3 * 86_400).map(lambda s: NOW + s * 1_000_000))
CALL_FILTERS = st.builds(
    CallFilter,
    call_type=st.sampled_from([None, None, "inbound", UNKNOWN]),
    call_status=st.sampled_from([None, None, "completed", "queued"]),
    agent=st.sampled_from([None, None, "ann", UNKNOWN]),
    made=st.sampled_from([None, True, False]),
    min_duration_ms=st.sampled_from([None, None, 5_000]),
    start=TIMES,
    end=TIMES,
)
TASK_FILTERS = st.builds(
    TaskFilter,
    status=st.sampled_from([None, None, "pending", "failed"]),
    failure_reason=st.sampled_from([None, None, UNKNOWN]),
    stuck=st.sampled_from([None, None, True, False]),
    created_from=TIMES,
    created_to=TIMES,
    now=st.just(NOW + 2 * HOUR),
)


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def populated(request, tmp_path_factory) -> Any:
    """A store of each kind with some of everything; what is drawn is what is asked."""
    from tests.stores import make_store

    store = make_store(request.param, tmp_path_factory.mktemp("exports"))
    organization = make_organization(store)
    spaces = populate(store, organization, seed=7)
    # Texts that a spreadsheet would run, or that need quotes.
    for number, text in enumerate(["=1+1", "+12025550123", "-1", "@a", "'=x", 'a"b', "a,b", "ä\n=c", "'"]):
        send(store, spaces[0], call(f"{text}{number}", agent=text, metadata={"said": [text]}))
    yield store, organization, spaces
    store.close()


def scope_of(populated: Any, which: int) -> Scope:
    _, organization, spaces = populated
    return [
        Scope(organization.id),
        Scope(organization.id, all_content=True),
        *(Scope(organization.id, space.id) for space in spaces),
    ][which]


def file_of(word: str, table: Any, reader: ListReader[Any]) -> bytes:
    return b"".join(encoded(reader, encoder_for(FORMATS[word], table)))


def rows_of(word: str, file: bytes) -> list[dict[str, Any]]:
    """What a reader finds in a file."""
    if word == "ndjson":
        return [json.loads(line) for line in file.splitlines()]
    if word == "csv":
        return list(csv.DictReader(io.StringIO(file.decode(), newline="")))
    found: list[dict[str, Any]] = pq.read_table(io.BytesIO(file)).to_pylist()
    return found


def in_csv(value: Any) -> str:
    """How a value of the API stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return (
        json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        if isinstance(value, dict)
        else str(value)
    )


@pytest.mark.parametrize("word", FORMATS)
@settings(max_examples=25)
@given(which=st.integers(0, 4), where=CALL_FILTERS, at_once=st.integers(1, 90))
def test_exported_calls_are_the_list(populated, word, which, where, at_once):
    """Row by row, however few are read at once; the count is the list's count."""
    store, organization, spaces = populated
    scope = scope_of(populated, which)
    reader = all_calls(store, scope, where, NOW)
    reader.rows_at_once = at_once
    found = rows_of(word, file_of(word, call_table(SpaceNames(store, organization.id)), reader))
    listed = store.calls(scope, where, ALL)
    assert len(found) == len(listed) == store.count_calls(scope, where)
    tokens = {space.id: space.token for space in spaces}
    for row, kept in zip(found, listed, strict=True):
        item = call_item(kept.call, tokens[kept.space_id], exact)
        shown = {name: getattr(item, name) for name in item.__struct_fields__}
        assert tuple(row) == CALL_COLUMNS
        _same(word, row, shown, kept.call)


@pytest.mark.parametrize("word", FORMATS)
@settings(max_examples=25)
@given(which=st.integers(0, 4), where=TASK_FILTERS, at_once=st.integers(1, 90))
def test_exported_tasks_are_the_list(populated, word, which, where, at_once):
    """The same for tasks; that one is stuck is told as of one moment."""
    store, organization, spaces = populated
    scope = scope_of(populated, which)
    reader = all_tasks(store, scope, where, where.now)
    reader.rows_at_once = at_once
    table = task_table(SpaceNames(store, organization.id), where.now)
    found = rows_of(word, file_of(word, table, reader))
    listed = store.tasks(scope, where, ALL)
    assert len(found) == len(listed) == store.count_tasks(scope, where)
    of = {space.id: space for space in spaces}
    for row, kept in zip(found, listed, strict=True):
        item = task_item(kept.task, of[kept.space_id], where.now, exact)
        shown = json.loads(_json(item))
        if word == "ndjson":
            assert row == shown
            continue
        stuck = shown.pop("stuck") or {"reason": None, "since": None, "age_seconds": None}
        shown |= {f"stuck_{name}": value for name, value in stuck.items()}
        assert tuple(row) == TASK_COLUMNS
        _same(word, row, shown, kept.task)


def _same(word: str, row: dict[str, Any], shown: dict[str, Any], kept: Any) -> None:
    """A row of a file holds what the list shows."""
    for name, value in shown.items():
        found = row[name]
        if word == "ndjson":
            assert found == value
        elif word == "csv":
            assert unescape_formula(found) == in_csv(value)
            assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))
        elif isinstance(found, datetime):
            assert exact(micros(found)) == value
            assert micros(found) == getattr(kept, name, micros(found))
        elif isinstance(value, dict):
            assert json.loads(found) == value
        elif isinstance(value, list):
            assert found == (" ".join(value) or None)
        else:
            assert found == value


def _json(item: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(item)


# --- reading -----------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(
    times=st.lists(st.integers(0, 400 * DAY), max_size=40),
    patience=st.integers(2, 12),
    at_once=st.integers(1, 15),
    start=st.one_of(st.none(), st.integers(NOW - 400 * DAY, NOW)),
)
def test_a_read_that_takes_too_long_is_cut_into_shorter_ones(times, patience, at_once, start):
    """A reader that gives up where a slice of time holds too many rows still gets all of them, in order."""
    rows = [
        CallAt(1, Call(call_id=f"{n:03}", call_status="queued", creation_time=NOW - at))
        for n, at in enumerate(times)
    ]
    rows = [row for row in rows if start is None or row.call.creation_time >= start]
    rows.sort(key=lambda row: (-row.call.creation_time, row.call.call_id))

    def read(low: Micros | None, high: Micros | None, window: Window) -> Sequence[CallAt]:
        inside = [
            row
            for row in rows
            if (low is None or row.call.creation_time >= low)
            and (high is None or row.call.creation_time < high)
        ]
        behind = [
            row
            for row in inside
            if window.after is None
            or (-row.call.creation_time, row.call.call_id) > (-window.after.at, window.after.item_id)
        ]
        if len({row.call.creation_time // MINUTE for row in behind}) > patience:
            raise StoreTooSlowError
        return behind[: window.limit]

    reader: ListReader[CallAt] = ListReader(read, start, None, NOW)
    reader.rows_at_once = at_once
    assert list(reader.rows()) == rows


def test_what_is_too_slow_at_any_length_is_told():
    """A store that never answers in time ends the export, and not in silence."""

    def read(_low: Micros | None, _high: Micros | None, _window: Window) -> Sequence[CallAt]:
        raise StoreTooSlowError

    reader: ListReader[CallAt] = ListReader(read, None, None, NOW)
    with pytest.raises(StoreTooSlowError):
        reader.piece()


def test_rows_are_read_by_their_size():
    """Wide rows fewer at once, narrow ones more: a piece stays about as large."""

    def read(_low: Micros | None, _high: Micros | None, _window: Window) -> Sequence[CallAt]:
        return ()

    reader: ListReader[CallAt] = ListReader(read, None, None, NOW)
    reader.fit(100_000)
    assert reader.rows_at_once == list_reader.MIN_ROWS
    for _ in range(20):
        reader.fit(100)
    assert reader.rows_at_once == list_reader.MAX_ROWS


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path) -> Iterator[Store]:
    """An empty store of each kind."""
    from tests.stores import make_store

    store = make_store(request.param, tmp_path)
    yield store
    store.close()


def test_parquet_has_proper_types_in_row_groups(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Timestamps in UTC, seconds as numbers, whole numbers whole; groups that can be read one by one."""
    from callboard.query.export import parquet

    monkeypatch.setattr(parquet, "GROUP_ROWS", 10)
    monkeypatch.setattr(list_reader, "MIN_ROWS", 5)
    monkeypatch.setattr(list_reader, "MAX_ROWS", 5)
    organization = make_organization(store)
    space = make_space(store, organization)
    send(store, space, *[call(f"c-{number}", at=number, duration_ms=1500) for number in range(25)])
    reader = all_calls(store, Scope(organization.id), CallFilter(), NOW)
    reader.rows_at_once = 5
    file = pq.ParquetFile(
        io.BytesIO(file_of("parquet", call_table(SpaceNames(store, organization.id)), reader))
    )
    assert [file.metadata.row_group(place).num_rows for place in range(file.metadata.num_row_groups)] == [
        10,
        10,
        5,
    ]
    kinds = {field.name: field.type for field in file.schema_arrow}
    assert kinds["creation_time"] == pa.timestamp("us", tz="UTC")
    assert kinds["call_duration"] == pa.float64()
    assert kinds["call_id"] == pa.string()
    assert task_table({}, NOW).columns[7] == ("attempt", "whole")


@pytest.mark.parametrize("word", FORMATS)
def test_an_export_of_nothing_can_be_read(store: Store, word: str):
    """A header without rows, no line at all, a table of no rows."""
    organization = make_organization(store)
    reader = all_calls(store, Scope(organization.id), CallFilter(), NOW)
    file = file_of(word, call_table(SpaceNames(store, organization.id)), reader)
    assert rows_of(word, file) == []
    assert file.startswith({"csv": b"call_id,", "parquet": b"PAR1", "ndjson": b""}[word])
