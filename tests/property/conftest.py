"""Worlds for property tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from callboard.store.sql import compaction, sums
from tests.property.worlds import Worlds


@pytest.fixture(autouse=True)
def compacted_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deltas are compacted every few of them: a drawn history has tens of events, not thousands."""
    for name, value in {"COMPACT_AT": 4, "SLICE_MAX": 5, "WAITING_MAX": 12, "KEPT": 8}.items():
        monkeypatch.setattr(compaction, name, value)


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawn world has a few spaces: what is done otherwise where there are many is done for two."""
    monkeypatch.setattr(sums, "MANY_SPACES", 2)


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    """New worlds for each history: two tenants, four spaces."""
    return Worlds(tmp_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A failure takes its time to be made small: let it, where a test has no bound of its own. More examples
    than usual have as much more time.
    """
    most = 600 * max(1, settings.get_profile("callboard").max_examples // 100)
    for item in items:
        if "/property/" in item.nodeid and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(most))
