"""Processes that threads of the main process start, and workers that it forks: never at the same moment.

`subprocess.Popen` waits until the other end of a pipe is closed, by the child's exec. A worker that is forked
meanwhile would inherit that end and hold it open as long as it lives.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_starting = threading.Lock()


def hold_forks_while_starting() -> None:
    """Let each fork of this process wait for who is inside `starting`. Call it once, before the threads."""
    # A child of `Popen` is no fork in this sense: it runs no handlers.
    os.register_at_fork(
        before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release
    )


@contextmanager
def starting() -> Iterator[None]:
    """Start a process here."""
    with _starting:
        yield
