"""The planner's statistics of tables that grow fast.

All indexes of an empty table cost the same. The plan that PostgreSQL makes of a statement then may take the
index that only narrows a search down to the organization, and it keeps that plan until the table's statistics
change: each commit reads all events of the organization, to find the few that it names. Autovacuum looks at a
database once a minute (`autovacuum_naptime`), in which a store may get a hundred thousand events.
"""

from __future__ import annotations

import time

from callboard.store.postgres.connection import BoundedConnection

LOOK_EVERY_S = 0.25
"""How often to look whether a table has grown."""
GROWN = 2
"""Gather statistics of a table that has become so many times as large as it was when they were gathered: a
plan that was right then is still right."""
SMALLEST_PAGES = 8
"""Of a smaller table any plan will do."""

_GROWN = """
SELECT relname
FROM pg_class
WHERE relnamespace = current_schema()::REGNAMESPACE AND relkind = 'r'
    AND pg_relation_size(oid) / current_setting('block_size')::BIGINT >= %s * greatest(relpages, %s / 2)
"""


class Statistics:
    """Gathers them sooner than autovacuum would. Statistics that are there are left to autovacuum until the
    table has doubled.
    """

    def __init__(self) -> None:
        self._look_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time to look, which costs a statement."""
        return time.monotonic() >= self._look_at

    def gather(self, connection: BoundedConnection) -> list[str]:
        """Of each table that has doubled; returns their names."""
        self._look_at = time.monotonic() + LOOK_EVERY_S
        connection.autocommit = True
        grown = [name for (name,) in connection.execute(_GROWN, (GROWN, SMALLEST_PAGES))]
        for name in grown:
            # SKIP_LOCKED: another process or autovacuum is at it.
            connection.execute(f"ANALYZE (SKIP_LOCKED) {name}", prepare=False)
        return grown
