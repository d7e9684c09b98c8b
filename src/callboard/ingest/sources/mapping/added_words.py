"""Words that cost a row or a field as long as no option says what they mean: saying it adds to a reading, and
contradicts none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from callboard.ingest.sources.mapping.closed import is_unknown
from callboard.ingest.sources.mapping.patterns import as_pattern, literal
from callboard.ingest.sources.mapping.words import word_and_value


def apart_from_added(
    record_type: str, values: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], dict[tuple[str, str], str]]:
    """Split what `--values` says of each field: what a reading differs by, and (field, word) → meaning of the
    words that are read as nothing without it. A wildcard stands for words that others may name as well, so
    with one all words of its field are of the first kind. Raises `ImportOptionError`.
    """
    rest: dict[str, list[str]] = {}
    added: dict[tuple[str, str], str] = {}
    for field, pairs in values.items():
        words = [word_and_value(field, pair) for pair in pairs]
        if any(as_pattern(word) is not None for word, _ in words):
            rest[field] = list(pairs)
            continue
        spellings = Counter(text.casefold() for text in {literal(word) for word, _ in words})
        for pair, (word, meaning) in zip(pairs, words, strict=True):
            text = literal(word)
            if not is_unknown(record_type, field, text):
                rest.setdefault(field, []).append(pair)
            elif meaning:  # without one the word is read as nothing, as if nobody had said it
                # Capitals matter only where the word is given in several.
                added[field, text if spellings[text.casefold()] > 1 else text.casefold()] = meaning.casefold()
    return rest, added
