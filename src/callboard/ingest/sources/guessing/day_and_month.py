"""Tell the day from the month, or ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from callboard.clock import DAY, Micros
from callboard.ingest.sources.fields import FIELDS
from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.time_sources import TimeSource, instants_of
from callboard.ingest.sources.guessing.times import TimeColumn, time_column
from callboard.ingest.sources.mapping import Template
from callboard.ingest.sources.mapping.options import of_field
from callboard.ingest.sources.values.nulls import is_no_time
from callboard.ingest.sources.values.times import TimeReader

_ONE_CALL: Final = 2 * DAY
"""Times of one call, each read in a zone of its own, lie closer together than this."""


def tell_day_from_month(draft: Draft, sources: dict[str, TimeSource]) -> None:
    """Set the format of each time. Where day and month cannot be told apart, the reading that makes the
    shorter period comes first, and a person is asked.
    """
    certain = {source.times.formats[0] for source in sources.values() if len(source.times.formats) == 1}
    told = certain | _all_formats(draft) | set(given_formats(draft).values())
    for target, found in sources.items():
        formats = found.times.formats
        if len(formats) > 1:
            decided = [form for form in formats if _same_order(form, told)]
            if len(decided) != 1:
                decided = _beside_certain(draft, found, sources)
            formats = decided if len(decided) == 1 else sorted(formats, key=lambda f: _span(draft, found, f))
        draft.formats[target] = formats[0]
        draft.rivals[target] = list(formats[1:])


def in_order_of_others(draft: Draft, times: TimeColumn) -> TimeColumn:
    """A column of times in the order of day and month that other columns of the file tell."""
    if len(times.formats) < 2:
        return times
    if draft.told_formats is None:
        draft.told_formats = frozenset(_all_formats(draft) | set(given_formats(draft).values()))
    decided = [form for form in times.formats if _same_order(form, draft.told_formats)]
    return replace(times, formats=decided) if len(decided) == 1 else times


def given_formats(draft: Draft) -> dict[str | None, str]:
    """Field → the format that the person says for it; None: for all others."""
    fields = FIELDS[draft.plan.options.record_type]
    return dict(of_field(each, fields) for each in draft.plan.options.time_format)


def _beside_certain(draft: Draft, found: TimeSource, sources: dict[str, TimeSource]) -> list[str]:
    """The formats by which each row lies beside a time of the same call that can be read in one way only.
    Readings of one text as different days are weeks apart, which no call lasts.
    """
    if draft.plan.options.record_type != "call":
        return []
    formats = found.times.formats
    read = {form: instants_of(draft, found.source, form, None) for form in formats}
    for other in sources.values():
        if len(other.times.formats) > 1:
            continue
        certain = instants_of(draft, other.source, other.times.formats[0], other.times.zone)
        near = [form for form in formats if _are_near(read[form], certain)]
        if len(near) == 1:
            return near
    return []


def _are_near(times: Sequence[Micros | None], others: Sequence[Micros | None]) -> bool:
    gaps = [
        abs(one - other)
        for one, other in zip(times, others, strict=True)
        if one is not None and other is not None
    ]
    return bool(gaps) and max(gaps) <= _ONE_CALL


def _all_formats(draft: Draft) -> set[str]:
    """The formats of all columns of times of the file that can be read in one way only."""
    told = set()
    for column in draft.sample.columns:
        times = time_column(draft.sample.values(column), column) if draft.sample.is_filled(column) else None
        if times is not None and len(times.formats) == 1:
            told.add(times.formats[0])
    return told


def _same_order(form: str, certain: Collection[str]) -> bool:
    """Whether a format has day and month in the order of one of the certain formats, written alike."""
    return any(_day_part(form) == _day_part(each) for each in certain if each)


def _day_part(form: str) -> str:
    return re.sub(r"%[yY]", "%Y", re.split(r"[ ,T]*%[HI]", form)[0])


def _span(draft: Draft, found: TimeSource, form: str) -> tuple[int, int]:
    read = [at for at in instants_of(draft, found.source, form, None) if at is not None]
    if not read:
        return (0, 1)
    backwards = sum(later < earlier for earlier, later in pairwise(read))
    return (max(read) - min(read), backwards)


def ask_day_and_month(draft: Draft) -> None:
    """Doubt the times whose day and month nothing in the file tells apart."""
    given = given_formats(draft)
    asked: list[set[str]] = []
    for target, others in draft.rivals.items():
        if not others or None in given or target in given:
            continue
        form, source = draft.formats[target], draft.chosen[target]
        if {form, *others} in asked:
            continue  # one answer is for all times that are written alike
        asked.append({form, *others})
        shown = telling_text(draft, source, (form, *others))
        # A format for all fields would make the times unreadable that are written otherwise.
        of = f"{target}:" if given or len(set(draft.formats.values())) > 1 else ""
        answers = tuple(
            Answer("--time-format", f"{of}{each}", spoken(shown, each)) for each in (form, *others)
        )
        draft.doubt(
            "day_month",
            f"Day and month of {source!r} cannot be told apart: {shown!r} can be "
            + " or ".join(answer.meaning for answer in answers),
            source,
            *answers,
        )


def telling_text(draft: Draft, source: str, forms: Sequence[str]) -> str:
    """The first time of the sample that the formats read as different days; else the first of all."""
    read = Template(source if "{" in source else f"{{{source}}}").reader(whole=True)
    first = ""
    for record in draft.sample.records:
        try:
            value = read(record.row)
        except RowError:
            continue
        text = str(value or "")
        if not text or is_no_time(text):
            continue
        if len({spoken(text, form) for form in forms}) == len(forms):
            return text
        first = first or text
    return first


def spoken(text: str, form: str) -> str:
    try:
        at = TimeReader((form,), "UTC").read(text)
    except (RowError, ImportOptionError):
        return form
    day = date.fromisoformat(at[:10])
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
