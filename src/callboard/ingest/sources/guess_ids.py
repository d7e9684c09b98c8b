"""Check whether the chosen id column is unique: rows with equal ids become one call or task."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from callboard.ingest.sources.fields import NEEDED
from callboard.ingest.sources.plan import ImportPlan, open_rows

MAX_ROWS_CHECKED = 200_000
"""How many rows are read. A short sample is not enough: ids that a phone system numbers by line or by day
repeat only where the next line or day begins."""
_MAX_REPEATED_SHARE = 0.05
"""A column that can complete an id (phone line, switch) has few different values: at most this share of the
rows. A column of many values would make any id unique without meaning anything."""


def id_warning(plan: ImportPlan, chosen: Mapping[str, str]) -> str | None:
    """A sentence for the person who confirms the guess; None when no id repeats."""
    column = chosen.get(NEEDED[plan.options.record_type][0])
    if column is None:
        return None
    with open_rows(plan, None) as (_, rows):
        read = [each.row for each in islice(rows, MAX_ROWS_CHECKED) if each.problem is None]
    ids = [str(row.get(column)) for row in read]
    repeated = len(ids) - len(set(ids))
    if not repeated:
        return None
    sentence = f"{repeated:,} of {len(ids):,} ids of {column!r} came before: rows of one id are one item"
    for other in rows.columns:
        # A name with braces cannot be used in a template of --map, as the sentence below proposes.
        if other in chosen.values() or "{" in other or "}" in other:
            continue
        parts = [str(row.get(other)) for row in read]
        if len(set(parts)) <= len(parts) * _MAX_REPEATED_SHARE and len(
            set(zip(parts, ids, strict=True))
        ) == len(ids):
            return f"{sentence}. With {other!r} they come once: should it be {{{other}}}-{{{column}}}?"
    return sentence
