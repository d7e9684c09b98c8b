"""Every test here runs against every store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callboard.model.directory import Organization, Space
from callboard.store.interface import Store
from tests.stores import STORES, make_organization, make_space, make_store


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new store with nothing in it."""
    made = make_store(request.param, tmp_path)
    yield made
    made.close()


@pytest.fixture
def acme(store: Store) -> Organization:
    return make_organization(store, "acme.example")


@pytest.fixture
def globex(store: Store) -> Organization:
    """Another tenant."""
    return make_organization(store, "globex.example")


@pytest.fixture
def space(store: Store, acme: Organization) -> Space:
    """A contact space of acme."""
    return make_space(store, acme)


@pytest.fixture
def other_space(store: Store, acme: Organization) -> Space:
    """Another contact space of acme."""
    return make_space(store, acme, "Summer")


@pytest.fixture
def foreign_space(store: Store, globex: Organization) -> Space:
    """A contact space of another tenant."""
    return make_space(store, globex, "Hidden")
