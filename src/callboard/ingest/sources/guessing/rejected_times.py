"""Answers that read the times for which rows would be rejected: written otherwise late in a file, or with a
zone word of several meanings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.guessing.whole import Rejected
from callboard.ingest.sources.mapping import Template
from callboard.ingest.sources.values.times import ISO, TimeReader
from callboard.ingest.sources.values.zones import ZoneWord, zones_meant

_ANSWERS: Final = 3


def reading_rejected(draft: Draft, rejected: Rejected) -> Iterator[Answer]:
    """The formats, else the zones, that read all of these times."""
    target = rejected.message.partition(":")[0]
    source = draft.chosen.get(target)
    if source is None or target not in draft.formats:
        return
    cells = _cells(source, rejected)
    if not cells:
        return
    times = time_column(cells, source, is_named=True)
    forms = [form or ISO for form in times.formats] if times is not None else []
    zone = draft.zones.get(target) or draft.plan.options.zone or "UTC"
    given = draft.plan.options.time_format
    of = f"{target}:" if given or len(set(draft.formats.values())) > 1 else ""
    reading = [each for each in forms if _reads((each,), zone, cells)]
    for form in reading[:_ANSWERS]:
        yield Answer("--time-format", f"{of}{form}", f"{cells[0]!r} is written so, and others as before")
    if reading:
        return
    form = draft.formats[target]
    for zone in _zones(cells, form):
        if _reads((form,) if form else (), zone, cells):
            yield Answer("--timezone", f"{target}:{zone}", zone)


def _cells(source: str, rejected: Rejected) -> list[str]:
    read = Template(source if "{" in source else f"{{{source}}}").reader(whole=True)
    found = []
    for record in rejected.records:
        try:
            found.append(str(read(record.row) or "").strip())
        except RowError:
            continue
    return found


def _reads(forms: tuple[str, ...], zone: str, cells: Iterable[str]) -> bool:
    reader = TimeReader(forms, zone)
    try:
        for each in cells:
            reader.read(each)
    except (RowError, ImportOptionError):
        return False
    return True


def _zones(cells: Iterable[str], form: str) -> list[str]:
    """The zones that the words behind the times may mean."""
    reader = TimeReader((form,) if form else ())
    said = (reader.written(each) for each in cells)
    words = [moment.tzinfo for moment in said if moment is not None and isinstance(moment.tzinfo, ZoneWord)]
    return list(dict.fromkeys(zone for word in words for zone in zones_meant(word)))
