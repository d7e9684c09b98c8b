"""Which of the tables of a dump holds the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from callboard.ingest.sources.files.dialect import kind_and_encoding
from callboard.ingest.sources.files.encoding import text_of
from callboard.ingest.sources.files.opening import open_file
from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.sources.files.sql_rows import named
from callboard.ingest.sources.files.sql_statements import SqlStatements
from callboard.ingest.sources.files.sql_tables import SqlTable, sql_tables
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.plan import ImportPlan

_ANSWERS = 20


def with_table(
    plan: ImportPlan, may_be: Callable[[ImportPlan, SqlTable], bool]
) -> tuple[ImportPlan, list[Doubt]]:
    """The plan with the table that it reads, where a dump has several and it names none; and the doubt which
    one it is, where not only one `may_be` it.

    Raises `UnreadableFileError`.
    """
    every = _tables(plan)
    if len(every) < 2:
        return plan, []
    likely = [each for each in every if may_be(plan, each)]
    some = sorted(likely or every, key=lambda each: -each.rows)
    chosen = replace(plan, table=some[0].name)
    return chosen, [] if len(likely) == 1 else [_doubt(every, likely, some)]


def with_mapped_table(plan: ImportPlan) -> tuple[ImportPlan, list[Doubt]]:
    """The same for a plan with a mapping: a table that has its columns may be it. A file that breaks off
    names none: the import keeps what it read of it, and says so.
    """
    try:
        return with_table(plan, _has_columns)
    except UnreadableFileError:
        return plan, []


def _has_columns(plan: ImportPlan, table: SqlTable) -> bool:
    wanted = {*RowMapping(plan.options).columns, *([plan.space_from] if plan.space_from else [])}
    return wanted <= {*table.columns, *(plan.header or ())}


def _tables(plan: ImportPlan) -> list[SqlTable]:
    """The tables of a dump; none for any other file, and where one is named."""
    if plan.table is not None or plan.format is not None or (plan.file == "-" and plan.spool is None):
        return []
    kind, encoding = kind_and_encoding(plan)
    if kind != "sql":
        return []
    with open_file(plan.file, plan.spool) as opened:
        text, _ = text_of(opened.stream, opened.head, encoding)
        return sql_tables(SqlStatements(text, opened.name).read())


def _doubt(every: Sequence[SqlTable], likely: Sequence[SqlTable], some: Sequence[SqlTable]) -> Doubt:
    which = (
        f"{named([each.name for each in likely])} may all be it" if likely else "none of them looks like it"
    )
    return Doubt(
        "rows",
        f"the file holds rows of {len(every):,} tables, and one is read: {which}",
        None,
        tuple(
            Answer("--table", each.name, f"read {each.name}, {rows(each.rows)}") for each in some[:_ANSWERS]
        ),
    )
