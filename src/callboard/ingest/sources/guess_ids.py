"""Whether a column of ids names each row by itself: rows of one id are one call, or one task."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from callboard.ingest.sources.fields import NEEDED
from callboard.ingest.sources.plan import ImportPlan, open_rows

LOOKED_AT = 200_000
"""So many rows are looked at: ids often repeat late, when the next line or day begins."""
_FEW = 0.05
"""A column that completes an id (a line, a switch) has few different values: this share of the rows."""


def doubt_of_ids(plan: ImportPlan, chosen: Mapping[str, str]) -> str | None:
    """What a person should know of the chosen ids; nothing when each comes once."""
    column = chosen.get(NEEDED[plan.options.record_type][0])
    if column is None:
        return None
    with open_rows(plan, None) as (_, rows):
        read = [each.row for each in islice(rows, LOOKED_AT) if each.problem is None]
    ids = [str(row.get(column)) for row in read]
    repeated = len(ids) - len(set(ids))
    if not repeated:
        return None
    said = f"{repeated:,} of {len(ids):,} ids of {column!r} came before: rows of one id are one item"
    for other in rows.columns:
        if other in chosen.values() or "{" in other or "}" in other:
            continue
        parts = [str(row.get(other)) for row in read]
        if len(set(parts)) <= len(parts) * _FEW and len(set(zip(parts, ids, strict=True))) == len(ids):
            return f"{said}. With {other!r} they come once: should it be {{{other}}}-{{{column}}}?"
    return said
