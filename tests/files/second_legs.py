"""Second legs whose rows name the first leg in another form, or carry its id with a number behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, reads, table, utc
from tests.files.shapes import ISO, status_of, word

MIXED = "anaabnafacan"
Written = Callable[[str, int], str]
"""An id or a reference of the call with this id, by the number of the leg."""


def _rows(calls: list[Call], own: Written, parent: Written) -> list[list[Any]]:
    """The second answered call, and each one after the next, has two legs of its talk."""
    found = []
    answered = 0
    for c in calls:
        answered += c.up
        stem = f"{0xAB0E12F0 + c.n * 7919:x}"
        first = c.talk // 3 if c.up and answered % 2 == 0 else c.talk
        found.append([own(stem, 0), parent(stem, 0), c.at(ISO), word(c), first])
        if first < c.talk:
            at = (c.local + timedelta(seconds=c.ring + first)).strftime(ISO)
            found.append([own(stem, 1), parent(stem, 1), at, word(c), c.talk - first])
    return found


def _unlike(stem: str, leg: int) -> str:
    return f"{int(stem, 16) + leg * 104729:x}"


KINDS: dict[str, tuple[Written, Written]] = {
    "legs_in_capitals.csv": (_unlike, lambda stem, leg: stem.upper() if leg else ""),
    "legs_in_braces.csv": (_unlike, lambda stem, leg: f"{{{stem}}}" if leg else ""),
    "legs_with_a_word.csv": (
        lambda stem, leg: f"call-{_unlike(stem, leg)}",
        lambda stem, leg: stem if leg else "",
    ),
    "legs_with_decimals.csv": (
        lambda stem, leg: str(int(_unlike(stem, leg), 16)),
        lambda stem, leg: f"{int(stem, 16)}.0" if leg else "",
    ),
    "legs_of_zero.csv": (_unlike, lambda stem, leg: stem if leg else "0"),
    "legs_numbered.csv": (lambda stem, leg: f"{stem}-{leg + 1}", lambda stem, leg: "x"),
    "legs_lettered.csv": (lambda stem, leg: f"{stem}_{'ab'[leg]}", lambda stem, leg: "x"),
    "legs_numbered_from_the_second.csv": (
        lambda stem, leg: f"{stem}.{leg}" if leg else stem,
        lambda stem, leg: "x",
    ),
    "legs_with_words_behind.csv": (lambda stem, leg: f"{stem}-{('in', 'out')[leg]}", lambda stem, leg: "x"),
    "legs_with_letters_before.csv": (
        lambda stem, leg: f"{'AB'[leg]}{int(stem, 16)}",
        lambda stem, leg: "x",
    ),
    "legs_with_more_behind.csv": (lambda stem, leg: stem + ("", "T")[leg], lambda stem, leg: "x"),
    "legs_in_addresses.csv": (_unlike, lambda stem, leg: f"sip:{stem}@192.0.2.1" if leg else ""),
    "ids_in_two_forms.csv": (lambda stem, leg: stem.upper() if leg else stem, lambda stem, leg: "x"),
}
for name, (own, parent) in KINDS.items():

    @layout(name, MIXED, asks="legs", trap="Two rows are legs of one call, and no column says it alike.")
    def _(calls: list[Call], own: Written = own, parent: Written = parent, name: str = name) -> str:
        column = "parent_id" if parent("ab", 1) != "x" else "kind"
        return table(f"id,{column},start,status,duration", _rows(calls, own, parent), end="\n")

    @reads(name)
    def _(data: bytes) -> list[Seen]:
        """The second leg begins where the first ends; nothing else in these files is as close."""
        found: list[Seen] = []
        ends = None
        for row in cells(data):
            at, talk = utc(row["start"]), int(row["duration"])
            if ends is not None and found and 0 <= (at - ends).total_seconds() < 60 and found[-1].talk:
                found[-1] = found[-1]._replace(talk=talk + float(found[-1].talk))
            else:
                found.append(Seen(status_of(row["status"]), talk, at))
            ends = at + timedelta(seconds=talk)
        return found


@layout("parent_of_zero.csv", MIXED, trap="parent_id is 0 in all rows: none has another one.")
def _(calls: list[Call]) -> str:
    rows = [[1000 + c.n, 0, c.at(ISO), word(c), c.talk] for c in calls]
    return table("id,parent_id,start,status,duration", rows, end="\n")


@reads("parent_of_zero.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start"])) for r in cells(data)]
