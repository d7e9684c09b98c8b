"""What waits to be committed, in the order in which it came."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from threading import Lock

from callboard.ingest.commit.workers import Waiting


class Backlog:
    """Used by any thread: a commit that waited for its lock takes in what has come meanwhile."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Waiting] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def received(self) -> int:
        """The number of events."""
        with self._lock:
            return sum([waiting.received for waiting in self._waiting])

    def ready(self, busy: Collection[int]) -> tuple[int, float]:
        """The number of events of organizations that are not `busy`, and since when the oldest of them waits
        (`time.monotonic`; infinity without any).
        """
        with self._lock:
            ready = [each for each in self._waiting if each.batch is None or each.batch.org_id not in busy]
        return sum([each.received for each in ready]), min([each.since for each in ready], default=math.inf)

    def add(self, arrived: Iterable[Waiting]) -> None:
        """Put these at the end."""
        with self._lock:
            self._waiting.extend(arrived)

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Put these to the front, in their order: they came before all that wait."""
        with self._lock:
            self._waiting.extendleft(reversed(taken))

    def take(self, capacity: int, busy: Collection[int] = ()) -> list[Waiting]:
        """The batches of the next commit, with about so many events and at least one batch; none of an
        organization that is `busy`. Or a write check, alone.
        """
        with self._lock:
            taken: list[Waiting] = []
            passed: list[Waiting] = []
            waiting = self._waiting
            while waiting:
                each = waiting[0]
                if each.batch is None:
                    if not taken:
                        taken.append(waiting.popleft())
                    break
                if each.batch.org_id in busy:
                    passed.append(waiting.popleft())
                    continue
                if taken and each.received > capacity:
                    break
                taken.append(waiting.popleft())
                capacity -= each.received
            waiting.extendleft(reversed(passed))
            return taken

    def take_joining(self, org_id: int, capacity: int) -> list[Waiting]:
        """Batches of this organization, as far as they have at most so many events."""
        with self._lock:
            taken: list[Waiting] = []
            kept: deque[Waiting] = deque()
            for each in self._waiting:
                if each.batch is not None and each.batch.org_id == org_id and each.received <= capacity:
                    capacity -= each.received
                    taken.append(each)
                else:
                    kept.append(each)
            self._waiting = kept
            return taken
