"""The writer's side: batches from a socket, one commit for whatever waits, receipts back.

While one commit is on its way to disk the next batches gather in the socket, so that the busier it gets, the
more share one sync. Where requests keep coming one by one, the next commit waits a moment for more of them:
each costs about the same whatever it holds, and what it takes of the processors, readers lack. Who comes
alone, and who comes after others stopped coming, waits for nobody.
"""

from __future__ import annotations

import logging
import math
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from functools import partial

from callboard.errors import CallboardError, StoreDamagedError, StoreError, StoreLockedError
from callboard.ingest.commit.protocol import Frames, Sent, batches_of, results_frame
from callboard.ingest.commit.waiting import Result
from callboard.store.interface import Batch, Late, Store

log = logging.getLogger(__name__)

READ_BYTES = 1 << 20

LONGEST_WAIT_S = 0.010
"""From the begin of one commit to the next one's, at most, for the sake of company."""
QUIET_S = 0.003
"""Nobody came for so long: those who wait for their answers will not send more before they have them. Where
more than 1,000 requests a second come, as many times less."""
FEW = 3
FULL = 10
"""Requests that are company enough: where more come in a `LONGEST_WAIT_S`, the wait is as much shorter."""
LARGE = 200
"""Events that are worth a commit by themselves."""


def ingest_all(
    store: Store, batches: Sequence[Batch], late: Late | None = None, *, waited_s: float = 0.0
) -> list[Result]:
    """Commit batches together, with those that come late; a result for each, in their order. The first of
    them has waited for `waited_s` already.
    """
    every = list(batches)

    def more(org_id: int) -> Sequence[Batch]:
        assert late is not None
        came = late(org_id)
        every.extend(came)
        return came

    try:
        results: list[Result] = list(store.ingest(batches, None if late is None else more, waited_s=waited_s))
    except StoreDamagedError as error:
        return _tried_apart(store, every, error)
    except StoreError as error:
        return [error] * len(every)
    except Exception as error:  # noqa: BLE001 - told to its sender, and in the log below
        return _tried_apart(store, every, error)
    assert len(results) == len(every), "a result for each batch"
    for batch, result in zip(every, results, strict=True):
        if isinstance(result, Exception) and not isinstance(result, CallboardError):
            _log_fault(batch, result)
    return results


def _tried_apart(store: Store, batches: Sequence[Batch], error: Exception) -> list[Result]:
    """A fault of ours or of the schema, or damage, met by one of the batches: nothing was committed. Halves
    are tried until the one that fails is alone, so that the others' requests are kept and it alone is told.
    """
    if len(batches) > 1:
        half = len(batches) // 2
        return ingest_all(store, batches[:half]) + ingest_all(store, batches[half:])
    _log_fault(batches[0], error)
    return [error]


def _log_fault(batch: Batch, error: Exception) -> None:
    log.error("a batch of %d events could not be written", len(batch.entries), exc_info=error)


def write(store: Store, worker: socket.socket, commit_events: int, lock_timeout_s: float) -> None:
    """Write what comes from a worker until it hangs up; the results go back in the order of the frames."""
    frames = Frames()
    waiting: deque[Sent] = deque()
    pace = Pace(time.monotonic())
    while True:
        if not waiting:
            part = worker.recv(READ_BYTES)
            if not part:
                return
            waiting.extend(batches_of(frame) for frame in frames.feed(part))
        _gather(worker, frames, waiting)
        _wait_for_company(worker, frames, waiting, pace)
        drawn = _draw(waiting, commit_events)
        if not drawn:
            continue
        began = time.monotonic()
        if not drawn[0].batches:
            worker.sendall(results_frame(_tried(store)))
            continue
        results = ingest_all(
            store,
            [batch for sent in drawn for batch in sent.batches],
            partial(_late, worker, frames, waiting, drawn, commit_events),
            waited_s=began - drawn[0].since,
        )
        pace.begun(sum(len(sent.batches) for sent in drawn), began)
        answered = _answers(drawn, results)
        waiting.extendleft(_with_time_left(drawn, answered, time.monotonic() - lock_timeout_s))
        worker.sendall(b"".join(map(results_frame, answered)))
        _gather(worker, frames, waiting)
        pace.company = bool(waiting)


def _tried(store: Store) -> list[Result]:
    """No result when a commit would succeed, else why it would not."""
    try:
        store.try_writing()
    except StoreError as error:
        return [error]
    except Exception as fault:
        log.exception("trying to write failed")
        return [StoreError(f"The store failed: {type(fault).__name__}")]
    return []


def _answers(drawn: Sequence[Sent], results: Sequence[Result]) -> list[Sequence[Result]]:
    """The results of each frame."""
    answers: list[Sequence[Result]] = []
    at = 0
    for sent in drawn:
        answers.append(results[at : at + len(sent.batches)])
        at += len(sent.batches)
    return answers


def _with_time_left(drawn: list[Sent], answered: list[Sequence[Result]], before: float) -> list[Sent]:
    """Frames that came after `before` and found the store locked, the last first: they are tried again, as it
    was the time of the first of the commit that was over. They are taken out of the answers.
    """
    again: list[Sent] = []
    while answered and drawn[-1].since > before:
        if not all(isinstance(result, StoreLockedError) for result in answered[-1]):
            break
        answered.pop()
        again.append(drawn.pop())
    return again


class Pace:
    """Until when a commit waits, if others are about to come. Times are seconds of one clock."""

    def __init__(self, now: float) -> None:
        self.company = False
        """Somebody waited already when the last commit ended."""
        self._began = now
        self._requests_per_s = 0.0

    def begun(self, requests: int, at: float) -> None:
        """A commit of so many requests was begun then."""
        lately = requests / max(at - self._began, 1e-6)
        self._requests_per_s += (lately - self._requests_per_s) / 8
        self._began = at

    def until(self) -> float:
        """Until when to wait; long ago where there is nobody to wait for."""
        if not self.company:
            return -math.inf
        return self._began + self._at_most(LONGEST_WAIT_S, FULL)

    def quiet_s(self) -> float:
        """After how long without another request nobody is waited for."""
        return self._at_most(QUIET_S, FEW)

    def _at_most(self, seconds: float, requests: float) -> float:
        """So long, or as long as so many requests take to come."""
        return min(seconds, requests / self._requests_per_s) if self._requests_per_s else seconds


def _wait_for_company(worker: socket.socket, frames: Frames, waiting: deque[Sent], pace: Pace) -> None:
    until = pace.until()
    while sum(sent.received for sent in waiting) < LARGE:
        left = until - time.monotonic()
        if left <= 0 or not select.select([worker], [], [], min(pace.quiet_s(), left))[0]:
            return
        if not _gather(worker, frames, waiting):
            return


def _gather(worker: socket.socket, frames: Frames, waiting: deque[Sent]) -> bool:
    """Whatever has arrived by now. False: the worker has hung up."""
    while True:
        try:
            part = worker.recv(READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        if not part:
            return False  # what it sent before it hung up is written all the same
        waiting.extend(batches_of(frame) for frame in frames.feed(part))


def _late(
    worker: socket.socket,
    frames: Frames,
    waiting: deque[Sent],
    drawn: list[Sent],
    commit_events: int,
    org_id: int,
) -> list[Batch]:
    """What came for an organization while others held its lock, as far as there is room: drawn as well.

    Where the workers of many machines write for one organization, each waits for the others' commits: who
    takes along what came meanwhile commits that much less often.
    """
    _gather(worker, frames, waiting)
    room = commit_events - sum(sent.received for sent in drawn)
    came: list[Batch] = []
    while waiting and waiting[0].batches and all(batch.org_id == org_id for batch in waiting[0].batches):
        room -= waiting[0].received
        if room < 0:
            break
        drawn.append(waiting.popleft())
        came += drawn[-1].batches
    return came


def _draw(waiting: deque[Sent], commit_events: int) -> list[Sent]:
    """Whole frames of about `commit_events` events, at least one; one without events by itself."""
    drawn: list[Sent] = []
    room = commit_events
    while waiting and (not drawn or (waiting[0].batches and waiting[0].received <= room)):
        drawn.append(waiting.popleft())
        room -= drawn[-1].received
        if not drawn[-1].batches:
            break
    return drawn
