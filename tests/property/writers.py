"""Writers side by side: threads of one store, or processes that share its file."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from callboard.errors import StoreUnavailableError
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt, Store
from callboard.store.open import open_store

WRITERS = 4
_TOGETHER_S = 60
"""How long writers wait for one another before they give up."""

_together: Barrier | None = None


def by_threads(store: Store, shares: Sequence[Sequence[Sequence[Batch]]]) -> None:
    """Each share of commits by its own thread, all at once."""
    together = Barrier(len(shares))

    def write(share: Sequence[Sequence[Batch]]) -> None:
        together.wait(_TOGETHER_S)
        for batches in share:
            _ingest(store, batches)

    with ThreadPoolExecutor(len(shares)) as threads:
        for done in [threads.submit(write, share) for share in shares]:
            done.result()


@contextmanager
def writing_processes(writers: int = WRITERS) -> Iterator[Executor]:
    """Processes for `by_processes`, to be used again and again: starting one takes longer than a history."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(writers, spawn, _meet_at, (spawn.Barrier(writers),)) as processes:
        yield processes


def by_processes(processes: Executor, path: str, shares: Sequence[Sequence[Sequence[Batch]]]) -> None:
    """Each share of commits by its own process, all at once, on one file."""
    for done in [processes.submit(_write, path, share) for share in shares]:
        done.result()


def _meet_at(barrier: Barrier) -> None:
    global _together  # noqa: PLW0603 - a process of a pool is handed its barrier once, when it starts
    _together = barrier


def _write(path: str, share: Sequence[Sequence[Batch]]) -> None:
    assert _together is not None
    store = open_store(Settings(db=path))
    try:
        _together.wait(_TOGETHER_S)
        for batches in share:
            _ingest(store, batches)
    finally:
        store.close()


def _ingest(store: Store, batches: Sequence[Batch]) -> None:
    """As a sender does: what a busy node of a cluster refused, or may have kept, is sent again."""
    waiting = list(batches)
    until = time.monotonic() + _TOGETHER_S
    while waiting:
        try:
            receipts: Sequence[Receipt | Exception] = store.ingest(waiting)
        except StoreUnavailableError as refused:
            receipts = [refused] * len(waiting)
        again = []
        for batch, receipt in zip(waiting, receipts, strict=True):
            if isinstance(receipt, StoreUnavailableError) and time.monotonic() < until:
                again.append(batch)
            elif isinstance(receipt, Exception):
                raise receipt
            else:
                assert receipt.rejected == 0, receipt
        waiting = again
