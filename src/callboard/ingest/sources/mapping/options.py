"""The mapping options of an import, and the texts on the command line that they are written in."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callboard.ingest.sources.fields import Kind, kind_of
from callboard.ingest.sources.files.records import ImportOptionError

DEFAULT_UNIT: Final = "seconds"


@dataclass(frozen=True)
class MapOptions:
    """The options of an import as given on the command line."""

    map: tuple[str, ...] = ()
    """`field=column` or `field={column} {column}`; one text may hold several, separated by commas."""
    set: tuple[str, ...] = ()
    """`field=value` for every row; if the field is mapped too, for rows where it is empty."""
    values: tuple[str, ...] = ()
    """`field:WORD=value,WORD=value`: what the words of a column mean. `*` in a word stands for any
    characters, alone for every other word."""
    null: tuple[str, ...] = ()
    """`field:WORD,WORD`: words that mean "there is none"; an empty word stands for an empty cell."""
    time_format: tuple[str, ...] = ()
    """`FORMAT`, or `field:FORMAT` for one field alone."""
    timezone: tuple[str, ...] = ()
    """`ZONE`, or `field:ZONE` for one field alone."""
    duration_unit: str | None = None
    """The unit of lengths; None: nobody said, so seconds."""
    record_type: str = "call"
    when: tuple[tuple[str, str], ...] = ()
    """Condition, and the `field=value` that it gives. Of one field the first whose condition holds counts."""
    id_from: tuple[str, ...] = ()
    """The columns that the id is made of; `*` for all."""
    legs: bool = False
    """Rows of one id are legs of one call, or attempts of one task."""
    leave_out: tuple[str, ...] = ()
    """Conditions; a row for which one of them holds is no row of the import."""
    decimal: str | None = None
    """The decimal sign, `point` or `comma`; None: nobody said, so a point."""

    @property
    def zone(self) -> str | None:
        """The zone that is not for one field alone."""
        return next((each for each in self.timezone if ":" not in each), None)

    def identity(self) -> dict[str, Any]:
        """The options as part of an import's label: equal only for options that read a file alike.

        An import that was interrupted is found again by its label, after an upgrade too. So options of later
        versions are named only where they are given, and the others in the form that they always had.
        """
        zone = self.timezone[0] if len(self.timezone) == 1 else None
        later = {
            "when": self.when,
            "id_from": self.id_from,
            "legs": self.legs,
            "decimal": self.decimal,
            "leave_out": self.leave_out,
        }
        return {
            "map": self.map,
            "set": self.set,
            "values": self.values,
            "null": self.null,
            "time_format": self.time_format,
            "timezone": zone if len(self.timezone) < 2 else self.timezone,
            "duration_unit": self.duration_unit or DEFAULT_UNIT,
            "record_type": self.record_type,
        } | {name: value for name, value in later.items() if value}

    def words(self) -> list[tuple[str, tuple[str, ...]]]:
        """The options of the command line, each with its values, but for those of `--type`."""
        single = [("--duration-unit", self.duration_unit), ("--decimal", self.decimal)]
        return [
            *(("--set", (each,)) for each in self.set),
            *(("--timezone", (each,)) for each in self.timezone),
            *(("--time-format", (each,)) for each in self.time_format),
            *((option, (value,)) for option, value in single if value),
            *(("--map", (each,)) for each in self.map),
            *(("--when", each) for each in self.when),
            *(("--leave-out", (each,)) for each in self.leave_out),
            *(("--values", (each,)) for each in self.values),
            *(("--null", (each,)) for each in self.null),
            *([("--id-from", (joined(self.id_from),))] if self.id_from else []),
            *([("--legs", ())] if self.legs else []),
        ]


def pieces(text: str) -> list[str]:
    """The text split at commas. A piece that contains a comma is put in double quotes, as in CSV."""
    try:
        return next(csv.reader([text], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise ImportOptionError(f"{text!r}: {error}") from None


def joined(parts: Iterable[str]) -> str:
    """The inverse of `pieces`: the text that it splits into these parts."""
    return ",".join(
        '"' + part.replace('"', '""') + '"' if any(c in part for c in ',"') or part != part.strip() else part
        for part in parts
    )


def assignments(texts: Sequence[str], option: str) -> dict[str, str]:
    """Field → the text assigned to it, which may be said again. Raises `ImportOptionError`."""
    found: dict[str, str] = {}
    for piece in (piece for text in texts for piece in pieces(text)):
        target, equals, source = (part.strip() for part in piece.partition("="))
        if not equals or not target or not source:
            raise ImportOptionError(f"{option}: {piece!r} is not field=…")
        if found.get(target, source) != source:
            raise ImportOptionError(f"{option}: {target} is given twice")
        found[target] = source
    return found


def by_field(texts: Sequence[str], option: str, fields: Mapping[str, Kind]) -> dict[str, list[str]]:
    """Field → its words, of texts like `field:WORD,WORD`. Raises `ImportOptionError`."""
    found: dict[str, list[str]] = {}
    for text in texts:
        target = None
        for piece in pieces(text):
            # `field:` at the start of a piece names the field for the pieces after it. A word may contain a
            # colon too, so the part before it must be a known field.
            head, word = of_field(piece, fields)
            if head is not None:
                target = head
                kind_of(target, fields)  # raises for a field that does not exist
            if target is None:
                raise ImportOptionError(f"{option}: {text!r} does not begin with field:")
            found.setdefault(target, []).append(word.strip())
    return found


def of_field(text: str, fields: Mapping[str, Kind]) -> tuple[str | None, str]:
    """The field that a text begins with, as in `field:rest`, and the rest; without a field, the text."""
    head, colon, rest = text.partition(":")
    if colon and head.strip().partition(".")[0] in fields:
        return head.strip(), rest
    return None, text
