"""What is accepted of a file when its mapping is saved, and so of tomorrow's file."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.acceptance.command import callboard
from tests.acceptance.test_import_again import asked, mapping
from tests.acceptance.test_import_cli import Desk

TASKS = ("--type", "task", "--map", "task_id=id,status=st,created=at,attempt=try,occurred_at=occ")
EVENTS = ("--map", "call_id=id,call_status=st,occurred_at=at")
LENGTHS = ("--map", "call_id=id,call_status=st,occurred_at=at,call_duration=talk")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def attempts(tasks: int, tries: int, prefix: str = "t") -> str:
    at = "2026-02-07T10"
    rows = [
        f"{prefix}{n},{'failed' if no < tries else 'completed'},{at}:0{n}:00Z,{no},{at}:0{n}:0{no}Z"
        for n in range(tasks)
        for no in range(1, tries + 1)
    ]
    return "\n".join(["id,st,at,try,occ", *rows, ""])


def events(calls: int, prefix: str = "e", *, of: str = "ringing in_progress completed") -> str:
    rows = [
        f"{prefix}{n},{status},2026-02-07T11:0{n}:{at}0Z"
        for n in range(calls)
        for at, status in enumerate(of.split())
    ]
    return "\n".join(["id,st,at", *rows, ""])


def talks(*lengths: object, prefix: str = "c") -> str:
    rows = [f"{prefix}{n},completed,2026-02-07T12:0{n}:00Z,{each}" for n, each in enumerate(lengths)]
    return "\n".join(["id,st,at,talk", *rows, ""])


def saved(desk: Desk, content: str, *options: str) -> list[str]:
    told = desk.run(desk.file(content), *options, "--save-mapping", "m", "--json", mapped=False)
    assert told.code == 0, told.err
    accepted: list[str] = told.json["accepted"]
    return accepted


def fits(desk: Desk, content: str, *options: str) -> None:
    told = desk.run(desk.file(content, "next.csv"), "--mapping", "m", *options, "--json", mapped=False)
    assert told.code == 0, told.text


def test_attempts_of_a_task_are_no_doubt(desk: Desk) -> None:
    """The id and the attempt tell the rows apart: by a mapping and by a guess."""
    assert saved(desk, attempts(4, 3), *TASKS) == []
    fits(desk, attempts(4, 3), "--type", "task")
    fits(desk, attempts(4, 2, "u"), "--type", "task")
    twice = "id,st,at,try,occ\n" + "".join(
        f"v1,{status},2026-02-07T10:00:00Z,1,2026-02-07T10:0{n}:00Z\n"
        for n, status in enumerate(("running", "completed"))
    )
    told = desk.run(desk.file(twice), "--mapping", "m", "--type", "task", "--json", mapped=False)
    assert told.json["doubts"][0]["answers"][0]["value"] == "most_share_ids"


def test_events_of_one_call_are_accepted_with_the_mapping(desk: Desk) -> None:
    accepted = saved(desk, events(4), *EVENTS)
    assert accepted == ["most_share_ids", "most_without_length"]
    fits(desk, events(4))
    fits(desk, events(5, "f"))
    shown = mapping(desk, "show", "m").text
    assert "most_share_ids" in shown
    exported = mapping(desk, "export", "m", "--json").json["command"]
    assert "--accept most_share_ids" in exported
    assert desk.verified()


def test_another_kind_of_doubt_is_asked_about_and_its_answer_ends_it(desk: Desk) -> None:
    """Saved of a file with one row a call, a file of events is asked about; so are more of a kind."""
    assert saved(desk, events(4, of="completed"), *EVENTS) == ["most_without_length"]
    log = desk.file(events(4, "f"), "log.csv")
    assert "become 4 calls" in asked(desk, log, "--mapping", "m", mapped=False)[0]
    fits(desk, events(4, "f"), "--accept", "most_share_ids")
    assert "become 4 calls" in asked(desk, desk.file(events(4, "g")), "--mapping", "m", mapped=False)[0]
    fits(desk, events(4, "g"), "--accept", "most_share_ids", "--save-mapping", "m")
    fits(desk, events(4, "h"))


def test_a_few_calls_without_a_length_do_not_accept_all_of_them(desk: Desk) -> None:
    assert saved(desk, talks(5, 6, 7, ""), *LENGTHS) == ["some_without_length"]
    fits(desk, talks(5, "", 7, prefix="d"))
    blank = desk.file(talks("", "", prefix="f"))
    assert "is unknown" in asked(desk, blank, "--mapping", "m", mapped=False)[0]


def test_the_command_that_imports_all_the_same_saves_what_it_accepts(desk: Desk) -> None:
    saved(desk, events(4, of="completed"), *EVENTS)
    told = desk.run(desk.file(events(4, "f"), "log.csv"), "--mapping", "m", "--json", mapped=False).json
    words = shlex.split(told["command"])
    assert callboard(*words[1:], db=desk.db, cwd=desk.folder).code == 0
    fits(desk, events(4, "g"))


def test_a_guess_asks_of_events_and_an_answer_says_that_they_are(desk: Desk) -> None:
    """Fewer calls than rows never pass a guess unasked; accepted, they do, and the mapping keeps it."""
    file = desk.file(events(4))
    assert any("become 4 calls" in each for each in asked(desk, file, "--guess", *EVENTS, mapped=False))
    said = ("--accept", "most_share_ids", "--accept", "most_without_length")
    left = desk.run(file, "--guess", *EVENTS, *said, "--json", mapped=False)
    assert not any(each["about"] == "legs" for each in left.json.get("doubts", []))
