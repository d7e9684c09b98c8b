"""Files without ids that hold rows which are not over yet: tomorrow's file says how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callboard.clock import system_clock
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.fit import accepted_by, fit_doubts
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.guessing.whole import read_whole
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from tests.unit.guesses import ends, only, plan_of

AGENTS = ("Ann", "Ben", "Cid")


@dataclass(frozen=True)
class Export:
    """How a system writes calls or tasks of which some are not over."""

    header: str
    over: str
    """A row that is over; `{…}` of the facts of `_facts`."""
    open_: str
    kind: str = "call"


EXPORTS: Mapping[str, Export] = {
    "status word": Export(
        "Date,From,To,Agent,Status,Duration",
        "{at},{number},+12025550199,{agent},answered,{talk}",
        "{at},{number},+12025550199,{agent},ringing,",
    ),
    "empty end, money and recording": Export(
        "Start,End,Caller,Called,Result,Talk time (s),Cost,Recording",
        "{at},{end},{number},+12025550199,completed,{talk},0.0{n},https://x.example/{n}.wav",
        "{at},,{number},+12025550199,in progress,0,0.00,",
    ),
    "no word says that it runs": Export(
        "Call Date,Caller,Called,Disposition,Hangup Time,Billsec",
        "{at},{number},+12025550199,ANSWERED,{end},{talk}",
        "{at},{number},+12025550199,ANSWERED,,",
    ),
    "German": Export(
        "Datum,Anrufer,Ziel,Status,Gesprächsdauer,Wartezeit,Bemerkung",
        "{at},{number},+12025550199,beendet,{talk},{n},erledigt",
        "{at},{number},+12025550199,klingelt,,,",
    ),
    "an agent takes it later": Export(
        "time,from,to,agent,state,wait,talk,wrap up,mos,hangup by",
        "{at},{number},+12025550199,{agent},completed,{n},{talk},5,4.{n},agent",
        "{at},{number},+12025550199,,queued,,,,,",
    ),
    "tasks": Export(
        "Task name,Queue,Created,State,Finished,Retries,Runtime",
        "call {number},dial,{at},succeeded,{end},{n},{talk}",
        "call {number},dial,{at},running,,0,",
        "task",
    ),
    "tasks by people": Export(
        "Title,Assigned to,Created,Status,Completed at,Result",
        "call {number},{agent},{at},done,{end},sold",
        "call {number},{agent},{at},pending,,",
        "task",
    ),
}


def _facts(n: int) -> dict[str, object]:
    at = datetime(2026, 3, 10, 8, tzinfo=UTC) + timedelta(minutes=n)
    return {
        "n": n % 10,
        "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{at + timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}",
        "number": f"+120255501{(7 * n) % 97:02}",
        "agent": AGENTS[n % 3],
        "talk": 60 + n,
    }


def _file(export: Export, rows: int, unfinished: range) -> str:
    lines = [(export.open_ if n in unfinished else export.over).format_map(_facts(n)) for n in range(rows)]
    return "\n".join([export.header, *lines]) + "\n"


def _read(folder: Path, export: Export, content: str) -> Guess:
    """The guess with the first answer to each doubt, which is what the guess takes as right."""
    plan = plan_of(folder, content)
    plan = replace(plan, options=replace(plan.options, record_type=export.kind))
    found = guess(plan)
    while found.doubts:
        plan = with_answer(plan, found.doubts[0].answers[0])
        found = guess(plan)
    return found


def _ids(plan: ImportPlan) -> set[str]:
    mapping = RowMapping(plan.options)
    with open_rows(plan, None) as (_, rows):
        events = [mapping.event(each.row) for each in rows]
    return {each[f"{plan.options.record_type}_id"] for each in events}


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
@pytest.mark.parametrize("last", [True, False], ids=["the last rows", "rows in between"])
def test_a_row_that_is_over_tomorrow_is_the_same_call(tmp_path: Path, export: Export, *, last: bool) -> None:
    """By the same options: as many calls as rows, whichever was imported first."""
    today = _read(tmp_path, export, _file(export, 24, range(21, 24) if last else range(7, 9)))
    tomorrow = replace(today.plan, file=str(tmp_path / "tomorrow.csv"))
    Path(tomorrow.file).write_text(_file(export, 30, range(0)))
    ids = _ids(today.plan)
    assert len(ids) == today.preview.items == 24
    assert ids < _ids(tomorrow)
    assert len(_ids(tomorrow)) == 30


def test_a_row_that_is_not_over_is_found_behind_the_first_rows(tmp_path: Path) -> None:
    """Exports begin with the oldest calls; the last of them may run."""
    export = EXPORTS["status word"]
    found = guess(plan_of(tmp_path, _file(export, 2_600, range(2_599, 2_600))))
    doubt = only(found, "id")
    assert "1 row not over yet, the first in line 2,601" in doubt.message
    assert found.plan.options.id_from == ("Date", "From", "To", "Agent")


def test_rows_that_what_stays_does_not_tell_apart_are_asked_about(tmp_path: Path) -> None:
    """Two calls of one number in one minute: leaving out what is not over ends it."""
    content = _file(EXPORTS["status word"], 12, range(10, 12)).replace("T08:11", "T08:10")
    content = content.replace("+12025550177", "+12025550170").replace("Cid,ringing", "Ben,ringing")
    plan = plan_of(tmp_path, content)
    doubt = only(guess(plan), "id")
    assert "no columns that stay tell the rows apart" in doubt.message
    answer = next(each for each in doubt.answers if each.option == "--leave-out")
    assert answer.value == "Status=ringing"
    assert guess(with_answer(plan, answer)).preview.items == 10


def test_ids_of_all_cells_are_asked_about_too(tmp_path: Path) -> None:
    """Unless each row is over."""
    export = EXPORTS["status word"]
    for unfinished, is_asked in ((range(9, 10), True), (range(0), False)):
        plan = plan_of(tmp_path, _file(export, 10, unfinished))
        plan = replace(plan, options=replace(plan.options, id_from=("*",)))
        found = guess(plan)
        assert any(each.about == "id" for each in found.doubts) is is_asked
        for answer in only(found, "id").answers if is_asked else ():
            assert ends(plan, only(found, "id"), answer)


def test_a_saved_mapping_whose_ids_change_asks(tmp_path: Path) -> None:
    """Its first file had no row that was not over; by the columns that stay nothing is asked."""
    export = EXPORTS["status word"]
    saved = _read(tmp_path, export, _file(export, 10, range(0))).plan
    Path(saved.file).write_text(_file(export, 14, range(12, 14)))
    whole = read_whole(saved, {}, system_clock)
    (doubt,) = fit_doubts(saved, whole.numbers)
    assert doubt.message.startswith("2 calls not over yet, and ids are made of 'Status', 'Duration'")
    for answer in doubt.answers:
        assert not fit_doubts(with_answer(saved, answer), whole.numbers)
    assert "unfinished_ids" in accepted_by(saved, whole.numbers)
