"""The statements and migrations of the database, and how they are written for the driver."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from msgspec import Struct

from callboard.store.sql.statements import migrations_of, statement_of

_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_COLUMN = re.compile(r"[cv]\d+")


class Statement(Struct, frozen=True):
    """A statement as the driver takes it."""

    sql: str
    columns: tuple[str, ...]
    """Of one for many rows: what it takes of them. `c3` is all values of the third column as an array, `v3`
    the first row's."""


@cache
def statement(name: str) -> Statement:
    """The statement of this name, as PostgreSQL says it."""
    return translated(statement_of(files(__package__), name))


TRANSLATED = 500


@lru_cache(maxsize=TRANSLATED)
def translated(sql: str) -> Statement:
    """A statement with values `:name` or `?`, as the driver writes them."""
    # Remarks may hold anything, also what looks like a value.
    plain = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    names = dict.fromkeys(_NAMED.findall(plain))
    return Statement(
        sql=_NAMED.sub(r"%(\1)s", plain.replace("%", "%%")).replace("?", "%s"),
        columns=tuple(name for name in names if _COLUMN.fullmatch(name)),
    )


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations, (number, script), in order."""
    return migrations_of(files(__package__))


def newest_version() -> int:
    """The version this program writes."""
    return migrations()[-1][0]
