"""Compressed bodies: what they decode to, and what is refused before it has unfolded."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import BodyTooLargeError, UnreadableBodyError, UnsupportedBodyError
from callboard.ingest.compression import decompress

MIB = 1024 * 1024
PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}
bodies = st.one_of(st.binary(max_size=2000), st.binary(max_size=20).map(lambda part: part * 5000))


@given(st.sampled_from(sorted(PACK)), st.lists(bodies, min_size=1, max_size=3))
def test_what_was_packed_comes_out_whole(encoding: str, parts: list[bytes]) -> None:
    """Also of several gzip members or zstd frames behind one another; the limit itself is within it."""
    packed = b"".join(PACK[encoding](part) for part in parts)
    whole = b"".join(parts)
    assert decompress(packed, encoding, len(whole)) == whole
    if whole:
        with pytest.raises(BodyTooLargeError):
            decompress(packed, encoding, len(whole) - 1)


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_passes(encoding: str) -> None:
    """Within the same limit."""
    assert decompress(b"abc", encoding, 3) == b"abc"
    with pytest.raises(BodyTooLargeError):
        decompress(b"abc", encoding, 2)


@pytest.mark.parametrize("encoding", ["GZIP", " gzip", "x-gzip"])
def test_the_encodings_name_may_be_spelled_in_any_case(encoding: str) -> None:
    """Names of encodings are not case-sensitive."""
    assert decompress(gzip.compress(b"abc"), encoding, 3) == b"abc"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd2"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """The message names those that are taken."""
    with pytest.raises(UnsupportedBodyError, match="gzip, zstd, identity"):
        decompress(b"abc", encoding, 100)


@given(st.sampled_from(sorted(PACK)), st.binary(min_size=1, max_size=3000), st.data())
def test_a_truncated_body_is_never_taken_for_a_whole_one(
    encoding: str, body: bytes, data: st.DataObject
) -> None:
    """Wherever it was cut."""
    packed = PACK[encoding](body)
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(UnreadableBodyError):
        decompress(packed[:cut], encoding, MIB)


@pytest.mark.parametrize("encoding", sorted(PACK))
@pytest.mark.parametrize("body", [b"", b"{}", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\0" * 50])
def test_what_is_not_packed_is_unreadable(encoding: str, body: bytes) -> None:
    """A body sent plain under the header, or nothing at all."""
    with pytest.raises(UnreadableBodyError):
        decompress(body, encoding, MIB)


@pytest.mark.parametrize("encoding", sorted(PACK))
def test_a_damaged_body_is_unreadable(encoding: str) -> None:
    """Damage in the middle and rubbish behind the end are both noticed."""
    packed = gzip.compress(b"abc" * 999) if encoding == "gzip" else zstandard.compress(b"abc" * 999)
    with pytest.raises(UnreadableBodyError):
        decompress(packed + b"rubbish", encoding, MIB)
    checked = (
        packed if encoding == "gzip" else zstandard.ZstdCompressor(write_checksum=True).compress(b"abc" * 999)
    )
    with pytest.raises(UnreadableBodyError):
        decompress(checked[:-3] + bytes([checked[-3] ^ 255]) + checked[-2:], encoding, MIB)


def test_zeros_behind_the_last_gzip_member_are_padding() -> None:
    """As gzip itself has it."""
    assert decompress(gzip.compress(b"abc") + b"\0" * 100, "gzip", 3) == b"abc"


def deflated_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\0" * MIB) for _ in range(size // MIB)) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", deflated_zeros(256 * MIB)),
        ("gzip", deflated_zeros(MIB) * 256),
        ("zstd", zstandard.compress(b"\0" * 256 * MIB)),
        ("zstd", zstandard.compress(b"\0" * MIB) * 256),
    ],
    ids=["gzip", "gzip members", "zstd", "zstd frames"],
)
def test_a_bomb_is_refused_before_it_unfolds(encoding: str, bomb: bytes) -> None:
    """256 MiB behind a limit of 1 MiB: memory stays within a few MiB of the limit."""
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLargeError, match="1,048,576 bytes"):
            decompress(bomb, encoding, MIB)
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", sorted(PACK))
def test_endless_empty_parts_are_refused(encoding: str) -> None:
    """A body of nothing but empty members is work without end; its number is bounded."""
    assert decompress(PACK[encoding](b"") * 5000, encoding, MIB) == b""
    with pytest.raises(UnreadableBodyError, match="10,000 parts"):
        decompress(PACK[encoding](b"") * 10_001, encoding, MIB)


def test_a_zstd_window_larger_than_decoders_must_have_is_refused() -> None:
    """A frame may ask its reader for gigabytes; 8 MiB is what every reader has."""
    asking = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    ).compressobj()
    packed = asking.compress(b"abc" * 9_000_000) + asking.flush()
    with pytest.raises(UnreadableBodyError, match="zstd"):
        decompress(packed, "zstd", 64 * MIB)
