"""Every store remembers of which moment its latest backup is."""

from __future__ import annotations

from callboard.store.interface import Store
from tests.stores import NOW, make_organization


def test_the_latest_moment_stands(store: Store) -> None:
    """Whichever backup ended last; noting it changes no answer."""
    assert store.last_backup() is None
    store.record_backup(NOW)
    assert store.last_backup() == NOW
    store.record_backup(NOW - 1)
    assert store.last_backup() == NOW
    store.record_backup(NOW + 1)
    assert store.last_backup() == NOW + 1
    organization = make_organization(store)
    assert store.verify(deep=True).drift == 0
    assert [each.id for each in store.organizations()] == [organization.id]
