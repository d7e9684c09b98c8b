"""The processes behind `callboard serve`: one that watches, and the workers that serve.

- Workers share nothing but the store. One that dies is replaced; one that dies again at once ends the
  server with exit code 1. None outlives the process that watches.
- SIGTERM, SIGINT and SIGHUP: requests under way are answered, what was accepted is written, exit code 0.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer
from msgspec import Struct

from callboard.app import application  # imported before workers are forked: they find it there
from callboard.cli.address import hold
from callboard.cli.init import url
from callboard.cli.output import show_json
from callboard.errors import CallboardError
from callboard.settings import Settings

DRAIN_LIMIT_S = 30
"""How long requests under way may take to finish when the server stops."""
BACKLOG = 4096
"""Connections that wait to be accepted, for each worker."""
LOOK_EVERY_S = 0.02
"""How often a start is checked for its first answer."""
WATCH_EVERY_S = 0.5
"""How often a worker checks that it is still watched, where the system does not tell it."""


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
    with hold(settings.host, settings.port) as held:
        address, port = held.getsockname()[:2]
        settings = replace(settings, port=port)
        server = _Server(
            "callboard",
            address=address,
            port=port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(),
            websockets=False,
            backlog=BACKLOG,
            backpressure=BACKLOG,
            log_level=LogLevels.warning,
            log_dictconfig=logging_config(settings.log_level),
            respawn_failed_workers=True,
            respawn_interval=0.1,
            workers_kill_timeout=DRAIN_LIMIT_S,
        )
        server.serving = settings, as_json
        loader = partial(worker_application, settings, os.getpid())
        server.serve(target_loader=loader, wrap_loader=False)


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


def worker_application(settings: Settings, watcher: int) -> Any:
    """The application, in the worker process that will serve it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Ctrl-C and a closing terminal reach every process; the one that watches tells workers to finish.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    _die_with(watcher)
    try:
        return application(settings)
    except CallboardError as error:
        print(f"Error: {error.message}", file=sys.stderr)
        sys.exit(1)


def logging_config(level: str) -> dict[str, Any]:
    """Everything to standard error; of the server beneath us only what went wrong."""
    return {
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "callboard": {"handlers": ["stderr"], "level": level.upper(), "propagate": False},
            "_granian": {"handlers": ["stderr"], "propagate": False},
        },
    }


def _say(settings: Settings, as_json: bool) -> None:
    if as_json:
        where = Serving(
            url(settings), settings.host, settings.port, settings.db, settings.workers, os.getpid()
        )
        show_json(where, indent=0)
    else:
        workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
        print(f"Callboard is serving {url(settings)} (db {settings.db}, {workers})")
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


def _die_with(watcher: int) -> None:
    """Have this worker killed when the process that watches it is gone: nobody would replace or stop it.

    Killed, not asked to finish: a server that was killed must be gone at once, and whatever it answered is
    on disk already.
    """
    if sys.platform == "linux":
        import ctypes

        PR_SET_PDEATHSIG = 1  # noqa: N806 - the name it has in <sys/prctl.h>
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(watcher,), daemon=True).start()
    if os.getppid() != watcher:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(watcher: int) -> None:
    while os.getppid() == watcher:
        time.sleep(WATCH_EVERY_S)
    os.kill(os.getpid(), signal.SIGKILL)
