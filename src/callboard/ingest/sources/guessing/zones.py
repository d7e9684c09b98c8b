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
    local = {target: found for target, found in sources.items() if not found.is_absolute}
    own = {target: zone for target, colon, zone in (each.partition(":") for each in given) if colon}
    draft.zones |= {target: zone for target, zone in own.items() if target in local}
    if local.keys() <= own.keys():
        return
    _doubt_zone_column(draft, next(found for target, found in local.items() if target not in own))
    for said, of in _by_zone(draft, local):
        open_ = {target: found for target, found in of.items() if target not in own}
        # What the person says of one time is true of all that the same question is about.
        answers = {own[target] for target in of if target in own}
        if not answers and (said is None or said.zone is None):
            answers = set(own.values())
        if open_ and len(answers) == 1:
            draft.zones |= dict.fromkeys(open_, *answers)
        elif open_ and said is None:
            _without_zone(draft, open_)
        elif open_ and said is not None:
            _take(draft, said, open_)


def _by_zone(
    draft: Draft, local: Mapping[str, TimeSource]
) -> list[tuple[ZoneSaid | None, dict[str, TimeSource]]]:
    """The local times by the zone that a heading or a line beside the table says; None: nothing does. Times
    that nothing says a zone of are with the others, where these have one that is not sure.
    """
    groups: dict[tuple[str | None, bool], tuple[ZoneSaid | None, dict[str, TimeSource]]] = {}
    for target, found in local.items():
        said = _zone_in_headings(found.source) or draft.zone
        key = (None, False) if said is None else (said.zone, said.is_sure)
        first, of = groups.setdefault(key, (said, {}))
        groups[key] = (first or said, {**of, target: found})
    unsaid, unsure = (None, False), [each for each in groups if each[0] is not None and not each[1]]
    if unsaid in groups and len(unsure) == 1 and draft.plan.options.zone is None:
        said, of = groups[unsure[0]]
        groups[unsure[0]] = (said, {**of, **groups.pop(unsaid)[1]})
    return list(groups.values())


def _zone_in_headings(source: str) -> ZoneSaid | None:
    columns = Template(source).columns if "{" in source else [source]
    return next(filter(None, map(zone_in_heading, columns)), None)


def _take(draft: Draft, said: ZoneSaid, of: Mapping[str, TimeSource]) -> None:
    """Take the zone that a line names, unless the person names one; ask where it is not sure."""
    named = draft.plan.options.zone
    if named and (said.zone is None or are_alike(said.zone, named)):
        return
    zone = said.zone
    if zone:
        draft.zones |= dict.fromkeys(of, zone)
    if said.is_sure:
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
