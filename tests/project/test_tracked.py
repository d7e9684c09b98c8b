"""What is built is not kept: a clean clone would take it for built."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no clone, or no git, here"
)
def test_nothing_that_is_ignored_is_tracked():
    """A file that was added before it was ignored, or against it, stays in every clone."""
    asked = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == []
