"""Tables that only grow are vacuumed after a number of rows, not after a share of what they have."""

from __future__ import annotations

import pytest

from tests import cluster
from tests.stores import on_postgres

GROW = ("call", "task", "event")


@on_postgres
@pytest.mark.parametrize(
    "setting", ["autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor"]
)
def test_what_grows_is_vacuumed_by_rows(setting: str):
    """Ten million calls are no reason to let two million old rows lie. Events are hardly ever updated:
    theirs is the number of new rows.
    """
    database = cluster.new_database()
    try:
        found = cluster.asked(
            database,
            "SELECT relname FROM pg_class, pg_options_to_table(reloptions) "
            f"WHERE option_name = '{setting}' AND option_value = '0'",
        )
    finally:
        cluster.drop(database)
    names = {name for (name,) in found}
    assert names >= {name for name in GROW if name != "event" or "insert" in setting}
