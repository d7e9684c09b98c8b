"""A dump of several tables: the one with the calls is read, or asked about, never one of two unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, UnreadableFileError
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.guessing.tables import with_mapped_table
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.saved import document_of, options_digest, with_document

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Name, columns, rows."""

CALL_COLUMNS = ("id", "calldate", "billsec", "disposition")


def calls(name: str, count: int, prefix: str = "s") -> Table:
    rows: list[tuple[str, ...]] = [
        (
            f"{prefix}{n}x",
            f"2026-03-{13 + n % 9} 08:00:0{n % 10}",
            str(n % 3 and 61 + n),
            "answered" if n % 3 else "missed",
        )
        for n in range(count)
    ]
    return name, CALL_COLUMNS, rows


AGENTS: Table = ("agents", ("id", "name", "status"), [("a1", "Ada\\t;('x", "active"), ("a2", "Bo", "away")])
QUEUES: Table = ("queues", ("id", "label"), [(f"q{n}", "line") for n in range(30)])
VERSION: Table = ("schema_migrations", ("version",), [("20260101",)])


def _create(table: Table) -> str:
    return f"CREATE TABLE {table[0]} (\n  {', '.join(f'{each} text' for each in table[1])}\n);\n"


def _quoted(row: Sequence[str], *, mysql: bool = False) -> str:
    cells = [each.replace("\\", "\\\\") if mysql else each for each in row]
    return "(" + ",".join("'" + each.replace("'", "''") + "'" for each in cells) + ")"


def _copied(row: Sequence[str]) -> str:
    return "\t".join(each.replace("\\", "\\\\") for each in row) + "\n"


def mysqldump(tables: Sequence[Table]) -> str:
    return "-- MySQL dump 10.13\n" + "".join(
        _create(each)
        + f"LOCK TABLES {each[0]} WRITE;\n"
        + f"INSERT INTO `{each[0]}` VALUES {','.join(_quoted(row, mysql=True) for row in each[2])};\n"
        for each in tables
    )


def sqlite(tables: Sequence[Table]) -> str:
    return "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n" + "".join(
        _create(each) + "".join(f"INSERT INTO {each[0]} VALUES{_quoted(row)};\n" for row in each[2])
        for each in tables
    )


def pg_dump(tables: Sequence[Table]) -> str:
    return (
        "--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n"
        + "".join(_create(("public." + each[0], *each[1:])) for each in tables)
        + "".join(
            f"COPY public.{each[0]} ({', '.join(each[1])}) FROM stdin;\n"
            f"{''.join(map(_copied, each[2]))}\\.\n\n\n"
            for each in tables
        )
        + "SELECT pg_catalog.setval('public.s', 3, true);\n--\n-- PostgreSQL database dump complete\n--\n"
    )


def pg_dump_mixed(tables: Sequence[Table]) -> str:
    """Every other table as INSERT statements, and each table in both ways."""
    found = "-- PostgreSQL database dump\nSET standard_conforming_strings = on;\n"
    for number, (name, columns, rows) in enumerate(tables):
        half = len(rows) // 2 if number % 2 else 0
        found += f"COPY public.{name} ({', '.join(columns)}) FROM stdin;\n"
        found += "".join(map(_copied, rows[half:])) + "\\.\n"
        for row in rows[:half]:
            found += f"INSERT INTO public.{name} ({', '.join(columns)}) VALUES {_quoted(row)};\n"
    return found


WRITERS = (mysqldump, sqlite, pg_dump, pg_dump_mixed)


def plan_of(folder: Path, text: str, **more: object) -> ImportPlan:
    path = folder / "dump.sql"
    path.write_text(text)
    return ImportPlan(str(path), "acme.com", options=MapOptions(timezone=("UTC",)), **more)  # type: ignore[arg-type]


def asked(found: Guess) -> list[str]:
    """The tables that are answers of the one doubt about them."""
    return [a.value for each in found.doubts for a in each.answers if a.option == "--table"]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writer=st.sampled_from(WRITERS),
    others=st.lists(st.sampled_from([AGENTS, QUEUES, VERSION]), min_size=1, unique_by=lambda each: each[0]),
    place=st.integers(0, 3),
)
def test_the_only_table_that_looks_like_a_log_is_read(
    tmp_path: Path, writer: object, others: list[Table], place: int
) -> None:
    """Unasked, wherever it stands; the printed command names it and reads the same."""
    tables = [*others[:place], calls("cdr", 9), *others[place:]]
    found = guess(plan_of(tmp_path, writer(tables)))  # type: ignore[operator]
    assert asked(found) == []
    assert (found.preview.calls, found.preview.missed) == (9, 3)
    assert found.plan.table is not None
    assert f"--table {found.plan.table}" in found.plan.command()
    saved = with_document(ImportPlan(found.plan.file, "acme.com"), document_of(found.plan))
    assert saved.table == found.plan.table


@pytest.mark.parametrize("writer", [sqlite, pg_dump_mixed])
def test_several_logs_are_asked_about_and_the_answer_ends_it(writer: object, tmp_path: Path) -> None:
    tables = [AGENTS, calls("cdr", 6), calls("old_cdr", 12, "o"), QUEUES]
    plan = plan_of(tmp_path, writer(tables))  # type: ignore[operator]
    found = guess(plan)
    assert [name.rpartition(".")[2] for name in asked(found)] == ["old_cdr", "cdr"]
    [doubt] = [each for each in found.doubts if each.answers[0].option == "--table"]
    assert doubt.about == "rows"
    assert found.preview.calls == 12
    answered = guess(with_answer(plan, doubt.answers[1]))
    assert (answered.preview.calls, asked(answered)) == (6, [])
    digests = {options_digest(with_answer(plan, each)) for each in doubt.answers}
    assert len(digests) == 2


@pytest.mark.parametrize("writer", [sqlite, pg_dump])
def test_an_unknown_table_is_refused_with_those_there_are(writer: object, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, writer([AGENTS, calls("cdr", 6)]), table="calls")  # type: ignore[operator]
    for read in (guess, lambda plan: open_rows(plan, None).__enter__()):
        with pytest.raises(ImportOptionError, match=r"no table 'calls' .*agents, (?:public\.)?cdr$"):
            read(plan)


def test_a_table_is_named_with_its_schema_or_without(tmp_path: Path) -> None:
    """Two schemas may have tables of one name: then the schema tells."""
    text = "".join(
        f"INSERT INTO {schema}.cdr (id) VALUES ('{schema}');\n" for schema in ("pbx", "old", "public")
    )
    for name in ("pbx", "old"):
        with open_rows(plan_of(tmp_path, text, table=f"{name}.cdr"), None) as (_, rows):
            assert [each.row["id"] for each in rows] == [name]
    with (
        pytest.raises(UnreadableFileError, match=r"pbx\.cdr, old\.cdr, public\.cdr\. --table"),
        open_rows(plan_of(tmp_path, text, table="cdr"), None) as (_, rows),
    ):
        list(rows)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_mapping_reads_the_table_that_has_its_columns(writer: object, tmp_path: Path) -> None:
    """Where several have them, it asks."""
    mapped = MapOptions(map=("call_id=id,call_status=disposition",))
    one = plan_of(tmp_path, writer([AGENTS, QUEUES, calls("cdr", 6)]))  # type: ignore[operator]
    chosen, doubts = with_mapped_table(ImportPlan(one.file, "acme.com", options=mapped))
    assert (str(chosen.table).rpartition(".")[2], doubts) == ("cdr", [])
    two = plan_of(tmp_path, writer([calls("cdr", 6), calls("old_cdr", 9), AGENTS]))  # type: ignore[operator]
    _, [doubt] = with_mapped_table(ImportPlan(two.file, "acme.com", options=mapped))
    assert [each.value.rpartition(".")[2] for each in doubt.answers] == ["old_cdr", "cdr"]


def test_no_table_that_looks_like_a_log(tmp_path: Path) -> None:
    found = guess(plan_of(tmp_path, mysqldump([AGENTS, QUEUES])))
    assert asked(found) == ["queues", "agents"]


def test_a_table_of_a_file_that_is_no_dump(tmp_path: Path) -> None:
    with pytest.raises(ImportOptionError, match="--table names a table of a dump"):
        guess(plan_of(tmp_path, "id,status\na,completed\n", table="cdr"))


def test_a_block_of_copy_that_is_cut_off(tmp_path: Path) -> None:
    text = pg_dump([calls("cdr", 6)])
    plan = plan_of(tmp_path, text[: text.index("s3x") + 9])
    with pytest.raises(UnreadableFileError, match="is cut off"):
        guess(plan)


def test_cells_of_copy(tmp_path: Path) -> None:
    """Escapes, nulls, and a line that ends within a cell."""
    text = "COPY t (a, b) FROM stdin;\nx\\ty\t\\N\n\\\\.\tz\\\nz\n\\.\n"
    with open_rows(plan_of(tmp_path, text), None) as (_, rows):
        assert [each.cells for each in rows] == [["x\ty", ""], ["\\.", "z\nz"]]
