"""What the program remembers is bounded in bytes, and the page names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import callboard
from tests.pages import DOCS, tables
from tests.project.caches import (
    CACHES,
    MADE_ONCE,
    MADE_ONCE_MIB,
    MADE_ONCE_ROW,
    MIB,
    NO_CACHES,
    NODE_BYTES,
    deep_size,
)

SOURCE = Path(str(callboard.__file__)).parent
LASTING = ("fold", "http", "live", "query", "store", "telemetry")
"""Packages whose objects a server keeps. The model of a store is none of a server's."""
ROWS = {row.name: row for row in tables(DOCS / "operate" / "bounds.md")}
REMEMBER = {"lru_cache", "cache", "cached", "cached_property"}
GROW = {
    "BoundedCache",
    "OrderedDict",
    "Counter",
    "defaultdict",
    "WeakKeyDictionary",
    "WeakValueDictionary",
    "dict",
}


def name_of(node: ast.expr) -> str:
    """The last name of a decorator or of what is called."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def grows(value: ast.expr | None) -> bool:
    """Whether what is put there is an empty dict, or one of those that are made to grow."""
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and name_of(value) in GROW


def remembering(tree: ast.Module) -> Iterator[str]:
    """Functions that remember, modules' and objects' attributes that grow."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and grows(node.value):
            yield ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    for inner in ast.walk(tree):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            if REMEMBER & {name_of(each) for each in inner.decorator_list}:
                yield inner.name
        elif isinstance(inner, ast.ClassDef):
            yield from (f"{inner.name}.{each}" for each in attributes(inner))


def attributes(of: ast.ClassDef) -> Iterator[str]:
    for method in of.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for each in ast.walk(method):
                if isinstance(each, ast.Assign | ast.AnnAssign) and grows(each.value):
                    target = each.targets[0] if isinstance(each, ast.Assign) else each.target
                    if isinstance(target, ast.Attribute):
                        yield target.attr


def found() -> set[str]:
    every = set()
    for path in SOURCE.rglob("*.py"):
        inside = path.relative_to(SOURCE).as_posix()
        if inside.split("/")[0] in LASTING:
            tree = ast.parse(path.read_text("utf-8"))
            every |= {f"{inside}: {name}" for name in remembering(tree)}
    return {each for each in every if each not in SHORT_LIVED}


SHORT_LIVED = {
    f"{module}: {name}"
    for module, names in {
        # Of one batch, or of one statement.
        "fold/batch.py": ("SpaceFold._touched",),
        "fold/facts.py": ("Facts._latest", "MappingFacts._latest"),
        "fold/tally.py": ("Tally.calls", "Tally.tasks", "Tally.runs"),
        "fold/task.py": ("TaskFold._running_since",),
        "store/postgres/asking.py": ("Asking._waiting",),
        "store/sql/filters.py": ("Conditions.values",),
        "store/sql/gathered.py": ("Gathered._rows",),
        "store/sql/ingestion.py": (
            "Ingestion._asked", "Ingestion._clocks", "Ingestion._first_event",
            "Ingestion._folds", "Ingestion._zones",
        ),
    }.items()
    for name in names
}  # fmt: skip


def test_every_cache_of_the_program_has_a_bound_in_bytes_that_the_page_names():
    """A new cache is found here, and needs a row with its size in bytes."""
    known = CACHES.keys() | MADE_ONCE.keys() | NO_CACHES.keys()
    assert found() - known == set(), (
        "a bound in bytes: in tests/project/caches.py, and in docs/operate/bounds.md"
    )
    assert known - found() == set(), "no longer there"


@pytest.mark.parametrize("name", CACHES)
def test_a_cache_that_is_full_is_within_its_bytes(name):
    """As many entries as it may hold, each as large as they get."""
    cache = CACHES[name]
    if cache.sample is not None:
        full = cache.entries * (deep_size(cache.sample) + NODE_BYTES)
        assert full <= cache.mib * MIB, f"{full / MIB:.1f} MiB"
        assert full >= cache.mib * MIB / 8, "told far too high"
    told = " ".join(ROWS[cache.row].cells)
    assert [each for each in cache.told if each not in told] == []


def test_what_is_made_once_is_named_too():
    """All together, because callers cannot make them grow."""
    assert f"{MADE_ONCE_MIB} MiB" in " ".join(ROWS[MADE_ONCE_ROW].cells)
