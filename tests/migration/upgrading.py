"""Opens the store that it is given, in small commits, and prints a line after each: a process to be killed.

`python -m tests.migration.upgrading STORE EVENTS` with so many events a commit.
"""

from __future__ import annotations

import sys

from callboard.errors import CallboardError
from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql import refold


class Printing:
    """A `UpgradeObserver` that prints."""

    def waits(self) -> None:
        print("waits", flush=True)

    def begin(self, items: int, needs: str) -> None:
        print(f"begin {items} {needs}", flush=True)

    def progress(self, done: int, total: int) -> None:
        print(f"done {done} of {total}", flush=True)

    def skipped(self, what: str) -> None:
        print(f"skipped {what}", flush=True)

    def end(self) -> None:
        print("end", flush=True)


def main() -> None:
    """Bring it up to date."""
    refold.EVENTS_PER_COMMIT = int(sys.argv[2])
    try:
        open_store(Settings(db=sys.argv[1]), upgrade=True, observer=Printing()).close()
    except CallboardError as error:
        print(f"error {error.message}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
