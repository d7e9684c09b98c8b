"""Too much of everything: bombs, bodies, events. The bound is said, and held while reading, not afterwards.

Everything goes to a real server, which must be alive after each, with no drift and no fault of its own.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from tests.http.board import call, task
from tests.http.door import Door, new_call, refused

MIB = 1024 * 1024


def _peak_bytes(pid: int) -> int:
    """The most memory that a process held since `_forget_peak`; where no peak is kept, what it holds."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True)
        return int(told.stdout) * 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _forget_peak(pid: int) -> None:
    clear = Path(f"/proc/{pid}/clear_refs")
    if clear.exists():
        clear.write_text("5")


def _bomb(encoding: str) -> bytes:
    """A few kB that unfold to 2 GiB of blanks, in 128 pieces."""
    piece = b" " * (16 * MIB)
    return (gzip.compress(piece, 9) if encoding == "gzip" else zstandard.compress(piece)) * 128


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_stopped_while_it_unfolds(door: Door, encoding: str):
    """2 GiB in a few kB: 413, and the worker never holds more of it than the 64 MiB that it may."""
    bomb = _bomb(encoding)
    assert len(bomb) < 4 * MIB
    before = door.counted()
    (worker,) = door.workers()
    _forget_peak(worker)
    held = _peak_bytes(worker)
    refused(door.send(bomb, Content_Encoding=encoding), 413, "67,108,864 bytes")
    grown = _peak_bytes(worker) - held
    print(f"{encoding}: {len(bomb):,} bytes sent, memory grew by {grown / MIB:.1f} MiB")
    assert grown < (64 + 32) * MIB
    assert door.counted() == before


def test_a_hundred_megabytes_are_refused_before_they_are_held(door: Door):
    """In chunks, with `Content-Length`, and by `Content-Length` alone: 413, and no more than the bound is
    held.
    """
    before = door.counted()
    (worker,) = door.workers()
    _forget_peak(worker)
    held = _peak_bytes(worker)
    megabyte = b" " * 1_000_000

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield megabyte

    refused(door.send(chunks()), 413, "16,777,216 bytes")
    refused(door.send(megabyte * 100), 413, "16,777,216 bytes")
    # `Content-Length` alone is enough: no body has to be sent first.
    stated = [*door.headers(Content_Length="104857600").items()]
    answer = door.raw(door.events, stated, b"[", method="POST")
    assert (answer.status, answer.said["status_code"]) == (413, 413)
    grown = _peak_bytes(worker) - held
    print(f"memory grew by {grown / MIB:.1f} MiB")
    assert grown < (3 * 16 + 16) * MIB
    assert door.counted() == before


def test_the_largest_body_is_taken(door: Door):
    """Just within 16 MiB as sent: blanks around an event are no reason to refuse it."""
    event = json.dumps(new_call()).encode()
    body = event + b" " * (16 * MIB - len(event))
    assert door.send(body).json()["data"]["applied"] == 1
    refused(door.send(body + b" "), 413, "16,777,216 bytes")


def test_more_than_fifty_thousand_events_are_refused_whole(door: Door):
    """The bound is on the request; as many as it says are taken."""
    before = door.counted()
    event = json.dumps(call("one-of-many", "missed", occurred_at="2026-01-01T00:00:00Z"))
    too_many = "\n".join([event] * 50_001).encode()
    refused(door.send(too_many, "application/x-ndjson"), 413, "50,000 events")
    refused(door.send(f"[{','.join([event] * 50_001)}]".encode()), 413, "50,000 events")
    assert door.counted() == before
    data = door.send("\n".join([event] * 50_000).encode(), "application/x-ndjson").json()["data"]
    assert (data["received"], data["applied"], data["duplicate"]) == (50_000, 1, 49_999)


def test_a_call_takes_a_thousand_events_and_no_more(door: Door):
    """The 1,001st distinct event of a call or task is rejected, then and later; its neighbours are not."""
    calls, tasks = door.counted()
    for kind, make in (("call_id", call), ("task_id", task)):
        status = "ringing" if kind == "call_id" else "running"
        many = [make(f"busy-{kind}", status, sequence=number) for number in range(1001)]
        data = door.send(json.dumps([*many, new_call()])).json()["data"]
        assert (data["received"], data["rejected"]) == (1002, 1)
        (rejection,) = data["rejections"]
        assert (rejection["index"], rejection["reason"]) == (1000, "too_many_events")
        assert "1,000" in rejection["message"]
        again = door.send(json.dumps([make(f"busy-{kind}", status, sequence=2000), new_call(), many[0]]))
        data = again.json()["data"]
        assert (data["rejected"], data["applied"], data["duplicate"]) == (1, 1, 1)
        assert data["rejections"][0]["reason"] == "too_many_events"
    assert door.counted() == (calls + 1 + 4, tasks + 1)
