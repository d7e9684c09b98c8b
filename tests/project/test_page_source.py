"""The unit tests of the page's source (`web/tests`), run by Vitest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hatch_build import PageError, install_packages, node

ROOT = Path(__file__).resolve().parents[2]


def _missing() -> str | None:
    if node() is None:
        return "no Node with npm on this machine: the page's unit tests are not run"
    try:
        install_packages()
    except PageError as error:
        return f"{error}: the page's unit tests are not run"
    return None


def test_the_pure_parts_of_the_page_pass_their_unit_tests() -> None:
    """Where a build counts, tests that cannot be run are a failure."""
    if (why := _missing()) is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    command = [sys.executable, "hatch_build.py", "run", "test"]
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
