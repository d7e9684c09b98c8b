"""Metrics of commits: outcomes of events, and how long requests waited for the disk."""

from __future__ import annotations

import time
from collections import Counter

from callboard.ingest.commit.client import CommitClient
from callboard.store.interface import Batch, Receipt
from callboard.telemetry.meter import Meter

EVENTS = "callboard_ingest_events_total"
REJECTIONS = "callboard_ingest_rejections_total"
WAIT = "callboard_ingest_wait_seconds"
COMMITS = "callboard_commits_total"


class MeteredCommits:
    """A `CommitClient` with metrics; every call is passed on to it."""

    def __init__(self, client: CommitClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter
        self._commits_counted = 0

    @property
    def waiting(self) -> int:
        """See `CommitClient.waiting`."""
        return self._client.waiting

    def start(self) -> None:
        """See `CommitClient.start`."""
        self._client.start()

    async def commit_async(self, batch: Batch) -> Receipt:
        """See `CommitClient.commit_async`."""
        began = time.perf_counter_ns()
        receipt = await self._client.commit_async(batch)
        self._meter.observe(WAIT, ns=time.perf_counter_ns() - began)
        self._count(receipt)
        return receipt

    async def check(self, within_s: float) -> None:
        """See `CommitClient.check`."""
        await self._client.check(within_s)

    async def finish(self) -> None:
        """See `CommitClient.finish`."""
        await self._client.finish()

    def _count(self, receipt: Receipt) -> None:
        meter = self._meter
        for outcome in ("applied", "duplicate", "stale", "rejected"):
            if many := getattr(receipt, outcome):
                meter.add(EVENTS, outcome, many=many)
        if receipt.rejections:
            for reason, many in Counter(each.reason for each in receipt.rejections).items():
                meter.add(REJECTIONS, reason, many=many)
        if (commits := self._client.commits) != self._commits_counted:
            meter.add(COMMITS, many=commits - self._commits_counted)
            self._commits_counted = commits
