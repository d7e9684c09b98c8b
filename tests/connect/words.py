"""The tables of words of the platforms, as their pages show them: patterns as the words that they fit."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from typing import Any, Final

from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.word_table import Row, WordTable
from tests.pages import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_parse  # the tree of a pattern; there is no other way to it

FOLDER: Final = ROOT / "src" / "callboard" / "ingest" / "sources" / "platforms"
ANY, DIGIT = "…", "\ue000"
"""What stands for any characters, and for one digit, which is shown as `x`."""
HEADER: Final = ("| The platform's word | Status | End reason |", "| --- | --- | --- |")
_SEPARATORS: Final = re.compile(r"\[-[_ ]+\]")
"""Characters between words of which the first alone is shown."""
_REASON_OF_MISSED: Final = "`hangup`; of a missed one `no_answer`"
_STATUS: Final = {
    "answered?": "`completed` if it was answered, else `missed`",
    "answered?1": "`completed` if it was answered, else `missed`; any other end outweighs it",
    "answered?failed": "`completed` if it was answered, else `failed`",
    "ignore": "no end",
}


def tables_of(platform: Platform) -> Iterator[str]:
    """Each table of a platform, and above it what is looked up in it."""
    for table in platform.words.values():
        yield "\n".join((*_wrapped(looked_up(table)), "", *HEADER, *map(_row, table.rows)))


def _row(row: Row) -> str:
    reason = row[2] if len(row) == 3 else ""
    told = (
        _REASON_OF_MISSED if row[1] in ("answered?", "answered?1") and reason == "hangup" else f"`{reason}`"
    )
    status = _STATUS.get(row[1], f"`{row[1]}`")
    found = fitting(row[0])
    found = [word for word in found if word.removesuffix(f":{ANY}") == word or word[:-2] not in found]
    words = ", ".join(f"`{word.replace(DIGIT, 'x')}`" if word else "none" for word in found)
    return f"| {words}{_also(row[0])} | {status} | {told if reason else ''} |".replace("|  |", "| |")


def _also(pattern: str) -> str:
    """What else a row fits than the words that are shown."""
    also = ", in any case" if pattern.startswith("(?i:") else ""
    for each in dict.fromkeys(_SEPARATORS.findall(pattern)):
        others = [f"`{character}`" if character != " " else "a space" for character in each[2:-1]]
        also += f", also with {' or '.join(others)} for `{each[1]}`"
    return also


def fitting(pattern: str) -> list[str]:
    """The words that a pattern fits, in its order."""
    return list(dict.fromkeys(_words(sre_parse.parse(pattern))))


def sample(word: str) -> str:
    """A word that a shown one stands for."""
    return word.replace(ANY, "").replace(DIGIT, "5")


def _words(tree: Any) -> list[str]:
    parts = [_part(kind, value) for kind, value in tree]
    return ["".join(each) for each in product(*parts)]


def _part(kind: Any, value: Any) -> list[str]:
    name = str(kind)
    if name == "LITERAL":
        return [chr(value)]
    if name == "BRANCH":
        return [word for each in value[1] for word in _words(each)]
    if name == "SUBPATTERN":
        return _words(value[3])
    if name == "IN":
        found = [word for each in value for word in _of_set(*each)]
        return found[:1] if set(found) <= set("-_ ") else found
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeated(*value)
    assert name == "ANY", f"a pattern with {name}: say here how it is shown"
    return [ANY]


def _of_set(kind: Any, value: Any) -> list[str]:
    if str(kind) == "LITERAL":
        return [chr(value)]
    if str(kind) == "RANGE":
        return [chr(each) for each in range(value[0], value[1] + 1)]
    assert str(value) == "CATEGORY_DIGIT", value
    return [DIGIT]


def _repeated(least: int, most: Any, tree: Any) -> list[str]:
    [*_, (kind, _)] = tree
    if str(kind) == "ANY":
        return [ANY]
    words = _words(tree)
    if str(most) == "MAXREPEAT":
        return [word * least + ANY for word in words]
    return [word * times for times in range(least, int(most) + 1) for word in words]


def looked_up(table: WordTable) -> str:
    """What the program says of a table below it: which words are looked up there."""
    for name, platform_table in _named_tables().items():
        if platform_table is table:
            return _said_of()[name].replace("\n", " ")
    raise AssertionError("a table without a name")


@cache
def _named_tables() -> dict[str, WordTable]:
    """Name of a module and of a table in it → the table, of those that platforms have."""
    from importlib import import_module

    tables = [table for platform in PLATFORMS.values() for table in platform.words.values()]
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = import_module(f"callboard.ingest.sources.platforms.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, WordTable) and f"{path.stem}.{name}" in _said_of():
                found[f"{path.stem}.{name}"] = value
    assert all(any(table is each for each in found.values()) for table in tables), "a table without a text"
    return found


@cache
def _said_of() -> dict[str, str]:
    """Name of a module and of a table in it → the text below."""
    found = {}
    for path in FOLDER.glob("*.py"):
        body = ast.parse(path.read_text("utf-8")).body
        for above, below in pairwise(body):
            if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
                continue
            if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
                found[f"{path.stem}.{above.target.id}"] = str(below.value.value)
    return found


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        re.sub(r"\s+", " ", text).strip(), 118, break_long_words=False, break_on_hyphens=False
    )
