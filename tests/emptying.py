"""Databases of stores that were closed, emptied for the next store: faster than dropping and copying.

Only a database that is as its template is used again: the same tables, columns, constraints, indexes,
functions, triggers, settings and statistics, no other connection to it, and small files.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

LARGEST = 2 * 1024 * 1024
"""Bytes of a table that is emptied: rows that were deleted still take their space."""

_CATALOG = """
SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (
    SELECT concat_ws(' ', oid, relname, relkind, reltuples, relnatts, relhastriggers, reloptions, relacl)
    FROM pg_class WHERE relnamespace = 'public'::REGNAMESPACE
    UNION ALL
    SELECT concat_ws(' ', attrelid, attname, atttypid, attnum, attnotnull, atthasdef, attisdropped, attacl)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::REGNAMESPACE
    UNION ALL
    SELECT concat_ws(' ', oid, conname, convalidated, conbin) FROM pg_constraint
    WHERE connamespace = 'public'::REGNAMESPACE
    UNION ALL
    SELECT concat_ws(' ', indexrelid, indisvalid, indisready, indislive) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::REGNAMESPACE
    UNION ALL
    SELECT concat_ws(' ', 'trigger', tgrelid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'function', proname, prosrc) FROM pg_proc
    WHERE pronamespace = 'public'::REGNAMESPACE
    UNION ALL
    SELECT concat_ws(' ', 'extension', extname) FROM pg_extension
    UNION ALL
    SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL
    SELECT concat_ws(' ', 'cast', oid) FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting AS each_of
    JOIN pg_database ON pg_database.oid = each_of.setdatabase WHERE datname = current_database()
) AS lines (line)
"""
_OURS = "WHERE relkind = '{}' AND relnamespace = 'public'::REGNAMESPACE"
_TABLES = f"SELECT relname::TEXT FROM pg_class {_OURS.format('r')} ORDER BY 1"
_SEQUENCES = f"SELECT relname::TEXT FROM pg_class {_OURS.format('S')} ORDER BY 1"
_LARGEST = f"SELECT max(pg_table_size(oid)) FROM pg_class {_OURS.format('r')}"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Template(NamedTuple):
    """What a database with an empty store is like, and the statements that make it one again."""

    catalog: str
    empty: str


def template_of(url: str) -> Template:
    """Describe the database with an empty store at `url`."""
    with psycopg.connect(url, autocommit=True) as connection:
        # In any order, whatever refers to what.
        statements = ["SET session_replication_role = replica"]
        for table in _column(connection, _TABLES):
            statements.append(f"DELETE FROM {table}")
            [rows] = _column(connection, f"SELECT json_agg(each_of)::TEXT FROM {table} AS each_of")
            if rows is not None:
                kept = rows.replace("'", "''")
                from_kept = f"json_populate_recordset(NULL::{table}, '{kept}')"
                statements.append(f"INSERT INTO {table} SELECT * FROM {from_kept}")
        statements += [f"SELECT setval('{each}', 1, false)" for each in _column(connection, _SEQUENCES)]
        [catalog] = _column(connection, _CATALOG)
        return Template(catalog, "; ".join(statements))


def emptied(url: str, template: Template) -> bool:
    """Empty the database at `url`. False when it is not as the template any more."""
    try:
        with psycopg.connect(url) as connection:
            [others], [largest] = _column(connection, _OTHERS), _column(connection, _LARGEST)
            if others or largest > LARGEST or _column(connection, _CATALOG) != [template.catalog]:
                return False
            connection.execute(template.empty.encode())
            return True
    except psycopg.Error:  # damaged by its test, or not there
        return False


def _column(connection: psycopg.Connection[Any], sql: str) -> list[Any]:
    return [value for (value,) in connection.execute(sql.encode()).fetchall()]
