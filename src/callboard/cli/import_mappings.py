"""Saved mappings as `callboard import` uses them: read the file by one, save one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from callboard.cli import find
from callboard.cli.import_doubts import NotDecidedError, dry_run
from callboard.cli.import_run import target_of
from callboard.clock import system_clock
from callboard.errors import NotFoundError

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan
    from callboard.ingest.sources.preview import Numbers
    from callboard.store.interface import Store


def by_mapping(store: Store, plan: ImportPlan, name: str) -> ImportPlan:
    """The plan with the options of a saved mapping; those of the command line override them."""
    from callboard.ingest.sources.saved import with_document

    if not Path(plan.spool or plan.file).is_file():
        raise click.UsageError(
            "--mapping reads the whole file before the first row is written: give it a file, no pipe."
        )
    owner = find.organization(store, plan.handle)
    found = store.find_mapping(owner.id, name)
    if found is None:
        raise NotFoundError(f"{owner.name} has no saved mapping {name!r}; callboard mapping list shows them.")
    context = click.get_current_context()
    stated = frozenset(
        option
        for option in context.params
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE
    )
    return with_document(plan, found.reading, stated)


def with_ids_that_stay(plan: ImportPlan) -> ImportPlan:
    """The plan as it may be saved: its ids are made of columns that are named. Raises `NotDecidedError` where
    rows that all columns tell apart would be one.
    """
    from callboard.ingest.sources.guessing.doubts import Answer, Doubt
    from callboard.ingest.sources.guessing.steady_columns import with_steady_ids
    from callboard.ingest.sources.mapping import joined

    named, merged = with_steady_ids(plan)
    if not merged:
        return named
    columns = joined(named.options.id_from)
    rows = "1 row is" if merged == 1 else f"{merged:,} rows are"
    message = (
        "the ids of a saved mapping cannot be made of all columns, because some are filled later; by those "
        f"that stay, {rows} one with another that says something else"
    )
    answers = (Answer("--id-from", columns, "these columns tell calls apart"),)
    unsaved = dataclasses.replace(plan, mapping=None)
    raise NotDecidedError([Doubt("id", message, answers=answers)], unsaved.command())


def with_accepted(store: Store, plan: ImportPlan, numbers: Numbers | None) -> ImportPlan:
    """The plan as it may be saved: what is odd about its file is accepted of the next one too, and how long
    its calls are is what is usual. `numbers`: of the file, where they are known.
    """
    from callboard.ingest.sources.guessing.fit import accepted_by
    from callboard.ingest.sources.guessing.usual_length import with_usual
    from callboard.ingest.sources.mapping import RowMapping

    if numbers is None:
        numbers = dry_run(plan, RowMapping(plan.options), target_of(store, plan, dry_run=True)).preview
    if numbers is None:
        return plan
    return with_usual(dataclasses.replace(plan, accept=accepted_by(plan, numbers)), numbers)


def check_room(store: Store, plan: ImportPlan) -> None:
    """Raise `InvalidInputError`, before anything is imported, when the mapping cannot be saved after it."""
    from callboard.ingest.sources.saved import document_of
    from callboard.store.importing import check_mapping

    names = {each.name for each in store.mappings(find.organization(store, plan.handle).id)}
    check_mapping(plan.mapping or "", document_of(plan), len(names - {plan.mapping}))


def save(store: Store, plan: ImportPlan) -> None:
    """Save how the plan reads its file, under the plan's mapping name."""
    from callboard.ingest.sources.saved import document_of

    owner = find.organization(store, plan.handle)
    store.save_mapping(owner.id, plan.mapping or "", document_of(plan), system_clock())
