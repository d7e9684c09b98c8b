"""The CSS selectors of tests can fail."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TWICE = re.compile(r"\.([a-z][\w-]*)\.\1(?![\w(-])")


def test_no_selector_names_a_class_twice():
    """`.live.live` is every `.live`, whatever other classes it has: an expectation of it holds at once."""
    found = {
        f"{path.name}: {said.group()}"
        for path in (TESTS / "board").glob("*.py")
        for said in TWICE.finditer(path.read_text("utf-8"))
    }
    assert found == set()
