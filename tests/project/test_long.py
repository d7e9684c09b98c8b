"""Long tests are found by the text of their files, so that no other file is read for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import LONG

TESTS = Path(__file__).parents[1]
HERE = Path(__file__)
OTHERWISE = re.compile(r"(?<!pytest\.)mark\.long\b|MarkDecorator|getattr\(pytest\.mark")
"""Other ways to mark a test."""
PYTHON = [path for path in sorted(TESTS.rglob("*.py")) if path != HERE]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(TESTS)))
def test_the_mark_of_a_long_test_stands_in_its_own_file(path: Path) -> None:
    """Not in a module that it imports, nor under another name: `make test-long` would pass it over."""
    text = path.read_text("utf-8")
    assert not OTHERWISE.search(text), "the mark is written in full"
    if not path.name.startswith("test_") and path.name != "conftest.py":
        assert LONG not in text, "the mark stands where the test is"
