"""Worlds for property tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.property.worlds import Worlds


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    """New worlds for each history: two tenants, four spaces."""
    return Worlds(tmp_path)
