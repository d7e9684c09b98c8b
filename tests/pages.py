"""Our pages, read as people see them: headings, tables, examples, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"

_HEADING = re.compile(r"(#+) (.+)")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    page: str
    section: str
    """The nearest heading above."""
    cells: tuple[str, ...]
    """As written."""

    @property
    def name(self) -> str:
        """What the row is about: its first cell, without marks."""
        return plain(self.cells[0])


@dataclass(frozen=True)
class Example:
    """A block of code."""

    page: str
    section: str
    language: str
    text: str
    line: int


def plain(cell: str) -> str:
    """A cell as it is read: without the marks for code and emphasis."""
    return cell.replace("`", "").replace("**", "").strip()


def code(text: str) -> list[str]:
    """What stands in `code` marks."""
    return _CODE.findall(text)


@cache
def pages() -> dict[str, str]:
    """Every page of the project: its path from the root → its text."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "tests" / "README.md"]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in sorted(found)}


@cache
def page(path: Path) -> str:
    """One page."""
    return path.read_text("utf-8")


def tables(path: Path) -> list[Row]:
    """All rows of all tables of a page, but for their headers."""
    rows: list[Row] = []
    lines = list(_prose(page(path)))
    for place, (section, line) in enumerate(lines):
        if not line.startswith("|") or set(line) <= set("|-: "):
            continue
        following = lines[place + 1][1] if place + 1 < len(lines) else ""
        if following.startswith("|") and set(following) <= set("|-: "):
            continue  # a header
        rows.append(Row(path.name, section, _cells(line)))
    return rows


def examples(path: Path) -> list[Example]:
    """All blocks of code of a page, in order."""
    found: list[Example] = []
    section = ""
    language: str | None = None
    body: list[str] = []
    began = 0
    for number, line in enumerate(page(path).splitlines(), 1):
        if line.startswith("```"):
            if language is None:
                language, body, began = line[3:].strip(), [], number
            else:
                found.append(Example(path.name, section, language, "\n".join(body), began))
                language = None
        elif language is not None:
            body.append(line)
        elif heading := _HEADING.fullmatch(line):
            section = heading[2]
    return found


def headings(text: str) -> list[str]:
    """The headings of a page, in order."""
    return [found[2] for _, line in _prose(text) if (found := _HEADING.fullmatch(line))]


def anchors(text: str) -> set[str]:
    """What a link may name behind its `#`."""
    return {_anchor(heading) for heading in headings(text)}


def links(text: str) -> list[str]:
    """Where a page's links lead."""
    return [target for _, line in _prose(text) for target in _LINK.findall(line)]


def _prose(text: str) -> Iterator[tuple[str, str]]:
    """(heading above, line) of each line outside of code."""
    section = ""
    in_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code:
            if heading := _HEADING.fullmatch(line):
                section = heading[2]
            yield section, line


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
