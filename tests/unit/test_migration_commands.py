"""Migrations of databases are carried out command by command, as Citus takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.store.postgres.statements import commands_of, migrations

PARTS = st.sampled_from(
    [
        "CREATE TABLE a (b TEXT DEFAULT ';')",
        "-- a comment; with a semicolon, and a quote that is none: it's\nSELECT 1",
        "DO $make$\nBEGIN\n    EXECUTE 'SELECT 1; SELECT $body$ ; $body$';\nEND\n$make$",
        'ALTER TABLE a RENAME TO "b;c"',
        "SELECT 'it''s; two'",
        "SELECT 1 -- behind; it\n",
    ]
)


@given(st.lists(PARTS), st.sampled_from([";", ";\n\n", ";\n-- the end; of it\n"]))
def test_a_semicolon_ends_a_command_unless_it_is_in_a_text_or_a_comment(parts: list[str], end: str) -> None:
    found = commands_of("".join(part + end for part in parts))
    assert [each.split("\n-- the end")[0] for each in map(_bare, found)] == [_bare(part) for part in parts]


def _bare(command: str) -> str:
    """Without a comment of the command before at its beginning."""
    return command.removeprefix("-- the end; of it").strip()


@pytest.mark.parametrize(("number", "script"), migrations())
def test_nothing_of_a_migration_is_lost(number: int, script: str) -> None:
    """All of its text is there, in its order."""
    commands = commands_of(script)
    assert commands, number
    assert "".join("".join(commands).split()).replace(";", "") == "".join(script.split()).replace(";", "")
