"""The processes of `callboard serve`: the main process, which supervises, and the workers, which serve.

- Workers share the store and the process that writes. A worker that dies is replaced; one that dies
  `MOST_DEATHS` times in a row soon after its start ends the server with exit code 1. A writer that dies is
  replaced. All end when the main process does.
- On SIGTERM, SIGINT and SIGHUP, requests under way are answered and accepted events written; exit code 0.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer
from msgspec import Struct

from callboard.cli.address import reserve_address
from callboard.cli.forking import hold_forks_while_starting
from callboard.cli.init import url
from callboard.cli.output import show_json
from callboard.cli.periodic import Periodic
from callboard.cli.work import Work, serve_requests
from callboard.cli.writing import Writing
from callboard.http.masking import logging_config
from callboard.http.metering import layout
from callboard.settings import Settings
from callboard.telemetry.meter import make_shared

STOP_LIMIT_S = 30
"""Seconds in which the server ends after a signal."""
DRAIN_LIMIT_S = STOP_LIMIT_S - 2
"""Seconds of these for requests under way; then their worker is killed."""
BACKLOG = 4096
"""Connections waiting to be accepted, for each worker."""
MAX_OPEN_FILES = 65_536
"""Open files and connections of a process, if the system allows as many."""
EARLY_S = 5.0
"""A worker that dies sooner than so long after its start died early."""
MOST_DEATHS = 5
"""So many early deaths in a row are no accident: the next worker would die as well."""
SIGNALS_EVERY_S = 0.5
"""Seconds in which a signal is seen that the system gave to another thread of the main process: Python
handles signals in the main thread, and a wait without an end is not interrupted for them."""
CHECK_EVERY_S = 0.02
"""Seconds between two checks whether a starting server answers."""


log = logging.getLogger(__name__)


class Serving(Struct, frozen=True):
    """What `serve --json` prints once the server answers."""

    url: str
    host: str
    port: int
    db: str
    workers: int
    pid: int


def run(settings: Settings, *, as_json: bool) -> None:
    """Serve until interrupted. Raises `AddressError` when the address cannot be listened on."""
    with reserve_address(settings.host, settings.port) as listener, _counts(settings.workers) as counts:
        address, port = listener.getsockname()[:2]
        settings = replace(settings, port=port)
        server = _Server(
            "callboard",
            address=address,
            port=port,
            interface=Interfaces.ASGINL,
            workers=settings.workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(),
            websockets=False,
            backlog=BACKLOG,
            backpressure=BACKLOG,
            log_level=LogLevels.error,
            log_dictconfig=logging_config(settings.log_level),
            respawn_failed_workers=True,
            respawn_interval=0.1,
            workers_kill_timeout=DRAIN_LIMIT_S,
        )
        server.serving = settings, as_json
        _block_signals(signal.SIGTERM)
        hold_forks_while_starting()
        _allow_open_files()
        server.writing = Writing()
        work = Work(settings, os.getpid(), counts, server.writing.shared)
        server.periodic = Periodic(settings)
        server.serve(spawn_target=serve_requests, target_loader=work, wrap_loader=False)


class _Server(MPServer):
    """Granian's server, with our messages and exit codes."""

    serving: tuple[Settings, bool]
    periodic: Periodic
    writing: Writing

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        self.writing.start()
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        # When its terminal closes the server ends, unless it was started with nohup, which ignores SIGHUP.
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else self.signal_handler_interrupt)
        threading.Thread(target=self._announce, daemon=True).start()
        self.periodic.start()

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace workers that die, until a signal, or until one dies early again and again."""
        born = dict.fromkeys(range(self.workers), time.monotonic())
        deaths = dict.fromkeys(range(self.workers), 0)
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(SIGNALS_EVERY_S)
            dead = list(self.interrupt_children)
            if not dead or self.interrupt_signal:
                continue
            now = time.monotonic()
            for worker in dead:
                deaths[worker] = deaths[worker] + 1 if now - born[worker] < EARLY_S else 1
            if max(deaths[worker] for worker in dead) > MOST_DEATHS:
                log.error("a worker died %d times soon after its start; the server ends", MOST_DEATHS + 1)
                return
            del self.interrupt_children[: len(dead)]  # another may have died meanwhile
            self.main_loop_interrupt.clear()
            self._respawn_workers(dead, spawn_target, target_loader)
            born |= dict.fromkeys(dead, time.monotonic())

    def shutdown(self, exit_code: int = 0) -> None:
        # A worker in uninterruptible sleep (a hung disk) cannot be killed: do not wait for it. It ends when
        # the disk answers.
        last = threading.Timer(STOP_LIMIT_S - 0.5, os._exit, [1])
        last.daemon = True
        last.start()
        self.periodic.end()
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            # A signal to the process group (of a supervisor or a terminal) reaches workers directly, so they
            # may end before Granian stops them. For Granian that is a failure; after a signal it is none.
            if not self.interrupt_signal:
                raise
        finally:
            self.writing.end()
            self.periodic.wait()

    def _announce(self) -> None:
        """Print the address once the server answers."""
        settings, as_json = self.serving
        while not _is_answering(settings):
            if self.main_loop_interrupt.is_set():
                return
            time.sleep(CHECK_EVERY_S)
        try:
            _announce_address(settings, as_json)
        except OSError:
            return  # standard output is closed: serve anyway


@contextmanager
def _counts(workers: int) -> Iterator[Path]:
    """The file of the workers' shared counters, for as long as the server runs.

    On Linux it is unlinked at once: a cleaner of /tmp cannot remove it under a running server, and a killed
    server leaves no file. Workers open it through the main process's /proc/PID/fd.
    """
    with tempfile.NamedTemporaryFile(prefix="callboard-", suffix=".counts", delete=False) as file:
        path = Path(file.name)
        try:
            make_shared(layout(), path, workers)
            if sys.platform == "linux":
                path.unlink()
                path = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
            yield path
        finally:
            Path(file.name).unlink(missing_ok=True)


def _allow_open_files() -> None:
    """Raise the soft limit of open files: shells often set it to 1,024, too few for the connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _block_signals(number: signal.Signals) -> None:
    """Block this signal while a worker is forked, so that it is not lost there: `Work` unblocks it."""
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {number}),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {number}),
    )


def _announce_address(settings: Settings, as_json: bool) -> None:
    if as_json:
        where = Serving(
            url(settings), settings.host, settings.port, settings.db_shown, settings.workers, os.getpid()
        )
        show_json(where, indent=0)
    else:
        workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
        print(f"Callboard is serving {url(settings)} (db {settings.db_shown}, {workers})")
    sys.stdout.flush()


def _is_answering(settings: Settings) -> bool:
    """Whether a worker answers, with any status."""
    host, _, port = url(settings).removeprefix("http://").rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=1) as probe:
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: callboard\r\nConnection: close\r\n\r\n")
            return probe.recv(8) == b"HTTP/1.1"
    except OSError:
        return False
