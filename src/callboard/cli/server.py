"""The processes behind `callboard serve`: one that watches, and the workers that serve.

- Workers share nothing but the store. One that dies is replaced; one that dies again at once ends the
  server with exit code 1. None outlives the process that watches.
- SIGTERM, SIGINT and SIGHUP: requests under way are answered, what was accepted is written, exit code 0.
"""

from __future__ import annotations

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

from callboard.cli.address import hold
from callboard.cli.init import url
from callboard.cli.output import show_json
from callboard.cli.work import Work, serve_requests
from callboard.http.masking import logging_config
from callboard.http.metering import layout
from callboard.settings import Settings
from callboard.telemetry.meter import make_shared

STOP_LIMIT_S = 30
"""How long the server may take to end when it is told to."""
DRAIN_LIMIT_S = STOP_LIMIT_S - 2
"""How long of it requests under way may take to finish; then their worker is killed."""
BACKLOG = 4096
"""Connections that wait to be accepted, for each worker."""
MAX_OPEN_FILES = 65_536
"""Files and connections a process may have open, where the system allows so many."""
LOOK_EVERY_S = 0.02
"""How often a start is checked for its first answer."""


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
    with hold(settings.host, settings.port) as held, _counts(settings.workers) as counts:
        address, port = held.getsockname()[:2]
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
        _allow_open_files()
        work = Work(settings, os.getpid(), counts)
        server.serve(spawn_target=serve_requests, target_loader=work, wrap_loader=False)


class _Server(MPServer):
    """Granian's server, with our own words and our own idea of a clean end."""

    serving: tuple[Settings, bool]

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        # A terminal that closes ends what was started in it, unless nohup said otherwise.
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else self.signal_handler_interrupt)
        threading.Thread(target=self._announce, daemon=True).start()

    def shutdown(self, exit_code: int = 0) -> None:
        # A worker that waits for a disk cannot even be killed, and is not waited for: it is gone when the
        # disk answers.
        last = threading.Timer(STOP_LIMIT_S - 0.5, os._exit, [1])
        last.daemon = True
        last.start()
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        except SystemExit:
            # A signal to the whole group (a supervisor's, a terminal's) reaches workers by themselves as
            # well: that they end before they are told to is no failure then.
            if not self.interrupt_signal:
                raise

    def _announce(self) -> None:
        """Say where it serves, once it does."""
        settings, as_json = self.serving
        while not _answers(settings):
            if self.main_loop_interrupt.is_set():
                return
            time.sleep(LOOK_EVERY_S)
        try:
            _say(settings, as_json)
        except OSError:
            return  # nobody reads it: no reason not to serve


@contextmanager
def _counts(workers: int) -> Iterator[Path]:
    """The file in which the workers count, for as long as they do.

    On Linux it has no name: nobody can clear it away beneath a running server, and nothing is left of one
    that is killed. Workers reach it through us.
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
    """As many connections as the system lets us have: what a shell hands on is often 1,024 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _block_signals(number: signal.Signals) -> None:
    """Let no worker miss this signal while it is being forked: see `Work`, which lets it through."""
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {number}),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {number}),
    )


def _say(settings: Settings, as_json: bool) -> None:
    if as_json:
        where = Serving(
            url(settings), settings.host, settings.port, settings.db_shown, settings.workers, os.getpid()
        )
        show_json(where, indent=0)
    else:
        workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
        print(f"Callboard is serving {url(settings)} (db {settings.db_shown}, {workers})")
    sys.stdout.flush()


def _answers(settings: Settings) -> bool:
    """Whether a worker answers at all: what it answers is no matter."""
    host, _, port = url(settings).removeprefix("http://").rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=1) as probe:
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: callboard\r\nConnection: close\r\n\r\n")
            return probe.recv(8) == b"HTTP/1.1"
    except OSError:
        return False
