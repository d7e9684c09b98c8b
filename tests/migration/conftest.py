"""Stores of before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster
from tests.migration.older import older_database, older_file
from tests.stores import on_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=on_postgres))


@pytest.fixture(params=ENGINES)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The name of a store that the version before left."""
    if request.param == "sqlite":
        yield str(older_file(tmp_path / "older.db"))
        return
    url = older_database(cluster.empty_database())
    yield url
    cluster.drop(url)
