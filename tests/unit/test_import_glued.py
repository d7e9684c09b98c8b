"""Files put together of several, with long runs of blank lines, or packed twice."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

HEADER = "call_id,created_at,from,to,status,talk_seconds\n"
BOM = b"\xef\xbb\xbf"
OBJECT = '{"call_id":"c%d","created_at":"2026-03-10T08:0%d:00Z","status":"%s","duration":%d}'


def _rows(first: int) -> str:
    return "".join(
        f"c{n},2026-03-10T08:{n:02}:00Z,+12025550101,+12025550199,{'completed,7' if n % 2 else 'missed,'}0\n"
        for n in range(first, first + 6)
    )


def _guessed(folder: Path, content: bytes) -> Guess:
    path = folder / "calls"
    path.write_bytes(content)
    return guess(ImportPlan(str(path), "acme.example", space="x", options=MapOptions(timezone=("UTC",))))


def _ids(found: Guess) -> list[str]:
    return [each.row["call_id"] for each in found.sample]


ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
MARKS = (b"", BOM)
HEADERS: tuple[Callable[[str], str], ...] = (str, str.upper, lambda _: "")
PARTS = [*product(ENDS, ENDS, MARKS, HEADERS)][::5]


@pytest.mark.parametrize(("one", "other", "mark", "header"), PARTS)
def test_a_file_behind_another_is_read_as_one(
    tmp_path: Path, one: str, other: str, mark: bytes, header: Callable[[str], str]
) -> None:
    """With a mark, a header and line ends of its own: none of them becomes part of an id."""
    first = (HEADER + _rows(0)).replace("\n", ENDS[one])
    second = (header(HEADER) + _rows(6)).replace("\n", ENDS[other])
    found = _guessed(tmp_path, BOM + first.encode() + mark + second.encode())
    assert not found.doubts
    assert _ids(found) == [f"c{n}" for n in range(12)]


def test_objects_and_utf_16_put_together(tmp_path: Path) -> None:
    lines = b"".join(BOM + (OBJECT % (n, n, "missed", 0)).encode() + b"\n" for n in range(3))
    assert _ids(_guessed(tmp_path, lines)) == ["c0", "c1", "c2"]
    both = (HEADER + _rows(0)).encode("utf-16") + (HEADER + _rows(6)).encode("utf-16")
    assert len(_ids(_guessed(tmp_path, both))) == 12


def test_another_encoding_behind_the_first_is_asked_about(tmp_path: Path) -> None:
    """The zeros of its characters do not make the whole file UTF-16."""
    found = _guessed(tmp_path, (HEADER + _rows(0)).encode() + (HEADER + _rows(6)).encode("utf-16"))
    assert found.columns == HEADER.strip().split(",")
    assert any("NUL byte" in each.message for each in found.doubts)


@pytest.mark.parametrize("blank", ["\r\n", "  \n", ",,,,,\n"])
def test_long_runs_of_blank_lines_are_no_rows(tmp_path: Path, blank: str) -> None:
    found = _guessed(tmp_path, (blank * 6_000 + HEADER + _rows(0) + blank * 6_000 + _rows(6)).encode())
    assert not found.doubts
    assert (found.preview.calls, found.whole.received) == (12, 12)


def test_long_blanks_between_objects_cost_little(tmp_path: Path) -> None:
    objects = f"[{' ' * 3_000_000}{OBJECT % (1, 1, 'completed', 60)},{' ' * 3_000_000}"
    found = _guessed(tmp_path, f"{objects}{OBJECT % (2, 2, 'missed', 0)}]".encode())
    assert found.preview.calls == 2


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\0" * 5_000_000], ids=["a table", "a bomb"])
def test_what_is_packed_twice_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    """Before anything of it is unpacked but the first bytes."""
    with pytest.raises(UnreadableFileError, match="is packed twice: unpack it once"):
        _guessed(tmp_path, gzip.compress(gzip.compress(content)))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("calls.csv", content)
    with pytest.raises(UnreadableFileError, match=r"zip archive: .* unpack it first"):
        _guessed(tmp_path, gzip.compress(archive.getvalue()))
