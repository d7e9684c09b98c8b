"""`python -m tests.crash.dying_command STEPS ARGUMENT…`: a `callboard` command, killed after so many steps.

Steps are what the command asks of the system when it makes or moves files: opening, syncing, linking,
renaming, removing, cutting, each piece of pages that a backup copies, and each look at how far a compaction
is.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from callboard.cli.main import main
from callboard.store.sqlite import backup, compacting

_AUDITED = {"os.link", "os.rename", "os.remove", "os.truncate", "shutil.copyfileobj"}


class Steps:
    """Counts them, and kills this process with the last that it may take."""

    def __init__(self, last: int) -> None:
        self._left = last

    def take(self) -> None:
        """Called before a step."""
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, as a step."""

        def counting(*arguments: Any, **options: Any) -> Any:
            self.take()
            return function(*arguments, **options)

        return counting

    def looking(self, function: Callable[..., None]) -> Callable[..., None]:
        """The function, which tells its progress in steps."""

        def looked_at(*arguments: Any) -> None:
            function(*arguments[:-1], lambda *_: self.take())

        return looked_at

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python's own word of what it is about to do."""
        if event in _AUDITED or (event == "open" and str(arguments[0]).endswith(".part")):
            self.take()


if __name__ == "__main__":
    steps = Steps(int(sys.argv[1]))
    backup.STEP_PAGES = 7
    backup._bounds = lambda *_: steps.take
    backup.finish = steps.counted(backup.finish)
    compacting.LOOK_EACH = 300
    compacting._write_anew = steps.looking(compacting._write_anew)
    os.fsync = steps.counted(os.fsync)
    sys.addaudithook(steps.audit)
    main(sys.argv[2:])
