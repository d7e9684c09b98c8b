"""A store that grows: at each size what a call takes, how fast events come in, questions, backup, vacuum."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
from msgspec import Struct

from bench import calls, growth_page, load
from bench.curves import fitted
from bench.figures import write
from bench.files import EVENTS_A_COMMIT, Board, batch_of, begin, folder
from bench.growth_engines import Engine, InDatabase, InFile
from bench.growth_requests import asked, sent
from bench.machine import OtherLoad, sync_ms
from bench.server import Server
from callboard.clock import DAY
from callboard.store.interface import Batch, Store

STEPS = (1_000_000, 3_000_000, 10_000_000, 30_000_000)
SHORT_STEPS = (5_000, 10_000, 20_000)
CALLS_A_DAY = 33_333
"""A million calls a month: a store of ten million is ten months old."""
SPACES = 200
MINUTES = 40
"""How long each engine is filled, at most."""
SHARE_OF_DISK = 0.4
"""Of what was free in the beginning: no more is used."""
SHARE_INGESTED = 0.1
"""Of the calls of a step, the last ones: they come over HTTP, and are measured."""
LEAST_STEP = 1.2
"""A step that was cut short is measured if the store has grown by so much."""
EXTRAPOLATED = 100_000_000


class Limits(Struct, frozen=True):
    """How far a store is filled."""

    steps: tuple[int, ...]
    seconds: float
    calls_a_day: int

    @classmethod
    def asked(cls, *, short: bool) -> Limits:
        """CALLBOARD_BENCH_SIZES, numbers of calls with commas, and CALLBOARD_BENCH_MINUTES of filling."""
        sizes = os.environ.get("CALLBOARD_BENCH_SIZES", "")
        usual = SHORT_STEPS if short else STEPS
        steps = tuple(int(each) for each in sizes.split(",")) if sizes else usual
        minutes = float(os.environ.get("CALLBOARD_BENCH_MINUTES") or MINUTES)
        return cls(steps, minutes * 60, 100 if short else CALLS_A_DAY)


class Filling:
    """The days of a load, day by day into a store, until it is large enough or a limit is reached."""

    def __init__(self, limits: Limits) -> None:
        self._a_day = limits.calls_a_day
        days = -(-limits.steps[-1] // self._a_day)
        # The largest store ends with the last day of the other benches' files: no call lies in the future.
        first = calls.LIVE_FROM - days * DAY
        self._days = load.days(days * self._a_day, SPACES, span=load.Span(first, days))
        self.first = self.until = first
        self.calls = 0
        self.seconds = 0.0
        self._most_seconds = limits.seconds
        self._least_free = (1 - SHARE_OF_DISK) * shutil.disk_usage(folder()).free

    @property
    def is_over(self) -> bool:
        """Whether the time or the disk for it is used up."""
        return self.seconds >= self._most_seconds or shutil.disk_usage(folder()).free < self._least_free

    def days(self, calls: int) -> Iterator[load.Day]:
        """The next days, until there are so many calls. What is done between them counts as filling."""
        began = time.monotonic()
        while self.calls < calls:
            yield next(self._days)
            self.calls += self._a_day
            self.until += DAY
            self.seconds, began = self.seconds + time.monotonic() - began, time.monotonic()
            print(f"\r  {self.calls:,} calls, {self.seconds:,.0f} s of filling", end="", file=sys.stderr)
        print(file=sys.stderr)


def measure(*, short: bool) -> None:
    """Take the figures, and write the page about them."""
    limits = Limits.asked(short=short)
    found = {engine.name: _grown(engine, limits) for engine in (InFile(), InDatabase())}
    write(
        "growth",
        f"A store of {SPACES} spaces that grows by {limits.calls_a_day:,} calls a day, one worker: of each "
        f"step the last {SHARE_INGESTED:.0%} over HTTP, 1,000 events a request and 4 clients, the others by "
        f"commits of {EVENTS_A_COMMIT:,} events. Single events by 8 clients; questions one after another, "
        "each behind a commit",
        short=short,
        targets=[],
        calls_a_day=limits.calls_a_day,
        extrapolated_to=EXTRAPOLATED,
        engines=found,
        disk_sync_ms=sync_ms(),
    )
    if not short:
        growth_page.main()


def _grown(engine: Engine, limits: Limits) -> dict[str, Any]:
    print(f"  {engine.name}", file=sys.stderr)
    filling = Filling(limits)
    steps: list[dict[str, Any]] = []
    with engine:
        with closing(engine.opened()) as store:
            board = msgspec.structs.replace(begin(store, SPACES), path=engine.path)
        for size in limits.steps:
            before = filling.calls
            if not _filled(engine, board, filling, before, size):
                break
            steps.append(_measured(engine, board, filling, before, size))
            print(f"  {msgspec.json.encode(steps[-1]).decode()}", file=sys.stderr)
            if filling.is_over:
                break
    return {"steps": steps, "curves": _curves(steps), "fill_seconds": round(filling.seconds)}


def _filled(engine: Engine, board: Board, filling: Filling, before: int, size: int) -> bool:
    """Fill it to the part of the step that comes over HTTP. False if a limit came before it grew by much."""
    direct = before + round((size - before) * (1 - SHARE_INGESTED))
    with closing(engine.opened()) as store:
        for day in filling.days(direct):
            _commit(store, board, day)
            if filling.is_over:
                break
        while store.compact():
            pass
    return filling.calls >= before * LEAST_STEP


def _commit(store: Store, board: Board, day: load.Day) -> None:
    batches: list[Batch] = []
    waiting = 0
    for space, arrived in day:
        batches.append(batch_of(board.org_id, board.space_ids[space], [each.entry for each in arrived]))
        waiting += len(arrived)
        if waiting >= EVENTS_A_COMMIT:
            store.ingest(batches)
            batches, waiting = [], 0
    if batches:
        store.ingest(batches)


def _measured(engine: Engine, board: Board, filling: Filling, before: int, size: int) -> dict[str, Any]:
    """The rest of a step over HTTP, and the figures at its end. A step that was cut short ends earlier."""
    direct = filling.calls - before
    rest = round(direct * SHARE_INGESTED / (1 - SHARE_INGESTED))
    over_http = list(filling.days(filling.calls + rest if filling.is_over else max(filling.calls + 1, size)))
    with Server(board.path, twins=False) as server:
        others = OtherLoad(*server.processes)
        ingest = sent(server, board, over_http)
        questions = asked(server, board, filling.first, filling.until)
        memory = server.memory_mib()[1]
        cores = others.cores()
    return {
        "calls": filling.calls,
        "bytes": (held := engine.bytes()),
        "bytes_a_call": round(held / filling.calls, 1),
        **ingest,
        **questions,
        **engine.kept(),
        "memory_mib": round(memory),
        "cores_used_by_others": round(cores, 2),
    }


def _curves(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A curve for each figure, and where it leads."""
    sizes = [each["calls"] for each in steps]
    found = {}
    for name in (each for each in growth_page.ROWS if steps and each in steps[0]):
        curve = fitted(sizes, [each[name] for each in steps])
        if curve is not None:
            found[name] = {**msgspec.to_builtins(curve), "extrapolated": curve.at(EXTRAPOLATED)}
    return found
