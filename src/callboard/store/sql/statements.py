"""The stores' SQL statements by name, one in a file. `queries/` beside this module holds those that every
engine understands; the `queries/` of an engine's package holds those that differ. Lists of the columns of
calls and tasks are filled in here (`columns.py`).
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from callboard.store.sql.columns import expanded


def statement_of(engine: Traversable, name: str) -> str:
    """The statement of `queries/<name>.sql`: the engine's own if it has one, else the shared one."""
    own = engine / "queries" / f"{name}.sql"
    shared = files(__package__) / "queries" / f"{name}.sql"
    return expanded(name, (own if own.is_file() else shared).read_text(encoding="utf-8"))


def migrations_of(engine: Traversable) -> tuple[tuple[int, str], ...]:
    """All migrations of an engine, (number, script), in order."""
    found = [
        (int(each.name.split("_")[0]), each.read_text(encoding="utf-8"))
        for each in (engine / "migrations").iterdir()
        if each.name.endswith(".sql")
    ]
    return tuple(sorted(found))
