"""The formats in which one text may be a time, by the shape of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from callboard.ingest.sources.values.names import month_of, weekday_of
from callboard.ingest.sources.values.zones import WORD, zone_of_word

_TOKEN: Final = re.compile(
    r"(?P<clock>(?<!\d)\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)"
    r"|(?P<half>(?<=[\d\s])[AaPp]\.?\s?[Mm]\b\.?|(?<=\d)[AaPp]\b)"
    r"|(?P<digits>\d+)"
    r"|(?P<word>[^\W\d_]+(?:-feira\b)?)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_ZONE: Final = re.compile(
    r"(?P<offset>[+-]\d\d(?::?\d\d)?|(?<= )[+-]\d|(?<=\d)Z|(?<= )Z)(?P<remark>\s?\([^()]*\)|\s[A-Z]{3,5})?$"
    rf"|(?P<word>{WORD})$"
)
_ZONE_IN_BRACKETS: Final = re.compile(r"(?P<space>\s?)\((?P<word>[^\W\d_][\w/+:-]*)\)$")
_CLOCK: Final = re.compile(r"(?<!\d)\d{1,2}:\d\d|^\d{12,14}")
# What may stand between the parts of a time, in several languages: 7 de febrero, Feb 7 at 08:30, 08:30 Uhr.
_FILLERS: Final = frozenset(
    {
        "at",
        "um",
        "uhr",
        "de",
        "del",
        "à",
        "a",
        "às",
        "as",
        "las",
        "alle",
        "ore",
        "t",
        "h",
        "hr",
        "hrs",
        "o",
        "clock",
        "of",
        "den",
        "le",
        "il",
    }
)
_OTHER_CLOCKS: Final = (
    re.compile(r"(?<=\d[-\s_T])(?P<hour>\d{1,2})(?P<sign>\.)(?P<minute>[0-5]\d)"
               r"(?:(?P<sign2>\.)(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?)?(?P<end>)(?![\d.])"),
    re.compile(r"(?<=[\s_T])(?P<hour>\d{1,2})(?P<sign>[hH])(?P<minute>[0-5]\d)"
               r"(?:(?P<sign2>m|min|:)(?P<second>[0-5]\d)(?P<fraction>))?(?P<end>s?)(?!\w)"),
    re.compile(r"(?<=\d[\s_T])(?P<hour>\d\d)(?P<sign>-)(?P<minute>[0-5]\d)"
               r"(?:(?P<sign2>-)(?P<second>[0-5]\d)(?P<fraction>))?(?P<end>)(?![\d-])"),
)  # fmt: skip
"""Clocks with other signs than colons, behind a day: 08.34.11, 08h34, 08-34-11."""
_COLON_FRACTION: Final = re.compile(r"(?<=\d:\d\d:\d\d):(?P<digits>\d{3})(?!\d)")
"""Milliseconds as SQL Server writes them: 08:34:11:000AM."""
_USUAL_CLOCK: Final = re.compile(r"(%[HI]):%M(?::%S)?(\.%f)?")
_OFFSET_INSIDE: Final = re.compile(r"\d:\d\d(?:[.,]\d+)?\s?(?P<offset>[+-]\d\d:?\d\d)(?=\s\w*\d)")
_IN_A_DATE: Final = re.compile(r"(?<!\d)(?:\d{4}|\d{1,2})-\d{1,2}$")
_COMPACT: Final = {
    6: ("%y%m%d",),
    8: ("%Y%m%d",),
    12: ("%Y%m%d%H%M", "%y%m%d%H%M%S", "%d%m%Y%H%M", "%m%d%Y%H%M"),
    14: ("%Y%m%d%H%M%S", "%d%m%Y%H%M%S", "%m%d%Y%H%M%S"),
}
_COMPACT_DAYS: Final = ("%Y%m%d", "%d%m%Y", "%m%d%Y")
"""Days of eight digits before a clock; alone, the latter two are shaped as many a number is."""
_BARE_CLOCKS: Final = {4: "%H%M", 6: "%H%M%S"}
_Parts = list[tuple[str, str]]
"""The parts of a text: their kind and themselves."""


def formats_like(text: str) -> list[str]:
    """The formats in which this text may be a time, the likeliest first. They need not read it: 13/02/2026
    looks like `%m/%d/%Y` too.
    """
    clock = None if ":" in text else next(filter(None, (each.search(text) for each in _OTHER_CLOCKS)), None)
    if clock is not None:
        return _with_other_clock(text, clock)
    if colon := _COLON_FRACTION.search(text):
        dotted = f"{text[: colon.start()]}.{colon['digits']}{text[colon.end() :]}"
        return [form.replace("%S.%f", "%S:%f") for form in formats_like(dotted)]
    if offset := _OFFSET_INSIDE.search(text):  # 08:34:11 +0100 2026-02-07
        begin, end = offset.span("offset")
        return [form.replace("%Z", "%z") for form in formats_like(f"{text[:begin]}UTC{text[end:]}")]
    body, zone = _without_zone(text)
    parts = [(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(body)]
    return [form + zone for form in _formats(parts)]


def _with_other_clock(text: str, clock: re.Match[str]) -> list[str]:
    """The formats of a text whose clock has other signs than colons."""
    usual = ":".join(filter(None, (clock["hour"], clock["minute"], clock["second"])))
    fraction = f".{clock['fraction']}" if clock["fraction"] else ""
    written = f"\\1{clock['sign']}%M" + (f"{clock['sign2']}%S" if clock["second"] else "")
    begin, end = clock.span()
    return [
        _USUAL_CLOCK.sub(lambda found: found.expand(written) + (found[2] or "") + clock["end"], form)
        for form in formats_like(text[:begin] + usual + fraction + text[end:])
    ]


def _without_zone(text: str) -> tuple[str, str]:
    """The text without its offset or zone word, and what stands for that in a format."""
    # Before the year (Sat Feb  7 08:34:11 UTC 2026), it is a word among others.
    clock = _CLOCK.search(text)
    bracketed = _ZONE_IN_BRACKETS.search(text, clock.end()) if clock else None
    if bracketed is not None and zone_of_word(bracketed["word"]) is not None:
        return text[: bracketed.start()].rstrip(), f"{bracketed['space']}(%Z)"
    found = _ZONE.search(text, clock.end()) if clock else None
    # Behind a clock, the end of 08:34:11 UTC 2026-02-07 is a day and no offset.
    if found is None or (found["offset"] and _IN_A_DATE.search(text, 0, found.start())):
        return text, ""
    word = found["word"]
    if word is not None and (zone_of_word(word) is None or re.fullmatch(r"[AaPp][Mm]", word)):
        return text, ""
    before = text[: found.start()]
    space = " " if before != before.rstrip() else ""
    remark = found["remark"]
    shown = "%Z" if word is not None else "%z" + _shown_remark(remark or "")
    return before.rstrip(), space + shown


def _shown_remark(remark: str) -> str:
    """What stands for the words behind an offset: +0100 (CET), +0100 CET."""
    space = " " if remark[:1] == " " else ""
    return space + ("(%Z)" if "(" in remark else "%Z") if remark else ""


def _formats(parts: _Parts) -> Iterator[str]:
    numbers = [at for at, (kind, _) in enumerate(parts) if kind == "digits"]
    months = [at for at, (kind, word) in enumerate(parts) if kind == "word" and month_of(word) is not None]
    weekdays = [
        at for at, (kind, word) in enumerate(parts) if kind == "word" and weekday_of(word) is not None
    ]
    if len(months) == 2:  # the Spanish and French "mar" is a Tuesday or March
        months = months[1:]
    named = dict.fromkeys(months, "%b") | {at: "%a" for at in weekdays if at not in months}
    for dated in _dates(parts, numbers, bool(months)):
        written = _written(parts, named | dated)
        if written is not None:
            yield written


def _dates(parts: _Parts, numbers: Sequence[int], has_month: bool) -> Iterator[dict[int, str]]:
    """Which of the numbers is what: place in the text → directive."""
    digits = [parts[at][1] for at in numbers]
    lengths = [len(each) for each in digits]
    if has_month and len(numbers) == 2:
        yield from _with_month_name(numbers, lengths)
    elif not has_month and len(numbers) == 3 and all(parts[at + 1][1] in "-/. " for at in numbers[:2]):
        yield from _with_three_numbers(parts, numbers, lengths)
    elif (
        not has_month
        and len(numbers) == 4
        and lengths[3] in _BARE_CLOCKS
        and parts[numbers[3] - 1][0] == "space"
    ):
        for dated in _dates(parts, numbers[:3], has_month):
            yield dated | {numbers[3]: _BARE_CLOCKS[lengths[3]]}
    elif not has_month and numbers and lengths[0] in _COMPACT:
        has_clock = any(kind == "clock" for kind, _ in parts)
        yield from _compact(numbers, lengths, has_clock=has_clock)


def _with_month_name(numbers: Sequence[int], lengths: Sequence[int]) -> Iterator[dict[int, str]]:
    first, second = numbers
    if lengths[0] == 4:
        yield {first: "%Y", second: "%d"}
    elif lengths[1] in (2, 4) and lengths[0] <= 2:
        yield {first: "%d", second: "%Y" if lengths[1] == 4 else "%y"}


def _with_three_numbers(
    parts: _Parts, numbers: Sequence[int], lengths: Sequence[int]
) -> Iterator[dict[int, str]]:
    first, second, third = numbers
    sign = parts[first + 1][1]
    if lengths[0] == 4:
        yield {first: "%Y", second: "%m", third: "%d"}
        return
    if max(lengths[:2]) > 2 or lengths[2] not in (2, 4):
        return
    year = "%Y" if lengths[2] == 4 else "%y"
    orders = [{first: "%d", second: "%m", third: year}]
    if sign in "-/":  # with dots the day comes first everywhere
        orders.append({first: "%m", second: "%d", third: year})
    if any(kind == "half" for kind, _ in parts):  # clocks of twelve hours are at home where months come first
        orders.reverse()
    if sign in "-/" and lengths == [2, 2, 2]:
        orders.append({first: "%y", second: "%m", third: "%d"})
    yield from orders


def _compact(numbers: Sequence[int], lengths: Sequence[int], *, has_clock: bool) -> Iterator[dict[int, str]]:
    forms = _COMPACT[lengths[0]]
    if len(numbers) == 1:
        if lengths[0] == 8 and has_clock:
            forms = _COMPACT_DAYS
        yield from ({numbers[0]: form} for form in forms)
    elif lengths[0] == 14 and lengths[1] <= 9 and len(numbers) == 2:
        yield from ({numbers[0]: form, numbers[1]: "%f"} for form in forms)
    elif lengths[0] in (6, 8) and lengths[1] in (4, 6) and len(numbers) == 2:
        forms = _COMPACT_DAYS if lengths[0] == 8 else forms
        yield from ({numbers[0]: form, numbers[1]: "%H%M%S"[: lengths[1]]} for form in forms)


def _written(parts: _Parts, directives: dict[int, str]) -> str | None:
    """The format of these parts; None if one of them has no place in a time."""
    half = any(kind == "half" for kind, _ in parts)
    written = []
    for at, (kind, part) in enumerate(parts):
        if at in directives:
            written.append(directives[at])
        elif kind == "clock":
            written.append(_clock(part, "%I" if half else "%H"))
        elif kind == "half":
            written.append("%p")
        elif kind == "space":
            written.append(" ")
        elif (kind == "sign" and part in ",.-/:'_()") or (kind == "word" and part.lower() in _FILLERS):
            written.append(part)
        elif kind == "word" and zone_of_word(part) is not None:
            written.append("%Z")
        else:
            return None
    text = "".join(written)
    # A dot behind a name belongs to it: one format for Sept. and May.
    return re.sub(r"(%[ab])\.(?=[ ,]|$)", r"\1", text)


def _clock(text: str, hour: str) -> str:
    sign = next((each for each in ".," if each in text), "")
    return hour + ":%M" + (":%S" if text.count(":") == 2 else "") + (f"{sign}%f" if sign else "")
