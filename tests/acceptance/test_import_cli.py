"""`callboard import`: what a person and a script meet, with good files and with bad ones."""

from __future__ import annotations

import csv
import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acceptance.command import Outcome, callboard, done

MAP = "call_id=id,call_status=status,creation_time=at,call_duration=talk"
HEAD = "id,status,at,talk\n"


class Desk:
    """A store with one organization and one space, and a folder to import from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "calls.db"
        done("org", "create", "--name", "Acme", "--handle", "acme.com", db=self.db)
        made = done("space", "create", "--org", "acme.com", "--name", "Spring", "--json", db=self.db)
        self.space = made.json["token"]

    def file(self, content: str | bytes, name: str = "calls.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, file: Path | str, *options: str, mapped: bool = True, **rest: Any) -> Outcome:
        how = ("--space", self.space, *(("--map", MAP) if mapped else ()), *options)
        return callboard("import", file, "--org", "acme.com", *how, db=self.db, cwd=self.folder, **rest)

    def load(self, content: str | bytes, *options: str, name: str = "calls.csv") -> Any:
        outcome = self.run(self.file(content, name), "--json", *options)
        assert outcome.code == 0, outcome.err
        return outcome.json

    def numbers(self, *scope: str) -> Any:
        return done("analytics", "--org", "acme.com", *scope, "--json", db=self.db).json["data"]

    def calls(self) -> Any:
        return done("calls", "--org", "acme.com", "--json", db=self.db).json

    def verified(self) -> bool:
        return bool(done("verify", "--deep", "--json", db=self.db).json["drift"] == 0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def row(number: int, status: str = "completed", talk: object = 60) -> str:
    return f"c{number},{status},2026-02-07T{number % 24:02d}:00:00Z,{talk}\n"


# --- what it takes ---------------------------------------------------------------------------------


def test_the_same_rows_in_every_format_are_the_same_calls(desk: Desk) -> None:
    """CSV, TSV, NDJSON and Parquet, packed or not, or from standard input: once applied, then known."""
    content = HEAD + "".join(row(number) for number in range(50))
    assert desk.load(content)["applied"] == 50
    records = list(csv.DictReader(content.splitlines()))
    pq.write_table(pa.Table.from_pylist(records), desk.folder / "calls.parquet")
    others = [
        desk.load(content.replace(",", "\t"), name="calls.tsv"),
        desk.load(gzip.compress(content.encode()), name="calls.csv.gz"),
        desk.load("".join(json.dumps(each) + "\n" for each in records), name="calls.ndjson"),
        desk.run(desk.folder / "calls.parquet", "--json").json,
        desk.run("-", "--json", stdin=content).json,
        desk.run("-", "--json", stdin=(desk.folder / "calls.ndjson").read_text()).json,
    ]
    assert [(each["applied"], each["duplicate"]) for each in others] == [(0, 50)] * 6
    assert desk.numbers()["total_calls"] == 50
    assert desk.verified()


def test_a_report_for_people_ends_with_the_way_back(desk: Desk) -> None:
    """Counts, the rejected by reason with an example, and the command that withdraws it all."""
    file = desk.file(HEAD + row(1) + row(2, "asleep") + "c3,completed\n" + row(1))
    outcome = desk.run(file)
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.text.split())
    assert "4 rows read. applied 1 duplicate 1 stale 0 rejected 2" in words
    assert "invalid_status 1 (line 3:" in words
    assert "invalid_value 1 (line 4: 2 cells where the header has 4)" in words
    assert "calls.csv.rejected.csv" in words
    assert outcome.text.rstrip().endswith("callboard import undo b1 --org acme.com")
    assert outcome.err == ""


def test_spaces_are_found_by_name_or_created(desk: Desk) -> None:
    """--space-from: told which; a created one's days are those of the records' zone."""
    file = desk.file("id,status,campaign\n1,completed,Spring\n2,missed,Autumn\n3,missed,Autumn\n4,missed,\n")
    how = ("--space-from", "campaign", "--map", "call_id=id,call_status=status", "--timezone", "Asia/Kolkata")
    report = done("import", file, "--org", "acme.com", *how, "--json", db=desk.db, cwd=desk.folder).json
    assert [(each["name"], each["created"], each["rows"]) for each in report["spaces"]] == [
        ("Spring", False, 1),
        ("Autumn", True, 2),
    ]
    assert report["rejected_by_reason"] == {"missing_field": 1}
    listed = {
        each["name"]: each for each in done("space", "list", "--org", "acme.com", "--json", db=desk.db).json
    }
    assert listed["Autumn"]["settings"]["timezone"] == "Asia/Kolkata"
    assert desk.numbers("--space", listed["Autumn"]["token"])["total_calls"] == 2


def test_tasks_are_imported_too(desk: Desk) -> None:
    """--type task."""
    file = desk.file(
        "id,state,at\n1,queued,2026-02-07T10:00:00Z\n2,cancelled,2026-02-07T10:00:00Z\n", "tasks.csv"
    )
    how = ("--type", "task", "--map", "task_id=id,status=state,created=at", "--space", desk.space)
    done("import", file, "--org", "acme.com", *how, db=desk.db, cwd=desk.folder)
    assert desk.numbers()["task_status_breakdown"] == {
        "pending": 1,
        "running": 0,
        "completed": 0,
        "failed": 1,
    }


def test_times_around_daylight_saving_are_reported_and_counted(desk: Desk) -> None:
    """The hour that comes twice, and the one that never comes."""
    days = ("2026-10-25", "2026-03-29", "2026-02-07")
    file = desk.file(HEAD + "".join(f"{day},completed,{day} 02:30:00,1\n" for day in days))
    report = desk.run(file, "--timezone", "Europe/Berlin", "--json").json
    assert (report["applied"], report["ambiguous_times"], report["impossible_times"]) == (3, 1, 1)
    text = desk.run(file, "--timezone", "Europe/Berlin").text
    assert "1 local time comes twice" in text
    assert "1 local time does not exist" in text


def test_numbers_that_lost_digits_in_a_spreadsheet_are_told(desk: Desk) -> None:
    numbers = ("4.47701E+11", "4,47701E+11", "447700900123.0", "'+447700900123")
    rows = [f"c{place};completed;2026-02-07T02:30:00Z;60;{each}" for place, each in enumerate(numbers)]
    file = desk.file("\n".join(["id;status;at;talk;number", *rows]))
    how = ("--map", f"{MAP},destination_number=number")
    report = desk.run(file, *how, "--json", mapped=False).json
    assert (report["applied"], report["lost_numbers"]) == (4, 2)
    assert "2 telephone numbers have lost digits" in desk.run(file, *how, mapped=False).text
    assert sorted(each["destination_number"] or "" for each in desk.calls()) == [
        "", "", "+447700900123", "447700900123",
    ]  # fmt: skip


def test_a_dry_run_writes_nothing_but_what_it_would_reject(desk: Desk) -> None:
    """Every row is read and checked; no call, no space, no import on record."""
    file = desk.file("id,status,campaign\n1,completed,New\n2,asleep,New\n")
    how = ("--space-from", "campaign", "--map", "call_id=id,call_status=status", "--dry-run", "--json")
    report = done("import", file, "--org", "acme.com", *how, db=desk.db, cwd=desk.folder).json
    assert (report["batch_id"], report["received"], report["valid"], report["rejected"]) == (None, 2, 1, 1)
    assert report["spaces"] == [{"name": "New", "token": None, "created": True, "rows": 1}]
    assert desk.numbers()["total_calls"] == 0
    assert len(done("space", "list", "--org", "acme.com", "--json", db=desk.db).json) == 1
    assert desk.load(HEAD + row(1))["batch_id"] == "b1"


def test_words_that_nobody_knows_are_shown_with_the_option_that_maps_them(desk: Desk) -> None:
    """At the end, for people and for scripts; put onto the command line, the option completes the call."""
    rows = "id,status,at,way\nc1,Completed,2026-02-07T10:00:00Z,Eingehend\nc2,gone,2026-02-07T10:00:00Z,web\n"
    file = desk.file(rows)
    how = ("--map", "call_id=id,call_status=status,creation_time=at,call_type=way")
    outcome = desk.run(file, *how, mapped=False)
    words = " ".join(outcome.text.split())
    assert "Unknown call_type: 'Eingehend' in 1 row (call_type left out)" in words
    assert "--values 'call_type:Eingehend=…' (… is inbound, outbound or web)" in words
    assert "with these lines filled in and --replace" in words
    assert "Unknown call_status: 'gone' in 1 row (rejected)" in words
    told = desk.run(file, *how, "--dry-run", "--json", mapped=False).json["unknown_words"]
    assert [{**each, "choices": None} for each in told] == [
        {
            "field": "call_status",
            "word": "gone",
            "rows": 1,
            "option": "--values 'call_status:gone=…'",
            "value": "call_status:gone=…",
            "choices": None,
            "rejects": True,
        },
        {
            "field": "call_type",
            "word": "Eingehend",
            "rows": 1,
            "option": "--values 'call_type:Eingehend=…'",
            "value": "call_type:Eingehend=…",
            "choices": None,
            "rejects": False,
        },
    ]
    assert told[1]["choices"] == ["inbound", "outbound", "web"]
    desk.run(file, *how, "--values", "call_type:Eingehend=inbound", "--replace", mapped=False)
    assert [(each["call_id"], each["call_type"]) for each in desk.calls()] == [("c1", "inbound")]


def test_a_log_of_events_becomes_calls(desk: Desk) -> None:
    """One row for each event, as Kamailio writes them: what a row says is told by conditions."""
    log = (
        "method;callid;code;time\nBYE;k1;200;2026-02-07 10:03:00\nINVITE;k2;486;2026-02-07 11:00:00\n"
        "INVITE;k1;200;2026-02-07 10:00:00\nINVITE;k3;404;2026-02-07 12:00:00\n"
    )
    when = (
        ("method=INVITE", "creation_time={time}"),
        ("method=INVITE and code=200", "call_status=in_progress"),
        ("method=INVITE and code=200", "start_time={time}"),
        ("method=INVITE and code=486", "call_status=missed"),
        ("method=INVITE", "call_status=failed"),
        ("method=BYE", "call_status=completed"),
        ("method=BYE", "end_time={time}"),
    )
    options = [word for each in when for word in ("--when", *each)]
    how = ("--map", "call_id=callid,occurred_at=time", "--timezone", "UTC", *options)
    outcome = desk.run(desk.file(log), *how, mapped=False)
    assert outcome.code == 0, outcome.err
    assert desk.numbers() == desk.numbers() | {
        "total_calls": 3,
        "completed_calls": 1,
        "failed_calls": 1,
        "avg_duration_seconds": 180.0,
    }


def test_rows_without_an_id_are_the_calls_they_were_in_a_longer_file(desk: Desk) -> None:
    """Sorted otherwise, with the columns turned, under another name, also packed into Parquet."""
    first = [
        "2026-02-07T10:00:00Z,missed,0",
        "2026-02-07T10:00:00Z,missed,0",
        "2026-02-07T10:01:00Z,completed,60",
    ]
    how = ("--map", "call_status=status,creation_time=at,call_duration=talk", "--id-from", "*")
    file = desk.file("at,status,talk\n" + "\n".join(first) + "\n")
    assert desk.run(file, *how, "--json", mapped=False).json["applied"] == 3
    turned = [",".join(reversed(each.split(","))) for each in [*first, "2026-02-07T09:00:00Z,missed,0"]]
    longer = desk.file("talk,status,at\n" + "\n".join(reversed(turned)) + "\n", "other.csv")
    report = desk.run(longer, *how, "--json", mapped=False).json
    assert (report["applied"], report["duplicate"]) == (1, 3)
    table = pa.Table.from_pylist(list(csv.DictReader(longer.read_text().splitlines())))
    pq.write_table(table, desk.folder / "calls.parquet")
    assert desk.run(desk.folder / "calls.parquet", *how, "--json", mapped=False).json["duplicate"] == 4
    assert desk.numbers()["total_calls"] == 4


# --- what it does not take -------------------------------------------------------------------------


def test_rejected_rows_are_written_to_a_file_and_imported_once_corrected(desk: Desk) -> None:
    """Everything that can be wrong with a row in one file: the good are in, each bad one has its reason."""
    bad = [
        b"c1,completed\n",
        b"c2,completed,2026-02-07T10:00:00Z,60,more\n",
        b"c3,asleep,2026-02-07T10:00:00Z,60\n",
        b"c4,completed,yesterday,60\n",
        b"c5,completed,1970-01-01T00:00:00Z,60\n",
        b"c6,completed,2199-01-01T00:00:00Z,60\n",
        b"c7,completed,2026-02-07T10:00:00Z,-60\n",
        b"c8,completed,2026-02-07T10:00:00Z,99999999\n",
        b"c9,completed,2026-02-07T10:00:00Z,inf\n",
        b",completed,2026-02-07T10:00:00Z,60\n",
        b"x" * 300 + b",completed,2026-02-07T10:00:00Z,60\n",
        b"c\0,completed,2026-02-07T10:00:00Z,60\n",
        b"c\xe9,completed,2026-02-07T10:00:00Z,60\n",
        b'"c10,completed,2026-02-07T10:00:00Z,60\n',
        b"=cmd(),asleep,2026-02-07T10:00:00Z,60\n",
    ]
    good = [row(number).encode() for number in range(100, 100 + len(bad))]
    mixed = b"".join(line for pair in zip(bad, good, strict=True) for line in pair)
    report = desk.load(b"\xef\xbb\xbf" + HEAD.encode() + mixed)
    assert (report["applied"], report["rejected"]) == (len(good), len(bad))
    assert report["rejected_by_reason"] == {
        "invalid_duration": 3,
        "invalid_id": 1,
        "invalid_status": 2,
        "invalid_time": 1,
        "invalid_value": 5,
        "missing_field": 1,
        "time_out_of_range": 2,
    }
    rejected = desk.folder / report["rejects_file"]
    assert rejected.name == "calls.csv.rejected.csv"
    text = rejected.read_text(encoding="utf-8", errors="surrogateescape")
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["rejected_line", "rejected_reason", "rejected_message", "id", "status", "at", "talk"]
    assert [int(line[0]) for line in lines[1:]] == list(range(2, 2 + 2 * len(bad), 2))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for line in lines for cell in line)
    mended = rejected.with_name("mended.csv")
    mended.write_text(text.replace("asleep", "completed"), encoding="utf-8", errors="surrogateescape")
    assert desk.run(mended, "--json").json["applied"] == 2
    assert "=cmd()" in {call["call_id"] for call in desk.calls()}
    assert desk.verified()


def test_a_file_of_nothing_but_bad_rows_fails(desk: Desk) -> None:
    """Exit code 1, with the same report."""
    outcome = desk.run(desk.file(HEAD + row(1, "asleep")), "--json")
    assert outcome.code == 1
    assert outcome.json["rejected"] == 1


def test_a_missing_column_is_named_with_those_there_are(desk: Desk) -> None:
    """Wrong usage, before anything is written."""
    outcome = desk.run(desk.file("id,state,at,talk\n1,completed,2026-02-07T10:00:00Z,60\n"))
    assert outcome.code == 2
    assert "There is no column 'status'. The columns are: id, state, at, talk" in outcome.err
    assert desk.load(HEAD + row(1))["batch_id"] == "b1"


@pytest.mark.parametrize(
    ("content", "options", "code", "words"),
    [
        (HEAD + "1,completed,2026-02-07 10:00:00,60\n", (), 2, "--timezone"),
        (HEAD + row(1), ("--timezone", "Mars/Olympus"), 2, "Mars/Olympus"),
        (HEAD + row(1), ("--time-format", "%Q"), 2, "--time-format"),
        (HEAD + row(1), ("--encoding", "utf-99"), 2, "utf-99"),
        (HEAD + row(1), ("--separator", "ab"), 2, "--separator"),
        (HEAD + row(1), ("--map", "colour=id"), 2, "There is no field 'colour'"),
        (HEAD + row(1), ("--values", "agent:x=y"), 2, "agent is not mapped"),
        (HEAD + row(1), ("--space-from", "id"), 2, "--space TOKEN, or --space-from COLUMN"),
        ("", (), 1, "empty"),
        ("PK\x03\x04", (), 1, "save the sheet as CSV"),
        ("[]", (), 2, "There is no column"),
    ],
)
def test_what_cannot_be_imported_says_why(
    desk: Desk, content: str, options: tuple[str, ...], code: int, words: str
) -> None:
    """2 for wrong usage, 1 for a file that cannot be read; one sentence on standard error."""
    outcome = desk.run(desk.file(content), *options)
    assert (outcome.code, outcome.out) == (code, b"")
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert desk.numbers()["total_calls"] == 0


def test_a_space_of_another_organization_is_not_found(desk: Desk) -> None:
    """Whose token it is, is not said."""
    done("org", "create", "--name", "Other", "--handle", "other.com", db=desk.db)
    foreign = done("space", "create", "--org", "other.com", "--name", "X", "--json", db=desk.db).json["token"]
    file = desk.file(HEAD + row(1))
    outcome = callboard("import", file, "--org", "acme.com", "--space", foreign, "--map", MAP, db=desk.db)
    assert outcome.code == 1
    assert "has no space with the token" in outcome.err


def test_a_file_cut_off_keeps_what_was_read_and_fails(desk: Desk) -> None:
    """Its rows are imported and can be withdrawn; the output says that the end is missing."""
    body = HEAD + "".join(row(number, talk=number * 7919 % 86_400) for number in range(20_000))
    file = desk.file(gzip.compress(body.encode())[:-20_000], "calls.csv.gz")
    outcome = desk.run(file)
    assert outcome.code == 1
    assert "cut off" in outcome.err
    assert "callboard import undo b1 --org acme.com" in outcome.err
    kept = desk.numbers()["total_calls"]
    assert 0 < kept < 20_000
    assert f"{kept:,} applied" in outcome.err
    done("import", "undo", "b1", "--org", "acme.com", db=desk.db)
    assert desk.numbers()["total_calls"] == 0


# --- without a mapping -----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--json",), ("--yes",)])
def test_a_script_is_not_guessed_for(desk: Desk, options: tuple[str, ...]) -> None:
    """Exit code 2 with the columns there are and what to do."""
    outcome = desk.run(desk.file(HEAD + row(1)), *options, mapped=False)
    assert outcome.code == 2
    assert "--map 'call_id=…,call_status=…'" in outcome.err
    assert "id, status, at, talk" in outcome.err
    assert desk.numbers()["total_calls"] == 0


def test_a_person_is_shown_a_guess_and_prompted(desk: Desk) -> None:
    """Rows read both ways, day before month or after, the zone; the printed command does the same again."""
    file = desk.file(
        "Call SID;Disposition;Created At;Billsec\n"
        "CA1;ANSWERED;03/04/2026 10:00;60\n"
        "CA2;NO ANSWER;04/04/2026 11:00;0\n"
    )
    answers = {
        "do not say their zone": "2",
        "--timezone: another zone": "Europe/Berlin",
        "cannot be told apart": "1",
        "Import it so?": "y",
    }
    code, screen = _talk(desk, file, answers)
    assert code == 0, screen
    assert "Friday, 3 April 2026" in screen
    assert "Wednesday, 4 March 2026" in screen
    assert re.search(r"avg duration seconds +60.0", screen), "the numbers that will stand"
    assert '"call_status": "completed"' in screen
    assert desk.numbers()["total_calls"] == 2
    assert {call["creation_time"] for call in desk.calls()} == {
        "2026-04-03T08:00:00Z",
        "2026-04-04T09:00:00Z",
    }
    command = next(
        line.strip() for line in screen.splitlines() if line.strip().startswith("callboard import")
    )
    again = subprocess.run(
        command.replace("callboard", f"{sys.executable} -m callboard", 1) + " --json",
        shell=True,
        capture_output=True,
        env={**os.environ, "CALLBOARD_DB": str(desk.db)},
        cwd=desk.folder,
        check=True,
    )
    assert json.loads(again.stdout)["duplicate"] == 2


def test_a_person_who_says_no_changes_nothing(desk: Desk) -> None:
    """The guess is only shown."""
    file = desk.file("call_id,status,created_at,billsec\n1,answered,2026-02-07T10:00:00Z,90\n")
    code, screen = _talk(desk, file, {"Import it so?": "n"})
    assert code == 3, screen
    assert "Nothing was imported." in screen
    assert "Interrupted" not in screen
    assert desk.numbers()["total_calls"] == 0


def _talk(desk: Desk, file: Path, answers: dict[str, str]) -> tuple[int, str]:
    """Run the import in a terminal and answer its questions in their order."""
    own, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "callboard", "import", str(file), "--org", "acme.com", "--space", desk.space],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, "CALLBOARD_DB": str(desk.db), "COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"},
        cwd=desk.folder,
        start_new_session=True,
    )
    os.close(its)
    screen = ""
    waiting = list(answers.items())
    for text in _shown(own):
        screen += text
        if waiting and waiting[0][0] in screen:
            os.write(own, f"{waiting.pop(0)[1]}\n".encode())
    os.close(own)
    return process.wait(60), screen


def _shown(terminal: int) -> Iterator[str]:
    while select.select([terminal], [], [], 60)[0]:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # how Linux says that nobody holds the other side any more
            return
        if not piece:
            return
        yield piece.decode(errors="replace")


# --- again, interrupted, undone --------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_an_interrupted_import_restarted_ends_like_a_single_run(desk: Desk, tmp_path: Path) -> None:
    """Killed on the way and begun again: the same batch, the same numbers, the same report."""
    rows = [
        row(number, "asleep" if number % 1000 == 7 else "completed", number % 600) for number in range(60_000)
    ]
    file = desk.file(HEAD + "".join(rows))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "callboard", "import", str(file), "--org", "acme.com"),
            *("--space", desk.space, "--map", MAP, "--json", "--db", str(desk.db)),
        ],
        stdout=subprocess.PIPE,
        cwd=desk.folder,
    )
    while process.poll() is None and desk.numbers()["total_calls"] == 0:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = desk.numbers()["total_calls"]
    assert 0 < kept < 29_970
    again = desk.run(file, "--json").json
    assert again["carried_on_after"] >= kept
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    whole = other.run(file, "--json", "--rejects", "whole.csv").json
    same = ("batch_id", "received", "applied", "duplicate", "stale", "rejected")
    assert [again[what] for what in same] == [whole[what] for what in same]
    assert desk.numbers() == other.numbers()
    rejected = (desk.folder / again["rejects_file"]).read_bytes()
    assert rejected == (other.folder / whole["rejects_file"]).read_bytes()
    assert desk.verified()


def test_an_import_started_again_after_its_end_is_another(desk: Desk) -> None:
    """Everything is known; the first can still be withdrawn."""
    first, second = desk.load(HEAD + row(1)), desk.load(HEAD + row(1))
    assert (first["batch_id"], second["batch_id"]) == ("b1", "b2")
    assert (second["applied"], second["duplicate"], second["carried_on_after"]) == (0, 1, 0)


def test_undo_leaves_the_events_of_other_sources(desk: Desk) -> None:
    """A call that two files tell of is as the other one alone would have it."""
    desk.load(HEAD + row(1, "missed", 0), name="one.csv")
    alone = desk.calls()
    second = desk.load(HEAD + row(1, "completed", 60).replace("T01:", "T02:") + row(2), name="two.csv")
    assert desk.numbers()["completed_calls"] == 2
    undone = done("import", "undo", second["batch_id"], "--org", "acme.com", "--json", db=desk.db).json
    assert (undone["batch_id"], undone["events"]) == (second["batch_id"], 2)
    assert desk.calls() == alone
    assert desk.verified()
    again = done("import", "undo", second["batch_id"], "--org", "acme.com", db=desk.db)
    assert "withdrawn before" in again.text


def test_the_way_back_names_the_store_that_the_command_named(desk: Desk) -> None:
    """What is printed can be typed: with --db where the import had it."""
    report = desk.run(desk.file(HEAD + row(1)), "--json", "--db", str(desk.db)).json
    words = report["undo"].split()
    assert words == ["callboard", "import", "undo", "b1", "--org", "acme.com", "--db", str(desk.db)]
    done(*words[1:])
    assert desk.numbers()["total_calls"] == 0


def test_undo_of_something_that_is_no_import_is_reported(desk: Desk) -> None:
    """An id that looks wrong is wrong usage; one that is not there fails."""
    assert callboard("import", "undo", "nonsense", "--org", "acme.com", db=desk.db).code == 2
    missing = callboard("import", "undo", "b99", "--org", "acme.com", db=desk.db)
    assert (missing.code, "has no import b99" in missing.err) == (1, True)


def test_a_file_named_undo_is_named_with_its_folder(desk: Desk) -> None:
    """./undo is a file; undo is the command."""
    desk.file(HEAD + row(1), "undo")
    assert desk.run("./undo", "--json").json["applied"] == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--guess", "--encoding", "utf-16"), "byte-order mark"),
        (("--guess", "--encoding", "utf-32"), "byte-order mark"),
        (("--guess", "--header", ""), "a name of its own"),
        (("--null", b"agent:\xff"), "is no text"),
        (("--separator", b"\xff"), "is no text"),
    ],
)
def test_options_that_no_file_can_have_are_wrong_usage(
    desk: Desk, options: tuple[Any, ...], reason: str
) -> None:
    file = desk.file(HEAD + row(1))
    told = desk.run(file, *(os.fsdecode(each) for each in options))
    assert told.code == 2
    assert reason in told.err


def test_a_file_whose_name_is_no_text_is_imported(desk: Desk) -> None:
    assert desk.run(desk.file(HEAD + row(1), os.fsdecode(b"z\xff.csv"))).code == 0
    assert desk.numbers()["total_calls"] == 1
