"""The columns that hold the times of rows, and the instants that they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callboard.clock import Micros
from callboard.ingest.instants import instant
from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.times import TimeColumn
from callboard.ingest.sources.mapping import Template
from callboard.ingest.sources.values.nulls import is_no_instant, is_no_time
from callboard.ingest.sources.values.times import TimeReader, from_format


@dataclass
class TimeSource:
    """A column of times, or a column of days and one of clocks."""

    source: str
    """As in `--map`: a column, or a template of two."""
    times: TimeColumn

    @property
    def is_absolute(self) -> bool:
        """Whether the file itself says which instants these are."""
        return self.times.has_offset or self.times.zone is not None


def local_times(draft: Draft, found: TimeSource) -> list[datetime]:
    """The times of the sample's rows as they are written: what a clock at the wall showed."""
    read = Template(found.source if "{" in found.source else f"{{{found.source}}}").reader(whole=True)
    times = []
    for record in draft.sample.records:
        try:
            value = read(record.row)
        except RowError:
            continue
        moment = value if isinstance(value, datetime) else None
        if isinstance(value, str) and not is_no_time(value):
            moment = from_format(value.strip(), found.times.formats[0])
        if moment is not None:
            times.append(moment.replace(tzinfo=None))
    return times


def instants(draft: Draft, target: str) -> list[Micros | None]:
    """The instant of a chosen time in each row of the sample; None where a row has none that can be read."""
    source, form = draft.chosen.get(target), draft.formats.get(target)
    if source is None or form is None or draft.is_left_out(target):
        return [None] * len(draft.sample)
    return instants_of(draft, source, form, draft.zones.get(target) or draft.plan.options.zone)


def instants_of(draft: Draft, source: str, form: str, zone: str | None) -> list[Micros | None]:
    """The instants of a column or template in the sample's rows. Without a zone, as if in UTC."""
    reader = TimeReader((form,) if form else (), zone or "UTC")
    read = Template(source if "{" in source else f"{{{source}}}").reader(whole=True)
    found: list[Micros | None] = []
    for record in draft.sample.records:
        try:
            value = read(record.row)
            moment = None if value is None or is_no_time(str(value)) else reader.read(value)
            found.append(None if moment is None or is_no_instant(moment) else instant(moment))
        except (RowError, ImportOptionError, ValueError):
            found.append(None)
    return found
