"""The columns of exports, and how the rows of a list become values of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from callboard.clock import Micros, exact
from callboard.model.directory import Space
from callboard.model.exported import CALL_COLUMNS, TASK_COLUMNS
from callboard.model.fields import answer_fields
from callboard.model.task import stuck
from callboard.query.items import call_item, task_item
from callboard.store.interface import CallAt, Store, TaskAt

Kind = Literal["text", "time", "duration", "whole", "flag", "names", "document"]
"""text: str; time: microseconds; duration: milliseconds; whole: int; flag: bool; names: field names;
document: an object."""
Row = TypeVar("Row", CallAt, TaskAt)

_KINDS: dict[str, Kind] = {
    "time": "time",
    "duration": "duration",
    "names": "names",
    "texts": "document",
    "document": "document",
    "whole": "whole",
    "flag": "flag",
    "money": "document",
}
_OF_STUCK: dict[str, Kind] = {"stuck_since": "time", "stuck_age_seconds": "whole"}
_SPACE = "space_token"
"""The one column that is not an attribute of the call or task."""


class SpaceNames(dict[int, Space]):
    """An organization's spaces by id, read again for an unknown id: a space may be created while an export
    runs. Not thread-safe: may move between threads, but only one may use it at a time.
    """

    def __init__(self, store: Store, org_id: int) -> None:
        super().__init__()
        self._store = store
        self._org_id = org_id

    def __missing__(self, space_id: int) -> Space:
        self.update({each.id: each for each in self._store.spaces(self._org_id)})
        found = self.get(space_id)
        assert found is not None, "a row has a space, and no space goes"
        return found


class ExportTable(Struct, Generic[Row], frozen=True, kw_only=True):
    """How the rows of one list are exported."""

    name: str
    """The name of the list; part of the default file name."""
    columns: tuple[tuple[str, Kind], ...]
    values: Callable[[Row], tuple[Any, ...]]
    """Row → its values in the order of the columns, in the units of `Kind`."""
    item: Callable[[Row], Struct]
    """Row → the item of the list."""


def _cells(of: str, columns: tuple[str, ...]) -> Callable[[Any, str], tuple[Any, ...]]:
    """The function that takes the cells of the fields of a row, and its space's token, in the order of the
    columns.
    """
    names = {each.name: each.row_name for each in answer_fields(of)}
    fields = [name for name in columns if name in names]
    at = fields.index(_SPACE)
    own = attrgetter(*(names[name] for name in fields if name != _SPACE))

    def cells(row: Any, token: str) -> tuple[Any, ...]:
        values = own(row)
        return (*values[:at], token, *values[at:])

    return cells


_call_cells = _cells("call", CALL_COLUMNS)
_task_cells = _cells("task", TASK_COLUMNS)


def call_table(spaces: Mapping[int, Space]) -> ExportTable[CallAt]:
    """The columns of calls."""

    def values(row: CallAt) -> tuple[Any, ...]:
        return _call_cells(row.call, spaces[row.space_id].token)

    def item(row: CallAt) -> Struct:
        return call_item(row.call, spaces[row.space_id].token, exact)

    return ExportTable(
        name="call-logs",
        columns=_columns("call", CALL_COLUMNS),
        values=values,
        item=item,
    )


def task_table(spaces: Mapping[int, Space], now: Micros) -> ExportTable[TaskAt]:
    """The columns of tasks. `now`: the time at which they are stuck."""

    def values(row: TaskAt) -> tuple[Any, ...]:
        task, space = row.task, spaces[row.space_id]
        limits = space.settings
        found = stuck(task, now, limits.stuck_running_after, limits.stuck_pending_after)
        return (
            *_task_cells(task, space.token),
            *((None, None, None) if found is None else (found.reason, found.since, found.age_s)),
        )

    def item(row: TaskAt) -> Struct:
        return task_item(row.task, spaces[row.space_id], now, exact)

    return ExportTable(
        name="tasks",
        columns=_columns("task", TASK_COLUMNS),
        values=values,
        item=item,
    )


def _columns(of: str, names: tuple[str, ...]) -> tuple[tuple[str, Kind], ...]:
    kinds = _OF_STUCK | {each.name: _KINDS.get(each.kind, "text") for each in answer_fields(of)}
    return tuple((name, kinds.get(name, "text")) for name in names)
