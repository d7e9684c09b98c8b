"""The store's SQL, by name: one statement a file in `queries/`, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The statement of `queries/<name>.sql`."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations, (number, script), in order."""
    found = [
        (int(each.name.split("_")[0]), each.read_text(encoding="utf-8"))
        for each in (files(__package__) / "migrations").iterdir()
        if each.name.endswith(".sql")
    ]
    return tuple(sorted(found))
