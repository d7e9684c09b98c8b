"""The composition root: settings → store → ingest, query, live → the ASGI application of one worker.

Each worker process makes its own application; they share only the store. Only the command line and tests
import this module.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from functools import partial

from callboard import importing, writer
from callboard.clock import Clock, system_clock
from callboard.http.application import Application
from callboard.http.hook_refusals import HookRefusals
from callboard.http.metering import layout
from callboard.http.services import Services
from callboard.ingest.commit.client import CommitClient
from callboard.ingest.commit.metered import MeteredCommits
from callboard.ingest.commit.process import StartWriter
from callboard.ingest.uploads.queue import ImportQueue
from callboard.live.follow import Streams
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.reports.views import Views
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.telemetry.meter import Meter

SWITCH_S = 0.0005
"""Switch interval of the interpreter in seconds. A list changes threads about six times; while two reports
compute, it waited each time for Python's default of 5 ms.
"""


class Worker(Application):
    """The application of one worker process: it owns its store."""

    def start(self) -> None:
        """Start the writer: call once before the first request, if no ASGI lifespan does."""
        self._services.commits.start()
        self._services.imports.start()

    def end_streams(self) -> None:
        """End the streams, which would not end by themselves. Requests go on, but bodies being received have
        no more time than small ones.
        """
        self._services.streams.stop()
        self.shorten_body_deadlines()

    async def close(self) -> None:
        """Write what is queued, then release the threads and the store."""
        await super().close()
        self._services.store.close()


def compose(
    settings: Settings,
    clock: Clock = system_clock,
    meter: Meter | None = None,
    start_writer: StartWriter = writer.begin_own,
) -> Services:
    """The parts of one process. Opens the store: raises `StoreError` if it cannot be opened."""
    store = open_store(settings)
    meter = meter or Meter.alone(layout())
    directory, analytics = Directory(store, clock), Analytics(store)
    return Services(
        store=store,
        commits=MeteredCommits(CommitClient(settings, start_writer, store.identity), meter),
        imports=ImportQueue(store, partial(importing.begin, settings), clock),
        directory=directory,
        analytics=analytics,
        streams=Streams(store, analytics, directory, settings, clock),
        views=Views(),
        meter=meter,
        settings=settings,
        secrets=SecretBox(settings),
        refusals=HookRefusals(store, clock),
        clock=clock,
    )


def begin_writer(door: socket.socket) -> subprocess.Popen[bytes]:
    """Start the process that writes for all workers that come through this door. Raises `OSError`."""
    return writer.begin(door)


def application(
    settings: Settings, meter: Meter | None = None, start_writer: StartWriter = writer.begin_own
) -> Worker:
    """The application of one worker; not writing yet. Raises `StoreError` if the store cannot be opened."""
    sys.setswitchinterval(SWITCH_S)
    return Worker(compose(settings, meter=meter, start_writer=start_writer))
