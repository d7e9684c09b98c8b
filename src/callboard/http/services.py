"""What the HTTP edge works with, put together by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from callboard.clock import Clock, monotonic_clock
from callboard.ingest.commit.metered import MeteredCommits
from callboard.live.follow import Streams
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.reports.views import Views
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.telemetry.meter import Meter


@dataclass(frozen=True)
class Services:
    """One process's parts. `directory`, `analytics` and `streams` belong to the event loop's thread."""

    store: Store
    commits: MeteredCommits
    directory: Directory
    analytics: Analytics
    streams: Streams
    views: Views
    meter: Meter
    settings: Settings
    clock: Clock
    monotonic: Clock = monotonic_clock
    """For what lasts: limits go on when the system's time is set back or forward, or stands still."""

    async def catch_up(self) -> None:
        """Returns when `directory` and `analytics` tell of everything acknowledged before this call. Raises
        `StoreError`: what they hold may be old then.
        """
        if (ahead := self.store.ahead()) is not None:
            await ahead.ask()
