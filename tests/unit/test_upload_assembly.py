"""The bound on what a packed file unpacks to."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.uploads.assembly import check_decoded

BOMB = b"call_id,status\n" + b"0" * 5_000_000


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_packed_file_is_bounded(tmp_path: Path, pack) -> None:
    """By what it unpacks to; what is not packed has the bound of an upload."""
    path = tmp_path / "upload"
    path.write_bytes(pack(BOMB))
    check_decoded(path, "calls.csv.gz", len(BOMB))
    with pytest.raises(UnreadableFileError, match=r"calls\.csv\.gz decodes to more than"):
        check_decoded(path, "calls.csv.gz", len(BOMB) - 1)
    path.write_bytes(BOMB)
    check_decoded(path, "calls.csv", 1)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_damaged_file_says_so(tmp_path: Path, pack) -> None:
    path = tmp_path / "upload"
    path.write_bytes(pack(BOMB)[:-20])
    with pytest.raises(UnreadableFileError):
        check_decoded(path, "calls.csv.gz")
