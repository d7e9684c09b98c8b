"""Choose the zone of local times: what the person says, then a heading, then a line beside the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.joined_times import zone_column
from callboard.ingest.sources.guessing.time_sources import TimeSource
from callboard.ingest.sources.guessing.zone_above import ZoneSaid, are_alike, zone_in_heading
from callboard.ingest.sources.mapping import Template

_SHOWN: Final = 80


def choose_zones(draft: Draft, sources: Mapping[str, TimeSource]) -> None:
    """Set the zone that the file says; doubt the zone of local times when nobody says it."""
    given = draft.plan.options.timezone
    for target, found in sources.items():
        if found.times.zone is not None and not found.times.has_offset:
            draft.zones[target] = found.times.zone
    local = {
        target: found
        for target, found in sources.items()
        if not found.is_absolute and not any(each.startswith(f"{target}:") for each in given)
    }
    if not local:
        return
    _doubt_zone_column(draft, next(iter(local.values())))
    for said, of in _by_line(draft, local):
        if said is None:
            _without_zone(draft, of)
        else:
            _take(draft, said, of)


def _by_line(
    draft: Draft, local: Mapping[str, TimeSource]
) -> list[tuple[ZoneSaid | None, dict[str, TimeSource]]]:
    """The local times by what names their zone: a heading or a line beside the table; None: nothing does."""
    groups: list[tuple[ZoneSaid | None, dict[str, TimeSource]]] = []
    for target, found in local.items():
        said = _zone_in_headings(found.source) or draft.zone
        group = next((of for each, of in groups if each == said), None)
        if group is None:
            groups.append((said, group := {}))
        group[target] = found
    return groups


def _zone_in_headings(source: str) -> ZoneSaid | None:
    columns = Template(source).columns if "{" in source else [source]
    return next(filter(None, map(zone_in_heading, columns)), None)


def _take(draft: Draft, said: ZoneSaid, of: Mapping[str, TimeSource]) -> None:
    """Take the zone that a line names, unless the person names one; ask where it is not sure."""
    named = draft.plan.options.zone
    if named and (said.zone is None or are_alike(said.zone, named)):
        return
    # What the person says of one time is true of others that the same line is about.
    own = next((each.partition(":")[2] for each in draft.plan.options.timezone if ":" in each), None)
    zone = own or said.zone
    if zone:
        draft.zones |= dict.fromkeys(of, zone)
    if own or said.is_sure:
        return
    target, found = next(iter(of.items()))
    taken = zone or named or "UTC"
    draft.doubt(
        "zone",
        f"Only {said.line[:_SHOWN]!r} says the zone; the times of {found.source!r} are read as of {taken}",
        found.source,
        Answer("--timezone", f"{target}:{taken}", taken),
        Answer("--timezone", f"{target}:…", "another zone, as Europe/Berlin"),
    )


def _without_zone(draft: Draft, of: Mapping[str, TimeSource]) -> None:
    if draft.plan.options.zone is not None:
        return
    source = next(iter(of.values())).source
    draft.doubt(
        "zone",
        f"The times of {source!r} do not say their zone; they are read as UTC",
        source,
        Answer("--timezone", "UTC", "UTC"),
        Answer("--timezone", "…", "another zone, as Europe/Berlin"),
    )
    for target in of:
        draft.zones.setdefault(target, "UTC")


def _doubt_zone_column(draft: Draft, found: TimeSource) -> None:
    """Doubt the zone where a column seems to say it of each row, and cannot be read with the time."""
    column = zone_column(draft)
    if column is not None:
        draft.doubt(
            "zone",
            f"{column!r} seems to say the zone of {found.source!r}, and cannot be read with it",
            column,
            Answer("--timezone", "creation_time:…", "the zone of all times, as Europe/Berlin"),
        )
