"""`callboard export`: files to take along, and back again."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.acceptance.campaign import Campaign, call, new_campaign, task
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server

FORMATS = ("csv", "ndjson", "parquet")
TALKED: dict[str, Any] = {
    "start_time": "2024-02-07T09:58:10.250Z",
    "call_duration": 12.5,
    "answered_by": "human",
}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign with calls and tasks of every kind, and texts that ask for care."""
    campaign = new_campaign(tmp_path_factory.mktemp("export") / "calls.db")
    events = [
        call("=1+1", **TALKED, call_type="outbound", agent="+ann", metadata={"a": {"b": [1, "=x"]}}),
        call("c-2", source_number="+12025550123", destination_number="+12025550124"),
        call("c-3", "missed", end_reason="no_answer", external_ids={"crm": "7"}, agent="'=quoted"),
        call("c-4", "failed", end_reason="never heard of it", task_id="t-1"),
        call("c-5", "in_progress", start_time="2024-02-07T09:59:00Z", agent='say "hi", she\nsaid'),
        call("c-6", "queued"),
        call("c-7", void=True),
        task("t-1", "completed", run_id="r-1", output={"said": "ja", "n": 1.5}, assignee="-bo"),
        task("t-2", "partially_completed", input={"name": "Äsha"}, attempt=3),
        task("t-3", "cancelled"),
        task("t-4", "pending", scheduled_at="2024-02-08T09:00:00Z", execution_type="call"),
        task("t-5", "processing", run_id="r-1"),
    ]
    done("space", "create", "--name", "Letters", "--content-type", "email", "--json", db=campaign.db)
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        assert campaign.send(client, *events)["applied"] == len(events)
    return campaign


def exported(campaign: Campaign, *arguments: str | Path) -> bytes:
    """What an export writes to standard output."""
    return done("export", *arguments, "--output", "-", db=campaign.db).out


def rows_of(word: str, file: bytes) -> list[dict[str, Any]]:
    if word == "ndjson":
        return [json.loads(line) for line in file.splitlines()]
    if word == "csv":
        return list(csv.DictReader(io.StringIO(file.decode(), newline="")))
    found: list[dict[str, Any]] = pq.read_table(io.BytesIO(file)).to_pylist()
    return found


@pytest.mark.parametrize("word", FORMATS)
@pytest.mark.parametrize(("what", "key"), [("calls", "call_id"), ("tasks", "task_id")])
def test_a_file_holds_what_the_list_shows(campaign: Campaign, tmp_path: Path, what: str, key: str, word: str):
    """By the file's name or by --format; the summary says what was written; only its owner may read it."""
    listed = [each[key] for each in done(what, "--json", db=campaign.db).json]
    path = tmp_path / f"{what}.{word}"
    told = done("export", what, "-o", path, "--json", db=campaign.db).json
    assert told == {"file": str(path), "format": word, "rows": len(listed), "bytes": path.stat().st_size}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = [row[key].removeprefix("'") for row in rows_of(word, path.read_bytes())]
    assert found == listed
    assert [path] == list(tmp_path.iterdir())
    assert len(rows_of(word, exported(campaign, what, "--format", word))) == len(listed)
    said = done("export", what, "-o", path, db=campaign.db).text
    assert said.startswith(f"{len(listed)} rows in {path} ({word}, ")


def test_filters_are_those_of_the_lists(campaign: Campaign):
    """The same words as `callboard calls` and `callboard tasks`, and more of the API's."""

    def ids(*arguments: str) -> set[str]:
        rows = rows_of("ndjson", exported(campaign, *arguments, "--format", "ndjson"))
        return {row.get("call_id") or row["task_id"] for row in rows}

    assert ids("calls", "--status", "missed", "--status", "failed") == {"c-3", "c-4"}
    assert ids("calls", "--answered") == {"=1+1", "c-5"}
    assert ids("calls", "--not-answered", "--made") == {"c-2", "c-3", "c-4"}
    assert ids("calls", "--source-number", "+12025550123") == {"c-2"}
    assert ids("calls", "--end-reason", "unknown", "--made", "--type", "outbound") == {"=1+1"}
    assert ids("calls", "--from", "2024-02-08") == set()
    assert ids("calls", "--contradicting") == set()
    assert done("calls", "--contradicting", "--json", db=campaign.db).json == []
    assert ids("calls", "--space", campaign.space_token, "--agent", "+ann") == {"=1+1"}
    assert ids("tasks", "--status", "failed") == {"t-3"}
    assert ids("tasks", "--run", "r-1") == {"t-1", "t-5"}
    assert ids("tasks", "--assignee", "-bo", "--to", "2024-02-08") == {"t-1"}
    assert ids("tasks", "--stuck") == {"t-4", "t-5"}
    assert ids("tasks", "--all-content", "--failure-reason", "cancelled") == {"t-3"}


@pytest.mark.parametrize("word", FORMATS)
@pytest.mark.parametrize("what", ["calls", "tasks"])
def test_what_was_exported_can_be_imported_again(campaign: Campaign, tmp_path: Path, what: str, word: str):
    """Into another store, without a question: the same rows, field by field, but for where they came from."""
    path = tmp_path / f"taken.{word}"
    done("export", what, "-o", path, db=campaign.db)
    other = new_campaign(tmp_path / "other.db", handle="other.com")
    told = done("import", path, "--space", other.space_token, "--json", db=other.db).json
    assert told["rejected"] == 0, told
    before = rows_of("ndjson", exported(campaign, what, "--format", "ndjson"))
    after = rows_of("ndjson", exported(other, what, "--format", "ndjson"))
    for row in (*before, *after):
        row.pop("space_token")
        row.pop("source", None)
        if row.get("stuck"):
            row["stuck"].pop("age_seconds")
    assert after == before
    assert done("verify", "--deep", "--json", db=other.db).json["drift"] == 0


def test_it_goes_back_to_its_spaces(campaign: Campaign, tmp_path: Path):
    """By their tokens where they are; an import of one's own export changes no number."""
    before = done("analytics", "--json", db=campaign.db).out
    path = tmp_path / "calls.csv"
    done("export", "calls", "-o", path, db=campaign.db)
    told = done("import", path, "--space-from", "space_token", "--json", db=campaign.db).json
    assert told["rejected"] == 0
    assert done("analytics", "--json", db=campaign.db).out == before
    done("import", "undo", told["batch_id"], db=campaign.db)


def test_a_file_of_another_is_not_taken_for_ours(campaign: Campaign, tmp_path: Path):
    """A column more, and its columns are asked about as ever."""
    path = tmp_path / "calls.csv"
    done("export", "calls", "-o", path, db=campaign.db)
    header, _, rest = path.read_text().partition("\n")
    path.write_text(f"{header.strip()},more\n{rest}")
    outcome = callboard("import", path, "--space", campaign.space_token, "--yes", db=campaign.db)
    assert outcome.code == 2
    assert "--map" in outcome.err


def test_what_was_there_stays_until_all_is_written(campaign: Campaign, tmp_path: Path):
    """A failed export leaves the old file and nothing beside it; a link's target is what is replaced."""
    path = tmp_path / "calls.csv"
    path.write_text("old")
    outcome = callboard("export", "calls", "-o", path, "--space", "spc_none", db=campaign.db)
    assert (outcome.code, path.read_text(), list(tmp_path.iterdir())) == (1, "old", [path])
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    done("export", "calls", "-o", link, db=campaign.db)
    assert link.is_symlink()
    assert path.read_bytes().startswith(b"call_id,")


def test_a_device_is_written_to_and_not_replaced(campaign: Campaign):
    """`/dev/null` is one afterwards, even for root."""
    done("export", "calls", "-o", os.devnull, db=campaign.db)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_reader_that_has_enough_ends_it_quietly(campaign: Campaign):
    """`| head` is no failure to talk about."""
    command = f"{sys.executable} -m callboard export calls --output - --db {campaign.db} | head -1"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("call_id,")
    assert told.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("calls", "--format", "csv"), 2, "--output"),
        (("calls", "-o", "-", "--format", "xlsx"), 2, "xlsx"),
        (("calls", "-o", "/nowhere/calls.csv"), 1, "/nowhere/calls.csv cannot be written"),
        (("calls", "-o", "-", "--status", "none"), 2, "none"),
        (("tasks", "-o", "-", "--from", "yesterday"), 2, "yesterday"),
    ],
)
def test_bad_input_is_reported(campaign: Campaign, arguments: tuple[str, ...], code: int, words: str):
    """With the exit code of its kind, and nothing on standard output."""
    outcome = callboard("export", *arguments, db=campaign.db)
    assert (outcome.code, outcome.out) == (code, b"")
    assert words in outcome.err
