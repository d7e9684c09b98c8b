"""A process that commits events and merges deltas into cells until it is killed: `merging.py URL SEED`."""

from __future__ import annotations

import sys
from random import Random
from threading import Thread

from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store
from callboard.store.sql import compaction
from tests.events import call, send

SMALL = {"COMPACT_AT": 5, "SLICE_MAX": 7, "WAITING_MAX": 60, "KEPT": 10}


def feed(store: Store, random: Random) -> None:
    """Commit events of one space, without end."""
    [acme] = store.organizations()
    [space] = store.spaces(acme.id)
    while True:
        words = ("queued", "in_progress", "completed", "failed")
        told = [
            call(f"c{random.randrange(40)}", random.choice(words), at=random.randrange(9_000))
            for _ in range(random.randrange(1, 6))
        ]
        receipt = send(store, space, *told)
        print(receipt.applied + receipt.duplicate + receipt.stale, flush=True)


def main() -> None:
    url, seed = sys.argv[1:]
    for name, value in SMALL.items():
        setattr(compaction, name, value)
    store = open_store(Settings(db=url))
    Thread(target=feed, args=(store, Random(seed)), daemon=True).start()
    while True:
        store.compact()


if __name__ == "__main__":
    main()
