"""Headings that say another zone than `--timezone`, where the options of an import were not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.guessing.zone_above import ZoneSaid, are_alike, zone_in_heading
from callboard.ingest.sources.mapping import RowMapping, Template, assignments
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.values.times import NoZoneError

_TIMES: Final = ("creation_time", "start_time", "end_time", "occurred_at", "created", "scheduled_at")
_ROWS: Final = 20


def heading_zone_doubts(plan: ImportPlan) -> list[Doubt]:
    """A doubt for each time that `--timezone` reads in another zone than its heading says."""
    named = plan.options.zone
    said = list(_said(plan)) if named else []
    if not said or named is None:
        return []
    with open_rows(plan, None) as (_, rows):
        sample = [each for each in islice(rows, _ROWS) if each.problem is None]
    return [
        Doubt(
            "zone",
            f"{zone.line!r} says the zone {zone.zone}, and --timezone says {named}",
            zone.line,
            (
                Answer("--timezone", f"{field}:{zone.zone}", "as the heading says"),
                Answer("--timezone", f"{field}:{named}", f"{named} all the same"),
            ),
        )
        for field, zone in said
        if _differs(plan, field, zone, sample)
    ]


def _said(plan: ImportPlan) -> Iterator[tuple[str, ZoneSaid]]:
    named = plan.options.zone or ""
    mapped = assignments(plan.options.map, "--map")
    for field in _TIMES:
        source = mapped.get(field, "")
        if not source or any(each.startswith(f"{field}:") for each in plan.options.timezone):
            continue
        zone = next(filter(None, map(zone_in_heading, Template(source).columns)), None)
        if zone is not None and zone.zone is not None and not are_alike(zone.zone, named):
            yield field, zone


def _differs(plan: ImportPlan, field: str, zone: ZoneSaid, sample: Sequence[Record]) -> bool:
    """Whether the zone makes any difference: cells may say their own."""
    options = plan.options
    other = replace(options, timezone=(*options.timezone, f"{field}:{zone.zone}"))
    one, two = RowMapping(options), RowMapping(other)
    return any(_time(one, each, field) != _time(two, each, field) for each in sample)


def _time(mapping: RowMapping, record: Record, field: str) -> object:
    try:
        return mapping.event(record.row).get(field)
    except (RowError, NoZoneError, ImportOptionError):
        return None  # the import says what is wrong with it
