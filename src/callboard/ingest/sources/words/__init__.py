"""What platforms and people write, and what it means here: words by platform and by language."""

from callboard.ingest.sources.words.platforms import PLATFORMS
from callboard.ingest.sources.words.reading import (
    LANGUAGES,
    NO_AGENT,
    Reading,
    meaning,
    published,
    reading,
)
from callboard.ingest.sources.words.table import BY_TALK, LEFT_OUT, Table, normal, words_of

__all__ = [
    "BY_TALK",
    "LANGUAGES",
    "LEFT_OUT",
    "NO_AGENT",
    "PLATFORMS",
    "Reading",
    "Table",
    "meaning",
    "normal",
    "published",
    "reading",
    "words_of",
]
