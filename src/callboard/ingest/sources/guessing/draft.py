"""A guess in the making: what was given, what was found, and the options that say both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from callboard.ingest.sources.fields import FIELDS
from callboard.ingest.sources.guessing.doubts import About, Answer, Doubt
from callboard.ingest.sources.guessing.headings import candidates, of_others
from callboard.ingest.sources.guessing.sample import Sample
from callboard.ingest.sources.guessing.zone_above import ZoneSaid
from callboard.ingest.sources.mapping import Template, assignments, joined
from callboard.ingest.sources.mapping.options import by_field
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.words import WordTable, tables
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.values.times import ISO, reader_of


@dataclass
class Draft:
    """The options of an import as far as they are found. Each step of a guess adds to it."""

    plan: ImportPlan
    """What the person gave; it is never changed."""
    sample: Sample
    zone: ZoneSaid | None = None
    """The zone that a line above or below the table names."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Column → what a line below the header says of it."""
    own: tuple[str, ...] = ()
    """The objects that are the call or task itself, though their names do not say so."""
    chosen: dict[str, str] = field(default_factory=dict)
    """Field → its column, or a template of several."""
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field → word → meaning."""
    nulls: dict[str, list[str]] = field(default_factory=dict)
    when: list[tuple[str, str]] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    """Field → the format of its times; empty for ISO 8601."""
    zones: dict[str, str] = field(default_factory=dict)
    """Field → the zone that the file says for its times."""
    rivals: dict[str, list[str]] = field(default_factory=dict)
    """Field → other formats that fit as well, as day and month cannot be told apart."""
    told_formats: frozenset[str] | None = None
    """The formats that columns of times, and the person, tell; None until somebody asks."""
    holds_ringing: bool = False
    """Whether the chosen duration seems to hold the ringing as well."""
    media_rows: int = 0
    """Rows of other media than calls that are asked about, of the sample."""
    is_length_asked: bool = False
    """Whether it is asked, or accepted, that nothing in the file says how long the calls were."""
    unit: str | None = None
    decimal: str | None = None
    id_from: tuple[str, ...] = ()
    legs: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    candidates: dict[str, list[str]] = field(init=False)
    """Field → the columns whose headings fit it, the likeliest first."""
    of_others: frozenset[str] = field(init=False)
    """The columns inside an object that is something else than the call or task of the row."""
    given: dict[str, str] = field(init=False)
    """Field → what `--map` says of it."""
    tables: dict[str, WordTable] = field(init=False)
    """Field → the words that the person explained."""
    settled: frozenset[str] = field(init=False)
    """Fields that `--map` or `--set` name."""

    def __post_init__(self) -> None:
        options = self.plan.options
        self.given = assignments(options.map, "--map")
        constants = assignments(options.set, "--set")
        self.settled = frozenset({*self.given, *constants})
        self.chosen.update(self.given)
        fields = FIELDS[options.record_type]
        pairs = by_field(options.values, "--values", fields)
        nulls = by_field(options.null, "--null", fields)
        self.tables = tables(pairs, nulls, {*pairs, *nulls})
        # In --map, braces mark a template, so a column with braces in its name cannot be written there.
        columns = [each for each in self.sample.columns if not set("{}") & set(each)]
        self.candidates = candidates(columns, options.record_type, self.own)
        self.of_others = of_others(columns, self.own)

    def doubt(self, about: About, message: str, column: str | None = None, *answers: Answer) -> None:
        """Note a doubt, unless it is noted already."""
        found = Doubt(about, message.removesuffix("."), column, answers)
        if found not in self.doubts:
            self.doubts.append(found)

    def is_settled(self, target: str) -> bool:
        """Whether the person said where the field comes from."""
        return target in self.settled

    def is_explained(self, target: str, word: str) -> bool:
        """Whether `--values` or `--null` say what a word of the field's column means."""
        # A table gives back the very text that it was asked about where it says nothing.
        return target in self.tables and self.tables[target].meaning(word) is not word

    def is_left_out(self, target: str) -> bool:
        """Whether the person said that nothing of the field's column counts."""
        # Any text that nobody would explain by itself.
        return self.is_explained(target, "any other word")

    def heading(self, column: str) -> str:
        """The column's name with what a line below the header says of it: `Talk (min)`."""
        unit = self.units.get(column, "").strip("()[] ")
        return f"{column} ({unit})" if unit else column

    @property
    def taken(self) -> set[str]:
        """The columns that fill a field already."""
        return {
            column
            for source in self.chosen.values()
            for column in (Template(source).columns if "{" in source else (source,))
        }

    def open_candidates(self, target: str) -> list[str]:
        """The columns that may fill the field and that hold something."""
        return [each for each in self.candidates.get(target, []) if self.sample.is_filled(each)]

    def mean(self, target: str, words: Iterable[tuple[str, str]]) -> None:
        """Say what words of a field's column mean. Words that the person explained keep that meaning."""
        told = {word: meaning for word, meaning in words if not self.is_explained(target, word)}
        self.values.setdefault(target, {}).update(told)

    def complete(self) -> ImportPlan:
        """The plan with all that was found, in the options of the command line."""
        options = self.plan.options
        found = {target: source for target, source in self.chosen.items() if target not in self.given}
        maps = (joined(f"{target}={source}" for target, source in found.items()),) if found else ()
        constants = (joined(f"{k}={v}" for k, v in self.constants.items()),) if self.constants else ()
        words = {
            target: [f"{escaped(word)}={meaning}" for word, meaning in found.items()]
            for target, found in self.values.items()
        }
        values = tuple(_words(target, pairs) for target, pairs in words.items() if pairs)
        nulls = tuple(_words(target, map(escaped, words)) for target, words in self.nulls.items() if words)
        completed = replace(
            options,
            map=(*options.map, *maps),
            set=(*options.set, *constants),
            values=(*options.values, *values),
            null=(*options.null, *nulls),
            when=(*options.when, *self.when),
            time_format=options.time_format + self._time_formats(),
            timezone=options.timezone + self._timezones(),
            duration_unit=options.duration_unit or self.unit,
            decimal=options.decimal or self.decimal,
            id_from=options.id_from or self.id_from,
            legs=options.legs or self.legs,
        )
        return replace(self.plan, options=completed)

    def _time_formats(self) -> tuple[str, ...]:
        given = self.plan.options.time_format
        for_all = [text for text in given if not _names_field(text, self.formats)]
        if for_all:
            # The person's formats are for all fields; the file's own are read beside them.
            own = {form for target, form in self.formats.items() if self._is_beside(target, for_all)}
            return tuple(form or ISO for form in sorted(own))
        formats = {
            target: form
            for target, form in self.formats.items()
            if not any(text.startswith(f"{target}:") for text in self.plan.options.time_format)
        }
        beside = tuple(
            f"{target}:{form or ISO}"
            for target, form in self.formats.items()
            if target not in formats
            and self._is_beside(
                target, [text.partition(":")[2] for text in given if text.startswith(f"{target}:")]
            )
        )
        distinct = set(formats.values())
        if len(distinct) == 1:
            return (*beside, *(each for each in distinct if each))
        return (*beside, *(f"{target}:{form}" for target, form in formats.items() if form))

    def _is_beside(self, target: str, given: Sequence[str]) -> bool:
        """Whether the file's own format reads most of a field's cells, and none of them otherwise than the
        formats that the person says for others.
        """
        form, source = self.formats[target], self.chosen.get(target, "{")
        if (form or ISO) in given or "{" in source:
            return False
        cells = self.sample.texts(source)
        own, others = reader_of(form), [reader_of(each) for each in given]
        read = [
            (own(text), next(filter(None, (other(text) for other in others)), None)) for text in cells if text
        ]
        alone = sum(one is not None and other is None for one, other in read)
        return alone * 2 > len(read) and not any(one and other and one != other for one, other in read)

    def _timezones(self) -> tuple[str, ...]:
        given = self.plan.options.timezone
        zones = {k: v for k, v in self.zones.items() if not any(text.startswith(f"{k}:") for text in given)}
        distinct = set(zones.values())
        if len(distinct) == 1 and len(zones) == len(self.formats) and not given:
            return tuple(distinct)
        return tuple(f"{target}:{zone}" for target, zone in zones.items())


def _names_field(text: str, fields: Iterable[str]) -> bool:
    return text.partition(":")[0] in set(fields)


def _words(target: str, words: Iterable[str]) -> str:
    first, *others = words
    return joined([f"{target}:{first}", *others])
