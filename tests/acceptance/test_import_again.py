"""`callboard import` of what was imported before: read otherwise, overlapping, and by saved mappings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.acceptance.command import Outcome, callboard, done
from tests.acceptance.test_import_cli import HEAD, MAP, Desk, row

SECONDS, MINUTES = ("--duration-unit", "seconds"), ("--duration-unit", "minutes")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(*numbers: int, talk: object = 2, status: str = "completed") -> str:
    return "".join(row(number, status, talk) for number in numbers)


def mean(desk: Desk) -> Any:
    return desk.numbers()["avg_duration_seconds"]


def durations(desk: Desk) -> dict[str, Any]:
    return {each["call_id"]: each["call_duration"] for each in desk.calls()}


def mapping(desk: Desk, *words: str) -> Outcome:
    return callboard("mapping", *words, "--org", "acme.com", db=desk.db, cwd=desk.folder)


def test_the_same_file_in_another_unit_is_refused_and_then_replaced_whole(desk: Desk) -> None:
    """200 calls in seconds, then in minutes: exit 3 with the way out; with --replace, exactly the second."""
    file = desk.file(HEAD + rows(*range(200)))
    assert desk.run(file, *SECONDS).code == 0
    refused = desk.run(file, *MINUTES, "--json")
    assert refused.code == 3
    told = refused.json
    assert [each["about"] for each in told["doubts"]] == ["rows"]
    assert "b1 (calls.csv" in told["doubts"][0]["message"]
    assert told["undo"] == "callboard import undo b1 --org acme.com"
    assert told["command"].endswith(" --replace")
    assert mean(desk) == 2
    plain = desk.run(file, *MINUTES)
    assert (plain.code, plain.text) == (3, "")
    assert "b1" in plain.err
    assert told["undo"] in plain.err
    report = desk.run(file, *MINUTES, "--replace", "--json").json
    assert (report["applied"], report["stale"], report["replaced"]) == (200, 0, 200)
    assert report["replaced_batches"] == ["b1"]
    assert mean(desk) == 120
    assert desk.numbers()["total_calls"] == 200
    assert set(durations(desk).values()) == {120}
    assert desk.verified()


def asked(desk: Desk, file: Path, *options: str, **rest: Any) -> list[str]:
    """The messages of an import that ends with exit code 3 and imports nothing."""
    before = desk.calls()
    told = desk.run(file, *options, "--json", **rest)
    assert told.code == 3, told.text + told.err
    assert desk.calls() == before
    return [each["message"] for each in told.json["doubts"]]


def test_other_readings_of_a_longer_a_shorter_and_a_corrected_file_are_asked_about(desk: Desk) -> None:
    """Without a saved mapping, and whatever the file is called; --replace replaces what the file names."""
    assert desk.run(desk.file(HEAD + rows(*range(20)))).code == 0
    longer = desk.file(HEAD + rows(*range(5, 25)), "longer.csv")
    assert asked(desk, longer, *MINUTES)[0].startswith("15 rows say something else of a call")
    shorter = desk.file(HEAD + rows(*range(19)), "shorter.csv")
    assert "19 rows" in asked(desk, shorter, *MINUTES)[0]
    corrected = desk.file(HEAD + rows(*range(19)) + rows(19, talk=7), "corrected.csv")
    assert "1 row says" in asked(desk, corrected)[0]
    assert desk.run(desk.file(HEAD + rows(30, 31), "others.csv"), *MINUTES).code == 0
    report = desk.run(longer, *MINUTES, "--replace", "--json").json
    assert (report["applied"], report["replaced"], report["replaced_batches"]) == (20, 15, [])
    assert report["left_of_earlier_readings"] == {"b1": 5}
    there = durations(desk)
    assert {there[f"c{n}"] for n in range(5)} == {2}
    assert {there[f"c{n}"] for n in range(5, 25)} == {120}
    assert callboard("import", "undo", report["batch_id"], "--org", "acme.com", db=desk.db).code == 0
    assert {durations(desk)[f"c{n}"] for n in range(20)} == {2}
    assert desk.verified()


def test_rows_that_add_to_a_call_are_not_asked_about(desk: Desk) -> None:
    """A second system that says what the first does not, of the same calls."""
    assert desk.run(desk.file(HEAD + rows(1, 2))).code == 0
    more = "id,status,at,rep\n" + "".join(f"c{n},completed,2026-02-07T{n:02d}:00:00Z,ann\n" for n in (1, 2))
    other = ("--map", "call_id=id,call_status=status,creation_time=at,agent=rep")
    assert desk.run(desk.file(more, "more.csv"), *other, mapped=False).code == 0
    assert [(each["call_duration"], each["agent"]) for each in desk.calls()] == [(2, "ann")] * 2


@pytest.mark.parametrize("space_first", [True, False])
def test_a_file_imported_by_another_say_of_the_space_is_asked_about(desk: Desk, space_first: bool) -> None:
    """--space, then --space-from, or the other way: never both."""
    named = HEAD.strip() + ",where\n" + "".join(f"{row(n).strip()},Autumn\n" for n in range(4))
    file = desk.file(named)
    one = ("--space", desk.space)
    ways = [one, ("--space-from", "where")]
    first, second = ways if space_first else ways[::-1]
    how = ("import", file, "--org", "acme.com", "--map", MAP, "--json")
    assert callboard(*how, *first, db=desk.db, cwd=desk.folder).code == 0
    told = callboard(*how, *second, db=desk.db, cwd=desk.folder)
    assert (told.code, told.json["undo"]) == (3, "callboard import undo b1 --org acme.com")
    report = callboard(*how, *second, "--replace", db=desk.db, cwd=desk.folder).json
    assert report["replaced_batches"] == ["b1"]
    assert desk.numbers()["total_calls"] == 4
    assert desk.verified()


def test_a_pipe_is_known_by_what_it_says(desk: Desk) -> None:
    """It is kept and read before its first row is written."""
    content = HEAD + rows(1, 2)
    assert desk.run(desk.file(content)).code == 0
    told = desk.run("-", *MINUTES, "--json", stdin=content)
    assert told.code == 3, told.err
    assert mean(desk) == 2


def test_an_interrupted_import_does_not_take_back_a_later_one(desk: Desk) -> None:
    """Begun again after a later import read its calls otherwise, it asks; with --replace it has the say."""
    monday = desk.file(HEAD + rows(*range(6)), "monday.csv")
    assert desk.run(monday, "--save-mapping", "dialler").code == 0
    with apsw.Connection(str(desk.db)) as db:
        db.execute("UPDATE batch SET finished_at = NULL, position = 4 WHERE no = 1")
    tuesday = desk.file(HEAD + rows(*range(3, 9)), "tuesday.csv")
    by = ("--mapping", "dialler", *MINUTES, "--replace")
    assert desk.run(tuesday, *by, mapped=False).code == 0
    assert "has read files by other options" in asked(desk, monday, "--save-mapping", "dialler")[0]
    report = desk.run(monday, "--save-mapping", "dialler", "--replace", "--json").json
    assert report["batch_id"] == "b3"
    assert durations(desk) == {f"c{n}": 2 if n < 6 else 120 for n in range(9)}
    assert desk.verified()


def test_the_same_file_read_alike_is_not_asked_about(desk: Desk) -> None:
    """Its rows are duplicates, as before; and a dry run asks nothing."""
    file = desk.file(HEAD + rows(1, 2))
    assert desk.run(file).code == 0
    again = desk.run(file, "--json")
    assert (again.code, again.json["duplicate"]) == (0, 2)
    assert desk.run(file, *MINUTES, "--dry-run").code == 0


def test_at_a_terminal_it_is_asked(desk: Desk) -> None:
    """No leaves everything as it was."""
    file = desk.file(HEAD + rows(1, 2))
    desk.run(file)
    no = desk.run(file, *MINUTES, typed="n\n")
    assert no.code == 3
    assert mean(desk) == 2
    yes = desk.run(file, *MINUTES, typed="y\n")
    assert yes.code == 0, yes.err
    assert "It replaces b1, of which nothing counts any more." in yes.text
    assert mean(desk) == 120


def test_undoing_what_replaced_says_what_is_not_brought_back(desk: Desk) -> None:
    """And the first reading may be imported again without a question."""
    file = desk.file(HEAD + rows(1, 2))
    desk.run(file)
    desk.run(file, *MINUTES, "--replace")
    undone = callboard("import", "undo", "b2", "--org", "acme.com", db=desk.db)
    assert "What it had replaced of 2 calls and tasks is not brought back" in undone.text
    assert desk.numbers()["total_calls"] == 0
    assert desk.run(file).code == 0
    assert mean(desk) == 2


def test_tomorrows_file_is_one_word(desk: Desk) -> None:
    """Saved by the first import, used by the second, overridden by options beside it."""
    first = desk.run(desk.file(HEAD + rows(1, 2)), *MINUTES, "--save-mapping", "dialler")
    assert first.code == 0, first.err
    tomorrow = desk.file(HEAD + rows(2, 3, talk=3), "tomorrow.csv")
    report = desk.run(tomorrow, "--mapping", "dialler", "--json", mapped=False).json
    assert (report["applied"], report["replaced"]) == (2, 1)
    assert durations(desk) == {"c1": 120, "c2": 180, "c3": 180}
    third = desk.file(HEAD + rows(4), "third.csv")
    changed = desk.run(third, "--mapping", "dialler", *SECONDS, "--json", mapped=False)
    assert changed.code == 3
    assert "b1" in changed.json["doubts"][0]["message"]
    report = desk.run(third, "--mapping", "dialler", *SECONDS, "--replace", "--json", mapped=False).json
    assert report["left_of_earlier_readings"] == {"b1": 1, "b2": 2}
    assert durations(desk)["c4"] == 2
    assert desk.verified()


def test_equal_stamps_of_one_mapping_are_not_decided_row_by_row(desk: Desk) -> None:
    """Yesterday's export said 0, today's something else; yesterday's again is the later word."""
    monday = desk.file(HEAD + rows(*range(60), talk=0), "monday.csv")
    assert desk.run(monday, "--save-mapping", "dialler").code == 0
    tuesday = desk.file(HEAD + rows(*range(30, 90), talk=60), "tuesday.csv")
    by = ("--mapping", "dialler")
    assert desk.run(tuesday, *by, mapped=False).code == 0
    assert durations(desk) == {f"c{n}": 0 if n < 30 else 60 for n in range(90)}
    assert desk.run(monday, *by, mapped=False).code == 0
    assert durations(desk) == {f"c{n}": 0 if n < 60 else 60 for n in range(90)}
    assert desk.verified()


def test_a_file_that_the_mapping_does_not_fit_asks(desk: Desk) -> None:
    """A column gone, a new word, at the very end too: exit 3 before the first row is written."""
    desk.run(desk.file(HEAD + rows(1)), "--save-mapping", "dialler")
    gone = desk.file("id,status,at\n" + "c5,completed,2026-02-07T00:00:00Z\n", "gone.csv")
    told = desk.run(gone, "--mapping", "dialler", "--json", mapped=False)
    assert (told.code, told.json["doubts"][0]["about"]) == (3, "header")
    assert "talk" in told.json["doubts"][0]["message"]
    late = desk.file(HEAD + rows(*range(2, 2_600)) + rows(2_600, status="asleep"), "late.csv")
    told = desk.run(late, "--mapping", "dialler", "--json", mapped=False)
    assert (told.code, told.json["doubts"][0]["about"]) == (3, "status")
    assert "1 of 2,599 rows" in told.json["doubts"][0]["message"]
    assert desk.numbers()["total_calls"] == 1
    assert not list(desk.folder.glob("*.rejected.*"))
    mapped = ("--values", "call_status:asleep=missed")
    report = desk.run(
        late, "--mapping", "dialler", *mapped, "--save-mapping", "dialler", "--json", mapped=False
    )
    assert report.code == 0, report.err
    assert desk.numbers()["total_calls"] == 2_600
    again = desk.file(HEAD + rows(2_601, status="Asleep"), "again.csv")
    assert desk.run(again, "--mapping", "dialler", mapped=False).code == 0
    other = ("--values", "call_status:asleep=failed")
    assert desk.run(again, "--mapping", "dialler", *other, "--json", mapped=False).code == 3
    piped = desk.run("-", "--mapping", "dialler", "--replace", mapped=False, stdin=HEAD + rows(1))
    assert piped.code == 0, "standard input is kept, and read twice"


def test_mappings_are_listed_shown_exported_and_deleted(desk: Desk) -> None:
    """The exported line imports as the mapping does."""
    assert (
        mapping(desk, "list").text
        == "Acme has no saved mapping. callboard import --save-mapping NAME saves one.\n"
    )
    file = desk.file(HEAD + rows(1, 2))
    desk.run(file, *MINUTES, "--save-mapping", "dialler", "--dry-run")
    assert "dialler" in mapping(desk, "list").text
    [listed] = mapping(desk, "list", "--json").json
    assert (listed["name"], listed["version"]) == ("dialler", 1)
    assert listed["options"] == {"duration_unit": "minutes", "map": [MAP], "usual_length": 120}
    shown = mapping(desk, "show", "dialler").text
    assert "duration-unit" in shown
    assert "minutes" in shown
    line = mapping(desk, "export", "dialler").text
    assert line.startswith("callboard import FILE --org acme.com --space TOKEN ")
    assert "--duration-unit minutes" in line
    assert mapping(desk, "export", "dialler", "--json").json["command"] == line.strip()
    assert mapping(desk, "delete", "dialler").code == 0
    assert mapping(desk, "show", "dialler").code == 1
    assert desk.run(file, "--mapping", "dialler", mapped=False).code == 1


def test_a_mapping_of_a_later_version_is_refused(desk: Desk) -> None:
    """An option that this version does not know changes how the file is read: not left out unsaid."""
    from callboard.store.sqlite.store import SqliteStore

    store = SqliteStore(str(desk.db))
    store.save_mapping(1, "later", json.dumps({"map": [MAP], "sideways": True}), 0)
    store.close()
    told = desk.run(desk.file(HEAD + rows(1)), "--mapping", "later", mapped=False)
    assert told.code == 2
    assert "sideways" in told.err


def test_a_mapping_is_copied_with_its_store(desk: Desk) -> None:
    """`db copy` knows the table, and the copy collides as the store does."""
    file = desk.file(HEAD + rows(1))
    desk.run(file, "--save-mapping", "dialler")
    copy = desk.folder / "copy.db"
    done("db", "copy", "--from", desk.db, "--to", copy)
    [listed] = callboard("mapping", "list", "--json", db=copy).json
    assert listed["name"] == "dialler"
    again = callboard("import", file, "--space", desk.space, "--map", MAP, *MINUTES, db=copy, cwd=desk.folder)
    assert again.code == 3


def test_ids_of_all_columns_are_saved_by_the_columns_that_stay(desk: Desk) -> None:
    """Tomorrow's file with a note filled in, or with one column more, doubles no call."""
    head = "Date,Number,Duration,Note"
    said = [f"2026-02-13T{n:02d}:00:00Z,+1202555010{n},{n + 10}" for n in range(4)]
    how: tuple[str, ...] = ("--set", "call_status=completed", "--map")
    how += ("creation_time=Date,destination_number=Number,call_duration=Duration", "--id-from", "*")
    first = desk.file(head + "\n" + "".join(f"{each},\n" for each in said))
    assert desk.run(first, *how, "--save-mapping", "dialler", mapped=False).code == 0
    assert mapping(desk, "list", "--json").json[0]["options"]["id_from"] == ["Date", "Number", "Duration"]
    noted = desk.file(head + ",Tag\n" + "".join(f"{each},called,x\n" for each in said), "noted.csv")
    report = desk.run(noted, "--mapping", "dialler", "--json", mapped=False).json
    assert (report["applied"], report["duplicate"]) == (0, 4)
    more = ("--map", "agent=Turn")
    other = said[0].replace("02-13", "02-14")
    twice = desk.file(head.replace("Note", "Turn") + f"\n{other},1\n{other},2\n", "twice.csv")
    told = asked(desk, twice, *how, *more, "--save-mapping", "other", mapped=False)
    assert "1 row is one with another" in told[0]


def test_what_an_import_reads_back_is_not_bounded_as_a_question_over_http_is(desk: Desk) -> None:
    """It compares its rows with earlier imports, and counts what they left: nobody waits on the network."""
    file = desk.file(HEAD + rows(*range(3_000)))
    short: dict[str, Any] = {"environment": {"CALLBOARD_QUERY_TIMEOUT_MS": "10"}}
    assert desk.run(file, *SECONDS, **short).code == 0
    replaced = desk.run(file, *MINUTES, "--replace", **short)
    assert replaced.code == 0, replaced.err
    undone = done("import", "undo", "b2", "--org", "acme.com", db=desk.db, **short)
    assert "Withdrew 3,000 events" in undone.text


@pytest.mark.parametrize("how", [(), ("--mapping", "dialler"), ("--mapping", "dialler", "--replace")])
def test_a_file_whose_ids_are_given_anew_is_asked_about(desk: Desk, how: tuple[str, ...]) -> None:
    """Rows numbered from c1 again on the next day, by the same options: nothing merges unasked."""
    assert desk.run(desk.file(HEAD + rows(1, 2, 3)), "--save-mapping", "dialler").code == 0
    tomorrow = desk.file((HEAD + rows(1, 2, 3)).replace("02-07", "02-08"), "tomorrow.csv")
    message, *more = asked(desk, tomorrow, *how, mapped=not how)
    assert not more
    assert message.startswith("3 of 3 compared rows whose ids are known say something else")
    accepted = desk.run(tomorrow, *how, "--accept", "known_ids", mapped=not how)
    assert accepted.code == 0, accepted.err


def test_the_same_file_into_another_space_is_asked_about(desk: Desk) -> None:
    """A team with the wrong campaign does so: the undo is named, and accepting it counts it in both."""
    made = done("space", "create", "--org", "acme.com", "--name", "Autumn", "--json", db=desk.db)
    autumn = made.json["token"]
    file = desk.file(HEAD + rows(1, 2))
    assert desk.run(file).code == 0
    how = ("import", file, "--org", "acme.com", "--map", MAP, "--space", autumn, "--json")
    told = callboard(*how, db=desk.db, cwd=desk.folder)
    for more in ((), ("--replace",), ("--duration-unit", "minutes")):
        told = callboard(*how, *more, db=desk.db, cwd=desk.folder)
        assert (told.code, told.json["undo"]) == (3, "callboard import undo b1 --org acme.com")
        assert "imported into another space before: b1" in told.json["doubts"][0]["message"]
    assert desk.numbers()["total_calls"] == 2
    answer = told.json["doubts"][0]["answers"][0]["arguments"]
    assert callboard(*how, *answer, db=desk.db, cwd=desk.folder).code == 0
    assert callboard(*how, db=desk.db, cwd=desk.folder).code == 0
    assert desk.numbers()["total_calls"] == 4
    assert desk.run(file).code == 0
    assert desk.numbers()["total_calls"] == 4


def test_a_file_whose_import_into_another_space_was_undone_is_not_asked_about(desk: Desk) -> None:
    made = done("space", "create", "--org", "acme.com", "--name", "Autumn", "--json", db=desk.db)
    file = desk.file(HEAD + rows(1, 2))
    assert desk.run(file).code == 0
    assert callboard("import", "undo", "b1", "--org", "acme.com", db=desk.db).code == 0
    how = ("import", file, "--org", "acme.com", "--map", MAP, "--space", made.json["token"], "--json")
    assert callboard(*how, db=desk.db, cwd=desk.folder).code == 0


def test_the_same_rows_under_other_ids_are_asked_about(desk: Desk) -> None:
    """A wrong column of ids first; then the same rows, written by semicolons, with one row more."""
    made = [(f"c{n}", "completed", f"2026-02-07T{n:02d}:00:00Z", str(60 + n)) for n in range(1, 7)]
    table = ["id,status,at,talk", *map(",".join, made)]
    assert desk.run(desk.file("\n".join(table)), "--map", MAP.replace("=id", "=talk"), mapped=False).code == 0
    more = [*table[:1], *reversed(table[1:]), "c9,completed,2026-02-08T00:00:00Z,90"]
    file = desk.file("\n".join(more).replace(",", ";"), "again.csv")
    for options in ((), ("--replace",)):
        told = desk.run(file, "--json", *options)
        assert (told.code, told.json["undo"]) == (3, "callboard import undo b1 --org acme.com")
        assert told.json["doubts"][0]["message"].startswith("6 of 7 compared rows")
    assert desk.run(file, "--accept", "same_calls").code == 0
    assert desk.numbers()["total_calls"] == 13


def test_a_longer_file_of_calls_of_another_space_is_asked_about(desk: Desk) -> None:
    """Yesterday's file went there, today's holds its calls and more: no identical file tells."""
    made = done("space", "create", "--org", "acme.com", "--name", "Autumn", "--json", db=desk.db)
    assert desk.run(desk.file(HEAD + rows(*range(12)))).code == 0
    longer = desk.file(HEAD + rows(*range(18)), "longer.csv")
    how = ("import", longer, "--org", "acme.com", "--map", MAP, "--space", made.json["token"], "--json")
    told = callboard(*how, db=desk.db, cwd=desk.folder)
    assert (told.code, told.json["undo"]) == (3, "callboard import undo b1 --org acme.com")
    assert told.json["doubts"][0]["message"].startswith("12 of 18 compared rows say calls that another space")
    assert desk.numbers()["total_calls"] == 12
    answer = told.json["doubts"][0]["answers"][0]["arguments"]
    assert callboard(*how, *answer, db=desk.db, cwd=desk.folder).code == 0
    assert desk.numbers()["total_calls"] == 30
    assert callboard(*how, db=desk.db, cwd=desk.folder).code == 0
    assert desk.numbers()["total_calls"] == 30
