"""The guess of the product, as tests of drawn call logs ask for it: the one place that knows its names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from callboard.clock import EPOCH, system_clock
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.targets import OneSpace
from callboard.query.analytics import Analytics
from callboard.store.questions import CallFilter, Scope, Window
from tests.stores import make_organization, make_space, make_store

_options: Any = MapOptions
HANDLE = "acme.example"


@dataclass(frozen=True)
class Found:
    """What `callboard import --guess` would go by and show."""

    plan: ImportPlan
    about: tuple[str, ...]
    """What its doubts are about; empty: it would import unasked."""
    said: tuple[str, ...]
    """The doubts in words."""
    calls: int
    completed: int
    missed: int
    failed: int
    average: float
    """Seconds."""
    first: datetime | None
    last: datetime | None


def guessed(file: Path, timezone: str) -> Found:
    """The guess for a file, with `--timezone` and nothing else said."""
    plan = ImportPlan(file=str(file), handle=HANDLE, space="any", options=_options(timezone=(timezone,)))
    found: Any = guess(plan)
    seen = found.preview
    return Found(
        plan=found.plan,
        about=tuple(str(each.about) for each in found.doubts),
        said=tuple(f"{each.about} ({each.column}): {each.message}" for each in found.doubts),
        calls=seen.calls,
        completed=seen.completed,
        missed=seen.missed,
        failed=seen.failed,
        average=_average(seen),
        first=_moment(seen.first),
        last=_moment(seen.last),
    )


@dataclass(frozen=True)
class Stored:
    """The numbers of a store that a file was imported into."""

    calls: int
    completed: int
    missed: int
    failed: int
    average: float
    first: datetime | None
    last: datetime | None


def imported(plan: ImportPlan, folder: Path) -> Stored:
    """The file imported by this plan into a SQLite store of its own."""
    store = make_store("sqlite", folder)
    try:
        organization = make_organization(store, HANDLE)
        space = make_space(store, organization)
        plan = replace(plan, space=space.token)
        mapping = RowMapping(plan.options)
        with (
            open_rows(plan, mapping.columns) as (source, rows),
            RejectsFile(folder / "rejected", rows.kind, rows.columns) as rejected,
        ):
            importer = Importer(rows, mapping, OneSpace(space), rejected, system_clock)
            into = Destination(store, organization.id)
            importer.run(into, plan.label(source, None), same_rows=source.rewindable)
        scope = Scope(organization.id)
        totals = Analytics(store).totals(scope)
        calls = [each.call for each in store.calls(scope, CallFilter(), Window(limit=1_000))]
        times = sorted(each.creation_time for each in calls)
        return Stored(
            calls=totals.total_calls,
            completed=totals.calls_completed,
            missed=sum(each.call_status == "missed" for each in calls),
            failed=totals.calls_failed,
            average=totals.avg_duration_seconds,
            first=_moment(times[0] if times else None),
            last=_moment(times[-1] if times else None),
        )
    finally:
        store.close()


def _average(preview: Any) -> float:
    if hasattr(preview, "average_ms"):
        return float(preview.average_ms or 0) / 1000
    return float(preview.avg_duration_seconds or 0)


def _moment(value: Any) -> datetime | None:
    """Microseconds since 1970, ISO 8601 or a datetime."""
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, int):
        return EPOCH + timedelta(microseconds=value)
    return datetime.fromisoformat(value).astimezone(UTC)
