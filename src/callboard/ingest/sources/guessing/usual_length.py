"""The usual talk time that a saved mapping keeps: a file in another unit is far from it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Final

from callboard.ingest.sources.guessing.checks import in_seconds
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.sample import SAMPLE_ROWS
from callboard.ingest.sources.guessing.units import CLOCK_UNITS, UNITS
from callboard.ingest.sources.length_sample import is_far
from callboard.ingest.sources.mapping import assignments
from callboard.ingest.sources.mapping.options import DEFAULT_UNIT
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.preview import Numbers

_SECONDS: Final = {
    "seconds": 1.0,
    "milliseconds": 0.001,
    "microseconds": 0.000_001,
    "minutes": 60.0,
    "hours": 3_600.0,
    "h:mm": 60.0,
}
"""Unit → seconds; of `h:mm`, how much more it makes of a clock than minutes and seconds."""


def with_usual(plan: ImportPlan, numbers: Numbers) -> ImportPlan:
    """The plan as it may be saved by the import of a file with these numbers."""
    if plan.usual_length is not None or numbers.usual_length is None:
        return plan
    return replace(plan, usual_length=round(numbers.usual_length, 3))


def usual_doubt(plan: ImportPlan, numbers: Numbers) -> Doubt | None:
    """The doubt about a file whose talk times are far from those that the mapping has read before."""
    usual, found = plan.usual_length, numbers.usual_length
    # Where most calls had no length, any other is an improvement.
    if not usual or found is None or (found and not is_far(usual, found, numbers.lengths)):
        return None
    if not found:
        said = f"most completed calls have a talk time of 0, where the usual one is {in_seconds(usual)}"
    else:
        said = (
            f"the talk time of its completed calls is about {in_seconds(found)}, where the usual one is "
            f"{in_seconds(usual)}: its unit may have changed"
        )
    return Doubt(
        "unit",
        said if plan.mapping is None else f"the file does not fit the mapping {plan.mapping!r}: {said}",
        _column(plan),
        (
            *(Answer("--duration-unit", unit, f"the unit is {unit} now") for unit in _units(plan, numbers)),
            Answer(
                "--usual-length", f"{round(found, 3):.15g}", f"{in_seconds(found)} is right, and usual now"
            ),
        ),
    )


def _column(plan: ImportPlan) -> str | None:
    return assignments(plan.options.map, "--map").get("call_duration")


def _units(plan: ImportPlan, numbers: Numbers) -> list[str]:
    """The units in which the talk times of the file are as they used to be."""
    column, usual, found = _column(plan), plan.usual_length, numbers.usual_length
    if column is None or "{" in column or not usual or not found:
        return []
    with open_rows(plan, None) as (_, rows):
        cells = [each.row.get(column) for each in islice(rows, SAMPLE_ROWS) if each.problem is None]
    lengths = length_column(cells)
    if lengths is None or lengths.shape not in ("number", "clock"):
        return []
    own = plan.options.duration_unit or DEFAULT_UNIT
    units = UNITS if lengths.shape == "number" else CLOCK_UNITS
    read = {unit: found * _SECONDS[unit] / _SECONDS[own] for unit in units if unit != own}
    return [unit for unit, length in read.items() if not is_far(usual, length, numbers.lengths)]
