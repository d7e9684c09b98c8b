"""A month of a bank's call centre, as it was recorded, imported with the command its page gives.

The records lie beside the project, in ../shared/data; without them there is nothing to read.
"""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.command import callboard, done

RECORDS = Path(__file__).parents[3] / "shared" / "data" / "anonymous-bank-1999-02.tsv.gz"
pytestmark = pytest.mark.skipif(not RECORDS.exists(), reason="the real records are not beside the project")

HANDLE = "bank.example"
HOW = (
    *("--org", HANDLE, "--space-from", "type", "--set", "call_type=inbound"),
    *("--timezone", "Asia/Jerusalem", "--time-format", "%y%m%d %H:%M:%S"),
    *("--map", "call_id={vru+line}-{call_id},call_status=outcome,creation_time={date} {vru_entry}"),
    *("--map", "call_duration=ser_time,agent=server"),
    *("--values", "call_status:AGENT=completed,HANG=missed,PHANTOM=failed", "--null", "agent:NO_SERVER"),
)
TRUE_TOTALS = {
    "total_calls": 33_344,
    "completed_calls": 27_162,
    "failed_calls": 278,
    "avg_duration_seconds": 176.353,
    "total_tasks": 0,
    "task_status_breakdown": {"pending": 0, "running": 0, "completed": 0, "failed": 0},
}
SERVICES = {"PS": 21_460, "NW": 7_604, "NE": 2_750, "TT": 1_088, "IN": 293, "PE": 149}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    file = tmp_path / "bank.db"
    done("org", "create", "--name", "Bank", "--handle", HANDLE, db=file)
    return file


def import_records(db: Path, file: Path = RECORDS) -> Any:
    report = done("import", file, *HOW, "--json", db=db, cwd=db.parent).json
    parts = ("applied", "duplicate", "stale", "rejected")
    assert sum(report[part] for part in parts) == report["received"]
    return report


def numbers(db: Path, *scope: str) -> Any:
    return done("analytics", "--org", HANDLE, *scope, "--json", db=db).json["data"]


def drift(db: Path) -> int:
    found: int = done("verify", "--deep", "--json", db=db).json["drift"]
    return found


def rows(db: Path) -> bytes:
    """Every call, whole, in a fixed order."""
    return done("calls", "--org", HANDLE, "--json", db=db).out


@pytest.mark.timeout(600)
def test_real_records_give_their_true_totals_however_they_come(db: Path, tmp_path: Path) -> None:
    """Imported, imported twice, cut in ten and in any order: the same numbers, and no drift."""
    first = import_records(db)
    assert (first["applied"], first["rejected"]) == (33_344, 0)
    assert (first["ambiguous_times"], first["impossible_times"]) == (0, 0)
    assert numbers(db) == TRUE_TOTALS
    spaces = {space["name"]: space for space in first["spaces"]}
    assert {name: space["rows"] for name, space in spaces.items()} == SERVICES
    for name, count in SERVICES.items():
        assert numbers(db, "--space", spaces[name]["token"])["total_calls"] == count
    again = import_records(db)
    assert (again["applied"], again["duplicate"]) == (0, 33_344)
    assert numbers(db) == TRUE_TOTALS
    assert drift(db) == 0

    other = tmp_path / "ten" / "bank.db"
    other.parent.mkdir()
    done("org", "create", "--name", "Bank", "--handle", HANDLE, db=other)
    pieces = _cut_in_ten(tmp_path)
    random.Random(7).shuffle(pieces)
    reports = [import_records(other, piece) for piece in pieces]
    assert sum(report["applied"] for report in reports) == 33_344
    assert numbers(other) == TRUE_TOTALS
    assert drift(other) == 0


@pytest.mark.timeout(600)
def test_an_import_undone_leaves_no_trace_in_any_number(db: Path, tmp_path: Path) -> None:
    """One of two halves withdrawn leaves what the other alone would have given; both withdrawn, nothing."""
    pieces = _cut_in_ten(tmp_path)
    one = import_records(db, pieces[0])
    alone, alone_rows = numbers(db), rows(db)
    other = import_records(db, pieces[1])
    assert numbers(db)["total_calls"] == 2 * alone["total_calls"]
    done("import", "undo", other["batch_id"], "--org", HANDLE, db=db)
    assert numbers(db) == alone
    assert rows(db) == alone_rows
    assert drift(db) == 0
    done("import", "undo", one["batch_id"], "--org", HANDLE, db=db)
    assert numbers(db)["total_calls"] == 0
    assert rows(db).split() == [b"[]"]
    assert drift(db) == 0
    assert import_records(db, pieces[0])["applied"] == one["applied"]
    assert numbers(db) == alone


def test_another_engine_counts_the_same_from_the_file_itself() -> None:
    """The true totals are no opinion of ours: DuckDB reads them off the records."""
    (found,) = (
        duckdb.connect()
        .execute(
            f"""
        SELECT count(*), count(*) FILTER (outcome = 'AGENT'), count(*) FILTER (outcome = 'HANG'),
               count(*) FILTER (outcome = 'PHANTOM'), sum(ser_time) FILTER (outcome = 'AGENT'),
               round(avg(ser_time) FILTER (outcome = 'AGENT'), 3), count(DISTINCT ("vru+line", call_id))
        FROM read_csv('{RECORDS}', delim = '\t', header = true)
        """
        )
        .fetchall()
    )
    assert found == (33_344, 27_162, 5_904, 278, 4_790_100, 176.353, 33_344)


def test_the_records_are_too_old_for_a_request_but_not_for_an_import(db: Path) -> None:
    """What happens now cannot have happened in 1999; what is on record can."""
    piece = db.parent / "one.csv"
    piece.write_text("id,status,at\na,completed,1999-02-01T05:02:47Z\nb,completed,1970-01-01T00:00:00Z\n")
    space = done("space", "create", "--org", HANDLE, "--name", "One", "--json", db=db).json["token"]
    how = ("--map", "call_id=id,call_status=status,creation_time=at", "--space", space, "--json")
    outcome = callboard("import", piece, "--org", HANDLE, *how, db=db, cwd=db.parent)
    assert outcome.json["applied"] == 1
    assert outcome.json["rejected_by_reason"] == {"time_out_of_range": 1}


def _cut_in_ten(folder: Path) -> list[Path]:
    header, *lines = gzip.decompress(RECORDS.read_bytes()).splitlines(keepends=True)
    pieces = []
    for part in range(10):
        piece = folder / f"part-{part}.tsv"
        piece.write_bytes(header + b"".join(lines[part::10]))
        pieces.append(piece)
    return pieces
