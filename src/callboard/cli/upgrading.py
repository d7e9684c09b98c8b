"""What a command says while the store that it opened is brought up to date."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from callboard.cli.output import progress_bar

if TYPE_CHECKING:
    from callboard.store.interface import Progress

STEP_PERCENT = 10
"""Where no terminal shows a bar, a line is written each time so much more is done."""
MOST_NAMED = 20
"""Calls and tasks that are named one by one."""


class Upgrading:
    """Tells people on standard error: a bar on a terminal, a line now and then in a log."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._shown = ExitStack()
        self._percent = 0
        self._skipped = 0
        self._began = 0.0

    def waits(self) -> None:
        """Another process does it."""
        _say("Another process is bringing the store up to date: waiting for it.")

    def begin(self, items: int, needs: str) -> None:
        """Before the first commit."""
        _say(f"Bringing the store up to date: {items:,} calls and tasks are folded anew. {needs}")
        _say("Interrupted, it goes on where it was when the store is opened again.")
        self._began = time.monotonic()
        if sys.stderr.isatty():
            self._bar = self._shown.enter_context(progress_bar("Folding anew"))

    def progress(self, done: int, total: int) -> None:
        """After each commit."""
        if self._bar is not None:
            self._bar(done, total)
            return
        percent = 100 * done // max(total, 1)
        if percent >= self._percent + STEP_PERCENT:
            self._percent = percent - percent % STEP_PERCENT
            _say(f"{self._percent} % done.")

    def skipped(self, what: str) -> None:
        """One that cannot be read stays as it was."""
        self._skipped += 1
        if self._skipped <= MOST_NAMED:
            _say(f"Left as it was, because its events cannot be read: {what}.")

    def end(self) -> None:
        """After the last commit."""
        self._shown.close()
        _say(f"The store is up to date, after {time.monotonic() - self._began:.0f} s.")
        if self._skipped:
            _say(f"{self._skipped:,} calls and tasks stay as they were: callboard verify --deep names them.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
