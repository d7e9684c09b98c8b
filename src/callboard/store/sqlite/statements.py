"""The statements and migrations for SQLite."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from callboard.store.sql.statements import migrations_of, statement_of


@cache
def statement(name: str) -> str:
    """The statement of this name, SQLite's own where there is one."""
    return statement_of(files(__package__), name)


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations, (number, script), in order."""
    return migrations_of(files(__package__))
