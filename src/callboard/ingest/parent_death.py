"""End a process when its parent ends. Otherwise nothing would stop or replace it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

WATCH_EVERY_S = 0.5
"""How often a process checks its parent where the operating system sends no signal."""


def exit_with_parent(parent: int) -> None:
    """Have this process killed as soon as its parent has ended.

    SIGKILL rather than SIGTERM: everything acknowledged is on disk already, and a process that is stopped
    cannot handle another signal. Call it from the main thread, as early as possible.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - where it is needed alone

        PR_SET_PDEATHSIG = 1  # noqa: N806 - the name it has in <sys/prctl.h>
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    # The parent may have ended before the call above; no signal is sent for that.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_EVERY_S)
    os.kill(os.getpid(), signal.SIGKILL)
