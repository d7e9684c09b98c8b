"""Times and lengths as systems and people write them, drawn; written without the product's own tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

LANGUAGES: dict[str, tuple[str, str, str]] = {
    # Months long; short; days of the week short, from Monday.
    "en": (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Mon Tue Wed Thu Fri Sat Sun",
    ),
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
        "lun mar mié jue vie sáb dom",
    ),
    "de": (
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "Mo Di Mi Do Fr Sa So",
    ),
    "pt": (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "seg ter qua qui sex sáb dom",
    ),
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "lun mar mer jeu ven sam dim",
    ),
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "lun mar mer gio ven sab dom",
    ),
}
ZONES: dict[str, tzinfo] = {
    "": ZoneInfo("Europe/Berlin"),
    " UTC": UTC,
    " GMT": UTC,
    "Z": UTC,
    " Z": UTC,
    " +0000": UTC,
    " +05:30": ZoneInfo("Asia/Kolkata"),
    " Europe/Berlin": ZoneInfo("Europe/Berlin"),
    " America/Phoenix": ZoneInfo("America/Phoenix"),
    " MST": ZoneInfo("America/Phoenix"),
    " UTC+1": ZoneInfo("Etc/GMT-1"),
}
"""What is written behind a time → the zone that it means; nothing: the one that the person names."""
_CASES: tuple[Callable[[str], str], ...] = (str, str, str.upper, str.lower)
Write = Callable[[datetime], str]


@dataclass(frozen=True)
class Style:
    """One way to write a time."""

    date: str
    clock: str
    zone: str
    write: Write

    def __repr__(self) -> str:
        return f"{self.date!r} {self.clock!r} {self.zone!r}"


@st.composite
def styles(draw: st.DrawFn) -> Style:
    """A date of numbers or with a name, a clock of 24 or 12 hours, with or without fraction, and a zone."""
    date, date_name = draw(_dates())
    clock, clock_name = draw(_clocks())
    joint = (
        draw(st.sampled_from([" ", " ", ", ", "T"]))
        if date_name[0].isdigit()
        else draw(st.sampled_from([" ", ", "]))
    )
    zone = draw(st.sampled_from([*ZONES, "", ""]))
    if zone == "Z" and not clock_name.endswith(("24 True", "24 False")):
        zone = " Z"  # nobody writes 5 PMZ
    case = draw(st.sampled_from(_CASES))
    return Style(date_name, clock_name, zone, lambda at: case(date(at) + joint + clock(at)) + zone)


def _dates() -> st.SearchStrategy[tuple[Write, str]]:
    return st.one_of(_dates_of_numbers(), _dates_with_names())


@st.composite
def _dates_of_numbers(draw: st.DrawFn) -> tuple[Write, str]:
    sign = draw(st.sampled_from("-/."))
    year = draw(st.sampled_from(["%Y", "%y"]))
    order = draw(st.sampled_from(["ymd", "dmy", "mdy"]))
    bare = draw(st.booleans()) and order != "ymd"
    if order == "ymd":
        year = "%Y"
    elif order == "mdy" and sign == ".":
        order = "dmy"  # nobody writes months first with dots
    day, month = ("{0.day}", "{0.month}") if bare else ("{0:%d}", "{0:%m}")
    form = sign.join({"d": day, "m": month, "y": "{0:" + year + "}"}[each] for each in order)
    return form.format, f"0{order}{sign}{year}"


@st.composite
def _dates_with_names(draw: st.DrawFn) -> tuple[Write, str]:
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    long, short, days = (names.split() for names in LANGUAGES[language])
    names, dot = (long, "") if draw(st.booleans()) else (short, draw(st.sampled_from(["", "."])))
    weekday = draw(st.sampled_from(["", "{w}, ", "{w} "]))
    form = draw(
        st.sampled_from(
            [
                "{m} {d}, {y}",
                "{m} {d} {y}",
                "{d} {m} {y}",
                "{d:02}-{m}-{y}",
                "{d}. {m} {y}",
                "{d} de {m} de {y}",
            ]
        )
    )
    form = weekday + form
    if "-{m}-" in form:
        dot = ""

    def write(at: datetime) -> str:
        return form.format(w=days[at.weekday()], m=names[at.month - 1] + dot, d=at.day, y=at.year)

    return write, f"{language} {form}{dot}"


@st.composite
def _clocks(draw: st.DrawFn) -> tuple[Write, str]:
    seconds = draw(st.booleans())
    fraction = draw(st.sampled_from(["", "", ".", ","])) if seconds else ""
    digits = draw(st.integers(1, 9)) if fraction else 0
    half = draw(st.sampled_from(["", "", "", " AM", "am", " a.m.", " a. m.", "\u202fAM"]))
    bare = draw(st.booleans())

    def write(at: datetime) -> str:
        hour = (at.hour % 12 or 12) if half else at.hour
        text = f"{hour}" if bare else f"{hour:02}"
        text += f":{at.minute:02}"
        text += f":{at.second:02}" if seconds else ""
        text += fraction + f"{at.microsecond:06}000"[:digits] if fraction else ""
        if not half:
            return text
        return text + (half if at.hour < 12 else half.replace("a", "p").replace("A", "P"))

    return write, f"s{seconds} f{fraction}{digits} {half or 24!r} {bare}"


def as_written(at: datetime, style: Style) -> datetime:
    """The time without what the style does not write."""
    seconds = style.clock.startswith("sTrue")
    digits = int(style.clock.split(" f")[1].strip(".,").split(" ")[0].strip(".,")) if seconds else 0
    micros = int(f"{at.microsecond:06}"[: min(digits, 6)].ljust(6, "0")) if digits else 0
    return at.replace(second=at.second if seconds else 0, microsecond=micros, fold=0)


MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2068, 12, 31)).map(  # noqa: DTZ001 - local times
    # Not near a change of clocks, where a local time is two instants or none.
    lambda at: at.replace(hour=at.hour if at.hour > 3 else at.hour + 4)
)
LENGTHS = st.integers(0, 7 * 86_400_000_000).map(lambda micros: timedelta(microseconds=micros))
