"""The statements and migrations for PostgreSQL, with parameters written as psycopg expects them.

A statement that looks up the elements of arrays joins them with the organization's number in a subquery that
ends with `OFFSET 0`, which PostgreSQL's planner does not look through: it plans for an average organization.
Were the number compared with the table as a constant, it would plan for that one; and of one that is not in
the table's statistics yet, for a single row. It would then read every row of the organization, and compare
each with every element of the arrays. `LATERAL` with `OFFSET 0` keeps the order: a look-up for each element.

A statement with lines that end with `-- of several` can be asked for several organizations at once, except on
Citus: those lines stand for the ones that end with `-- of one`, and the organization comes first in each row.

Citus needs the constant to route a statement to one shard. The line that compares it ends with `-- Citus`,
and is left out where there is none. A line that ends with `-- one server` is left out on Citus: without it,
one statement changes rows of several organizations.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from msgspec import Struct

from callboard.store.sql.statements import migrations_of, statement_of

# `:name`, but not the cast `::type` nor a colon inside a word.
_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_ROUTING = " -- Citus\n"
_UNROUTED = " -- one server\n"
_OF_ONE = " -- of one\n"
_OF_SEVERAL = " -- of several\n"
_COLUMN = re.compile(r"[cv]\d+")


class Statement(Struct, frozen=True):
    """A statement in psycopg's parameter style."""

    sql: str
    columns: tuple[str, ...]
    """The parameters of a statement for many rows: `c3` is the third column as an array, `v3` its value in
    the first row.
    """


@cache
def statement(name: str, *, routed: bool = True, several: bool = False) -> Statement:
    """The statement of this name, PostgreSQL's own where there is one. `routed`: for Citus. `several`: its
    form for several organizations.
    """
    return translated(statement_of(files(__package__), name), routed=routed, several=several)


TRANSLATED = 500
"""Statements kept translated: report SQL is assembled in many variants, and a bound keeps the cache small."""


@lru_cache(maxsize=TRANSLATED)
def translated(sql: str, *, routed: bool = True, several: bool = False) -> Statement:
    """A statement with parameters `:name` or `?`, in psycopg's style: `%(name)s` or `%s`."""
    left_out = _UNROUTED if routed else _ROUTING, _OF_ONE if several else _OF_SEVERAL
    sql = "".join(line for line in sql.splitlines(keepends=True) if not line.endswith(left_out))
    # A comment may contain a colon or a question mark, which are no parameters.
    plain = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    # A dict keeps the order of first use and drops repeats.
    names = dict.fromkeys(_NAMED.findall(plain))
    return Statement(
        sql=_NAMED.sub(r"%(\1)s", plain.replace("%", "%%")).replace("?", "%s"),
        columns=tuple(name for name in names if _COLUMN.fullmatch(name)),
    )


_COMMAND = re.compile(
    r"""(?:--[^\n]* | '[^']*' | "[^"]*" | (?P<quote>\$\w*\$).*?(?P=quote) | [^;])+""", re.DOTALL | re.VERBOSE
)
_COMMENTS = re.compile(r"--[^\n]*|\s")


def commands_of(script: str) -> list[str]:
    """The commands of a script, one by one: Citus hands a command on to its nodes as it stands, and they
    refuse several in one.
    """
    found = [each.group() for each in _COMMAND.finditer(script)]
    return [each.strip() for each in found if _COMMENTS.sub("", each)]


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations, (number, script), in order."""
    return migrations_of(files(__package__))


def newest_version() -> int:
    """The schema version that this program writes."""
    return migrations()[-1][0]
