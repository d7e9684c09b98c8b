"""`callboard serve` as a process: how it starts, how it fails to, how it ends, and several workers."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from callboard.cli.server import MOST_DEATHS
from tests.acceptance.campaign import call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server


def test_one_line_says_where_it_serves(tmp_path):
    """A person reads the URL, the file and the number of workers; a missing file has been made."""
    db = tmp_path / "new.db"
    command = [sys.executable, "-m", "callboard", "serve", "--port", "0", "--db", str(db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        url = line.split()[3]
        assert line == f"Callboard is serving {url} (db {db}, 1 worker)\n"
        assert httpx.get(f"{url}/readyz", trust_env=False, verify=False).status_code == 200
        process.terminate()
        assert process.wait(30) == 0
    assert db.exists()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("whole_group", [False, True])
def test_a_signal_ends_it_cleanly(tmp_path, ending, whole_group):
    """Whether a supervisor or a terminal ends it, by one process or all: exit code 0, nothing to complain."""
    with Server(tmp_path / "calls.db", workers=2) as server:
        process = server._process
        assert process is not None
        (os.killpg if whole_group else os.kill)(server.pid, ending)
        assert process.wait(30) == 0
        server._forget()
    assert "Traceback" not in server.log


def test_a_signal_during_the_start_is_not_lost(tmp_path):
    """Ended the moment it says that it serves, while other workers still start: every one of them ends."""
    for ending in (signal.SIGTERM, signal.SIGINT) * 3:
        command = [sys.executable, "-m", "callboard", "serve", "--port", "0", "--workers", "4"]
        with subprocess.Popen(
            [*command, "--db", str(tmp_path / "calls.db")], stdout=subprocess.PIPE, start_new_session=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline()
            process.send_signal(ending)
            assert process.wait(20) == 0


@pytest.mark.parametrize("whole_group", [False, True])
def test_a_request_under_way_is_answered_before_it_ends(tmp_path, whole_group):
    """A body still on its way when SIGTERM comes is read, committed, answered, and there afterwards."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server:
        begun = threading.Event()
        answers = []

        def slowly():
            yield b'[{"type": "call", "call_id": "late", "call_status": "completed"'
            begun.set()
            time.sleep(1)
            yield b', "occurred_at": "2024-02-07T10:00:00Z"}]'

        def send():
            with campaign.client(server.api) as client:
                answers.append(
                    client.post(
                        f"spaces/{campaign.space_token}/events/",
                        content=slowly(),
                        headers={"Content-Type": "application/json"},
                    )
                )

        sender = threading.Thread(target=send)
        sender.start()
        begun.wait()
        if whole_group:  # as systemd does it: workers get the signal twice
            os.killpg(server.pid, signal.SIGTERM)
        assert server.stop() == 0
        sender.join()
    assert answers[0].status_code == 200
    assert done("analytics", "--json", db=campaign.db).json["data"]["total_calls"] == 1


def test_a_port_in_use_is_reported_before_anything_starts(tmp_path):
    """A second server does not share the first one's port: it fails, naming the port and a way out."""
    with Server(tmp_path / "calls.db") as server:
        outcome = callboard("serve", "--port", str(server.port), db=tmp_path / "other.db")
        assert outcome.code == 1
        assert f"Port {server.port} of 127.0.0.1 is in use" in outcome.err
        assert "--port" in outcome.err
        assert "Traceback" not in outcome.err


def test_a_port_held_by_another_program_is_in_use_as_well(tmp_path):
    """Whichever process has it, with whatever socket options."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        outcome = callboard("serve", "--port", str(holder.getsockname()[1]), db=tmp_path / "calls.db")
    assert outcome.code == 1
    assert "is in use" in outcome.err


def test_an_address_that_is_not_ours_is_reported(tmp_path):
    """An address of another machine cannot be listened on."""
    outcome = callboard("serve", "--host", "192.0.2.7", "--port", "0", db=tmp_path / "calls.db")
    assert outcome.code == 1
    assert "192.0.2.7 is no address of this machine" in outcome.err


COMMANDS = [("serve", "--port", "0"), ("analytics", "--json"), ("verify",), ("org", "list")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each[0])
class TestAFileThatCannotBeUsed:
    """Each is one clear line on standard error naming the file, exit code 1, before any worker starts."""

    def fails(self, command, db, *words, **rest):
        """One line, these words in it, nothing on standard output."""
        outcome = callboard(*command, db=db, **rest)
        assert outcome.code == 1, outcome.err
        assert outcome.out == b""
        assert outcome.err.startswith("Error: ")
        assert len(outcome.err.splitlines()) == 1
        for word in words:
            assert word in outcome.err

    def test_not_a_database(self, tmp_path, command):
        """A text file is left as it is."""
        db = tmp_path / "notes.txt"
        db.write_text("Remember the milk. " * 500)
        self.fails(command, db, "notes.txt is not a database")
        assert db.read_text() == "Remember the milk. " * 500

    def test_another_programs_database(self, tmp_path, command):
        """Another program's tables are not touched."""
        db = tmp_path / "bookmarks.db"
        with sqlite3.connect(db) as other:
            other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.close()
        self.fails(command, db, "bookmarks.db", "another program")

    def test_a_newer_version(self, tmp_path, command):
        """A file that a later version wrote is refused, not guessed at."""
        db = new_campaign(tmp_path / "calls.db").db
        other = sqlite3.connect(db)
        other.execute("PRAGMA user_version = 9999")
        other.close()
        self.fails(command, db, "calls.db", "newer version", "9999")

    def test_locked_by_another_process(self, tmp_path, command):
        """A file that another process has locked exclusively is reported as locked, after the lock
        timeout.
        """
        db = new_campaign(tmp_path / "calls.db").db
        other = sqlite3.connect(db)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("PRAGMA user_version")
        try:
            self.fails(command, db, "locked", environment={"CALLBOARD_LOCK_TIMEOUT_MS": "100"})
        finally:
            other.close()

    def test_a_folder_in_its_place(self, tmp_path, command):
        """A folder is no file."""
        self.fails(command, tmp_path, tmp_path.name)


def test_a_read_only_file_is_reported_as_read_only(tmp_path):
    """Serving a file that cannot be written fails at the start, not at the first event."""
    db = new_campaign(tmp_path / "calls.db").db
    for file in tmp_path.glob("calls.db*"):
        file.chmod(0o444)
    outcome = callboard("serve", "--port", "0", db=db, unprivileged=True)
    assert outcome.code == 1
    assert "read-only" in outcome.err
    assert "calls.db" in outcome.err


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """A missing file is made, a missing folder is not."""
    outcome = callboard("serve", "--port", "0", db=tmp_path / "nowhere" / "calls.db")
    assert outcome.code == 1
    assert "nowhere/calls.db" in outcome.err


def test_a_worker_that_dies_is_replaced(tmp_path):
    """A killed worker's events are there, and the next request is answered by another."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server:
        with campaign.client(server.api) as client:
            campaign.send(client, call("a"))
        (worker,) = workers_of(server)
        os.kill(worker, signal.SIGKILL)
        assert total_calls_soon(server, campaign) == 1
        assert workers_of(server) != [worker]


def test_a_worker_that_dies_twice_is_replaced_twice(tmp_path):
    """The next need not have the accident of two before it; one that dies again and again ends the server."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server:
        process = server._process
        assert process is not None
        for _ in range(2):
            _kill_worker(server)
        assert total_calls_soon(server, campaign) == 0
        for _ in range(2 * MOST_DEATHS):
            if process.poll() is None:
                _kill_worker(server)
        assert process.wait(20) == 1
        server._forget()


def _kill_worker(server: Server) -> None:
    """Kill the one worker, and wait until it is gone."""
    deadline = time.monotonic() + 20
    assert server._process is not None
    while not (workers := workers_of(server)) and server._process.poll() is None:
        assert time.monotonic() < deadline
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    while set(workers) & set(workers_of(server)):
        assert time.monotonic() < deadline


@pytest.mark.skipif(sys.platform != "linux", reason="threads of another process are Linux's to signal")
def test_a_signal_that_another_thread_gets_ends_it_as_well(tmp_path):
    """The system gives a signal to any thread of a process; Python handles it in the main thread."""
    with Server(tmp_path / "calls.db", workers=2) as server:
        process = server._process
        assert process is not None
        threads = sorted(int(each.name) for each in Path(f"/proc/{server.pid}/task").iterdir())
        numbers = {"x86_64": 234, "aarch64": 131}
        if platform.machine() not in numbers:
            pytest.skip("the number of tgkill is not known here")
        libc = ctypes.CDLL(None)
        # Those that block it keep it for themselves: the first that takes it is enough.
        for thread in threads[1:]:
            libc.syscall(numbers[platform.machine()], server.pid, thread, int(signal.SIGTERM))
        assert process.wait(30) == 0
        server._forget()


def test_killing_the_process_that_watches_ends_the_workers(tmp_path):
    """No worker stays behind, holding the port: the server starts again on it at once."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db, workers=2) as server:
        process = server._process
        assert process is not None
        assert process.stdout is not None
        process.kill()
        process.wait()
        process.stdout.read()  # the workers hold its other end: it ends with the last of them
        server._forget()
        server.start()
        assert total_calls_soon(server, campaign) == 0


@pytest.mark.timeout(300)
def test_what_one_worker_acknowledged_is_in_the_next_answer_of_every_other(tmp_path):
    """Two workers, a new connection for each request: no answer is older than the last acknowledged event."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db, workers=2) as server:
        assert len(workers_of(server)) == 2
        for sent in range(1, 101):
            with campaign.client(server.api) as client:
                assert campaign.send(client, call(f"call-{sent}"))["applied"] == 1
            for _ in range(4):
                with campaign.client(server.api) as client:
                    answer = client.get("organisation/analytics/").json()
                assert answer["data"]["total_calls"] == sent


def test_two_workers_both_serve(tmp_path):
    """Connections go to both, so that the test above means something."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db, workers=2) as server:
        before = {worker: sockets_of(worker) for worker in workers_of(server)}
        clients = [campaign.client(server.api) for _ in range(60)]
        for client in clients:
            client.get("organisation/analytics/").raise_for_status()
        more = [sockets_of(worker) - held for worker, held in before.items()]
        for client in clients:
            client.close()
    assert len(more) == 2
    assert min(more) > 5, f"connections of each worker: {more}"


def test_every_setting_is_a_flag_a_variable_and_a_key(tmp_path):
    """A flag goes before a variable, a variable before the file; a bad one is named."""
    settings = tmp_path / "callboard.toml"
    settings.write_text("max_events = 1\nport = 0\n")
    campaign = new_campaign(tmp_path / "calls.db")

    def status(*arguments, **environment):
        with (
            Server(
                campaign.db, arguments=("--config", str(settings), *arguments), environment=environment
            ) as server,
            campaign.client(server.api) as client,
        ):
            two = [call("a"), call("b")]
            return client.post(f"spaces/{campaign.space_token}/events/", json=two).status_code

    assert status() == 413
    assert status(CALLBOARD_MAX_EVENTS="2") == 200
    assert status("--max-events", "1", CALLBOARD_MAX_EVENTS="2") == 413

    for arguments, environment, code, word in (
        (("--workers", "0"), {}, 2, "--workers"),
        (("--no-such-flag",), {}, 2, "--no-such-flag"),
        ((), {"CALLBOARD_WORKERS": "many"}, 1, "workers: 'many' is not a whole number"),
        (("--db", "mysql://x"), {}, 1, "mysql://"),
    ):
        outcome = callboard("serve", *arguments, environment=environment, db=campaign.db)
        assert outcome.code == code
        assert word in outcome.err
    settings.write_text("prot = 1\n")
    outcome = callboard("serve", "--config", settings, db=campaign.db)
    assert outcome.code == 1
    assert "prot: no setting of that name" in outcome.err


def workers_of(server: Server) -> list[int]:
    """The processes it started that answer requests."""
    listing = subprocess.run(
        ["ps", "-Aww", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
    return [
        int(pid)
        for pid, parent, command in rows
        if int(parent) == server.pid and "callboard.writer" not in command
    ]


def sockets_of(pid: int) -> int:
    """How many sockets that process holds."""
    if Path("/proc").is_dir():
        return sum(os.readlink(each).startswith("socket:") for each in Path(f"/proc/{pid}/fd").iterdir())  # noqa: PTH115
    listing = subprocess.run(
        ["lsof", "-a", "-p", str(pid), "-i"], capture_output=True, text=True, check=False
    )
    return len(listing.stdout.splitlines())


def total_calls_soon(server: Server, campaign) -> int:
    """The endpoint's number, once somebody answers."""
    limit = time.monotonic() + 30
    while True:
        try:
            with campaign.client(server.api) as client:
                answer = client.get("organisation/analytics/")
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]["total_calls"]
        except httpx.TransportError:
            assert time.monotonic() < limit, server.log
            time.sleep(0.05)
