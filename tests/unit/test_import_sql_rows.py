"""Rows of INSERT statements, as the dumps of databases write them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files import sql_statements
from callboard.ingest.sources.files.dialect import examine
from callboard.ingest.sources.files.records import Record, UnreadableFileError
from callboard.ingest.sources.plan import ImportPlan, open_rows
from tests.unit.test_import_sql import _plan

TEXTS = st.text(
    st.one_of(
        st.sampled_from("'\"\\\n\r,();`#-/*$ nN0tuEx%"), st.characters(exclude_categories=["Cs", "Cc"])
    ),
    max_size=12,
)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, st.none() | TEXTS), min_size=1, max_size=6)


def _mysql(text: str) -> str:
    for sign, written in {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r"}.items():
        text = text.replace(sign, written)
    return f"'{text}'"


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _postgres(text: str) -> str:
    if "\n" in text and "\\" in text:
        return "E" + _doubled(text.replace("\\", "\\\\").replace("\n", "\\n"))
    return _doubled(text)


def _sqlite(text: str) -> str:
    if "\n" in text and "\\n" not in text:
        return f"replace({_doubled(text.replace(chr(10), chr(92) + 'n'))},'\\n',char(10))"
    return _doubled(text)


ABOVE_OF_POSTGRES = (
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\nSET standard_conforming_strings = on;\n"
    "SELECT pg_catalog.set_config('search_path', '', false);\n"
)
DIALECTS = {
    "mysqldump": (
        "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nLOCK TABLES `t` WRITE;\n",
        "INSERT INTO `t` (`a`, `b`, `c`) VALUES ",
        _mysql,
    ),
    "pg_dump": (
        ABOVE_OF_POSTGRES,
        'INSERT INTO public.t (a, "b", c) OVERRIDING SYSTEM VALUE VALUES ',
        _postgres,
    ),
    "sqlite3": (
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a TEXT, b TEXT, c);\n",
        "INSERT INTO t VALUES",
        _sqlite,
    ),
}


def _records(plan: ImportPlan) -> tuple[list[str], list[Record]]:
    assert examine(plan).kind == "sql"
    with open_rows(plan, None) as (_, rows):
        return rows.columns, list(rows)


@pytest.mark.parametrize("name", DIALECTS)
@given(rows=ROWS, at_once=st.booleans())
def test_drawn_texts_are_read_back(
    name: str,
    rows: list[tuple[str, str, str | None]],
    at_once: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever stands in a text, by the rules of the program that wrote it."""
    above, insert, written = DIALECTS[name]
    values = [f"({','.join('NULL' if each is None else written(each) for each in row)})" for row in rows]
    lines = [f"{insert}{each};\n" for each in ([",\n".join(values)] if at_once else values)]
    plan = _plan(tmp_path_factory.mktemp("drawn"), "")
    Path(plan.file).write_bytes((above + "".join(lines) + "COMMIT;\n-- Dump completed").encode())
    columns, found = _records(plan)
    assert columns == ["a", "b", "c"]
    assert [each.problem for each in found] == [None] * len(rows)
    assert [tuple(each.row.values()) for each in found] == [(a, b, c or "") for a, b, c in rows]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("-12", "-12"), ("+1.5e3", "+1.5e3"), (".5", ".5"), ("TRUE", "true"), ("false", "false"),
        ("null", ""), ("X'6869'", "hi"), ("0x6869", "hi"), ("X'ff'", "ff"), ("_binary 'hi'", "hi"),
        ("N'hi'", "hi"),
        ("_utf8mb4'h\\'i'", "h'i"), ('"a""b"', 'a"b'), ("b'101'", "101"), ("'a'::character varying(3)", "a"),
        ("E'\\u0041\\n'", "u0041\n"), ("/* why */ 'a' -- so\n", "a"),
        ("TIMESTAMP '2026-02-13 08:00:00'", "2026-02-13 08:00:00"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_a_text(written: str, value: str, tmp_path: Path) -> None:
    """Nulls are empty cells, as in CSV."""
    plan = _plan(tmp_path, f"/*!40101 SET NAMES utf8 */;\nINSERT INTO `t` (`a`,`b`) VALUES ({written}, 1);\n")
    _, found = _records(plan)
    assert [each.row for each in found] == [{"a": value, "b": "1"}]


def test_unistr_is_read(tmp_path: Path) -> None:
    """As newer versions of sqlite3 write control characters."""
    plan = _plan(tmp_path, "PRAGMA foreign_keys=OFF;\nINSERT INTO t(a) VALUES(unistr('x\\u000ay\\\\''z'));\n")
    assert [each.row for each in _records(plan)[1]] == [{"a": "x\ny\\'z"}]


def test_nested_replaces_are_read(tmp_path: Path) -> None:
    """As sqlite3 writes lines that end in two characters. A number that is no character does no harm."""
    text = "replace(replace('a\\r\\nb','\\r',char(13)),'\\n',char(10))"
    odd = "replace('xy','y',char(55296)),replace('xy','y',char(9999999))"
    _, found = _records(_plan(tmp_path, f"PRAGMA x=1;\nINSERT INTO t(a,b,c) VALUES({text},{odd});\n"))
    assert [each.row for each in found] == [{"a": "a\r\nb", "b": "x\ufffd", "c": "x\ufffd"}]


ABOVE = "-- MySQL dump 10.13\nINSERT INTO `t` (a, b) VALUES (1, 2),\n(3, 4);\n"
UNREAD = {
    "UPDATE t SET a = 1;": "UPDATE t SET",
    "SELECT * FROM t;": "SELECT",
    "DELETE FROM t;": "DELETE",
    "TRUNCATE TABLE t;": "TRUNCATE",
    "INSERT INTO t SELECT 1, 'x;y';": "INSERT INTO t SELECT",
    "INSERT INTO t (a, b) VALUES (NOW(), 2);": r"no plain value: NOW\(\)",
    "INSERT INTO t (a, b) VALUES ('x\\0', 2);": "a NUL byte",
    "INSERT INTO t (a, b) VALUES (5);": "1 values where 2 columns",
    "INSERT INTO t (a, z) VALUES (5, 6);": "z",
}


@pytest.mark.parametrize("statement", UNREAD)
def test_what_is_not_read_is_named_with_its_line(statement: str, tmp_path: Path) -> None:
    """And rows behind it are read."""
    _, found = _records(_plan(tmp_path, f"{ABOVE}{statement}\nINSERT INTO t VALUES (7, 8);\n"))
    assert [each.line for each in found] == [2, 3, 4, 5]
    problem = found[2].problem
    assert problem is not None
    assert re.search(UNREAD[statement], problem.message)
    assert [each.row.get("a") for each in found] == ["1", "3", None, "7"]


@pytest.mark.parametrize(
    "end", ["INSERT INTO t VALUES (5, 'x", "INSERT INTO t VALUES (5, 6)", "INSERT INTO t"]
)
def test_a_dump_that_is_cut_off_is_named_with_its_line(end: str, tmp_path: Path) -> None:
    """Also behind a whole row."""
    with pytest.raises(UnreadableFileError, match=r"in line 4 is cut off"):
        _records(_plan(tmp_path, ABOVE + end))


def test_triggers_and_procedures_are_passed(tmp_path: Path) -> None:
    """Their statements change nothing now."""
    blocks = (
        "DELIMITER ;;\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN UPDATE t SET a=1; END ;;\n"
        "DELIMITER ;\n"
        "CREATE TRIGGER y AFTER INSERT ON t BEGIN UPDATE t SET b = 1; DELETE FROM t; END;\n"
        "CREATE FUNCTION f() RETURNS trigger AS $x$ BEGIN UPDATE t SET b = 1; END; $x$ LANGUAGE plpgsql;\n"
        "DELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',2);\n"
    )
    _, found = _records(_plan(tmp_path, f"{ABOVE}{blocks}INSERT INTO t VALUES (5, 6);\n"))
    assert [(each.row, each.problem) for each in found][2:] == [({"a": "5", "b": "6"}, None)]


def test_rows_of_several_tables_are_refused_by_their_names(tmp_path: Path) -> None:
    """None of them is taken for the calls unsaid."""
    more = (
        "INSERT INTO agents VALUES ('a;b');\nUPDATE t SET a=1;\nINSERT INTO `pbx`.`queues` VALUES (1),(2);\n"
    )
    with pytest.raises(UnreadableFileError, match=r"several tables: t, agents, pbx\.queues\. --table"):
        _records(_plan(tmp_path, ABOVE + more))


def test_a_long_statement_is_read_row_by_row(tmp_path: Path) -> None:
    """A statement of several MiB in one line; a single row has a bound."""
    rows = ",".join(f"({n},'{'x' * 90}')" for n in range(30_000))
    _, found = _records(_plan(tmp_path, f"INSERT INTO t (a, b) VALUES {rows};\n"))
    assert [each.row["a"] for each in found] == [str(n) for n in range(30_000)]
    long = "x" * (2 * sql_statements.MAX_PIECE_CHARACTERS)
    with pytest.raises(UnreadableFileError, match=r"row in line 1 is longer than 1,048,576"):
        _records(_plan(tmp_path, f"INSERT INTO t (a, b) VALUES (1,2),(1,'{long}');\n"))


def test_a_header_names_the_columns(tmp_path: Path) -> None:
    """Where no statement does."""
    plan = _plan(tmp_path, "INSERT INTO t VALUES (1,'x');\n")
    assert _records(plan)[0] == ["column_1", "column_2"]
    assert _records(replace(plan, header=("a", "b")))[1][0].row == {"a": "1", "b": "x"}
