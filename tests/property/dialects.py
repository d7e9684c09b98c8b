"""How a call log may be written, drawn trait by trait; and what a file so written tells or does not tell."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import Any

from hypothesis import strategies as st

from tests.property.log_words import ENCODINGS, HEADINGS

SLASHES = ("day_first", "month_first", "twelve_hours")
"""Ways to write a time with two numbers that could both be the day."""
WITH_ZONE = ("rfc2822", "unix", "unix_ms")
"""Ways to write a time that say the instant themselves."""
ZONE_ABOVE = "America/Denver"
"""The zone that a line above the table names."""
PLAIN_LAYOUT = ("asterisk",)
TWO_LEGS = ("numbered", "lettered", "capitals")
"""Ways to name a call of two rows."""


@dataclass(frozen=True)
class Dialect:
    """One way to write a call log."""

    layout: str
    """`headed`, or `asterisk`: its Master.csv, which has no header line and most traits of its own."""
    separator: str
    quoting: str
    """`minimal`, `all`, `bare` (quotes in cells are not doubled), `spaced` (spaces around quoted cells),
    `single` (quotes), `lines` (quotes around whole lines)."""
    encoding: str
    line_end: str
    decimal: str
    """`point`, `comma`; no decimals at all unless `tenths`."""
    tenths: bool
    thousands: str
    time: str
    two_columns: bool
    zone: str
    """`none`, `cells` ("UTC" behind each time), `heading` ("(UTC)"), `offset`, `above` (a line above the
    table names it).
    """
    language: str
    unit: str
    """`s`, `ms`, `min`, `h:mm:ss`, `m:ss`, `words` (1m 40s)."""
    unit_in_heading: bool
    times: str
    """Which columns say when: `one`; `start_end`; `full` (made, answered, ended)."""
    null: str
    null_lengths: bool
    """Whether a call that nobody answered has a null as its length, not 0."""
    shuffled: bool
    """Whether the columns come in another order."""
    preamble: bool
    totals: bool
    ids: bool
    legs: str
    """How the second row of a call that was transferred names it: `numbered`, `lettered` (the id of the first
    with `-2`, `_b`), `capitals` (a column of references in capitals). Or no call has two rows: `none`,
    `first` (each id has a `-1` all the same), `zero` (each reference is a 0).
    """
    short: bool
    """Whether all talk is shorter than a minute."""
    total_beside: bool
    """Whether a total duration, with the ringing, stands before the talk time."""
    outcome_beside: bool
    capitals: str
    rows: str
    late_days: bool
    """Whether the days of the log go beyond the 12th."""
    timezone: str
    """What the person who imports names."""

    def described(self) -> str:
        """One trait a line, for whoever reads a failure."""
        return "\n".join(f"  {name:16}{value!r}" for name, value in asdict(self).items())

    @property
    def written_in(self) -> str:
        """The zone of its local times."""
        if self.zone == "above":
            return ZONE_ABOVE
        return self.timezone if self.zone in {"none", "offset"} else "UTC"


def _odd(usual: Any, *others: Any, odds: float = 0.45) -> st.SearchStrategy[Any]:
    """One of the others with these odds, else the usual choice. What is drawn is a seed, because Hypothesis
    draws a choice among few far from evenly; the simplest seed stands for the usual choice.
    """

    def chosen(seed: int) -> Any:
        chance = random.Random(seed)
        return chance.choice(others) if seed and chance.random() < odds else usual

    return st.integers(0, 2**32).map(chosen)


USUAL = Dialect(
    layout="headed",
    separator=",",
    quoting="minimal",
    encoding="utf-8",
    line_end="\r\n",
    decimal="point",
    tenths=False,
    thousands="",
    time="iso",
    two_columns=False,
    zone="none",
    language="en",
    unit="s",
    unit_in_heading=False,
    times="one",
    null="",
    null_lengths=False,
    shuffled=False,
    preamble=False,
    totals=False,
    ids=True,
    legs="none",
    short=False,
    total_beside=False,
    outcome_beside=False,
    capitals="as they are",
    rows="in order",
    late_days=True,
    timezone="UTC",
)
"""Nothing odd about it."""


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Each trait drawn by itself, its odd choices together as often as its usual one; then what cannot go
    together is mended, so that every file is one that somebody could have written.
    """
    said: dict[str, Any] = {
        "layout": draw(_odd("headed", "asterisk", odds=0.32)),
        "separator": draw(_odd(",", ";", "\t", "|")),
        "quoting": draw(_odd("minimal", "all", "bare", "spaced", "single", "lines")),
        "encoding": draw(_odd("utf-8", "utf-8-sig", "utf-16", "cp1252")),
        "line_end": draw(_odd("\r\n", "\n", "\r")),
        "decimal": draw(_odd("point", "comma", odds=0.55)),
        "tenths": draw(_odd(False, True, odds=0.95)),
        "thousands": draw(_odd("", "sign", "space", odds=0.8)),
        "time": draw(_odd("iso", *SLASHES, "dots", "clock_first", *WITH_ZONE, odds=0.65)),
        "two_columns": draw(_odd(False, True, odds=0.8)),
        "zone": draw(_odd("none", "cells", "heading", "offset", "above", odds=0.75)),
        "language": draw(_odd("en", *sorted(HEADINGS.keys() - {"en"}), odds=0.55)),
        "unit": draw(_odd("s", "ms", "min", "h:mm:ss", "m:ss", "words", odds=0.55)),
        "unit_in_heading": draw(_odd(False, True, odds=0.5)),
        "times": draw(_odd("one", "start_end", "full")),
        "null": draw(_odd("", "-", "NULL", "n/a", r"\N", odds=0.55)),
        "null_lengths": draw(_odd(False, True, odds=0.5)),
        "shuffled": draw(_odd(False, True, odds=0.5)),
        "preamble": draw(_odd(False, True, odds=0.5)),
        "totals": draw(_odd(False, True, odds=0.5)),
        "ids": draw(_odd(True, False)),
        "legs": draw(_odd("none", "numbered", "lettered", "capitals", "first", "zero", odds=0.95)),
        "short": draw(_odd(False, True, odds=0.4)),
        "total_beside": draw(_odd(False, True, odds=0.5)),
        "outcome_beside": draw(_odd(False, True, odds=0.5)),
        "capitals": draw(_odd("as they are", "upper", "lower")),
        "rows": draw(_odd("in order", "reversed", "shuffled")),
        "late_days": draw(_odd(True, False, odds=0.35)),
        "timezone": draw(_odd("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")),
    }
    return Dialect(**_mended(said))


def _mended(said: dict[str, Any]) -> dict[str, Any]:
    """Without what nobody writes, or what says something false."""
    if said["layout"] in PLAIN_LAYOUT:
        said |= {"separator": ",", "quoting": "all", "time": "iso", "two_columns": False, "zone": "none"}
        said |= {"unit": "s", "times": "full", "ids": True, "total_beside": True, "outcome_beside": False}
        said |= {"decimal": "point", "tenths": False, "thousands": "", "null": "", "null_lengths": False}
        said |= {"legs": "none"}
        said |= {"language": "en", "shuffled": False, "preamble": False, "totals": False, "capitals": "upper"}
    if said["encoding"] == "cp1252":
        said["encoding"] = ENCODINGS.get(said["language"], "cp1252")
    if said["quoting"] == "lines" and (said["preamble"] or said["totals"] or said["zone"] == "above"):
        said["quoting"] = "all"
    _mend_times(said)
    if not said["ids"]:
        said["legs"] = "none"
    if said["unit"] in {"ms", "min"} and not said["unit_in_heading"] and said["times"] == "one":
        # A bare number of milliseconds beside nothing that tells is a false statement, not a dialect.
        said["unit_in_heading"] = True
    if said["unit"] not in {"s", "ms"}:
        said["thousands"] = ""
    if said["unit"] != "s":
        said["tenths"] = False
    return said


def _mend_times(said: dict[str, Any]) -> None:
    if said["time"] in WITH_ZONE:
        said |= {"two_columns": False, "zone": "none"}
    if said["time"] == "clock_first":
        said["two_columns"] = False
    if said["two_columns"] and said["zone"] in {"cells", "offset"}:
        said["zone"] = "heading"
    if said["two_columns"] and said["times"] != "one":
        said["times"] = "one"  # a day and a clock for each of three times is nobody's layout


def untold(
    dialect: Dialect, *, same_either_way: bool, largest_first_part: int, has_legs: bool = False
) -> set[str]:
    """What cannot be told from the file by anybody, so that it has to be asked about:

    - `day_month`: its times have two numbers that could both be the day, in every cell, and the two readings
      differ (`same_either_way` says they do not). Nothing else in the file holds a date.
    - `id`: it has no column of ids.
    - `unit`: its lengths are clocks of two parts (5:12), the heading does not say which parts, no other
      columns hold start and end, and no first part is above 23 (`largest_first_part`), which no hours reach.
      Or they are whole seconds, all below 60 (`short`), and neither heading nor times say that they are no
      minutes.
    - `legs`: two rows are one call, and what ties them is not written alike (`has_legs`).
    """
    about = set()
    if dialect.time in SLASHES and not dialect.late_days and not same_either_way:
        about.add("day_month")
    if not dialect.ids:
        about.add("id")
    bare = dialect.unit == "m:ss" and not dialect.unit_in_heading and dialect.times == "one"
    if bare and largest_first_part <= 23:
        about.add("unit")
    whole = dialect.unit == "s" and not dialect.tenths and not dialect.unit_in_heading
    if dialect.short and whole and dialect.times == "one":
        about.add("unit")
    if has_legs:
        about.add("legs")
    return about


def says_everything(dialect: Dialect, about: set[str]) -> bool:
    """Whether nobody should have to be asked. It holds:

    - all that `untold` names (`about` is empty);
    - a header line: an Asterisk log without one is known by its shape only, which may be asked about;
    - the zone where a program looks for it: in an offset, in a heading, above the table, or by `--timezone`.
      The word UTC in each cell is told too, but a person may be asked whether it outweighs the zone they
      named;
    - no thousands sign: 1.060 may be read two ways;
    - lengths whose unit is in the heading or in the cells, plain seconds, or that start and end confirm:
      a clock of two parts with neither may be asked about even where a first part is above 23, and so may
      tenths, which are of minutes as often as of seconds;
    - day and month told apart by a day above 12, or named by the way of writing (ISO, mail, Unix). Days up to
      12 with dots are read as the day first, but may be asked about.

    Words of the languages are in dictionaries, so a file in any of them says how its calls ended. Quotes
    that are not doubled, preambles, totals, nulls and encodings are no question for anybody.
    """
    return not (
        about
        or dialect.layout != "headed"
        or dialect.zone == "cells"
        or dialect.thousands
        or (dialect.unit == "m:ss" and not dialect.unit_in_heading and dialect.times == "one")
        or (dialect.tenths and dialect.unit == "s" and not dialect.unit_in_heading and dialect.times == "one")
        or (dialect.time in {*SLASHES, "dots"} and not dialect.late_days)
    )
