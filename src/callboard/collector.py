"""Python's garbage collector in processes that serve or import for long."""

from __future__ import annotations

import gc

BETWEEN = 10_000
"""Containers that are made before the youngest generation is looked at; Python's 700 looks at a large body's
documents a hundred times while they are decoded."""


def tune_collector() -> None:
    """Exclude all that is loaded now from garbage collections, and collect less often. Call it once, when a
    process has loaded what it keeps until its end.

    Modules and tables are some 300,000 objects: traversed again by each full collection, they cost more than
    ten times what decoding the documents of a batch costs (see `gc.freeze`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN, 20, 20)
