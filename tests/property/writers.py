"""Writers side by side: threads of one store, or processes that share its file."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from callboard.settings import Settings
from callboard.store.interface import Batch, Store
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
    for receipt in store.ingest(batches):
        if isinstance(receipt, Exception):
            raise receipt
        assert receipt.rejected == 0, receipt
