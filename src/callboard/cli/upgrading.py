"""Reports the progress of a store's upgrade, while the command that opened the store waits for it."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from callboard.cli.output import progress_bar

if TYPE_CHECKING:
    from callboard.store.interface import Progress

STEP_PERCENT = 10
"""Without a terminal a line is printed after each so many percent."""
MAX_NAMED = 20
"""Calls and tasks that could not be read are named up to this number, and then only counted."""


class Upgrading:
    """Progress on standard error: a bar on a terminal, some lines in a log. Called by the store."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._shown = ExitStack()
        self._percent = 0
        self._skipped = 0
        self._began = 0.0

    def waits(self) -> None:
        """Another process upgrades the store; this one waits for it."""
        _say("Another process is bringing the store up to date: waiting for it.")

    def begin(self, items: int, needs: str) -> None:
        """Called before the first commit. `needs` is a sentence on what the upgrade needs of the disk."""
        _say(f"Bringing the store up to date: {items:,} calls and tasks are folded anew. {needs}")
        _say("Interrupted, it goes on where it was when the store is opened again.")
        self._began = time.monotonic()
        if sys.stderr.isatty():
            self._bar = self._shown.enter_context(progress_bar("Folding anew"))

    def progress(self, done: int, total: int) -> None:
        """Called after each commit."""
        if self._bar is not None:
            self._bar(done, total)
            return
        percent = 100 * done // max(total, 1)
        if percent >= self._percent + STEP_PERCENT:
            # Rounded down to a step: a large commit passes several of them, and prints one line.
            self._percent = percent - percent % STEP_PERCENT
            _say(f"{self._percent} % done.")

    def skipped(self, what: str) -> None:
        """Called for a call or task whose events cannot be read: its row stays as it was."""
        self._skipped += 1
        if self._skipped <= MAX_NAMED:
            _say(f"Left as it was, because its events cannot be read: {what}.")

    def end(self) -> None:
        """Called after the last commit."""
        self._shown.close()
        _say(f"The store is up to date, after {time.monotonic() - self._began:.0f} s.")
        if self._skipped:
            _say(f"{self._skipped:,} calls and tasks stay as they were: callboard verify --deep names them.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
