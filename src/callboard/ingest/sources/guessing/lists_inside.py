"""Doubt a record that holds a list of what may be the calls or tasks themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from callboard.ingest.sources.fields import NEEDED
from callboard.ingest.sources.files.json_list import LIST_NAMES, seems_a_call
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.mapping import joined

_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "call": frozenset({"calls", "call_logs", "call_records", "call_history", "cdrs"}),
    "task": frozenset({"tasks", "jobs", "runs", "executions", "task_instances"}),
}
_DEPTH: Final = 3
_SEVERAL: Final = 2


def doubt_lists_inside(draft: Draft, received: int) -> None:
    """Doubt that a record is a call: it holds a list with a name such as `calls`. The only record of a file
    may hold a list with any usual name, or of objects that look like calls.
    """
    noun = draft.plan.options.record_type
    target = NEEDED[noun][0]
    if draft.is_settled(target) or draft.plan.options.id_from:
        return  # it is said what a row is
    source = draft.chosen.get(target)
    one = Answer("--map", joined([f"{target}={source}"]), f"each object is one {noun}")
    if source is None:
        one = Answer("--id-from", "*", f"each object is one {noun}")
    for record in draft.sample.records:
        for name, objects in _lists(record.row, "", _DEPTH):
            last = name.rpartition(".")[2].casefold()
            if last in _NAMES[noun] or (received == 1 and (last in LIST_NAMES or seems_a_call(objects[0]))):
                draft.doubt(
                    "rows",
                    f"An object is taken as one {noun}, and its list {name!r} is left out: it holds "
                    f"{len(objects):,} objects, which may be the {noun}s themselves",
                    name,
                    one,
                )
                return


def _lists(row: Mapping[str, Any], around: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lists of several objects in a record, each with its dotted name."""
    for key, value in row.items():
        if isinstance(value, dict) and depth > 1:
            yield from _lists(value, f"{around}{key}.", depth - 1)
        elif isinstance(value, list):
            objects = [each for each in value if isinstance(each, dict)]
            if len(objects) >= _SEVERAL:
                yield around + key, objects
