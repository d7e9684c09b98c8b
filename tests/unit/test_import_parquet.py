"""What is read of Parquet files: plain values, else a problem of the row or the file; no foreign error."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from callboard.ingest.sources.files.records import Record, UnreadableFileError
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows

DAMAGED_FILES = 300
MIB = 1024 * 1024
READ = """
import sys
from callboard.ingest.sources.files.parquet import ParquetRows

with open(sys.argv[1], "rb") as file:
    for _ in ParquetRows(file, "calls", None):
        pass
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def read(path: Path, wanted: list[str] | None = None) -> list[Record]:
    with open_rows(ImportPlan(str(path), "acme.com"), wanted) as (_, rows):
        return list(rows)


def value(path: Path, array: Any) -> list[Any]:
    """What is read of one column."""
    pq.write_table(pa.table({"x": array}), path)
    return [None if each.problem else each.row["x"] for each in read(path)]


def events(path: Path, mapping: dict[str, str], **options: Any) -> list[dict[str, Any]]:
    """What an import takes from the rows."""
    pairs = tuple(f"{field}={column}" for field, column in mapping.items())
    with open_rows(ImportPlan(str(path), "acme.com"), None) as (_, rows):
        row_mapping = RowMapping(MapOptions(map=pairs, **options))
        return [row_mapping.event(each.row) for each in rows]


def test_fields_of_structs_are_columns_with_dots(path: Path) -> None:
    """Down to sixteen names, as in NDJSON; a column that is not asked for is not read."""
    letters = "abcdefghijklmnop"
    deep: Any = {"q": 1}
    for letter in reversed(letters[1:]):
        deep = {letter: deep}
    pq.write_table(pa.table({"a": [deep, None], "tags": [["x", "y"], []], "rest": [1, 2]}), path)
    with open_rows(ImportPlan(str(path), "acme.com"), [".".join(letters), "tags", "none"]) as (_, found):
        names = [".".join(letters[:depth]) for depth in range(1, len(letters) + 1)]
        assert found.columns == [*names, "tags", "rest"]
        assert [each.row for each in found] == [{"a": deep, "tags": ["x", "y"]}, {"a": None, "tags": []}]


def test_a_dot_may_be_in_the_name_of_a_column(path: Path) -> None:
    """Beside a struct whose field would be named so."""
    pq.write_table(pa.table({"a": [{"b": 1}], "a.b": ["own"], "c.d": [{"e": 2}]}), path)
    with open_rows(ImportPlan(str(path), "acme.com"), ["a", "c.d.e"]) as (_, found):
        assert found.columns == ["a", "a.b", "c.d", "c.d.e"]
        assert [each.row for each in found] == [{"a": {"b": 1}, "c.d": {"e": 2}}]
    assert [each.row for each in read(path, ["a.b"])] == [{"a": {"b": 1}, "a.b": "own"}]


def test_rows_are_counted_where_no_column_is_read(path: Path) -> None:
    """All fields can be constants."""
    pq.write_table(pa.table({"id": ["1", "2"]}), path)
    assert [(each.line, each.row) for each in read(path, ["none"])] == [(1, {}), (2, {})]


def test_a_column_that_stands_twice_is_refused(path: Path) -> None:
    """Which of the two is meant cannot be told."""
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["id", "id"]), path)
    with pytest.raises(UnreadableFileError, match="the column 'id' stands twice"):
        read(path)


@pytest.mark.parametrize(
    ("kind", "far"),
    [
        (pa.timestamp("us", tz="UTC"), 2**62),
        (pa.timestamp("ms"), -(2**62)),
        (pa.duration("s"), 2**60),
        (pa.date32(), 2**30),
        (pa.struct([("at", pa.date32())]), {"at": 2**30}),
        (pa.list_(pa.timestamp("us")), [2**62]),
    ],
    ids=str,
)
def test_a_value_out_of_range_costs_its_row(path: Path, kind: Any, far: Any) -> None:
    """Not a null in its place, and not the file. The rows beside it are read."""
    good = {"at": 0} if isinstance(far, dict) else [0] if isinstance(far, list) else 0
    cells = _of_integers([far, None, good], kind)
    pq.write_table(pa.table({"id": [1, 2, 3], "at": cells}), path)
    found = read(path)
    assert [each.problem and each.problem.reason for each in found] == ["invalid_value", None, None]
    assert str(found[0].problem).startswith("at: ")
    assert found[0].cells == ['{"id": 1}']
    assert found[1].row == {"id": 2, "at": None}
    assert found[2].row["at"] is not None


def _of_integers(cells: list[Any], kind: Any) -> Any:
    """Arrow makes dates and durations of integers in a plain array alone."""
    if pa.types.is_struct(kind):
        inner = _of_integers([cell and cell["at"] for cell in cells], kind.field("at").type)
        return pa.StructArray.from_arrays([inner], ["at"], mask=pa.array([cell is None for cell in cells]))
    if pa.types.is_list(kind):
        inner = _of_integers([cell[0] for cell in cells if cell], kind.value_type)
        return pa.ListArray.from_arrays(pa.array([0, None, 1, 2], pa.int32()), inner)
    width = pa.int32() if pa.types.is_date32(kind) else pa.int64()
    return pa.array(cells, width).cast(kind)


def test_a_text_that_is_not_utf8_costs_its_row(path: Path) -> None:
    """As in a text file."""
    raw = pa.array([b"M\xfcller", b"Mueller"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    pq.write_table(pa.table({"x": texts}), path)
    assert [(each.row, each.problem is None) for each in read(path)] == [
        ({}, False),
        ({"x": "Mueller"}, True),
    ]


def test_nanoseconds_are_cut_wherever_they_stand(path: Path) -> None:
    """In structs, lists and maps too."""
    ns, at = 1_770_443_865_250_000_123, datetime(2026, 2, 7, 5, 57, 45, 250_000)  # noqa: DTZ001 - has no zone
    stamp = pa.timestamp("ns")
    assert value(path, pa.array([{"at": ns}], pa.struct([("at", stamp)]))) == [{"at": at}]
    assert value(path, pa.array([[ns]], pa.list_(stamp))) == [[at]]
    assert value(path, pa.array([[("k", ns)]], pa.map_(pa.string(), stamp))) == [{"k": at}]
    assert value(path, pa.array([1_500], pa.duration("ns"))) == [timedelta(microseconds=1)]
    assert value(path, pa.array([3_723_000_000_001], pa.time64("ns"))) == [time(1, 2, 3)]


def test_maps_are_objects_and_bytes_are_texts(path: Path) -> None:
    """A map with a key twice stays as its pairs; bytes that are no text are hexadecimal digits."""
    kind = pa.map_(pa.string(), pa.int64())
    cells = [[("k", 1), ("l", None)], [("k", 1), ("k", 2)], [], None]
    assert value(path, pa.array(cells, kind)) == [{"k": 1, "l": None}, [["k", 1], ["k", 2]], {}, None]
    assert value(path, pa.array([b"c-1", "ü".encode(), b"\xff\x00", None])) == ["c-1", "ü", "ff00", None]
    assert value(path, pa.array([[b"a"]], pa.large_list(pa.binary()))) == [["a"]]
    assert value(path, pa.array([b"ab"], pa.binary(2))) == ["ab"]
    assert value(path, pa.array(["a", None, "a"]).dictionary_encode()) == ["a", None, "a"]
    number = UUID("12345678-1234-5678-1234-567812345678")
    assert value(path, pa.array([number.bytes], pa.uuid())) == [str(number)]


def test_nan_is_a_missing_number(path: Path) -> None:
    """As pandas and numpy write it; also inside of structs."""
    nan = float("nan")
    assert value(path, pa.array([1.5, nan, None])) == [1.5, None, None]
    assert value(path, pa.array([{"n": nan}, {"n": 2.0}])) == [{"n": None}, {"n": 2.0}]


def test_an_import_takes_what_was_read(path: Path) -> None:
    """Lengths from decimals, durations and clocks; ids from bytes; a document from a map; days from dates."""
    table = pa.table(
        {
            "id": [b"c-1", b"c-2"],
            "talk": pa.array([Decimal("90.50"), Decimal("0.00")], pa.decimal128(9, 2)),
            "day": [date(2026, 2, 7), date(2026, 2, 8)],
            "more": pa.array([[("crm", "7")], []], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, path)
    mapping = {"call_id": "id", "call_duration": "talk", "creation_time": "day", "metadata": "more"}
    first, second = events(path, mapping, timezone=("UTC",), set=("call_status=completed",))
    assert first["call_id"] == "c-1"
    assert (first["call_duration"], second["call_duration"]) == (90.5, 0)
    assert first["creation_time"].startswith("2026-02-07T00:00:00")
    assert (first["metadata"], second["metadata"]) == ({"crm": "7"}, {})


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_row_group_is_not_kept_in_memory(path: Path) -> None:
    """A file of one row group, as most are, takes hardly more memory than a file of its first rows."""
    draw = random.Random(1)
    table = pa.table({name: [draw.randbytes(50).hex() for _ in range(200_000)] for name in "abc"})
    small = path.with_name("small")
    pq.write_table(table.slice(0, 1_000), small)
    pq.write_table(table, path)
    assert path.stat().st_size > 40 * MIB
    assert _most_kib(path) - _most_kib(small) < 24 * 1024


def _most_kib(path: Path) -> int:
    """The most memory of a process that reads the file."""
    done = subprocess.run([sys.executable, "-c", READ, path], check=True, capture_output=True, timeout=60)
    return int(done.stdout)


def test_a_file_that_says_it_has_more_rows_is_damaged(path: Path) -> None:
    """Rows are never missing without a word. The count stands in the footer, as 2 x 77,777."""
    pq.write_table(pa.table({"id": range(77_777)}), path)
    body = path.read_bytes()
    count, more = _varint(2 * 77_777), _varint(2 * 77_778)
    place = body.index(count, len(body) - 8 - int.from_bytes(body[-8:-4], "little"))
    path.write_bytes(body[:place] + more + body[place + len(more) :])
    with pytest.raises(UnreadableFileError, match="77,777 rows, and its index says 77,778"):
        read(path)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_give_rows_or_an_unreadable_file(path: Path, seed: int) -> None:
    """No other exception, of any damage to data, pages or footer. What is drawn is the same at each run."""
    drawn = random.Random(seed)
    body = _file_of_all_kinds(path, compressed=seed == 1)
    footer = int.from_bytes(body[-8:-4], "little") + 8
    outcomes: Counter[str] = Counter()
    for _ in range(DAMAGED_FILES):
        damaged = bytearray(body)
        for _ in range(drawn.randint(1, 3)):
            in_footer = drawn.random() < 0.5
            place = (
                drawn.randrange(len(body) - footer, len(body)) if in_footer else drawn.randrange(4, len(body))
            )
            damaged[place] ^= 1 << drawn.randrange(8)
        path.write_bytes(damaged)
        try:
            outcomes["problems" if any(each.problem for each in read(path)) else "rows"] += 1
        except UnreadableFileError:
            outcomes["unreadable"] += 1
    print(seed, dict(outcomes))
    assert min(outcomes["rows"], outcomes["unreadable"]) > 0


def _file_of_all_kinds(path: Path, *, compressed: bool) -> bytes:
    begin = datetime(2026, 2, 7, 5, 57, 45, tzinfo=UTC)
    rows = range(200)
    table = pa.table(
        {
            "id": [f"c-{row}" for row in rows],
            "status": pa.array([("completed", "missed")[row % 2] for row in rows]).dictionary_encode(),
            "at": pa.array([begin + timedelta(minutes=row) for row in rows], pa.timestamp("ns", "UTC")),
            "day": [begin.date() + timedelta(days=row) for row in rows],
            "talk": pa.array([timedelta(seconds=row) for row in rows], pa.duration("ms")),
            "price": pa.array([Decimal(row) / 4 for row in rows], pa.decimal128(9, 2)),
            "more": [{"agent": f"a-{row % 7}", "tags": ["x"] * (row % 3)} for row in rows],
            "said": pa.array([[("k", row)] for row in rows], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, path, row_group_size=80, compression="zstd" if compressed else "none")
    return path.read_bytes()
