"""A drawn call log: the calls that were meant, the numbers they lead to, and the file in a dialect."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.files.drawing import COMPLETED, STATUS, Seen, average
from tests.property.dialects import SLASHES, TWO_LEGS, ZONE_ABOVE, Dialect, dialects
from tests.property.log_words import ENCODINGS, HEADINGS, NAMES, TOTAL, WORDS


@dataclass(frozen=True)
class DrawnCall:
    """A call as it was meant."""

    n: int
    how: str
    """A key of `tests.files.drawing.STATUS`."""
    made: datetime
    """UTC."""
    ring: int
    talk: Decimal
    leg: int = 0
    """0: the call has one row; else which of its two rows this is."""

    @property
    def up(self) -> bool:
        return STATUS[self.how] == COMPLETED

    @property
    def answer(self) -> datetime | None:
        return self.made + timedelta(seconds=self.ring) if self.up else None

    @property
    def end(self) -> datetime:
        return self.made + timedelta(seconds=self.ring + float(self.talk))


@dataclass(frozen=True)
class Numbers:
    """What an import of a log must come to."""

    calls: int
    completed: int
    missed: int
    failed: int
    average: float
    first: datetime
    last: datetime

    def differences(self, found: Any) -> list[str]:
        """Where the other's numbers differ from these, in words."""
        told = []
        for name, want in vars(self).items():
            got = getattr(found, name)
            if isinstance(want, datetime):
                near = got is not None and abs(got - want) < timedelta(milliseconds=1)
            else:
                near = abs(got - want) <= (0.0015 if name == "average" else 0)
            if not near:
                told.append(f"{name} {got}, not {want}")
        return told


@dataclass(frozen=True)
class Log:
    """A file, and what it was made of."""

    dialect: Dialect
    calls: tuple[DrawnCall, ...]
    content: bytes

    @property
    def numbers(self) -> Numbers:
        seen = [Seen(STATUS[each.how], each.talk if each.up else None, each.made) for each in self.calls]
        times = sorted(each.made for each in self.calls)
        count = {
            status: sum(each.status == status for each in seen)
            for status in ("completed", "missed", "failed")
        }
        return Numbers(len(seen), **count, average=average(seen), first=times[0], last=times[-1])

    @property
    def same_either_way(self) -> bool:
        """Whether day and month are one number in each time, so that their order is all the same."""
        zone = ZoneInfo(self.dialect.written_in)
        times = [each.made.astimezone(zone) for each in self.calls]
        times += [each.end.astimezone(zone) for each in self.calls if self.dialect.times != "one"]
        return all(each.day == each.month for each in times)

    @property
    def largest_first_part(self) -> int:
        """Minutes of the longest length, as a clock of two parts begins."""
        with_ringing = [each.ring if self.dialect.total_beside else 0 for each in self.calls]
        return max(int(each.talk + ring) // 60 for each, ring in zip(self.calls, with_ringing, strict=True))

    @property
    def has_legs(self) -> bool:
        """Whether a call has two rows."""
        return len(rows_of(self.dialect, self.calls)) > len(self.calls)

    def shown(self) -> str:
        """The dialect and the file, for whoever reads a failure."""
        text = self.content.decode(self.dialect.encoding).replace("\r\n", "\n").replace("\r", "\n")
        return f"{self.dialect.described()}\n{text}"


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A log of 6 to 12 calls; one at least was answered and one was not."""
    dialect = draw(dialects())
    hows = ["a", "n", *draw(st.lists(st.sampled_from("aaaanbcf"), min_size=4, max_size=10))]
    step = {"min": 6, "s": Decimal("0.1") if dialect.tenths else 1}.get(dialect.unit, 1)
    zone = ZoneInfo(dialect.written_in)
    start = draw(st.integers(7, 20)) if dialect.late_days else draw(st.integers(1, 6))
    month = draw(st.sampled_from([1, 2, 4, 5, 7, 9, 11]))
    calls = []
    for n, how in enumerate(hows, 1):
        # Between six and twenty o'clock, so that nothing falls into an hour that clocks repeat or skip, and
        # that no call's end is on a later day than the last that was drawn.
        day, second = draw(st.tuples(st.integers(0, 6), st.integers(6 * 3600, 20 * 3600 - 1)))
        if n == 1:
            day = 6  # the 13th, or a day after it, if days are late
        made = datetime(2025, month, start + day, tzinfo=zone) + timedelta(seconds=second)
        ring = 0 if dialect.times == "start_end" else draw(st.integers(1, 7)) * 6
        longest = int(59 / step) if dialect.short else 600
        talk = draw(st.integers(1, longest)) * step if how == "a" else 0
        if how == "a" and not dialect.short and draw(st.integers(0, 3)) == 0:
            talk += 3600
        calls.append(DrawnCall(n, how, made.astimezone(UTC), ring, Decimal(talk)))
    shuffle = random.Random(draw(st.integers(0, 1000)))
    return Log(dialect, tuple(calls), written(dialect, calls, shuffle))


def rows_of(dialect: Dialect, calls: Sequence[DrawnCall]) -> list[DrawnCall]:
    """The rows of the calls: in a log with legs, a call of enough talk is transferred after a part of it."""
    found = []
    for call in calls:
        first = call.talk // 12 * 6  # a length that is written exactly in minutes too
        if dialect.legs not in TWO_LEGS or not first:
            found.append(call)
            continue
        before = replace(call, talk=first, leg=1)
        rest = replace(call, made=before.end, ring=0, talk=call.talk - first, leg=2)
        found += [before, rest]
    return found


def written(dialect: Dialect, calls: list[DrawnCall], shuffle: random.Random) -> bytes:
    """The file. `shuffle` decides the order of columns and rows where they have none."""
    ordered = sorted(rows_of(dialect, calls), key=lambda each: each.made, reverse=dialect.rows == "reversed")
    if dialect.rows == "shuffled":
        shuffle.shuffle(ordered)
    if dialect.layout == "asterisk":
        columns = _asterisk(dialect)
        header: list[list[str]] = []
    else:
        columns = _columns(dialect)
        if dialect.shuffled:
            shuffle.shuffle(columns)
        header = [[heading for heading, _ in columns]]
    table = [*header, *([cell(call) for _, cell in columns] for call in ordered)]
    lines = [
        dialect.separator.join(_quoted(dialect, cell, header=row in header) for cell in row) for row in table
    ]
    if dialect.quoting == "lines":
        lines = ['"' + line.replace('"', '""') + '"' for line in lines]
    if dialect.preamble:
        lines = ["Call log", _quoted(dialect, "1 January 2025 - 31 December 2025", header=True), "", *lines]
    if dialect.zone == "above":
        lines = [f"All times in {ZONE_ABOVE}", *lines]
    if dialect.totals:
        lines.append(dialect.separator.join(_totals(dialect, columns, calls)))
    return "".join(line + dialect.line_end for line in lines).encode(dialect.encoding)


def _totals(dialect: Dialect, columns: list[tuple[str, Cell]], calls: list[DrawnCall]) -> list[str]:
    whole = length(dialect, Decimal(sum(each.talk for each in calls)))
    cells = [
        _quoted(dialect, whole, header=False) if isinstance(cell, partial) else "" for _, cell in columns
    ]
    return [TOTAL[dialect.language], *cells[1:]]


def _quoted(dialect: Dialect, cell: str, *, header: bool) -> str:
    if dialect.quoting == "single":
        return "'" + cell.replace("'", "''") + "'"
    if dialect.quoting == "all":
        return '"' + cell.replace('"', '""') + '"'
    if dialect.quoting == "spaced":
        return ' "' + cell.replace('"', '""') + '" '
    if dialect.quoting == "bare" and not header and '"' in cell:
        return cell
    if dialect.separator in cell or '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


Cell = Callable[[DrawnCall], str]


def _columns(dialect: Dialect) -> list[tuple[str, Cell]]:
    """The headings and the cells below them, in the usual order."""
    heading = HEADINGS[dialect.language]
    unit = _unit_said(dialect)
    # The encodings of these languages have not the accents of the others.
    names = NAMES[:3] if dialect.encoding in ENCODINGS.values() else NAMES
    columns: list[tuple[str, Cell]] = []
    if dialect.ids:
        columns.append((heading["id"], lambda call: _id(dialect, call)))
    if dialect.legs == "capitals":
        columns.append(("Parent Call ID", lambda call: f"C-{call.n:04d}" if call.leg == 2 else ""))
    if dialect.legs == "zero":
        columns.append(("Parent Call ID", lambda call: "0"))
    columns += _times(dialect, heading)
    columns.append((heading["number"], lambda call: f"+120255501{call.n:02d}"))
    columns.append((heading["agent"], lambda call: names[call.n % len(names)] if call.up else dialect.null))
    if dialect.outcome_beside:
        columns.append(("Outcome", lambda call: ("success", "failed")[call.n % 2]))
    columns.append((heading["status"], lambda call: _word(dialect, call)))
    if dialect.total_beside:
        columns.append((heading["total"] + unit, lambda call: length(dialect, call.talk + call.ring)))
    talk = heading["talk"] if dialect.total_beside else heading["duration"]
    columns.append((talk + unit, partial(_talk, dialect)))
    return columns


def _id(dialect: Dialect, call: DrawnCall) -> str:
    if dialect.legs == "capitals":
        return f"c-{call.n + (1000 if call.leg == 2 else 0):04d}"
    behind = {"numbered": ("", "-1", "-2"), "lettered": ("", "_a", "_b"), "first": ("-1", "", "")}
    return f"c-{call.n:04d}" + behind.get(dialect.legs, ("", "", ""))[call.leg]


def _asterisk(dialect: Dialect) -> list[tuple[str, Cell]]:
    def stamp(moment: datetime | None) -> str:
        zone = ZoneInfo(dialect.written_in)
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""

    cells: list[Cell] = [
        lambda call: "",
        lambda call: f"10{call.n}",
        lambda call: f"+120255501{call.n:02d}",
        lambda call: "from-internal",
        lambda call: f'"{NAMES[call.n % len(NAMES)]}" <10{call.n}>',
        lambda call: f"SIP/10{call.n}-{call.n:08x}",
        lambda call: f"SIP/carrier-{call.n:08x}",
        lambda call: "Dial",
        lambda call: f"SIP/carrier/+120255501{call.n:02d},30",
        lambda call: stamp(call.made),
        lambda call: stamp(call.answer),
        lambda call: stamp(call.end),
        lambda call: str(call.ring + call.talk),
        lambda call: str(call.talk),
        lambda call: {"a": "ANSWERED", "b": "BUSY", "f": "FAILED"}.get(call.how, "NO ANSWER"),
        lambda call: "DOCUMENTATION",
        lambda call: f"{int(call.made.timestamp())}.{call.n}",
        lambda call: "",
    ]
    return [("", cell) for cell in cells]


def _times(dialect: Dialect, heading: dict[str, str]) -> list[tuple[str, Cell]]:
    said = " (UTC)" if dialect.zone == "heading" else ""
    if dialect.two_columns:
        return [
            (heading["date"] + said, lambda call: time(dialect, call.made).split(" ", 1)[0]),
            (heading["clock"] + said, lambda call: time(dialect, call.made).split(" ", 1)[1]),
        ]
    made: tuple[str, Cell] = (heading["made"] + said, lambda call: time(dialect, call.made))
    start: tuple[str, Cell] = (heading["start"] + said, lambda call: time(dialect, call.made))
    answer: tuple[str, Cell] = (
        heading["answer"] + said,
        lambda call: time(dialect, call.answer) if call.answer else dialect.null,
    )
    end: tuple[str, Cell] = (heading["end"] + said, lambda call: time(dialect, call.end))
    return {"one": [start], "start_end": [start, end], "full": [made, answer, end]}[dialect.times]


FORMS = {
    "iso": "%Y-%m-%d %H:%M:%S",
    "day_first": "%d/%m/%Y %H:%M:%S",
    "month_first": "%m/%d/%Y %H:%M:%S",
    "twelve_hours": "%m/%d/%Y %I:%M:%S %p",
    "dots": "%d.%m.%Y %H:%M:%S",
    "clock_first": "%H:%M:%S %Y-%m-%d",
}
assert set(SLASHES) < set(FORMS)


def time(dialect: Dialect, moment: datetime) -> str:
    """A time as the dialect writes it, in whole seconds (Unix milliseconds keep the rest)."""
    if dialect.time == "unix":
        return str(int(moment.timestamp()))
    if dialect.time == "unix_ms":
        return str(round(moment.timestamp() * 1000))
    local = moment.astimezone(ZoneInfo(dialect.written_in))
    if dialect.time == "rfc2822":
        return format_datetime(local.replace(microsecond=0))
    text = local.strftime(FORMS[dialect.time])
    return text + {"cells": " UTC", "offset": local.strftime(" %z")}.get(dialect.zone, "")


def _talk(dialect: Dialect, call: DrawnCall) -> str:
    return dialect.null if dialect.null_lengths and not call.up else length(dialect, call.talk)


def length(dialect: Dialect, seconds: Decimal) -> str:
    """A length as the dialect writes it."""
    whole = int(seconds)
    if dialect.unit == "h:mm:ss":
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    if dialect.unit == "m:ss":
        return f"{whole // 60}:{whole % 60:02d}"
    if dialect.unit == "words":
        return f"{whole // 60}m {whole % 60}s" if whole >= 60 else f"{whole}s"
    digits = 1 if dialect.unit == "min" or dialect.tenths else 0
    number = {"ms": seconds * 1000, "min": seconds / 60}.get(dialect.unit, seconds)
    text = f"{number:,.{digits}f}"
    point, between = (",", ".") if dialect.decimal == "comma" else (".", ",")
    between = {"": "", "sign": between, "space": " "}[dialect.thousands]
    return between.join(part.replace(".", point) for part in text.split(","))


def _unit_said(dialect: Dialect) -> str:
    said = {
        "s": " (s)",
        "ms": " (ms)",
        "min": " (min)",
        "h:mm:ss": " (hh:mm:ss)",
        "m:ss": " (mm:ss)",
        "words": "",
    }
    return said[dialect.unit] if dialect.unit_in_heading else ""


def _word(dialect: Dialect, call: DrawnCall) -> str:
    word = WORDS[dialect.language][call.how]
    return {"upper": word.upper(), "lower": word.lower()}.get(dialect.capitals, word)
