"""Dumps of databases as SQL: the rows of a COPY block are read, those of INSERT statements are not."""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"\s*(?:--[^\n]*\n|#[^\n]*\n|/\*.*?\*/;?)", re.DOTALL)
_STATEMENT: Final = re.compile(
    r"\s*(?:INSERT\s+INTO|CREATE\s+(?:TABLE|DATABASE|SCHEMA)|DROP\s+(?:TABLE|DATABASE)|LOCK\s+TABLES|USE|SET"
    r"|BEGIN|START\s+TRANSACTION)\b[^\n]*[(;,\w`]",
    re.IGNORECASE,
)
_INSERT: Final = re.compile(r"^\s*INSERT\s+INTO\s+[`\"\[\w.]+", re.IGNORECASE | re.MULTILINE)
_COPY: Final = re.compile(r"\s*COPY\s+\S+\s+\((.+)\)\s+FROM\s+stdin;?\s*", re.IGNORECASE)


def is_script(text: str) -> bool:
    """Whether the beginning of a file is one of SQL statements that insert rows."""
    place = 0
    while found := _COMMENT.match(text, place):
        place = found.end()
    return _STATEMENT.match(text, place) is not None and _INSERT.search(text, place) is not None


def names_of_copy(line: str) -> tuple[str, ...]:
    """The columns that the line above the rows of `pg_dump` names: `COPY calls (id, at) FROM stdin;`."""
    found = _COPY.fullmatch(line)
    return tuple(each.strip().strip('"') for each in found[1].split(",")) if found else ()
