"""Names for the columns of a file without a header, by what they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.joined_times import are_days
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.sample import Sample
from callboard.ingest.sources.guessing.time_sources import instants_of
from callboard.ingest.sources.guessing.times import TimeColumn, time_column
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.values.lengths import amount
from callboard.ingest.sources.words import BY_TALK, reading

_MOST: Final = 0.9
_MAX_WORDS: Final = 40
_PHONE: Final = re.compile(r"\+\d[\d ().-]{6,18}|\(?0?\d{2,4}[) ./-]+\d[\d ./-]{4,}|\d{10,15}")
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?")
_BARE_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
_ANSWERED: Final = frozenset({"completed", BY_TALK})
_LARGEST_OFFSET: Final = 15 * HOUR
_QUARTER: Final = 15 * MINUTE
_ROUNDING_S: Final = 2
_UNIX_BEGIN: Final = re.compile(r"1\d{9}(?:\d{3}|\d{6})?(?:\.\d+)?")
"""Unix times until 2033; a phone number of ten digits does not begin with 1."""
_ID: Final = re.compile(
    r"(?:[\w.-]+-)?\d{9,10}\.\d{1,7}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z]{2}[0-9a-fA-F]{32}"
    r"|[0-9a-fA-F]{16,}"
)
"""Asterisk's unique ids, UUIDs, Twilio's SIDs and other long hexadecimal numbers."""
_PLAIN: Final = re.compile(r"[\w.:@/#+-]+")
_LONG_NUMBER: Final = 5
_SIP_CODE: Final = re.compile(r"200|[4-6]\d\d")
_COUNTED: Final = "column_{}"
_Found = tuple[Micros, bool, str, list[Micros | None]]
"""A column of times: its median, whether it says no zone, its name and its instants."""


def names_of(plan: ImportPlan, sample: Sample) -> tuple[str, ...]:
    """A name for each column: that of the field which its cells fit, else its number, as `column_3`."""
    return _Naming(plan, sample).names()


class _Naming:
    def __init__(self, plan: ImportPlan, sample: Sample) -> None:
        self._sample = sample
        self._draft = Draft(plan, sample)
        self._is_call = plan.options.record_type == "call"
        self._names: dict[str, str] = {}
        self._answered: list[bool | None] = [None] * len(sample)

    def names(self) -> tuple[str, ...]:
        times = self._name_times()
        self._name_status()
        if self._is_call:
            self._name_length(times)
            self._name_numbers()
        self._name_id()
        return tuple(
            self._names.get(column, _COUNTED.format(number))
            for number, column in enumerate(self._sample.columns, 1)
        )

    def _open(self) -> list[str]:
        return [
            each for each in self._sample.columns if each not in self._names and self._sample.is_filled(each)
        ]

    def _name_times(self) -> list[tuple[str, list[Micros | None]]]:
        """The columns of whole times with their instants, the earliest first."""
        found: list[_Found] = []
        for column in self._open():
            times = self._times(column)
            if times is None:
                continue
            at = instants_of(self._draft, column, times.formats[0], times.zone)
            known = [each for each in at if each is not None]
            if known:
                found.append((int(median(known)), not (times.has_offset or times.zone), column, at))
        found = _without_numbers_of_other_days(self._sample, found)
        kept: list[tuple[str, list[Micros | None]]] = []
        # Of columns that show the same moments, the one that says its zone.
        for _, _, column, at in sorted(found, key=lambda each: (each[1], each[0])):
            if not any(_are_same(at, other) for _, other in kept):
                kept.append((column, at))
        kept = sorted(kept, key=lambda each: sum(_is_later(each[1], other) for _, other in kept))
        if not kept:
            self._name_day_and_clock()
        targets = ["creation_time", "start_time", "end_time"] if self._is_call else ["created", "ended_at"]
        if len(kept) > 1 and all(at is not None for at in kept[1][1]) and len(kept) == len(targets) - 1:
            targets = [targets[0], targets[-1]]
        for (column, _), target in zip(kept, targets, strict=False):
            self._names[column] = target
        return kept

    def _times(self, column: str) -> TimeColumn | None:
        values = self._sample.values(column)
        texts = [str(each) for each in values]
        numbers = sum(each.replace(".", "", 1).isdecimal() for each in texts) > len(texts) / 2
        if numbers and not all(_UNIX_BEGIN.fullmatch(each) for each in texts):
            return None
        if all(_ID.fullmatch(each) for each in texts) and len(set(texts)) == len(texts):
            return None
        times = time_column(values, "")
        if times is None or times.fits < len(values) * _MOST or are_days(times, values):
            return None
        return times

    def _name_day_and_clock(self) -> None:
        for day, clock in pairwise(self._open()):
            values = self._sample.values(day)
            times = time_column(values, "")
            clocks = [str(each) for each in self._sample.values(clock)]
            are_clocks = all(map(_CLOCK.fullmatch, clocks)) or all(map(_BARE_CLOCK.fullmatch, clocks))
            if times is not None and are_days(times, values) and are_clocks:
                self._names |= {day: "date", clock: "time"}
                return

    def _name_status(self) -> None:
        target = "call_status" if self._is_call else "status"
        codes = next((each for each in self._open() if self._are_sip_codes(each)), None)
        if codes is not None:
            self._names[codes] = "sip_code"
            self._answered = [text.startswith("2") for text in self._sample.texts(codes)]
            return
        best: tuple[int, float, str] | None = None
        for column in self._open():
            words = self._sample.words(column)
            if not 0 < len(words) <= _MAX_WORDS or all(word[:1].isdigit() for word in words):
                continue
            found = reading(target, words).meanings
            known = sum(many for word, many in words.items() if found.get(word)) / words.total()
            ways = len({says for says in found.values() if says})
            if known >= _MOST / 2 and ways > 1 and (best is None or (ways, known) > best[:2]):
                best = (ways, known, column)
        if best is not None:
            column = best[2]
            self._names[column] = target
            found = reading(target, self._sample.words(column)).meanings
            self._answered = [
                None if not found.get(word) or found[word] == BY_TALK else found[word] in _ANSWERED
                for word in self._sample.texts(column)
            ]
        for column in self._open():
            words = self._sample.words(column)
            are_words = 0 < len(words) <= _MAX_WORDS and not any(word[:1].isdigit() for word in words)
            if self._is_call and are_words and len(reading("call_type", words).meanings) == len(words):
                self._names[column] = "direction"
                return

    def _are_sip_codes(self, column: str) -> bool:
        words = self._sample.words(column)
        known = self._is_call and all(_SIP_CODE.fullmatch(word) for word in words)
        return known and len(words) > 1 and "200" in words

    def _name_length(self, times: Sequence[tuple[str, list[Micros | None]]]) -> None:
        """The talk time: 0 where nobody answered and only there, or the time between two other columns."""
        best: tuple[float, bool, str] | None = None
        for column in self._open():
            values = self._sample.values(column)
            found = length_column(values, "")
            if found is None or found.fits < len(values) * _MOST or len({*map(str, values)}) < 2:
                continue
            seconds = [None if each is None else amount(each) for each in self._sample.cells(column)]
            told = [
                bool(length) == answered
                for length, answered in zip(seconds, self._answered, strict=True)
                if answered is not None
            ]
            fits = max(
                sum(told) / len(told) if told else 0.0,
                *(_share_between(seconds, one, two) for (_, one), (_, two) in pairwise(times)),
                0.0,
            )
            is_clock = found.shape != "number"
            if (fits >= _MOST or is_clock) and (best is None or (fits, is_clock) > best[:2]):
                best = (fits, is_clock, column)
        if best is not None:
            self._names[best[2]] = "duration"

    def _name_numbers(self) -> None:
        names = iter(("source_number", "destination_number"))
        for column in self._open():
            texts = [str(each) for each in self._sample.values(column)]
            fitting = sum(_PHONE.fullmatch(each) is not None for each in texts)
            if fitting >= len(texts) / 2 and (name := next(names, None)) is not None:
                self._names[column] = name

    def _name_id(self) -> None:
        """The first column whose cells are all different and look like ids."""
        unique = [
            (column, texts)
            for column in self._open()
            if all(texts := self._sample.texts(column)) and len(set(texts)) == len(texts)
        ]
        for looks_so in (_are_ids, _are_plain):
            for column, texts in unique:
                if looks_so(texts):
                    self._names[column] = "call_id" if self._is_call else "task_id"
                    return


def _are_ids(texts: Sequence[str]) -> bool:
    return all(_ID.fullmatch(each) for each in texts)


def _are_plain(texts: Sequence[str]) -> bool:
    """Whether cells may be ids: words without spaces, numbers that are long or count the rows. Short numbers
    that differ by chance are lengths.
    """
    if not all(each.isdecimal() for each in texts):
        return all(_PLAIN.fullmatch(each) for each in texts)
    numbers = list(map(int, texts))
    return numbers in (sorted(numbers), sorted(numbers, reverse=True)) or all(
        len(each) >= _LONG_NUMBER for each in texts
    )


def _without_numbers_of_other_days(sample: Sample, found: list[_Found]) -> list[_Found]:
    """The columns of times without ids of ten digits: read as Unix times, they lie days from the times that
    are written out.
    """
    written = [each[0] for each in found if not all(map(_UNIX_BEGIN.fullmatch, _texts(sample, each[2])))]
    return [
        each
        for each in found
        if not written or each[0] in written or min(abs(each[0] - other) for other in written) <= DAY
    ]


def _texts(sample: Sample, column: str) -> list[str]:
    return [str(each) for each in sample.values(column)]


def _is_later(one: Sequence[Micros | None], other: Sequence[Micros | None]) -> bool:
    """Whether a column's times lie after those of another, in most rows that have both."""
    gaps = [a - b for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return sum(gap > 0 for gap in gaps) > sum(gap < 0 for gap in gaps)


def _are_same(one: Sequence[Micros | None], other: Sequence[Micros | None]) -> bool:
    """Whether two columns differ by an offset of zones alone."""
    gaps = [b - a for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return bool(gaps) and len(set(gaps)) == 1 and abs(gaps[0]) <= _LARGEST_OFFSET and gaps[0] % _QUARTER == 0


def _share_between(
    lengths: Sequence[object], begin: Sequence[Micros | None], end: Sequence[Micros | None]
) -> float:
    """The share of the lengths that are the time between two columns."""
    pairs = [
        (float(str(length)), (two - one) / SECOND)
        for length, one, two in zip(lengths, begin, end, strict=True)
        if length is not None and one is not None and two is not None
    ]
    return sum(abs(one - two) <= _ROUNDING_S for one, two in pairs) / len(pairs) if pairs else 0.0
