"""One column for each way a task may stand, with a 1 where it does: ACTIVE, SUCCEEDED, FAILED."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.status_columns import StatusColumn, is_flag, is_yes
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import reading

_LEAST: Final = 2
"""One flag alone is a column of yes and no."""
_WITHOUT: Final = "pending"
"""How a task stands of which no flag is set."""
_FIRST: Final = ("failed", "cancelled", "completed", "running")
"""Of several flags the first of these counts: a task that failed is over as well."""
_ON_THE_WAY: Final = frozenset({"pending", "queued", "running"})
"""What a task was before it ended; such a flag may stay."""


def choose_flags(draft: Draft, status: StatusColumn | None) -> bool:
    """Take the status of tasks from flags, if the likeliest column is itself one of them, or there is none.

    Rows of which none is set, or several, are asked about.
    """
    if draft.plan.options.record_type != "task":
        return False
    flags = _flags(draft)
    if len(set(flags.values())) < _LEAST or (status is not None and status.column not in flags):
        return False
    order = sorted(
        flags, key=lambda each: _FIRST.index(flags[each]) if flags[each] in _FIRST else len(_FIRST)
    )
    words = {each: draft.sample.texts(each) for each in order}
    for column in order:
        for word in dict.fromkeys(filter(is_yes, words[column])):
            draft.when.append((condition_text((column, "=", escaped(word))), f"status={flags[column]}"))
    draft.constants["status"] = _WITHOUT
    for row, many in Counter(zip(*words.values(), strict=True)).items():
        condition = condition_text(
            *((column, "=", escaped(word)) for column, word in zip(order, row, strict=True))
        )
        if not any(each == condition for each, _ in draft.plan.options.when):
            _doubt(
                draft,
                condition,
                [(each, flags[each]) for each, word in zip(order, row, strict=True) if is_yes(word)],
                many,
            )
    return True


def _flags(draft: Draft) -> dict[str, str]:
    """The columns of yes and no whose headings are words of a status, with what those mean."""
    found = {}
    for column in draft.sample.columns:
        name = heading(column).removeprefix("is_").removeprefix("has_")
        words = draft.sample.words(column)
        says = reading("status", [name]).meanings.get(name) if words and is_flag(words) else None
        if says:
            found[column] = says
    return found


def _doubt(draft: Draft, condition: str, is_set: Sequence[tuple[str, str]], many: int) -> None:
    """Doubt rows of which no flag is set, or two that tell of different ends."""
    says = list(dict.fromkeys(each for _, each in is_set))
    if not says:
        told, says = "No flag is", [_WITHOUT, "running"]
    elif len(set(says) - _ON_THE_WAY) > 1:
        told = f"{' and '.join(repr(column) for column, _ in is_set)} are"
    else:
        return
    draft.doubt(
        "status",
        f"{told} set in {rows(many)}; taken as {says[0]}",
        is_set[0][0] if is_set else None,
        *(Answer("--when", f"{condition} status={each}", f"they are {each}") for each in says),
    )
