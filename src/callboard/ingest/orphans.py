"""No process outlives the one that started it: nobody would stop or replace it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

WATCH_EVERY_S = 0.5
"""How often a process checks that its parent is still there, where the system does not tell it."""


def die_with(parent: int) -> None:
    """Have this process killed when its parent is gone.

    Killed, not asked to finish: whatever was answered is on disk already, and a process that is stopped, or
    waits for a disk, does not hear a request. Call it from the main thread, as early as possible.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - where it is needed alone

        PR_SET_PDEATHSIG = 1  # noqa: N806 - the name it has in <sys/prctl.h>
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY_S)
    os.kill(os.getpid(), signal.SIGKILL)
