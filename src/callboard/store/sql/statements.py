"""The stores' SQL, by name: one statement a file. What every engine takes as it stands lies here, in
`queries/`; what an engine has to say in its own way lies in the `queries/` of its package. Lists of columns
of calls and tasks are put in here: see `columns.py`.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from callboard.store.sql.columns import expanded


def statement_of(engine: Traversable, name: str) -> str:
    """The statement of `queries/<name>.sql`: the engine's own, else the one for all."""
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
