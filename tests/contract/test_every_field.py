"""Each field of the table: a row follows its events, and a filter finds its values."""

from __future__ import annotations

from typing import Any

import pytest

from callboard.clock import MINUTE
from callboard.fold.call import fold_call
from callboard.fold.task import fold_task
from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.model.field import Field
from callboard.model.fields import FIELDS, filter_fields
from callboard.model.words import TASK_WORDS
from callboard.store.interface import Store
from callboard.store.questions import UNKNOWN, CallFilter, Scope, TaskFilter, Window
from tests.events import call, send, task
from tests.stores import NOW, bits, dump

KINDS = pytest.mark.parametrize("of", FIELDS)
FOLDS: dict[str, Any] = {"call": fold_call, "task": fold_task}
ALL = Window(limit=100)


def values(field: Field) -> tuple[Any, Any]:
    """Two values of a field as events are kept with them."""
    words = [*TASK_WORDS] if field.name == "source_status" else field.row_words or field.words
    if words:
        return words[0], words[-1]
    return {
        "time": (NOW + MINUTE, NOW + 2 * MINUTE),
        "duration": (1_500, 2_500),
        "whole": (1, 2),
        "flag": (True, False),
        "document": ({"a": 1}, {"a": [2]}),
        "texts": ({"a": "1"}, {"a": "2"}),
        "ids": (("g1",), ("g1", "g2")),
    }.get(field.kind, ("one", "two"))


def word(of: str, item_id: str, field: Field, value: Any, at: int) -> Any:
    """An event that says that, and as little else as it can."""
    if field.name in ("status", "source_status"):
        return task(item_id, value, at=at)
    if field.name == "call_status":
        return call(item_id, value, at=at)
    more: dict[str, Any] = {field.row_name: value}
    return call(item_id, at=at, **more) if of == "call" else task(item_id, "failed", at=at, **more)


@KINDS
def test_every_field_of_a_row_follows_its_events(store: Store, space: Space, of: str) -> None:
    """Rows that later events changed are, column by column, what their events make."""
    fields = [each for each in FIELDS[of] if each.in_rows and each.log and each.name != f"{of}_id"]
    events: dict[str, list[Entry]] = {field.row_name: [] for field in fields}
    for at in (0, 1):
        for field in fields:
            events[field.row_name].append(word(of, field.row_name, field, values(field)[at], at))
        send(store, space, *(said[at] for said in events.values()))
        rows = {row_id: row for (_, row_id), row in dump(store, space.org_id)[f"{of}s"].items()}
        assert bits({of: rows}) == bits({of: {row_id: FOLDS[of](said) for row_id, said in events.items()}})
        for field in fields:
            assert getattr(rows[field.row_name], field.row_name) == values(field)[at]


@KINDS
def test_every_filter_finds_its_values(store: Store, space: Space, of: str) -> None:
    """All items with the value, and no others; `unknown` finds those of which it is not known."""
    fields = filter_fields(of)
    for field in fields:
        send(
            store, space, *(word(of, f"{field.row_name} {at}", field, values(field)[at], 0) for at in (0, 1))
        )
    rows = dump(store, space.org_id)[f"{of}s"]

    def found(where: dict[str, Any]) -> list[str]:
        scope = Scope(space.org_id, space.id)
        if of == "call":
            return [each.call.call_id for each in store.calls(scope, CallFilter(**where), ALL)]
        return [each.task.task_id for each in store.tasks(scope, TaskFilter(**where), ALL)]

    for field in fields:
        for value in (*values(field), *([UNKNOWN] if field.nullable else [])):
            wanted = (None, "unknown") if value is UNKNOWN else (value,)
            expected = [row_id for (_, row_id), row in rows.items() if getattr(row, field.row_name) in wanted]
            assert 0 < len(expected) < len(rows)
            assert sorted(found({field.row_name: value})) == sorted(expected), (field.name, value)
