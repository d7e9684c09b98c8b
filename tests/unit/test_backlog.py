"""What others left to merge is looked up once; what waits here does not wait for that."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from callboard.errors import StoreUnavailableError
from callboard.store.sql import compaction
from callboard.store.sqlite.store import SqliteStore
from tests.events import call, send
from tests.stores import make_organization, make_space


def test_a_backlog_that_cannot_be_read_keeps_no_others_from_being_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node of a cluster may be away for hours."""
    monkeypatch.setattr(compaction, "COMPACT_AT", 1)

    def away(self: SqliteStore) -> None:
        raise StoreUnavailableError

    with closing(SqliteStore(str(tmp_path / "calls.db"))) as store:
        space = make_space(store, make_organization(store))
        with monkeypatch.context() as patched:
            patched.setattr(SqliteStore, "_find_backlog", away)
            with pytest.raises(StoreUnavailableError):
                store.compact()
            for number in range(3):
                send(store, space, call(f"c-{number}"))
            while store.most_unmerged():
                store.compact()
        assert not store.compact()
        assert store.verify(deep=True).drift == 0
