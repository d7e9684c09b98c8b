"""Guess the import options of a file, and list what a person should check.

A guess is always shown to a person first. An import runs on the confirmed options, never on a guess.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

from callboard.ingest.sources.delimited import SEPARATORS
from callboard.ingest.sources.fields import FIELDS, NEEDED
from callboard.ingest.sources.guess_ids import id_warning
from callboard.ingest.sources.guess_times import date_and_clock, time_formats
from callboard.ingest.sources.headings import candidates, duration_unit, heading
from callboard.ingest.sources.known_words import MEANINGS, NO_AGENT_WORDS, meanings, normal
from callboard.ingest.sources.mapping import joined, pieces
from callboard.ingest.sources.opening import Opened, open_file
from callboard.ingest.sources.plan import ImportPlan, kind_of_file, open_rows
from callboard.ingest.sources.records import ImportOptionError, Record
from callboard.ingest.sources.times import from_iso, has_offset

SAMPLE_ROWS = 2_000
MAX_WORDS = 60
"""A column with more different words than this is not a status."""
_LONG_CALL_S = 20_000
"""A median of more than this (5.5 hours) cannot be seconds of talk: the numbers are milliseconds."""
_SHOWN_WORDS = 8
# Encodings that exports use in practice. With all known encodings to choose from, the detector finds some
# rare one that fits a short text equally well.
_ENCODINGS = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5",
    "euc_kr", "mac_roman",
)  # fmt: skip
_DAY_HEADINGS = frozenset({"date", "day", "call_date", "start_date", "calldate"})


@dataclass
class Guess:
    """The guessed options of an import, and what is unsure about them."""

    plan: ImportPlan
    sample: list[Record]
    columns: list[str]
    formats: list[str] = field(default_factory=list)
    """The time formats that fit; more than one when day and month cannot be told apart."""
    needs_zone: bool = False
    """Its times carry no offset, and the options name no zone."""
    warnings: list[str] = field(default_factory=list)
    """What a person should check, in sentences."""
    missing: list[str] = field(default_factory=list)
    """Fields that every event needs and no column seems to hold."""

    def with_time_format(self, form: str) -> None:
        """Choose one of `formats`."""
        self.formats = [form]
        options = replace(self.plan.options, time_format=(form,) if form else ())
        self.plan = replace(self.plan, options=options)

    def with_timezone(self, name: str) -> None:
        """Choose the time zone."""
        self.needs_zone = False
        self.plan = replace(self.plan, options=replace(self.plan.options, timezone=name))

    def column_values(self, column: str) -> list[Any]:
        """The values of a column in the sample, without empty cells."""
        return _values(self.sample, column)


def guess(plan: ImportPlan) -> Guess:
    """Guess the options that the plan leaves open. Raises `UnreadableFileError`, `ImportOptionError`."""
    with open_file(plan.file) as opened:
        plan = _with_encoding_and_separator(plan, opened)
    with open_rows(plan, None) as (_, rows):
        sample = [each for each in islice(rows, SAMPLE_ROWS) if each.problem is None]
        columns = rows.columns
    if not sample:
        raise ImportOptionError("There is no row that can be read, so nothing to guess from")
    found = Guess(plan, sample, columns)
    chosen = _chosen_columns(found)
    _guess_times(found, chosen)
    _guess_words(found, chosen)
    _guess_duration(found, chosen)
    if warning := id_warning(found.plan, chosen):
        found.warnings.append(warning)
    record_type = plan.options.record_type
    found.missing = [each for each in NEEDED[record_type] if each not in chosen and not _is_set(plan, each)]
    assignments = joined(f"{target}={source}" for target, source in chosen.items())
    options = replace(found.plan.options, map=(assignments,) if assignments else ())
    found.plan = replace(found.plan, options=options)
    return found


def _with_encoding_and_separator(plan: ImportPlan, opened: Opened) -> ImportPlan:
    kind = kind_of_file(opened.head) if opened.head else "delimited"
    if kind == "parquet":
        return plan
    encoding = plan.encoding or encoding_of(opened.head)
    plan = replace(plan, encoding=encoding)
    if kind == "delimited" and plan.separator is None:
        text = opened.head.decode(encoding or "utf-8", "replace")
        plan = replace(plan, separator=separator_of_sample(text))
    return plan


def encoding_of(head: bytes) -> str | None:
    """The encoding of a file's first bytes; None for UTF-8 and for a UTF-16 byte-order mark, which are read
    without being told.
    """
    try:
        # Without the last bytes, because `head` may end inside a character.
        head[: len(head) - 4].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 40 ms that only a foreign file should cost

    best = from_bytes(head[:16_384], cp_isolation=[*_ENCODINGS]).best()
    return best.encoding if best else "cp1252"


def separator_of_sample(text: str) -> str:
    """The separator that splits the first lines most evenly, and then into most cells."""
    lines = text.splitlines()[:50]
    # The last line may be cut off by the end of the sample.
    lines = [line for line in (lines[:-1] or lines) if line.strip()]

    def fitness(separator: str) -> tuple[float, int]:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            return (0.0, 0)
        if not counts or counts[0] == 1:
            return (0.0, 0)
        return (sum(count == counts[0] for count in counts) / len(counts), counts[0])

    return max(SEPARATORS, key=fitness)


def _chosen_columns(found: Guess) -> dict[str, str]:
    """Field → column: the likeliest by name whose values fit the field. No column is used twice."""
    # In --map, braces mark a template, so a column with braces in its name cannot be written there.
    possible = candidates(
        [c for c in found.columns if not set("{}") & set(c)], found.plan.options.record_type
    )
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for target in FIELDS[found.plan.options.record_type]:
        if target not in possible or _is_set(found.plan, target):
            continue
        fits = _check_of(target)
        column = next((c for c in possible[target] if c not in taken and fits(found.column_values(c))), None)
        if column is not None:
            chosen[target] = column
            taken.add(column)
    return chosen


def _check_of(target: str) -> Callable[[list[Any]], bool]:
    """The test that the values of a column must pass to be used for the field."""
    if target in MEANINGS:
        return lambda values: _has_words(target, values)
    if target in ("call_duration", "attempt"):
        return lambda values: bool(values) and all(_is_length(each) for each in values[:200])
    if target in ("creation_time", "start_time", "end_time", "created", "occurred_at", "scheduled_at"):
        return lambda values: bool(values) and (time_formats(values[:50]) is not None)
    if target in ("call_id", "task_id"):
        # More than half are different: one id may have several rows, one for each of its events.
        return lambda values: len(set(map(str, values))) > len(values) * 0.5
    return bool  # any other field: the column is not empty


def _has_words(target: str, values: list[Any]) -> bool:
    words = {str(value) for value in values}
    known = sum(normal(word) in MEANINGS[target] for word in words)
    return 0 < len(words) <= MAX_WORDS and known * 2 >= len(words)


def _is_length(value: Any) -> bool:
    try:
        return all(float(part) >= 0 for part in str(value).split(":"))
    except ValueError:
        return False


def _guess_times(found: Guess, chosen: dict[str, str]) -> None:
    record_type = found.plan.options.record_type
    first = "creation_time" if record_type == "call" else "created"
    fields = [each for each, kind in FIELDS[record_type].items() if kind == "time" and each in chosen]
    pair = _date_and_clock(found)
    if pair and (not fields or chosen.get(first) == pair.day):
        chosen[first], formats = pair.template, pair.formats
        _leave_out(found, chosen, [each for each in fields if each != first])
        fields = [first]
    else:
        formats = _common_formats(found, chosen, fields)
    if not formats:
        found.warnings.append("no column seems to say when: rows then count at the time they are imported")
        return
    if given := found.plan.options.time_format:
        formats = list(given)
    else:
        found.formats = formats
        if len(formats) == 1:
            found.with_time_format(formats[0])
    found.needs_zone = found.plan.options.timezone is None and _lack_offset(found, chosen, fields, formats)


def _common_formats(found: Guess, chosen: dict[str, str], fields: list[str]) -> list[str]:
    """The formats of all time columns together. Columns of another format than the first are left out: an
    import has one list of formats for all its columns.
    """
    # Values of all columns together can decide what one column leaves open: a 13 in any of them is a day.
    together = time_formats([value for each in fields for value in found.column_values(chosen[each])])
    if together:
        return together
    formats: list[str] = []
    for each in fields:
        own = time_formats(found.column_values(chosen[each])) or []
        if not formats:
            formats = own
        if not own or own != formats:
            _leave_out(found, chosen, [each])
    return formats


def _leave_out(found: Guess, chosen: dict[str, str], fields: list[str]) -> None:
    for each in fields:
        found.warnings.append(f"{chosen.pop(each)!r} ({each}?) holds times of another format; it is left out")


class _DateAndClock(NamedTuple):
    day: str
    template: str
    formats: list[str]


def _date_and_clock(found: Guess) -> _DateAndClock | None:
    """A date column with a time of day in one of the next three columns, as older phone systems write it."""
    for place, column in enumerate(found.columns):
        if heading(column) in _DAY_HEADINGS:
            days = [str(value) for value in found.column_values(column)]
            for other in found.columns[place + 1 : place + 4]:
                formats = date_and_clock(days, [str(value) for value in found.column_values(other)])
                if formats:
                    return _DateAndClock(column, f"{{{column}}} {{{other}}}", formats)
    return None


def _lack_offset(found: Guess, chosen: dict[str, str], fields: Sequence[str], formats: list[str]) -> bool:
    if formats != [""]:
        return not any(map(has_offset, formats))
    values = [value for each in fields for value in found.column_values(chosen[each])]
    moments = [from_iso(value) if isinstance(value, str) else value for value in values]
    # No values: the time is a template of a date and a time-of-day column, and these carry no offset.
    return not moments or any(getattr(moment, "tzinfo", None) is None for moment in moments)


def _guess_words(found: Guess, chosen: dict[str, str]) -> None:
    values = list(found.plan.options.values)
    nulls = list(found.plan.options.null)
    for target in MEANINGS.keys() & chosen.keys():
        words = list(dict.fromkeys(str(value) for value in found.column_values(chosen[target])))
        known, unknown = meanings(target, words)
        if known:
            values.append(_pairs(target, (f"{word}={meaning}" for word, meaning in known.items())))
        if unknown:
            shown = ", ".join(unknown[:_SHOWN_WORDS]) + (" …" if len(unknown) > _SHOWN_WORDS else "")
            found.warnings.append(
                f"{target}: nobody knows what {shown} means; --values tells it, else rejected"
            )
    if "agent" in chosen:
        names = dict.fromkeys(str(value) for value in found.column_values(chosen["agent"]))
        if no_agent := [name for name in names if normal(name) in NO_AGENT_WORDS]:
            nulls.append(_pairs("agent", no_agent))
    options = replace(found.plan.options, values=tuple(values), null=tuple(nulls))
    found.plan = replace(found.plan, options=options)


def _pairs(target: str, words: Any) -> str:
    first, *others = words
    return joined([f"{target}:{first}", *others])


def _guess_duration(found: Guess, chosen: dict[str, str]) -> None:
    column = chosen.get("call_duration")
    if column is None or found.plan.options.duration_unit != "seconds":
        return
    unit = duration_unit(column)
    if unit == "seconds":
        numbers = [float(v) for v in found.column_values(column) if ":" not in str(v)]
        if numbers and all(each.is_integer() for each in numbers) and median(numbers) > _LONG_CALL_S:
            unit = "milliseconds"
            found.warnings.append(f"{column!r} is taken as milliseconds: half of it is above {_LONG_CALL_S}")
    found.plan = replace(found.plan, options=replace(found.plan.options, duration_unit=unit))


def _values(sample: list[Record], column: str) -> list[Any]:
    head, _, rest = column.rpartition(".")
    found = []
    for record in sample:
        value = record.row.get(column)
        if value is None and head and isinstance(inside := record.row.get(head), dict):
            value = inside.get(rest)
        value = value.strip() if isinstance(value, str) else value
        if value is not None and value != "" and not isinstance(value, dict | list):
            found.append(value)
    return found


def _is_set(plan: ImportPlan, target: str) -> bool:
    return any(piece.split("=")[0].strip() == target for text in plan.options.set for piece in pieces(text))
