"""Loads the demo: sets up a store, generates a month, sends it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from callboard.clock import Clock
from callboard.demo.month import Month, make_month
from callboard.demo.sending import RequestBatch, Tally, request_batches, send_all
from callboard.demo.server import DemoServer
from callboard.demo.setup import DemoStore, set_up
from callboard.store.interface import Progress

SCALE = 0.7
"""About 20,000 calls and 120,000 events in 30 days: loaded in some ten seconds."""


@dataclass(frozen=True)
class Loaded:
    """A demo whose month has been sent."""

    demo_store: DemoStore
    month: Month
    tally: Tally
    seconds: float
    """Duration of the sending."""


def prepare(db: str, seed: int, days: int, clock: Clock) -> tuple[DemoStore, Month]:
    """A new store with organizations and spaces, and the month to send to it. Raises `NotADemoError`."""
    now = clock()
    return set_up(db, now, days), make_month(seed, now, days, SCALE)


def load(server: DemoServer, demo_store: DemoStore, month: Month, progress: Progress) -> Loaded:
    """Send every event that has arrived by the month's end, which is now."""
    past = [arrival for arrival in month.arrivals if arrival.at <= month.now]
    tally = Tally()

    def acknowledged(batch: RequestBatch, answer: dict[str, int]) -> None:
        tally.add(batch, answer)
        progress(tally.received, len(past))

    began = time.monotonic()
    send_all(demo_store, server.url, request_batches(past), acknowledged)
    return Loaded(demo_store, month, tally, time.monotonic() - began)
