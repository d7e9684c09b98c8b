"""The parts of a process that HTTP works with, assembled by the composition root (`app.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from callboard.clock import Clock, monotonic_clock
from callboard.http.hook_refusals import HookRefusals
from callboard.ingest.commit.metered import MeteredCommits
from callboard.ingest.uploads.queue import ImportQueue
from callboard.live.follow import Streams
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.reports.views import Views
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.telemetry.meter import Meter


@dataclass(frozen=True)
class Services:
    """The parts of one process. `directory`, `analytics` and `streams` belong to the event loop's thread."""

    store: Store
    commits: MeteredCommits
    imports: ImportQueue
    directory: Directory
    analytics: Analytics
    streams: Streams
    views: Views
    meter: Meter
    settings: Settings
    secrets: SecretBox
    refusals: HookRefusals
    clock: Clock
    monotonic: Clock = monotonic_clock
    """For durations, such as rate limits: not affected when the system's time is set."""

    async def catch_up(self) -> None:
        """Returns once `directory` and `analytics` reflect every commit acknowledged before this call. Raises
        `StoreError`; what they hold may then be out of date.
        """
        if (ahead := self.store.refresher()) is not None:
            await ahead.refresh()
