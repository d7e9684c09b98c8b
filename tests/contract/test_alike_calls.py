"""A file whose calls stand already, by events, hooks or another import, here or elsewhere, is asked about."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from callboard.clock import SECOND, iso
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources import compared_rows
from callboard.ingest.sources.compared_rows import ComparedRows
from callboard.ingest.sources.imported_before import Before, other_space_doubt, same_calls_doubt
from callboard.ingest.sources.known_ids import known_ids_doubt
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.targets import OneSpace, SpaceFromColumn
from callboard.model.directory import Organization, Space
from callboard.model.event import Entry
from callboard.store.interface import Store
from tests.contract.test_replacing import imported, reading
from tests.events import call, send
from tests.stores import NOW

HOUR = 3_600
FIELDS = ("call_id", "call_status", "creation_time", "call_duration", "source_number", "destination_number")
CALLER, CALLED = "+1202555{:04d}", "+1202556{:04d}"


def kept(number: int, prefix: str = "live", **fields: Any) -> Entry:
    """A call as a platform tells it, to the millisecond."""
    at = NOW - number * HOUR * SECOND + 345_000
    said = {
        "creation_time": at,
        "duration_ms": 60_000 + number * 1_250,
        "source_number": CALLER.format(number),
        "destination_number": CALLED.format(number),
    }
    return call(f"{prefix}{number}", at=-number * HOUR + 100, **{**said, **fields})


def file_of(folder: Path, numbers: range, prefix: str = "row", *, without: tuple[str, ...] = ()) -> Path:
    """The same calls as a file tells them, to the second and with numbers as they are dialled."""
    lines = [",".join(each for each in FIELDS if each not in without)]
    for number in numbers:
        said: dict[str, str] = {
            "call_id": f"{prefix}{number}",
            "call_status": "completed",
            "creation_time": str(iso(NOW - number * HOUR * SECOND)),
            "call_duration": str((60_000 + number * 1_250) // 1_000),
            "source_number": CALLER.format(number).replace("+1202", "(202) "),
            "destination_number": CALLED.format(number).removeprefix("+"),
        }
        lines.append(",".join(value for name, value in said.items() if name not in without))
    path = folder / "calls.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def plan_of(file: Path, **more: Any) -> ImportPlan:
    columns = file.read_text().splitlines()[0].split(",")
    options = MapOptions(map=tuple(f"{each}={each}" for each in columns if each in FIELDS))
    return ImportPlan(str(file), "acme.com", options=options, **more)


def doubts(store: Store, space: Space, file: Path, *accept: str) -> list[Before]:
    plan = plan_of(file, accept=accept)
    rows = ComparedRows(store, space.org_id, plan, OneSpace(space), lambda: NOW)
    read = reading(file="another", options="o")
    found = (
        other_space_doubt(rows, read),
        same_calls_doubt(rows, read),
    )
    return [each for each in found if each is not None]


@pytest.mark.parametrize("by_import", [False, True], ids=["events", "import"])
@pytest.mark.parametrize(
    "without", [(), ("source_number",), ("call_duration",), ("source_number", "destination_number")], ids=str
)
def test_calls_of_the_space_under_other_ids(store, space, tmp_path, by_import, without):
    """Whatever brought them, also an import read by the same options; the answer ends it."""
    rows = [kept(number) for number in range(12)]
    if by_import:
        batch: int | None = imported(store, space, reading(options="o"), *rows).batch_no
    else:
        batch = None
        send(store, space, *rows)
    file = file_of(tmp_path, range(18), without=without)
    [doubt] = doubts(store, space, file)
    assert doubt.message.startswith("12 of 18 compared rows say the start")
    assert ("by events or hooks" in doubt.message) is not by_import
    assert doubt.batch_no == batch
    assert [(each.option, each.value) for each in doubt.answers] == [("--accept", "same_calls")]
    assert doubts(store, space, file, "same_calls") == []


@pytest.mark.parametrize("by_import", [False, True], ids=["events", "import"])
@pytest.mark.parametrize("prefix", ["live", "row"])
def test_calls_of_another_space(store, space, other_space, tmp_path, by_import, prefix):
    """Under the same ids, or others: a longer file of the same calls."""
    rows = [kept(number) for number in range(12)]
    if by_import:
        imported(store, other_space, reading(options="o", place=f"space {other_space.token}"), *rows)
    else:
        send(store, other_space, *rows)
    file = file_of(tmp_path, range(18), prefix)
    [doubt] = doubts(store, space, file)
    assert doubt.message.startswith("12 of 18 compared rows say calls that another space holds")
    assert f"space {other_space.token}" in doubt.message
    assert [(each.option, each.value) for each in doubt.answers] == [("--accept", "other_space")]
    assert doubts(store, space, file, "other_space") == []
    assert doubts(store, other_space, file, "same_calls") == []


def test_a_space_that_is_yet_to_be_created(store: Store, acme: Organization, space: Space, tmp_path: Path):
    """--space-from names one that is not there."""
    send(store, space, *(kept(number) for number in range(12)))
    file = file_of(tmp_path, range(12), "live")
    head, *rows = file.read_text().splitlines()
    file.write_text("\n".join([f"{head},team", *(f"{each},Brand new" for each in rows)]))
    target = SpaceFromColumn(store, acme, "team", clock=lambda: NOW, dry_run=True)
    plan = plan_of(file, space_from="team")
    compared = ComparedRows(store, acme.id, plan, target, lambda: NOW)
    doubt = other_space_doubt(compared, reading(place="column team"))
    assert doubt is not None


def test_a_call_that_is_told_by_its_answer_alone(store, space, tmp_path):
    """A platform keeps when it rang; the export says when it was answered."""
    for number in range(12):
        at = NOW - number * HOUR * SECOND
        send(store, space, kept(number, creation_time=at - 9 * SECOND, start_time=at))
    [doubt] = doubts(store, space, file_of(tmp_path, range(12)))
    assert doubt.message.startswith("12 of 12 ")


def test_other_calls_of_the_same_moments_are_not_asked_about(store, space, other_space, tmp_path):
    """Other numbers, other talk times, the calls themselves, those of another organization's ids."""
    file = file_of(tmp_path, range(12))
    for where in (space, other_space):
        send(store, where, *(kept(number, "n", source_number="+12025550999") for number in range(12)))
        send(store, where, *(kept(number, "d", duration_ms=5_000) for number in range(12)))
        send(store, where, *(kept(number, "t", creation_time=NOW - 500 * SECOND) for number in range(12)))
    send(store, space, *(kept(number, "row") for number in range(12)))
    assert doubts(store, space, file) == []


def test_what_stands_in_both_is_not_asked_about_again(store, space, other_space, tmp_path):
    """It was accepted; the new rows of tomorrow's file stand nowhere."""
    for where in (space, other_space):
        send(store, where, *(kept(number) for number in range(12)))
    assert doubts(store, space, file_of(tmp_path, range(18), "live")) == []


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 20 rows, of which 10 are compared: a file of 100 rows is a long one."""
    monkeypatch.setattr(compared_rows, "END_ROWS", 20)
    monkeypatch.setattr(compared_rows, "COMPARED_ROWS", 10)


@pytest.mark.parametrize(
    "stands", [range(20), range(40, 60), range(80, 100)], ids=["first", "middle", "last"]
)
def test_calls_that_stand_are_found_in_every_part_of_a_long_file(
    store, space, other_space, tmp_path, small_parts, stands
):
    """Under other ids here, in another space, and their ids with another day."""
    file = file_of(tmp_path, range(100))
    send(store, space, *(kept(number) for number in stands))
    assert [each.answers[0].value for each in doubts(store, space, file)] == ["same_calls"]
    send(store, other_space, *(kept(number, "row", source_number="") for number in stands))
    assert "other_space" in [each.answers[0].value for each in doubts(store, space, file)]
    another_day = {"creation_time": NOW - 2_000 * HOUR * SECOND}
    send(store, space, *(kept(number, "row", **another_day) for number in stands))
    rows = ComparedRows(store, space.org_id, plan_of(file), OneSpace(space), lambda: NOW)
    assert known_ids_doubt(rows) is not None


@pytest.mark.parametrize("position", [25, 60, 90])
def test_an_import_that_carries_on_does_not_ask_about_its_own_calls(
    store, space, tmp_path, small_parts, position
):
    """Its rows repeat an id for calls of other days, and tell one call under several ids: it was asked about
    when it was begun, or seen nowhere.
    """
    file = file_of(tmp_path, range(100))
    head, *lines = file.read_text().splitlines()
    again = [line.replace("row", "leg") for line in lines[:50]]
    renamed = [f"row{number}{line[line.index(',') :]}" for number, line in enumerate(lines[50:])]
    file.write_text("\n".join([head, *lines[:50], *again, *renamed]) + "\n")
    plan = plan_of(file)
    with open_rows(plan, None) as (_, rows):
        said = [RowMapping(plan.options).event(each.row) for each in islice(rows, position)]
    entries = [event_from_mapping(each, now=NOW, source="import") for each in said]
    record = imported(store, space, reading(options="o"), *entries)

    def found(own: int | None) -> list[object]:
        every = ComparedRows(store, space.org_id, plan, OneSpace(space), lambda: NOW, own=own)
        asked = (known_ids_doubt(every), same_calls_doubt(every, reading(file="another", options="o")))
        return [each for each in asked if each is not None]

    assert found(None), "another import has to ask"
    assert found(record.batch_no) == []
