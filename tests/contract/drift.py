"""Ways to make a store wrong on purpose, behind its back."""

from __future__ import annotations

from msgspec import structs

from callboard.store.interface import Store
from callboard.store.sql.save import compact_now
from tests.model import MemoryStore
from tests.stores import behind

PLANTS = (
    *("totals", "cell", "lost cell", "stray cell", "run", "stray run"),
    *("call", "marks", "task", "lost call"),
)
"""What can be made wrong. Of space 1, which must hold call c1, task t1 and run r1."""

_SQL = {
    "totals": "UPDATE totals SET calls_completed = calls_completed + 1 WHERE space_id = 1",
    "cell": "UPDATE cell SET talk_ms = talk_ms + 1 WHERE space_id = 1 AND counter = 1 AND grain = 'day'",
    "lost cell": "DELETE FROM cell WHERE space_id = 1 AND counter = 4 AND grain = 'hour'",
    "stray cell": "INSERT INTO cell VALUES (1, 1, 'quarter', 1, 7, 'web', 'missed', '', 1, 0, 1, 0, 0)",
    "run": "UPDATE run SET failed = failed + 1 WHERE space_id = 1",
    "stray run": "INSERT INTO run VALUES (1, 1, 'stray', NULL, NULL, NULL, 0, 5, 5, 1, 0, 0, 0, NULL)",
    "call": "UPDATE call SET duration_ms = 77 WHERE space_id = 1 AND call_id = 'c1'",
    "marks": "UPDATE call SET time_marks = 4 WHERE space_id = 1 AND call_id = 'c1'",
    "task": "UPDATE task SET status = 'failed' WHERE space_id = 1 AND task_id = 't1'",
    "lost call": "DELETE FROM call WHERE space_id = 1 AND call_id = 'c1'",
}


def plant(store: Store, what: str) -> None:
    """Make it wrong."""
    if isinstance(store, MemoryStore):
        _plant_in_memory(store, what)
        return
    with behind(store) as db:
        compact_now(db, 1)
        assert db.select(_SQL[what] + " RETURNING 1"), what


def _plant_in_memory(store: MemoryStore, what: str) -> None:
    space = store.state.spaces[1]
    if what == "totals":
        space.totals = structs.replace(space.totals, calls_completed=space.totals.calls_completed + 1)
    elif what == "cell":
        next(measures for key, measures in space.cells.items() if key[:2] == (1, "day"))[3] += 1
    elif what == "lost cell":
        del space.cells[next(key for key in space.cells if key[:2] == (4, "hour"))]
    elif what == "stray cell":
        space.cells[1, "quarter", 7, "web", "missed", ""] = [1, 0, 1, 0, 0]
    elif what == "run":
        space.runs["r1"].counts["failed"] += 1
    elif what == "stray run":
        stray = structs.replace(space.runs["r1"], counts=space.runs["r1"].counts.copy())
        space.runs["stray"] = stray
    elif what == "call":
        call = space.calls["c1"].row
        assert call is not None
        space.calls["c1"].row = structs.replace(call, duration_ms=77)
    elif what == "marks":
        marked = space.calls["c1"].row
        assert marked is not None
        space.calls["c1"].row = structs.replace(marked, time_marks=4)
    elif what == "task":
        task = space.tasks["t1"].row
        assert task is not None
        space.tasks["t1"].row = structs.replace(task, status="failed")
    else:
        space.calls["c1"].row = None
