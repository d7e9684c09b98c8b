"""Rows whose ids a store knows from other calls: asked about before the first commit, in any store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from callboard.clock import EPOCH, Micros
from callboard.ingest.sources.compared_rows import COMPARED_ROWS, ComparedRows
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.known_ids import known_ids_doubt
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.targets import OneSpace
from callboard.model.directory import Space
from callboard.store.interface import Store
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space, make_store

MAP = "call_id=no,call_status=status,creation_time=at,destination_number=to"
Row = tuple[int, str, str]
"""Number, time, destination."""


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = make_store(request.param, tmp_path)
    yield made
    made.close()


@pytest.fixture
def space(store: Store) -> Space:
    """A space that holds an export of calls 1 to 40, one an hour."""
    space = make_space(store, make_organization(store))
    send(
        store,
        space,
        *(
            call(f"{no}", creation_time=micros(at), destination_number=to)
            for no, at, to in hourly(range(1, 41), 1)
        ),
    )
    return space


def micros(at: str) -> Micros:
    return (datetime.fromisoformat(at) - EPOCH) // timedelta(microseconds=1)


def hourly(numbers: Sequence[int], day: int, first: int = 0) -> list[Row]:
    return [
        (
            no,
            f"2025-11-{day + (first + n) // 24:02d}T{(first + n) % 24:02d}:00:00Z",
            f"+120255501{first + n:02d}",
        )
        for n, no in enumerate(numbers)
    ]


def compared(store: Store, space: Space, plan: ImportPlan) -> ComparedRows:
    return ComparedRows(store, space.org_id, plan, OneSpace(space), lambda: NOW)


def doubt_of(
    store: Store, space: Space, folder: Path, rows: Sequence[Row], **options: object
) -> Doubt | None:
    file = folder / "calls.csv"
    file.write_text("no,status,at,to\n" + "".join(f"{no},completed,{at},{to}\n" for no, at, to in rows))
    plan = ImportPlan(str(file), "acme.com", space=space.token, options=MapOptions(map=(MAP,), **options))  # type: ignore[arg-type]
    found = known_ids_doubt(compared(store, space, plan))
    for answer in found.answers if found else ():
        answered = with_answer(plan, answer)
        assert known_ids_doubt(compared(store, space, answered)) is None
    accepted = replace(plan, accept=("known_ids",))
    assert known_ids_doubt(compared(store, space, accepted)) is None
    return found


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(hourly(range(1, 41), 5), id="tomorrow counts anew"),
        pytest.param(hourly(range(40, 0, -1), 1), id="the newest first"),
        pytest.param(hourly(range(1, 41), 1, first=3), id="an overlapping export, moved on by three"),
        pytest.param(hourly([*range(100, 140), 1, 2, 3, 4, 5], 5), id="begun anew within the file"),
    ],
)
def test_ids_that_are_given_anew_are_asked_about(
    store: Store, space: Space, tmp_path: Path, rows: list[Row]
) -> None:
    """By another start, or another number at another minute; each answer ends it."""
    found = doubt_of(store, space, tmp_path, rows)
    assert found is not None
    assert (found.about, found.column) == ("id", "no")
    assert [each.option for each in found.answers] == ["--map", "--accept"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(hourly(range(1, 41), 1), id="the same"),
        pytest.param(hourly(range(1, 61), 1), id="longer"),
        pytest.param(hourly(range(500, 540), 5), id="other ids"),
        pytest.param([(1, "2025-11-01T00:00:09Z", "2025550100")], id="as another system says it"),
        pytest.param([(1, "2025-11-01T00:20:00Z", "")], id="a later row of the call"),
    ],
)
def test_rows_of_the_calls_that_are_known_are_not_asked_about(
    store: Store, space: Space, tmp_path: Path, rows: list[Row]
) -> None:
    assert doubt_of(store, space, tmp_path, rows) is None


def test_legs_may_have_other_numbers_and_no_other_day(store: Store, space: Space, tmp_path: Path) -> None:
    leg = (1, "2025-11-01T00:20:00Z", "+12025550199")
    assert doubt_of(store, space, tmp_path, [leg]) is not None
    assert doubt_of(store, space, tmp_path, [leg], legs=True) is None
    assert doubt_of(store, space, tmp_path, [(1, "2025-11-02T00:20:00Z", "")], legs=True) is not None


def test_a_long_file_is_compared_in_part(store: Store, space: Space, tmp_path: Path) -> None:
    """A bounded number of rows, from all parts of the first ones."""
    found = doubt_of(store, space, tmp_path, hourly([*range(1, 41)] * 10, 5))
    assert found is not None
    assert COMPARED_ROWS == 200
    assert found.message.startswith("200 of 200 ")
