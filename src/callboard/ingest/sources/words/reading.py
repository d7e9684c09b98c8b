"""What the words of one column mean: the table that knows them, and the meaning of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from callboard.ingest.sources.words.dutch import DUTCH
from callboard.ingest.sources.words.english import ENGLISH
from callboard.ingest.sources.words.french import FRENCH
from callboard.ingest.sources.words.german import GERMAN
from callboard.ingest.sources.words.italian import ITALIAN
from callboard.ingest.sources.words.nordic import DANISH, NORWEGIAN, SWEDISH
from callboard.ingest.sources.words.platforms import PLATFORMS
from callboard.ingest.sources.words.polish import POLISH
from callboard.ingest.sources.words.portuguese import PORTUGUESE
from callboard.ingest.sources.words.russian import RUSSIAN
from callboard.ingest.sources.words.spanish import SPANISH
from callboard.ingest.sources.words.table import Table, normal, words_of
from callboard.ingest.sources.words.turkish import TURKISH
from callboard.model.fields import FIELDS, event_fields

LANGUAGES: Final[tuple[Table, ...]] = (
    ENGLISH, SPANISH, GERMAN, PORTUGUESE, FRENCH, ITALIAN, DUTCH, POLISH, SWEDISH, DANISH, NORWEGIAN, TURKISH,
    RUSSIAN,
)  # fmt: skip
"""The first that knows a word tells its meaning: a word of two languages means the same in both."""
NO_AGENT: Final = frozenset(
    map(
        normal,
        (
            *(
                "none",
                "null",
                "n/a",
                "nil",
                "no server",
                "no agent",
                "nobody",
                "unknown",
                "unassigned",
                "system",
            ),
            *("default agent", "vdad", "vdcl", "outbound auto dial", "inbound no agent"),
        ),
    )
)
"""Words that mean that there is no agent, in normal form."""
_CODED: Final = re.compile(r"\(?\d{1,3}\)?[\s:=\u2013-]+([^\W\d].*)|([^\W\d].*?)\s*[(\[]\d{1,3}[)\]]")
"""A word with its code before or behind it."""
_PARTS: Final = re.compile(r"\s+[-|/:\u2013\u2014]\s+|:\s+|[,;|]")
"""Between a short form and what it stands for, and between words: `NA - No Answer`, `inbound,missed`."""
_LEAST_KNOWN: Final = 2
"""A platform is taken for the writer of words that no table knows all of from this many of its own on."""
_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    field.name: {normal(word): says for says, words in field.synonyms.items() for word in words}
    | {normal(word): word for word in field.words}
    for of in FIELDS
    for field in event_fields(of)
    if field.words or field.synonyms
}
"""Field → the words of events themselves, which no table changes, and those in the table of fields."""


_Tables = Sequence[Table]
"""Tables that read a word together: it means what those of them say that know it, if they agree."""


@dataclass(frozen=True)
class Reading:
    """The words of one column as read for one field."""

    name: str | None
    """The platform or language whose published words all of them are; None when there is none."""
    meanings: Mapping[str, str]
    """Word, as it stands in the column → meaning. `BY_TALK` and `LEFT_OUT` are meanings too."""
    unknown: tuple[str, ...]
    """Words that no table knows."""


def reading(field: str, words: Iterable[str], column: str = "") -> Reading:
    """Read the different words of a column for a field.

    `column` is its heading. A table of numbers, or of yes and no, is used where the heading tells that the
    column holds such. Else common words of the languages come first, where they are all the column has; then
    the platform that knows all of its words; then, for a column with words of its user's own, the platform
    that knows at least half. Where several platforms know all of them and differ, the word is unknown.
    """
    forms = {word: form for word in dict.fromkeys(words) if (form := _form(word))}
    order, name = _tables(field, set(forms.values()), words_of(column))
    meanings = {}
    for word, form in forms.items():
        says = _first(order, field, form)
        if says is None:
            says = _only(_first(order, field, normal(part)) for part in _PARTS.split(word))
        if says is not None:
            meanings[word] = says
    return Reading(name, meanings, tuple(word for word in forms if word not in meanings))


def _form(word: str) -> str:
    """The normal form of a word, without the code that some exports write beside it: `486 Busy Here`."""
    coded = _CODED.fullmatch(word.strip())
    return normal(coded[1] or coded[2]) if coded else normal(word)


def _first(order: Sequence[_Tables], field: str, form: str) -> str | None:
    own = _OWN.get(field, {}).get(form)
    if own is not None:
        return own
    return next((said for each in order if (said := _said(each, field, form)) is not None), None)


def _tables(field: str, asked: AbstractSet[str], heading: str) -> tuple[list[_Tables], str | None]:
    """The tables that read these words, the first that knows a word first; and the name of their writer."""
    having = [each for each in PLATFORMS if each.size(field)]
    told = [each for each in having if each.heading and each.heading.search(heading)]
    for each in told:
        if (each.needs is None or each.needs in asked) and _knows_all(each, field, asked):
            return [[each]], each.name
    languages: list[_Tables] = [[each] for each in LANGUAGES]
    speaking = [each.name for each in LANGUAGES if _knows_all(each, field, asked, _OWN.get(field, {}))]
    if all(
        any(each.knows(field, form) for each in LANGUAGES) or form in _OWN.get(field, {}) for form in asked
    ):
        return languages, speaking[0] if speaking else None
    free = [each for each in having if each.heading is None]
    if fitting := [each for each in free if _knows_all(each, field, asked)]:
        smallest = min(fitting, key=lambda each: each.size(field))
        return [fitting, *languages], smallest.name
    return [*([each] for each in _best(field, asked, free)), *languages], None


def _best(field: str, asked: AbstractSet[str], tables: Iterable[Table]) -> list[Table]:
    """The platform that wrote a column in which some words are of its user's own; empty when none did."""
    common = sum(any(each.knows(field, form) for each in LANGUAGES) for form in asked)
    known = {each: sum(each.knows(field, form) for form in asked) for each in tables}
    best = max(known, key=lambda each: (known[each], -each.size(field)), default=None)
    if best is None or known[best] < max(_LEAST_KNOWN, len(asked) / 2) or known[best] <= common:
        return []
    return [best]


def _knows_all(
    table: Table, field: str, asked: AbstractSet[str], own: Mapping[str, str] | None = None
) -> bool:
    return bool(asked) and all(table.knows(field, form) or form in (own or {}) for form in asked)


def _said(tables: _Tables, field: str, form: str) -> str | None:
    return _only(each.look(field, form) for each in tables)


def _only(meanings: Iterable[str | None]) -> str | None:
    """The one meaning that all who know a word agree on."""
    said = set(meanings) - {None}
    return said.pop() if len(said) == 1 else None


def meaning(field: str, word: str, others: Iterable[str] = (), column: str = "") -> str | None:
    """What a word means for a field; None when nobody knows. `others` are the other words of its column.

    A call's status may be `BY_TALK`, any field `LEFT_OUT`. A task's status is one of the words that events
    may carry, so that a cancelled task keeps its reason.
    """
    return reading(field, [word, *others], column).meanings.get(word)


def published(field: str, words: Iterable[str], column: str = "") -> str | None:
    """The platform or the language whose published words all of a column's words are; None for none."""
    return reading(field, words, column).name
