"""Counters: maintained by differences as in every store, and recounted from rows to compare."""

from __future__ import annotations

from collections.abc import Iterable

from callboard.fold.batch import Item, tally_of
from callboard.fold.tally import CellKey, Measures, Tally, add_totals
from callboard.model.totals import Totals
from tests.model.state import RunState, SpaceState, State


def apply_tally(space: SpaceState, tally: Tally) -> None:
    """Add the differences of a batch to the space's counters."""
    space.totals = add_totals(space.totals, tally.totals())
    for key, difference in tally.cells(space.space.cell_zone).items():
        measures = [a + b for a, b in zip(space.cells.get(key, [0, 0, 0, 0, 0]), difference, strict=True)]
        if any(measures):
            space.cells[key] = measures
        else:
            space.cells.pop(key, None)
    for run_id, difference_of_run in tally.runs.items():
        run = space.runs.setdefault(run_id, RunState())
        for status, items in difference_of_run.counts.items():
            run.counts[status] += items
        _recompute_times(space, run_id, run)


def _recompute_times(space: SpaceState, run_id: str, run: RunState) -> None:
    """Recompute a run's times from its tasks; delete it if it does not exist any more."""
    tasks = [task for task in space.non_void_tasks() if task.run_id == run_id]
    run.created = min((task.created for task in tasks), default=None)
    run.modified = max((task.modified for task in tasks), default=None)
    if not run.exists:
        del space.runs[run_id]


def recount(space: SpaceState) -> tuple[Totals, dict[CellKey, Measures], dict[str, RunState]]:
    """Totals, cells and runs as counted from the rows."""
    bare = SpaceState(space.space)
    bare.calls, bare.tasks = space.calls, space.tasks
    for run_id, run in space.runs.items():
        if run.registered is not None:
            bare.runs[run_id] = RunState(run.registered, run.batch_count)
    apply_tally(bare, tally_of(_as_new(space.items())))
    return bare.totals, bare.cells, bare.runs


def recount_cells(space: SpaceState) -> None:
    """Rebuild the cells, for a new home zone."""
    space.cells = recount(space)[1]


def contact_cells(state: State, org_id: int) -> dict[CellKey, Measures]:
    """The cells of an organization's contact spaces together, in UTC, counted from the rows."""
    spaces = [each for each in state.spaces_of(org_id) if each.space.content_type == "contact"]
    return tally_of(_as_new(item for space in spaces for item in space.items())).cells("UTC")


def _as_new(items: Iterable[Item]) -> Iterable[Item]:
    return (Item(item.item_id, item.kind, row=item.row) for item in items)
