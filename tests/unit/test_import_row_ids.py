"""`--id-from`: ids of rows that have none, and what they are made of."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.mapping.ids import RowIds
from callboard.store.occurrences import Occurrences

MAP = ("call_status=status,creation_time={day}T{clock}Z,call_duration=talk,source_number=from",)
Row = dict[str, str]

rows = st.fixed_dictionaries(
    {
        "day": st.sampled_from(["2026-02-07", "2026-02-08"]),
        "clock": st.sampled_from(["10:00", "10:01"]),
        "from": st.sampled_from(["", "+12025550101", "+12025550102"]),
        "status": st.sampled_from(["completed", "missed"]),
        "talk": st.sampled_from(["", "60"]),
        "note": st.sampled_from(["", "a", "b"]),
    }
)


def mapping(*columns: str) -> RowMapping:
    mapped = RowMapping(MapOptions(map=MAP, id_from=columns))
    # As many rows as a test draws are too few for the table behind the memory.
    if mapped._ids is not None:
        mapped._ids._equal, mapped._ids._same_id = Occurrences(3), Occurrences(3)
    return mapped


def events(found: Iterable[Row], *columns: str) -> Counter[str]:
    mapped = mapping(*columns)
    return Counter(repr(sorted(mapped.event(row).items())) for row in found)


@pytest.mark.parametrize("columns", [("*",), ("day", "clock"), ("from", "clock", "day")])
@given(found=st.lists(rows), seed=st.integers(), more=st.lists(rows))
def test_ids_are_of_what_the_rows_say(
    columns: tuple[str, ...], found: list[Row], seed: int, more: list[Row]
) -> None:
    """The events of a file are a function of its rows: in any order of rows and of columns, also with empty
    columns beside them. And those of an overlapping file are the same, so that both together are the union.
    """
    mixed = random.Random(seed)
    shuffled = mixed.sample(found, len(found))
    turned = [dict(mixed.sample([*row.items(), ("new", "")], len(row) + 1)) for row in shuffled]
    one = events(found, *columns)
    assert events(shuffled, *columns) == one
    assert events(turned, *columns) == one
    longer = mixed.sample([*found, *more], len(found) + len(more))
    assert set(one) <= set(events(longer, *columns))


@given(first=st.lists(rows), second=st.lists(rows), seed=st.integers())
def test_two_files_make_the_calls_of_their_union(first: list[Row], second: list[Row], seed: int) -> None:
    """A row that is in both, in one of them twice, is two calls: the greater count of rows that say the same,
    but for a note, which one of them may lack.
    """
    shuffled = random.Random(seed).sample(second, len(second))
    ids = {mapped.event(row)["call_id"] for mapped in [mapping("*")] for row in first}
    ids |= {mapped.event(row)["call_id"] for mapped in [mapping("*")] for row in shuffled}

    def counted(found: list[Row]) -> Counter[tuple[tuple[str, str], ...]]:
        return Counter(tuple(sorted((row | {"note": ""}).items())) for row in found)

    assert len(ids) == (counted(first) | counted(second)).total()


def test_an_id_says_what_it_is_made_of_and_is_short() -> None:
    """Whatever the cells hold."""
    ids = RowIds(("a", "b"))
    found = ids.id_of({"a": "x" * 10_000, "b": ""}, {"call_status": "missed"})
    assert found.startswith("row-")
    assert found.endswith("-1")
    assert len(found) == len("row--1") + 32
    assert found == RowIds(("b", "a")).id_of({"b": None, "a": "x" * 10_000}, {"call_status": "missed"})
    assert found != RowIds(("a", "c")).id_of({"c": "x" * 10_000}, {"call_status": "missed"})


def test_names_and_values_cannot_be_mistaken_for_each_other() -> None:
    """Nor a value that goes on in the next column."""
    made = [{"a": "x", "b": "y"}, {"a": "xb1:y"}, {"a": "x1:b1:y"}, {"ab": "xy"}, {"a": "y", "b": "x"}]
    ids = RowIds(("*",))
    assert len({ids.id_of(row, {}) for row in made}) == len(made)


def test_values_of_every_kind_are_said() -> None:
    """Numbers, documents in any order of keys, texts that are no Unicode."""
    ids = RowIds(("*",))
    document = {"b": 1, "a": [True, None]}
    first: list[dict[str, Any]] = [{"x": 5}, {"x": document}, {"x": "\udce9"}]
    second: list[dict[str, Any]] = [{"x": "5"}, {"x": dict(reversed(document.items()))}, {"x": "\udce9"}]
    assert [ids.id_of(row, {})[:-1] for row in first] == [ids.id_of(row, {})[:-1] for row in second]


def test_rejected_rows_that_were_mended_are_the_rows_they_were() -> None:
    """The columns of the file of rejected rows are no part of them."""
    row = {"day": "1", "status": "completed"}
    beside = {"rejected_line": "7", "rejected_reason": "invalid_time", "rejected_message": "no"}
    assert RowIds(("*",)).id_of(row, {}) == RowIds(("*",)).id_of(beside | row, {})


def test_rows_of_one_id_that_differ_are_counted() -> None:
    """They are one call, as rows of one id in a column are; nothing of that is silent."""
    mapped = mapping("day", "from")
    row = {"day": "2026-02-07", "clock": "10:00", "from": "x", "status": "missed", "talk": ""}
    answered = row | {"status": "completed"}
    found = [mapped.event(each)["call_id"][-2:] for each in (row, answered, row, answered)]
    assert (found, mapped.differing_rows) == (["-1", "-1", "-2", "-2"], 2)
    mapped.start_over()
    assert (mapped.event(row)["call_id"][-2:], mapped.differing_rows) == ("-1", 0)


def test_a_row_that_says_nothing_has_no_id() -> None:
    """It cannot be told from others."""
    with pytest.raises(RowError, match="each of 'day', 'from' is empty"):
        RowIds(("day", "from")).id_of({"day": "", "other": "x"}, {})
    with pytest.raises(RowError, match="every cell is empty"):
        RowIds(("*",)).id_of({"day": ""}, {})


def test_a_task_has_an_id_too() -> None:
    """Under its own name."""
    options = MapOptions(map=("status=s",), id_from=("*",), record_type="task")
    assert RowMapping(options).event({"s": "pending"})["task_id"].startswith("row-")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"map": (*MAP, "call_id=id")}, "--id-from makes the call_id"),
        ({"set": ("call_id=1",)}, "--id-from makes the call_id"),
        ({"legs": True}, "--legs needs an id that the legs of a call, or the attempts of a task, share"),
        ({"id_from": ("day", "day")}, "given twice"),
        ({"id_from": ("day", "*")}, "stands alone"),
    ],
)
def test_options_that_contradict_it_are_named(options: dict[str, Any], words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError, match=words):
        RowMapping(MapOptions(**{"map": MAP, "id_from": ("*",), **options}))


def test_its_columns_have_to_be_there() -> None:
    """All of them are read for `*`."""
    assert mapping("from", "note").columns == ["status", "day", "clock", "talk", "from", "note"]
    assert mapping("*").reads_all
    with pytest.raises(ImportOptionError, match="no column 'note'"):
        mapping("note").check(["status", "day", "clock", "talk", "from"])


@pytest.mark.parametrize(
    "heading", ["#", "Row", "Row No.", "Lfd. Nr.", "Unnamed: 0", "rownum", "Sr No", "line"]
)
@given(found=st.lists(rows, unique_by=lambda row: repr(sorted(row.items()))), seed=st.integers())
def test_all_columns_are_without_those_of_the_export(heading: str, found: list[Row], seed: int) -> None:
    """Tomorrow's export numbers its rows anew and has another time: the same calls, in another order too."""
    tomorrow = random.Random(seed).sample(found, len(found))
    today = [row | {heading: str(n), "Exported At": "2026-02-14"} for n, row in enumerate(found, 1)]
    again = [row | {heading: str(n), "Exported At": "2026-02-15"} for n, row in enumerate(tomorrow, 1)]
    assert events(today, "*") == events(again, "*") == events(found, "*")


def test_a_row_of_nothing_else_is_told_by_its_number() -> None:
    ids = RowIds(("*",))
    assert ids.id_of({"#": "1"}, {}) != ids.id_of({"#": "2"}, {})


@pytest.mark.parametrize(
    "heading",
    ["Cost", "Total Cost (USD)", "Price", "Currency", "Charged Amount", "Kosten", "Importe", "Recording URL",
     "Aufzeichnung", "Notes", "Comentarios", "Outcome", "Wrap Up Code", "Tags", "Last Modified"],
)  # fmt: skip
@given(found=st.lists(rows), later=st.lists(st.sampled_from(["", "1", "2"])), seed=st.integers())
def test_all_columns_are_without_those_that_are_filled_later(
    heading: str, found: list[Row], later: list[str], seed: int
) -> None:
    """Tomorrow's export has a cost, a recording or a note: the same calls, in another order too."""
    filled = [*later, *[""] * len(found)]
    tomorrow = [row | {heading: each} for row, each in zip(found, filled, strict=False)]
    assert events(random.Random(seed).sample(tomorrow, len(found)), "*") == events(found, "*")


@pytest.mark.parametrize(
    ("field", "is_later"), [("cost.amount", True), ("outcome", True), ("agent", False), ("metadata.x", False)]
)
def test_a_column_is_filled_later_as_the_field_that_it_fills(field: str, is_later: bool) -> None:
    """Whatever it is called."""
    options = MapOptions(map=(*MAP, f"{field}=x9"), id_from=("*",))
    row = {"day": "2026-02-07", "clock": "10:00", "from": "", "status": "missed", "talk": ""}
    ids = {RowMapping(options).event(row | {"x9": each})["call_id"] for each in ("1", "2")}
    assert (len(ids) == 1) == is_later
