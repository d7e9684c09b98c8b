"""The writer's side: batches from a socket, one commit for whatever waits, receipts back.

While one commit is on its way to disk the next batches gather in the socket, so that the busier it gets, the
more share one sync. Nothing waits for company.
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Sequence

from callboard.errors import StoreError
from callboard.ingest.frames import Frames, batches_of, results_frame
from callboard.ingest.waiting import Result
from callboard.store.interface import Batch, Store

log = logging.getLogger(__name__)

READ_BYTES = 1 << 20


def ingest_all(store: Store, batches: Sequence[Batch]) -> list[Result]:
    """Commit batches together; a result for each, in their order."""
    try:
        results: list[Result] = list(store.ingest(batches))
    except StoreError as error:
        return [error] * len(batches)
    except Exception as error:
        # Our own fault, in one of the batches: nothing was committed. The writer must outlive it, and the
        # others' requests too, so each is tried alone; the one that fails gets to know.
        if len(batches) > 1:
            return [result for batch in batches for result in ingest_all(store, [batch])]
        log.exception("a batch of %d events could not be written", len(batches[0].entries))
        return [error]
    assert len(results) == len(batches), "a result for each batch"
    return results


def write(store: Store, worker: socket.socket, commit_events: int) -> None:
    """Write what comes from a worker until it hangs up; the results go back in the order of the frames."""
    frames = Frames()
    waiting: deque[list[Batch]] = deque()
    while True:
        if not waiting:
            part = worker.recv(READ_BYTES)
            if not part:
                return
            waiting.extend(batches_of(frame) for frame in frames.feed(part))
        _gather(worker, frames, waiting)
        drawn = _draw(waiting, commit_events)
        if not drawn:
            continue
        results = ingest_all(store, [batch for batches in drawn for batch in batches])
        answer = bytearray()
        at = 0
        for batches in drawn:
            answer += results_frame(results[at : at + len(batches)])
            at += len(batches)
        worker.sendall(answer)


def _gather(worker: socket.socket, frames: Frames, waiting: deque[list[Batch]]) -> None:
    """Whatever has arrived by now."""
    while True:
        try:
            part = worker.recv(READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not part:
            return  # what it sent before it hung up is written all the same
        waiting.extend(batches_of(frame) for frame in frames.feed(part))


def _draw(waiting: deque[list[Batch]], commit_events: int) -> list[list[Batch]]:
    """Whole frames of about `commit_events` events, at least one."""
    drawn: list[list[Batch]] = []
    room = commit_events
    while waiting and (not drawn or sum(batch.received for batch in waiting[0]) <= room):
        drawn.append(waiting.popleft())
        room -= sum(batch.received for batch in drawn[-1])
    return drawn
