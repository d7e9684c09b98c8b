"""`callboard db copy` in a process that dies at a drawn moment: before or behind one of its commits.

Arguments: source, target, at which commit (0: never), `before` or `behind`. Says how many commits there were.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from callboard.cli.db_copy import verified_copy
from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql.database import Database


def main(source: str, target: str, at: int, side: str) -> None:
    commits = 0

    def arrived(where: str) -> None:
        if commits == at and side == where:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        closing(open_store(Settings(db=source))) as there,
        closing(open_store(Settings(db=target), upgrade=None, copying=True)) as here,
    ):
        writing = here._writing

        @contextmanager
        def dying() -> Iterator[Database]:
            nonlocal commits
            commits += 1
            with writing() as db:
                yield db
                arrived("before")
            arrived("behind")

        here._writing = dying  # type: ignore[method-assign]
        assert verified_copy(there, here, with_drift=False).complete
    print(commits)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
