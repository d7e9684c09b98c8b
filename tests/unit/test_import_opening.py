"""What a file is, is told by its first bytes; one that breaks off says so."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from callboard.ingest.sources.files.records import ImportOptionError, Record, UnreadableFileError
from callboard.ingest.sources.plan import ImportPlan, open_rows, separator_of

CSV = b"id,status\n1,completed\n2,missed\n"
ROWS = [{"id": "1", "status": "completed"}, {"id": "2", "status": "missed"}]


def read(path: Path, wanted: list[str] | None = None) -> list[Record]:
    with open_rows(ImportPlan(str(path), "acme.com"), wanted) as (_, rows):
        return list(rows)


def rows(path: Path, wanted: list[str] | None = None) -> list[dict[str, Any]]:
    return [record.row for record in read(path, wanted) if record.problem is None]


@pytest.mark.parametrize("name", ["calls.csv", "calls.gz", "calls"])
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda body: zstandard.ZstdCompressor().compress(body)]
)
def test_packed_or_not_under_any_name(tmp_path: Path, name: str, pack: Any) -> None:
    """Gzip and zstd are told by their first bytes, whatever the file is called."""
    path = tmp_path / name
    path.write_bytes(pack(CSV))
    assert rows(path) == ROWS


def test_a_file_packed_in_pieces_is_read_to_its_end(tmp_path: Path) -> None:
    """As `cat a.gz b.gz` makes them, and rotating logs."""
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(CSV[:15]) + gzip.compress(CSV[15:]))
    assert rows(path) == ROWS


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_file_that_is_cut_off_gives_its_rows_and_then_says_so(tmp_path: Path, pack: Any) -> None:
    """Rows before the end are good; the end is missing."""
    body = b"id,status\n" + b"".join(
        b"%d,completed\n" % (number * 7919 % 1_000_003) for number in range(50_000)
    )
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(pack(body)[:-5_000])
    with open_rows(ImportPlan(str(path), "acme.com"), None) as (_, found):
        iterator = iter(found)
        good = [next(iterator) for _ in range(1000)]
        with pytest.raises(UnreadableFileError, match="cut off"):
            list(iterator)
    assert all(record.problem is None for record in good)


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    """Not an exception of a library."""
    path = tmp_path / "calls.csv.gz"
    packed = bytearray(gzip.compress(CSV * 1000))
    packed[20:60] = bytes(40)
    path.write_bytes(packed)
    with pytest.raises(UnreadableFileError, match="damaged"):
        read(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"PK\x03\x04....", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0....", "Excel"),
        (b"BZh91AY", "bunzip2"),
        (b"PAR1 and then something else", "not a Parquet file"),
        (b"SQLite format 3\0", "SQLite"),
    ],
)
def test_what_cannot_be_imported_says_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    """And what to do with it."""
    path = tmp_path / "calls"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=words):
        read(path)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """Said as the system says it."""
    with pytest.raises(UnreadableFileError, match="directory"):
        read(tmp_path)


def test_ndjson_keeps_values_as_they_are(tmp_path: Path) -> None:
    """Numbers, nulls and objects; columns are keys, those inside objects with dots."""
    path = tmp_path / "calls"
    lines = [{"id": 7, "agent": None, "call": {"status": "ok"}}, {"id": 8, "late": True}]
    path.write_text("\ufeff" + "\n\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    with open_rows(ImportPlan(str(path), "acme.com"), None) as (_, found):
        assert found.columns == ["id", "agent", "call", "call.status", "late"]
        assert [(record.line, record.row) for record in found] == [(1, lines[0]), (3, lines[1])]


def test_bad_lines_of_ndjson_cost_themselves(tmp_path: Path) -> None:
    """Each with its reason; what is good beside them is kept."""
    path = tmp_path / "calls"
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    bad = [
        b"{",
        b"[1]",
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff"}',
        b'{"a": "\0"}',
        deep,
        b"7",
    ]
    path.write_bytes(b'{"id": 1}\n' + b"\n".join(bad) + b'\n{"id": 2}\n')
    found = read(path)
    assert [record.row for record in found if record.problem is None] == [{"id": 1}, {"id": 2}]
    reasons = [record.problem.reason for record in found if record.problem is not None]
    assert reasons == [
        "invalid_value",
        "invalid_type",
        "invalid_value",
        "duplicate_key",
        "invalid_value",
        "invalid_value",
        "invalid_value",
        "invalid_type",
    ]


def test_parquet_gives_plain_values(tmp_path: Path) -> None:
    """Times with and without zone, cut to microseconds; decimals; only the columns asked for."""
    instant = datetime(2026, 2, 7, 5, 57, 45, 250_000, tzinfo=UTC)
    at = instant.replace(tzinfo=None)
    table = pa.table(
        {
            "id": pa.array([1], pa.int64()),
            "status": pa.array(["completed"]).dictionary_encode(),
            "at": pa.array([1_770_443_865_250_000_123], pa.timestamp("ns", tz="Asia/Kolkata")),
            "local": pa.array([at], pa.timestamp("ms")),
            "talk": pa.array([timedelta(seconds=90)], pa.duration("ns")),
            "price": pa.array([Decimal("1.50")], pa.decimal128(5, 2)),
            "clock": pa.array([time(1, 2, 3)], pa.time64("ns")),
            "agent": pa.array([{"name": "ann"}]),
            "unread": pa.array([b"x"]),
        }
    )
    path = tmp_path / "calls"
    pq.write_table(table, path)
    wanted = ["id", "status", "at", "local", "talk", "price", "clock", "agent.name"]
    (row,) = rows(path, wanted)
    assert row == {
        "id": 1,
        "status": "completed",
        "at": instant,
        "local": at,
        "talk": timedelta(seconds=90),
        "price": Decimal("1.50"),
        "clock": time(1, 2, 3),
        "agent": {"name": "ann"},
    }


def test_packed_parquet_and_empty_parquet(tmp_path: Path) -> None:
    """A Parquet file inside gzip is unpacked first; one without rows has none."""
    path = tmp_path / "calls"
    pq.write_table(pa.table({"id": ["1"]}), path)
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert rows(path) == [{"id": "1"}]
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), path)
    assert rows(path) == []


def test_a_separator_is_one_character_or_its_name() -> None:
    """As people type it in a shell."""
    assert [separator_of(word) for word in (None, "tab", "\\t", ";", "Pipe")] == [None, "\t", "\t", ";", "|"]
    for wrong in ("", "ab", '"', "\n"):
        with pytest.raises(ImportOptionError, match="--separator"):
            separator_of(wrong)
