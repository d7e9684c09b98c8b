"""Exports over real sockets: in chunks, at constant memory, broken off when they fail."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from callboard.clock import SECOND
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.command import done
from tests.acceptance.server import Server
from tests.events import call, send

CALLS = 30_000
WIDE = {"note": "x" * 2_000}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign of many calls, wide ones among them: a file of tens of megabytes."""
    campaign = new_campaign(tmp_path_factory.mktemp("export") / "calls.db")
    store = SqliteStore(str(campaign.db))
    space = store.find_space(campaign.space_token)
    for start in range(0, CALLS, 5_000):
        numbers = range(start, start + 5_000)
        send(
            store, space, *[call(f"c-{n}", at=n / SECOND, metadata=WIDE if n % 3 else None) for n in numbers]
        )
    store.close()
    return campaign


@pytest.fixture(scope="module")
def server(campaign: Campaign) -> Iterator[Server]:
    with Server(campaign.db, workers=2) as server:
        yield server
    assert "Traceback" not in server.log


@pytest.mark.parametrize("word", ["csv", "ndjson", "parquet"])
def test_the_whole_list_comes_in_chunks(campaign: Campaign, server: Server, tmp_path: Path, word: str):
    """As many rows as the list counts, each once; and the command writes the very same file."""
    with campaign.client(server.api) as client:
        count = client.get("call-logs/").json()["count"]
        with client.stream("GET", f"call-logs/?format={word}") as answer:
            assert answer.headers["transfer-encoding"] == "chunked"
            body = b"".join(answer.iter_bytes())
    path = tmp_path / f"calls.{word}"
    done("export", "calls", "-o", path, db=campaign.db)
    if word == "parquet":
        import pyarrow.parquet as pq

        path.with_suffix(".http").write_bytes(body)
        ours, theirs = pq.read_table(path.with_suffix(".http")), pq.read_table(path)
        assert ours.equals(theirs)
        ids = ours["call_id"].to_pylist()
        assert pq.ParquetFile(path).metadata.num_row_groups > 1
    else:
        assert body == path.read_bytes()
        lines = body.splitlines()[word == "csv" :]
        ids = [line.split(b",")[0] if word == "csv" else json.loads(line)["call_id"] for line in lines]
    assert len(ids) == len(set(ids)) == count == CALLS


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("word", ["csv", "ndjson", "parquet"])
def test_the_whole_list_takes_the_same_little_memory(campaign: Campaign, server: Server, word: str):
    """However long it is: the server's peak stays near where it was, while more goes through it than that."""
    # The first export of a worker loads libraries. Of three on two workers one is not its worker's first.
    grown = min(_grown(campaign, server, word) for _ in range(3))
    assert grown < 32 * 1024, f"{grown} KiB more"


def _grown(campaign: Campaign, server: Server, word: str) -> int:
    """By how many KiB the server's peak lies above where it was before the export."""
    pids = server.processes()
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts again from here
    before = {pid: _kib(pid, "VmRSS") for pid in pids}
    gone = 0
    with (
        campaign.client(server.api) as client,
        client.stream("GET", f"call-logs/?format={word}") as answer,
    ):
        for piece in answer.iter_bytes():
            gone += len(piece)
    held = 40_000_000 if word != "parquet" else 0  # Parquet says the same note once
    assert gone > held
    # What the server does every so often is done by a process of its own, which may have ended.
    lasting = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert len(lasting) >= 3, "a worker or the writer has ended"
    return sum(_kib(pid, "VmHWM") - before[pid] for pid in lasting)


def _kib(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def test_an_export_that_fails_midway_is_broken_off(campaign: Campaign, server: Server):
    """Its token is revoked while a slow reader takes it: the client gets an error, not an end."""
    new = ("--name", "brief", "--role", "viewer", "--org", campaign.handle)
    made = done("token", "create", *new, "--json", db=campaign.db).json
    headers = {"Authorization": f"Token {made['token']}", "Org-Handle": campaign.handle}
    with (
        httpx.Client(base_url=server.api, trust_env=False, verify=False, timeout=30) as client,
        client.stream("GET", "call-logs/?format=ndjson", headers=headers) as answer,
    ):
        parts = answer.iter_bytes()
        assert next(parts)
        done("token", "revoke", str(made["id"]), db=campaign.db)
        with pytest.raises(httpx.RemoteProtocolError):
            list(parts)
    assert "broke off: export_ended" in server.log


def test_a_reader_that_hangs_up_frees_its_place(campaign: Campaign):
    """One export at once: after each that was left, another begins."""
    with Server(campaign.db, arguments=["--exports", "1"]) as server:
        head = "".join(f"{name}: {value}\r\n" for name, value in campaign.headers.items())
        request = f"GET /api/v2/platform/call-logs/?format=csv HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode()
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as reader:
                while True:
                    reader.sendall(request)
                    answer = reader.recv(65_536)
                    if answer.startswith(b"HTTP/1.1 200"):
                        break
                    assert answer.startswith(b"HTTP/1.1 503")
    assert "Traceback" not in server.log
