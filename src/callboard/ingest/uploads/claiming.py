"""Ownership of an upload by the process that works on it: claim it, keep it alive.

Exactness does not rest on this: the record of an upload changes by compare-and-set, and an import has its own
position. The claim keeps two processes from doing the same work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from msgspec import structs

from callboard.clock import Clock
from callboard.errors import CallerError, StoreError
from callboard.ingest.sources.ownership import HEARTBEAT_S, OWNER_TIMEOUT_S
from callboard.ingest.sources.process import has_ended, this_process
from callboard.store.interface import Store
from callboard.store.uploads import WORKING, Upload

RUNS_MAX: Final = 3
"""Processes that may begin one piece of work. One that ended before its end was killed, or met a fault of
ours that the next would meet too."""
ENDED: Final = f"The process that worked on this file ended {RUNS_MAX} times before it was done."
REPORT_EVERY_S: Final = 0.5
"""How often the rows that the work has come to are written, at most."""
_CHECK_EVERY_S = 0.25


def claimed(store: Store, org_id: int, upload_id: str, clock: Clock) -> Upload | None:
    """The upload, claimed for this process. None when there is nothing to do, or another process does it."""
    upload = store.find_upload(org_id, upload_id)
    if upload is None or upload.state not in WORKING or not _is_free(store, org_id, upload):
        return None
    now = clock()
    if upload.runs >= RUNS_MAX:
        after = structs.replace(upload, state="failed", message=ENDED, owner=None, work=None)
    else:
        after = structs.replace(
            upload, owner=this_process(now), runs=upload.runs + 1, row_count=0, used_at=now
        )
    try:
        saved = store.save_upload(org_id, upload, after)
    except CallerError:
        return None  # another process was faster, or the upload was dropped
    return saved if saved.owner is not None else None


def is_left(upload: Upload) -> bool:
    """Whether an upload waits for work that no living process does, as far as this machine can tell."""
    return upload.state in WORKING and (upload.owner is None or has_ended(upload.owner) is not False)


def _is_free(store: Store, org_id: int, upload: Upload) -> bool:
    """Whether its owner has ended. Waits up to `OWNER_TIMEOUT_S` when only the heartbeat can tell."""
    if upload.owner is None:
        return True
    ended = has_ended(upload.owner)
    until = time.monotonic() + OWNER_TIMEOUT_S
    while ended is None and time.monotonic() < until:
        time.sleep(_CHECK_EVERY_S)
        now = store.find_upload(org_id, upload.upload_id)
        if now is None or (now.revision, now.heartbeat) != (upload.revision, upload.heartbeat):
            return False
    return ended is not False


@dataclass
class Owned:
    """An upload that this process works on."""

    store: Store
    org_id: int
    upload: Upload
    clock: Clock
    rows: int = 0
    """Rows that the work has come to."""
    _reported_at: float = field(default_factory=time.monotonic)

    def save(self, change: Callable[[Upload], Upload]) -> None:
        """Change the record. Raises `UploadChangedError` when another process has taken it over, and
        `NotFoundError` when it was dropped.
        """
        self.upload = self.store.save_upload(self.org_id, self.upload, change(self.upload))

    def come_to(self, rows: int) -> None:
        """Note how far the work is."""
        self.rows = rows
        if time.monotonic() - self._reported_at >= REPORT_EVERY_S:
            self._beat()

    def _beat(self) -> None:
        self._reported_at = time.monotonic()
        # While the store is unavailable, no other process can look for this one's heartbeat either.
        with suppress(StoreError):
            self.store.beat_upload(self.org_id, self.upload, self.rows, self.clock())

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Give signs of life from a thread while the context lasts."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(HEARTBEAT_S):
                self._beat()

        thread = threading.Thread(target=beat, name="callboard-upload-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
