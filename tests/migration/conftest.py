"""Stores of before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster
from tests.migration.older import older_cluster, older_database, older_file
from tests.stores import ENGINES


@pytest.fixture(params=ENGINES)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The name of a store that the version before left."""
    if request.param == "sqlite":
        yield str(older_file(tmp_path / "older.db"))
        return
    if request.param == "citus":
        url = f"{cluster.citus()}?options=-csearch_path%3Dolder"
        cluster.asked(cluster.citus(), "DROP SCHEMA IF EXISTS older CASCADE")
        cluster.asked(cluster.citus(), "CREATE SCHEMA older")
        yield older_cluster(url)
        cluster.asked(cluster.citus(), "DROP SCHEMA older CASCADE")
        return
    url = older_database(cluster.empty_database())
    yield url
    cluster.drop(url)
