"""Exports of how things stand, taken again and again: the later change has the last word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callboard.clock import MINUTE, SECOND, system_clock
from callboard.fold.call import fold_call
from callboard.fold.task import fold_task
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import open_rows
from callboard.ingest.sources.saved import series_of
from callboard.model.event import Entry
from tests.unit.guesses import plan_of

CHANGES = ("updated_at", "Last Modified", "status_changed_at", "lastStatusChange", "geändert am")
CALLS = "call_id,created_at,from,to,status,talk_seconds,"
TASKS = "task_id,created_at,assignee,title,state,attempts_left,"


def _calls(change: str, day: int, *, is_later: bool, changed: str = "T09:{n:02}:00Z") -> str:
    rows = [
        f"c{n},2026-03-10T08:{n:02}:00Z,+1202555010{n},+12025550199,"
        + ("completed,95" if n % 2 or (is_later and n % 4) else "missed,0")
        + f",2026-03-{day}{changed.format(n=n)}"
        for n in range(10)
    ]
    return "\n".join([CALLS + change, *rows]) + "\n"


def _tasks(change: str, day: int, *, is_later: bool) -> str:
    rows = [
        f"t{n},2026-03-10T08:{n:02}:00Z,Ann,job {n},"
        + ("completed,0" if is_later or n % 2 else ("failed,0", "running,0")[n % 4 > 0])
        + f",2026-03-{day}T09:{n:02}:00Z"
        for n in range(10)
    ]
    return "\n".join([TASKS + change, *rows]) + "\n"


def _guessed(folder: Path, content: str, kind: str = "call") -> Guess:
    plan = plan_of(folder, content)
    return guess(replace(plan, options=replace(plan.options, record_type=kind)))


def _entries(found: Guess) -> dict[str, list[Entry]]:
    mapping, by_id = RowMapping(found.plan.options), dict[str, list[Entry]]()
    with open_rows(found.plan, None) as (_, rows):
        for each in rows:
            said: dict[str, Any] = mapping.event(each.row)
            entry = event_from_mapping(said, now=system_clock(), source="import", earliest=EARLIEST_ON_RECORD)
            by_id.setdefault(entry.event.item_id, []).append(entry)
    return by_id


@pytest.mark.parametrize("change", CHANGES)
def test_a_call_stands_as_it_was_changed_last(tmp_path: Path, change: str) -> None:
    """Whichever file is imported last; and its change is not when it ended."""
    (tmp_path / "b").mkdir()
    monday = _guessed(tmp_path, _calls(change, 10, is_later=False))
    tuesday = _guessed(tmp_path / "b", _calls(change, 11, is_later=True))
    assert not [*monday.doubts, *tuesday.doubts]
    first, then = _entries(monday), _entries(tuesday)
    for call_id, entries in then.items():
        call, later = fold_call([*entries, *first[call_id]]), fold_call(entries)
        assert (call.call_status, call.duration_ms) == (later.call_status, later.duration_ms)
        for each in (call, later, fold_call(first[call_id])):
            if each.call_status == "completed":
                assert each.end_time == each.creation_time + 95 * SECOND
            assert each.end_time is None or each.end_time < each.creation_time + 5 * MINUTE
    assert {fold_call([*then[each], *first[each]]).call_status for each in ("c1", "c2")} == {"completed"}


@pytest.mark.parametrize("change", CHANGES)
def test_a_task_stands_as_it_was_changed_last(tmp_path: Path, change: str) -> None:
    (tmp_path / "b").mkdir()
    monday = _guessed(tmp_path, _tasks(change, 10, is_later=False), "task")
    tuesday = _guessed(tmp_path / "b", _tasks(change, 11, is_later=True), "task")
    first = _entries(monday)
    for task_id, entries in _entries(tuesday).items():
        assert fold_task([*entries, *first[task_id]]).status == "completed"


def test_a_change_before_the_call_is_none(tmp_path: Path) -> None:
    """Such a column is of something else; nothing is ordered by it."""
    found = _guessed(tmp_path, _calls("updated_at", 10, is_later=True, changed="T07:{n:02}:00Z"))
    assert "occurred_at" not in found.plan.options.map[0]


@pytest.mark.parametrize(("column", "is_series"), [("updated_at", False), ("finished_at", True)])
def test_no_later_file_has_the_last_word_where_rows_say_when_they_changed(
    tmp_path: Path, column: str, *, is_series: bool
) -> None:
    """By a saved mapping, yesterday's file may come after today's."""
    plan = replace(plan_of(tmp_path, ""), mapping="dialler")
    options = MapOptions(map=(f"task_id=id,status=s,occurred_at={column}",), record_type="task")
    assert (series_of(replace(plan, options=options)) is not None) is is_series


def test_ids_of_all_cells_leave_out_when_a_row_was_changed() -> None:
    """It is another one tomorrow."""
    options = MapOptions(map=("call_status=s,occurred_at=updated_at",), id_from=("*",))
    ids = [
        RowMapping(options).event({"s": "missed", "updated_at": f"2026-03-1{n}T08:00:00Z"})["call_id"]
        for n in (1, 2)
    ]
    assert ids[0] == ids[1]
