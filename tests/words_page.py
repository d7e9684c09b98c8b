"""The page of the reference that lists all known words, written from the tables.

`python -m tests.words_page` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from callboard.ingest.sources.words import LANGUAGES, LEFT_OUT, PLATFORMS, Table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "words.md"
FIELDS = ("call_status", "call_type", "answered_by", "status")
"""End reasons are not listed: their words are those of the statuses, and the page would be twice as long."""
INTRODUCTION = """\
# Words

What `callboard import --guess` takes the words of a file for: what platforms publish, and what people write
in thirteen languages. Capitals, accents, spaces and signs do not matter: `NO ANSWER`, `no-answer` and
`NoAnswer` are one word. A `*` stands for any characters.

The words of a column are read together. Words of the languages come first, where the column has no others;
then the platform that knows all of them; then, beside words of your own, the platform that knows at least
half. Numbers, and yes and no, are read only where the heading says what they are of (`hangup_cause_q850`,
`Typ`, `answered`); SIP codes and Plivo's codes also without. A word that nobody knows is asked about;
`--values` says what it means.

| Meaning | Is |
| --- | --- |
| `by_talk` | The word says only that the call is over: `completed` if it was answered, else `missed`. |
| left out | The word says nothing, or "unknown": the field is left out. |

Dispositions such as *Sale* or *Not Interested* mean that somebody talked: `completed`. Where the tables say
why such a call ended, its word is known as an `end_reason` as well.
"""


def page() -> str:
    parts = [INTRODUCTION, "\n## Languages\n"]
    parts += [line for each in LANGUAGES for line in _section(each)]
    parts.append("\n## Platforms\n")
    parts += [line for each in PLATFORMS for line in _section(each)]
    return "".join(parts)


def _section(table: Table) -> Iterator[str]:
    """A heading, where the words are published, and a row for each field and meaning."""
    yield f"\n### {table.name}\n\n{table.source}.\n\n| Field | Means | Words |\n| --- | --- | --- |\n"
    for field in FIELDS:
        for meaning, words in table.words.get(field, {}).items():
            shown = "left out" if meaning == LEFT_OUT else f"`{meaning}`"
            yield f"| `{field}` | {shown} | {', '.join(f'`{word}`' for word in words)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
