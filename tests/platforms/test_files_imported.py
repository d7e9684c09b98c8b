"""`callboard import --format`: files of platforms, down to the store and what is said of them."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from callboard.clock import SECOND, system_clock
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.command import Outcome, callboard, done
from tests.platforms.files import in_folder, is_of_files, settings_options
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Scenario, scenarios_of
from tests.platforms.stored import assert_calls_stand
from tests.platforms.tables import EXPORTING, TABLES

SCENARIOS = [*scenarios_of(OWN), *scenarios_of(OTHERS)]
_SECRET = "auth_token=0123456789abcdef0123456789abcdef"
_OF_THE_STORE = ("space_token", "updated_at")


class Desk:
    """A store with one space, into which files are imported by the command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "calls.db"
        done("org", "create", "--name", "Acme", "--handle", "acme.example", db=self.db)
        made = done("space", "create", "--org", "acme.example", "--name", "Spring", "--json", db=self.db)
        self.space: str = made.json["token"]

    def run(self, file: Path | str, platform: str, *options: str, **rest: Any) -> Outcome:
        how = ("--space", self.space, "--format", platform, *options, "--json")
        return callboard("import", file, *how, db=self.db, cwd=self.folder, **rest)

    def check(self, scenario: Scenario) -> None:
        store = SqliteStore(str(self.db))
        try:
            [owner] = store.organizations()
            [space] = store.spaces(owner.id)
            assert_calls_stand(store, space, scenario)
        finally:
            store.close()

    def calls(self) -> Any:
        return done("calls", "--json", db=self.db).json


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if is_of_files(each)], ids=lambda each: each.name
)
def test_a_scenario_of_files_stands_after_its_import(desk, scenario):
    """In the store and in its counters; imported again, nothing changes."""
    platform = scenario.sent[0].platform.replace("_", "-")
    options = settings_options(scenario.sent[0].settings)
    rejected = 0
    for path in in_folder(scenario):
        outcome = desk.run(path, platform, *options)
        assert outcome.code in (0, 1), outcome.err
        rejected += outcome.json["rejected"]
        assert outcome.json["received"] == sum(
            outcome.json[end] for end in ("applied", "duplicate", "stale", "rejected")
        )
    assert rejected == len(scenario.expect.get("quarantined", ()))
    desk.check(scenario)
    for path in in_folder(scenario):
        assert desk.run(path, platform, "--label", "again", *options).json["applied"] == 0
    desk.check(scenario)


def test_a_file_and_the_hook_tell_of_the_same_call(desk):
    """What the hook has taken is in the file as well: of two records one is new, and both are one call."""
    done("hook", "create", "--space", desk.space, "--platform", "kamailio", db=desk.db)
    answered = {"method": "INVITE", "callid": "one@sip.example", "sip_code": "200", "time": "1772443810"}
    ended = answered | {"method": "BYE", "time": "1772443870"}
    store = SqliteStore(str(desk.db))
    try:
        [hook] = store.hooks(1)
        now = system_clock()
        delivery = Delivery(body=json.dumps(answered).encode(), received_at=now)
        taken = take(PLATFORMS["kamailio"], delivery, hook, 10)
        store.ingest([batch_of(hook, taken, now)])
    finally:
        store.close()
    file = desk.folder / "acc.json"
    file.write_text(json.dumps([answered, ended]))
    found = desk.run(file, "kamailio").json
    assert (found["applied"], found["duplicate"]) == (1, 1)
    [call] = desk.calls()
    assert (call["call_status"], call["call_duration"]) == ("completed", 60)


def test_unknown_words_are_counted_and_shown(desk):
    lines = [
        {"call_id": f"c{number}", "sip_code": "799" if number else "486", "start_time": "1772443800"}
        for number in range(3)
    ]
    file = desk.folder / "acc.json"
    file.write_text("\n".join(map(json.dumps, lines)))
    outcome = desk.run(file, "kamailio")
    [word] = outcome.json["unknown_words"]
    assert (word["field"], word["word"], word["rows"], word["option"]) == ("end_reason", "799", 2, None)
    shown = callboard(
        "import",
        file,
        "--space",
        desk.space,
        "--format",
        "kamailio",
        "--dry-run",
        db=desk.db,
        cwd=desk.folder,
    )
    assert "Unknown end_reason: '799' in 2 rows" in shown.text


def test_rows_that_do_not_fit_are_in_the_rejects_file(desk):
    file = desk.folder / "acc.json"
    file.write_text('{"call_id": "c1", "sip_code": "486", "start_time": "1772443800"}\n{"call_id"\n')
    outcome = desk.run(file, "kamailio")
    assert outcome.json["rejected_by_reason"] == {"invalid_value": 1}
    [rejected] = map(json.loads, Path(desk.folder / outcome.json["rejects_file"]).read_text().splitlines())
    assert (rejected["line"], rejected["text"]) == (2, '{"call_id"')


def test_rows_of_a_table_are_in_the_rejects_file_as_they_were(desk):
    file = desk.folder / "acc.tsv"
    file.write_text(
        "method\tcallid\tsip_code\tsip_reason\ttime\n"
        "INVITE\tc1\t486\tBusy\t2026-03-02 09:30:00\n"
        "INVITE\tc2\t486\tBusy\tyesterday\n"
    )
    outcome = desk.run(file, "kamailio")
    assert outcome.json["rejected_by_reason"] == {"invalid_time": 1}
    _, row = Path(desk.folder / outcome.json["rejects_file"]).read_text().splitlines()
    assert row.startswith("3,invalid_time,")
    assert row.endswith(",INVITE,c2,486,Busy,yesterday")


def test_an_import_by_format_is_undone_and_carried_on_like_any(desk):
    file = desk.folder / "acc.json.gz"
    file.write_bytes(gzip.compress(b'{"call_id": "c1", "sip_code": "486", "start_time": "1772443800"}'))
    first = desk.run(file, "kamailio").json
    assert (first["applied"], len(desk.calls())) == (1, 1)
    done("import", "undo", first["batch_id"], db=desk.db)
    assert desk.calls() == []


def test_tasks_beside_calls_are_counted_by_a_dry_run(desk):
    file = desk.folder / "tasks.json"
    file.write_text(
        json.dumps(
            {
                "task_id": "t1",
                "status": "completed",
                "created": "2026-03-02T09:30:00Z",
                "output": {"call_id": "c1", "call_status": "completed", "duration": 30},
            }
        )
    )
    found = desk.run(file, "unpod", "--dry-run").json
    assert (found["preview"]["calls"], found["task_preview"]["tasks"]) == (1, 1)
    assert desk.run(file, "unpod").json["applied"] == 2


@pytest.mark.parametrize("named", ["nobody", "generic", ""])
def test_an_unknown_format_lists_all(desk, named):
    file = desk.folder / "x.json"
    file.write_text("{}")
    outcome = desk.run(file, named)
    assert outcome.code == 2
    assert "asterisk, kamailio, vicidial, unpod" in outcome.err
    assert "amazon-connect" in outcome.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--map", "call_id=id"), "--map"),
        (("--guess",), "--guess"),
        (("--legs",), "--legs"),
        (("--header", "a,b"), "--header"),
        (("--mapping", "weekly"), "--mapping"),
        (("--setting", "nothing=1"), "--setting"),
        (("--setting", "nothing"), "--setting"),
        (("--timezone", "end_time:UTC"), "--timezone"),
        (("--timezone", "Mars/Base"), "--timezone"),
        (("--timezone", "Asia/Tokyo", "--setting", "timezone=UTC"), "--timezone"),
    ],
)
def test_options_that_say_otherwise_how_a_file_is_read_are_refused(desk, options, told):
    file = desk.folder / "x.json"
    file.write_text("{}")
    outcome = desk.run(file, "kamailio", *options)
    assert outcome.code == 2
    assert told in outcome.err


def test_a_table_of_a_platform_that_exports_none_is_refused(desk):
    file = desk.folder / "calls.csv"
    file.write_text("Call ID,Status\n1,completed\n")
    outcome = desk.run(file, "telnyx")
    assert outcome.code == 2
    assert "knows no tables of Telnyx" in outcome.err


def test_a_table_with_other_columns_is_refused_with_those_that_are_expected(desk):
    file = desk.folder / "calls.csv"
    file.write_text("Sid,Status\nCA1,completed\n")
    outcome = desk.run(file, "twilio")
    assert outcome.code == 2
    assert "no column parent_call_sid, start_time, end_time, duration." in outcome.err
    assert "Expected are sid, parent_call_sid, status, start_time, end_time, duration." in outcome.err


@pytest.mark.parametrize("platform", EXPORTING)
def test_an_exported_table_stands_after_its_import(desk, platform):
    """In the store and in its counters; imported again, nothing changes."""
    table = TABLES[platform]
    file = desk.folder / "calls.csv"
    file.write_bytes(table.body())
    zone = ("--timezone", table.zone) if table.zone else ()
    found = desk.run(file, platform, *zone).json
    assert (found["received"], found["rejected"]) == (found["applied"], 0)
    ids = {call_id for call_id, said in table.calls.items() if said.get("group_rank", 1)}
    calls = desk.calls()
    assert {each["call_id"] for each in calls} == ids
    for each in calls:
        assert each["call_status"] == table.calls[each["call_id"]]["call_status"]
    assert desk.run(file, platform, *zone, "--label", "again").json["applied"] == 0
    assert desk.calls() == calls
    assert done("verify", "--deep", db=desk.db).code == 0


def test_a_table_and_the_hook_tell_of_the_same_calls_whichever_comes_first(tmp_path):
    table = TABLES["plivo"]
    [scenario] = [each for each in scenarios_of(OWN, "plivo") if each.name == table.scenario]
    stand = []
    for order in ("hook first", "table first"):
        folder = tmp_path / order
        folder.mkdir()
        desk = Desk(folder)
        zone = ("--timezone", "America/New_York")
        file = folder / "calls.csv"
        file.write_bytes(table.body())
        os.utime(file, (RECEIVED / SECOND, RECEIVED / SECOND))
        if order == "table first":
            desk.run(file, "plivo", *zone)
        done("hook", "create", "--space", desk.space, "--platform", "plivo", "--secret", _SECRET, db=desk.db)
        store = SqliteStore(str(desk.db))
        try:
            [hook] = store.hooks(1)
            for place, sent in enumerate(scenario.sent):
                at = RECEIVED + place * SECOND
                store.ingest([batch_of(hook, take(PLATFORMS["plivo"], sent.delivery, hook, 10), at)])
        finally:
            store.close()
        if order == "hook first":
            desk.run(file, "plivo", *zone)
        assert done("verify", "--deep", db=desk.db).code == 0
        stand.append(
            [{field: each[field] for field in each if field not in _OF_THE_STORE} for each in desk.calls()]
        )
    assert [each["call_id"] for each in stand[0]] == ["p-1"]
    assert stand[0] == stand[1]


def test_a_time_without_a_zone_is_refused_until_the_zone_is_said(desk):
    file = desk.folder / "calls.csv"
    file.write_bytes(TABLES["plivo"].body())
    outcome = desk.run(file, "plivo")
    assert outcome.code == 2
    assert "names no zone: say it by --timezone" in outcome.err
    assert desk.calls() == []
    assert desk.run(file, "plivo", "--setting", "timezone=America/New_York").json["applied"] == 2
    assert desk.calls()[0]["creation_time"].startswith("2026-03-05T14:00:00")


def test_words_that_a_table_has_newly_are_counted_and_shown(desk):
    file = desk.folder / "calls.csv"
    file.write_text(TABLES["vapi"].text().replace("customer-ended-call", "a-reason-of-tomorrow"))
    [word] = desk.run(file, "vapi").json["unknown_words"]
    assert (word["field"], word["word"], word["rows"]) == ("end_reason", "a-reason-of-tomorrow", 1)


def test_a_zone_nobody_named_is_said(desk):
    file = OWN / "asterisk" / "widths_of_master_csv__03_eighteen.csv"
    assert "read as UTC" in desk.run(file, "asterisk").err
    assert "read as UTC" not in desk.run(file, "asterisk", "--timezone", "UTC", "--label", "again").err
