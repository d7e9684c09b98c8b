"""The words of a column as `--values` takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from callboard.ingest.sources.words import BY_TALK, LEFT_OUT, NO_AGENT, normal, reading

MEANINGS: Final = frozenset({"call_status", "call_type", "answered_by", "status"})
"""Fields whose words are looked up."""
NO_AGENT_WORDS: Final = NO_AGENT

__all__ = ["MEANINGS", "NO_AGENT_WORDS", "meanings", "normal"]


def meanings(field: str, words: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Word → meaning for the known words that are not themselves the meaning; and the unknown words."""
    read = reading(field, words)
    known = {word: "completed" if says == BY_TALK else says for word, says in read.meanings.items()}
    return (
        {word: says for word, says in known.items() if says not in (word, LEFT_OUT)},
        [*read.unknown, *(word for word, says in known.items() if says == LEFT_OUT)],
    )
