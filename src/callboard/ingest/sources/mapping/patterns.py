r"""Words with wildcards: `*` stands for any characters, `\*` for a star; capitals do not matter."""

from __future__ import annotations

import re

_STAR = re.compile(r"\\\*|\*")


def as_pattern(word: str) -> re.Pattern[str] | None:
    """The pattern of a word, which fits texts after `casefold`; None for a word without a wildcard."""
    stars = [found for found in _STAR.finditer(word) if found.group() == "*"]
    if not stars:
        return None
    begins = [0, *(star.end() for star in stars)]
    ends = [*(star.start() for star in stars), len(word)]
    first, *middle, last = (
        re.escape(literal(word[begin:end]).casefold()) for begin, end in zip(begins, ends, strict=True)
    )
    # Each text between stars is taken where it comes first, and that choice is never made anew: many stars
    # would else be tried in all their combinations.
    return re.compile(first + "".join(f"(?>.*?{each})" for each in middle) + ".*" + last, re.DOTALL)


def literal(word: str) -> str:
    """The text of a word without a wildcard."""
    return word.replace(r"\*", "*")


def escaped(text: str) -> str:
    """The word that stands for exactly this text."""
    return text.replace("*", r"\*")
