"""The house's own rules for its modules: one way to import, one idea a module, no drawer of leftovers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "callboard"
MODULES = sorted(SOURCE.rglob("*.py"))

EVERYWHERE = {"errors", "clock", "collector", "settings", "isolation", "__init__"}
"""What any module may import."""
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "fold": {"model"},
    "store": {"model", "fold"},
    "telemetry": set(),
    "ingest": {"model", "fold", "store", "telemetry"},
    "query": {"model", "fold", "store", "telemetry"},
    "live": {"model", "fold", "store", "query"},
    "http": {"model", "fold", "store", "ingest", "query", "live", "telemetry"},
    "demo": {"model", "fold", "store", "ingest", "query", "cli"},
    # The command line is a way in like HTTP, and starts the others: the server by `app`, the demo.
    "cli": {
        "model",
        "fold",
        "store",
        "ingest",
        "query",
        "live",
        "telemetry",
        "http",
        "demo",
        "app",
        "reconciling",
    },
    "app": {"model", "fold", "store", "ingest", "query", "live", "telemetry", "http", "writer", "importing"},
    # The other process that is put together from settings; of http only what keeps numbers out of logs.
    "writer": {"model", "store", "ingest", "http"},
    "importing": {"model", "store", "ingest", "http"},
    "reconciling": {"model", "store", "ingest", "query", "http"},
    "errors": set(),
    "clock": set(),
    "collector": set(),
    "settings": set(),
    "isolation": set(),
    "__init__": set(),
    "__main__": {"cli"},
}
INTERFACE = {
    "callboard.store.budget",
    "callboard.store.hooks",
    "callboard.store.interface",
    "callboard.store.importing",
    "callboard.store.questions",
    "callboard.store.reporting",
    "callboard.store.uploads",
}
ONLY_THROUGH: dict[tuple[str, str], set[str]] = {
    # And the temporary table in which an import counts its rows: no part of what any store keeps.
    ("ingest", "store"): INTERFACE | {"callboard.store.bodies_by_item", "callboard.store.occurrences"},
    ("query", "store"): INTERFACE,
    ("live", "store"): INTERFACE,
    ("http", "store"): INTERFACE,
}
"""These know a store by its interface alone: the store that is meant is chosen in `app`."""
NO_NOUN = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "tools",
    "lib",
    "base",
}
MOST_LINES = 400


def part(path: Path) -> str:
    """Which of the packages a module belongs to."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of each import of ours, those inside functions and for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [f"callboard.{alias.name}" for alias in node.names] if module == "callboard" else [module]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "callboard")


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path):
    """From model over fold, store, ingest, query and live to http, cli, demo and app; never back."""
    mine = part(path)
    assert mine in MAY_IMPORT, (
        f"{mine} is new: say in this test what it may import, and in ARCHITECTURE.md what it is"
    )
    for line, module in imported(path):
        names = module.split(".")
        other = names[1] if len(names) > 1 else "__init__"
        other = other if other in MAY_IMPORT else "__init__"
        if other == mine or other in EVERYWHERE:
            continue
        allowed = MAY_IMPORT[mine]
        assert other in allowed, (
            f"{name_of(path)}:{line} imports {module}: {mine} may import {sorted(allowed)}. "
            f"Move what both need down to one of these, or hand it in from {_above(mine, other)}."
        )
        only = ONLY_THROUGH.get((mine, other))
        assert only is None or module in only, (
            f"{name_of(path)}:{line} imports {module}: {mine} knows a {other} by {sorted(only)} alone. "
            f"Take a `Store` as an argument; `app.py` decides which."
        )


def _above(mine: str, other: str) -> str:
    """Somebody who may import both."""
    return next((name for name, allowed in MAY_IMPORT.items() if {mine, other} <= allowed), "app")


def module_of(path: Path) -> str:
    """As it is imported."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def names_in(text: str, known: Iterable[str]) -> set[str]:
    """The modules, of those that are known, that a source imports: at its head, inside functions, for type
    checkers.
    """
    known, found = set(known), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` imports the module; `from module import name` the name's.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & known or {node.module}
    return found & known


def circle_of(imports: Mapping[str, set[str]]) -> list[str]:
    """Modules of which each imports the next, and the last the first; none where there is no circle."""
    done: set[str] = set()
    way: list[str] = []

    def follow(module: str) -> list[str]:
        if module in way:
            return way[way.index(module) :]
        if module in done:
            return []
        way.append(module)
        found = next(filter(None, map(follow, sorted(imports.get(module, ())))), [])
        way.pop()
        done.add(module)
        return found

    return next(filter(None, map(follow, sorted(imports))), [])


def test_no_import_goes_in_a_circle():
    """Not at the head of a module, not inside a function, and not for type checkers alone: of two modules
    that need each other, neither can be read without the other.
    """
    texts = {module_of(path): path.read_text("utf-8") for path in MODULES}
    circle = circle_of({module: names_in(text, texts) for module, text in texts.items()})
    assert not circle, f"{' → '.join(circle)} → {circle[0]}: hand one of them what it needs of the next"


@pytest.mark.parametrize(
    "last",
    ["import a", "from a import x", "if TYPE_CHECKING:\n    from a import x", "def f():\n    import a"],
)
def test_a_circle_is_found_however_it_is_closed(last):
    """And none where the last module imports nothing."""
    texts = {"a": "from b import y", "b": "import c", "c": last}
    assert sorted(circle_of({module: names_in(text, texts) for module, text in texts.items()})) == [*texts]
    assert not circle_of({"a": {"b", "c"}, "b": {"c"}, "c": set()})


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_one_idea(path):
    """It says in a docstring which, and is no longer than one takes."""
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{name_of(path)} does not say what it is: give it a docstring"
    lines = text.count("\n")
    assert lines <= MOST_LINES, f"{name_of(path)} has {lines} lines, at most {MOST_LINES}: split it by idea"


@pytest.mark.parametrize("path", sorted({*MODULES, *(path.parent for path in MODULES)}), ids=str)
def test_no_module_is_a_drawer_of_leftovers(path):
    """A module is named after what it is about."""
    words = set(path.stem.strip("_").split("_"))
    assert not words & NO_NOUN, f"{path.name}: find the noun of what is in it, and name it so"


def test_only_the_store_knows_sql():
    """Statements are files of the store; no other package imports a database driver."""
    for path in MODULES:
        if part(path) == "store":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            databases = {"apsw", "sqlite3"} & {name.split(".")[0] for name in names}
            assert not databases, f"{name_of(path)}: ask the store; only callboard.store imports {databases}"


def test_one_sqlite_library_touches_a_store():
    """Two in one process do not see each other's locks: a commit was lost by it. No page opens a store in use
    with another one either.
    """
    for path in MODULES:
        assert not re.search(r"\bsqlite3\b(?!_| format)", path.read_text("utf-8")), (
            f"{name_of(path)}: use apsw"
        )
    for path in (ROOT / "docs").rglob("*.md"):
        found = re.findall(
            r"^.*(?:import sqlite3|\$ sqlite3|sqlite3\.connect).*$", path.read_text("utf-8"), re.MULTILINE
        )
        assert not found, f"{path.name}: callboard backup makes a file to look at; not {found}"


def test_the_folders_are_those_of_the_architecture():
    """A newcomer reads the way of an event from `ls`; a new folder is explained."""
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    missing = sorted(name for name in folders if f"| `src/callboard/{name}` |" not in text)
    assert not missing, f"ARCHITECTURE.md, The folders: no row for {missing}"
