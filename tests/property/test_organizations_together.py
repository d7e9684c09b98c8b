"""Batches of several organizations in one commit end in the rows that each alone would."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.model.event import Event
from callboard.store.interface import Batch, Receipt, Store
from tests.model import MemoryStore
from tests.property.histories import events, receipt_of
from tests.property.lengths import examples_on
from tests.stores import NOW, STORES, bits, dump, make_organization, make_space, make_store

ORGANIZATIONS = 3
commits = st.lists(
    st.lists(
        st.tuples(st.integers(0, ORGANIZATIONS - 1), st.lists(events, min_size=1, max_size=3)), max_size=5
    ),
    min_size=2,
    max_size=6,
)
"""Of each commit its batches: an organization, and what happened there. All have calls of the same ids."""


class Tenants:
    """Organizations of one space each, in a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.spaces = [
            make_space(store, make_organization(store, f"tenant-{number}.example"))
            for number in range(ORGANIZATIONS)
        ]

    def batches(self, told: list[tuple[int, list[Event]]], first: int) -> list[Batch]:
        """The batches of a commit, the events numbered by their receipt from `first`."""
        made = []
        for number, happened in told:
            space = self.spaces[number]
            entries = [receipt_of(each, first + place, "events") for place, each in enumerate(happened)]
            made.append(Batch(org_id=space.org_id, space_id=space.id, entries=entries, received_at=NOW))
            first += len(happened)
        return made


@pytest.mark.parametrize("kind", [kind for kind in STORES if kind != "memory"])
def test_organizations_that_share_commits_have_the_rows_that_each_alone_would(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @examples_on(kind, 0.4)
    @given(commits)
    def holds(commits: list[list[tuple[int, list[Event]]]]) -> None:
        together = Tenants(make_store(kind, Path(tmp_path_factory.mktemp("together"))))
        alone = Tenants(MemoryStore())
        try:
            for place, told in enumerate(commits):
                if not told:
                    continue
                receipts = together.store.ingest(together.batches(told, 100 * place))
                expected = [alone.store.ingest([each])[0] for each in alone.batches(told, 100 * place)]
                assert [_outcomes(each) for each in receipts] == [_outcomes(each) for each in expected]
            assert together.store.verify(deep=True).drift == 0
            for one, other in zip(together.spaces, alone.spaces, strict=True):
                assert bits(dump(together.store, one.org_id)) == bits(dump(alone.store, other.org_id))
        finally:
            together.store.close()

    holds()


def _outcomes(result: Receipt | Exception) -> tuple[int, int, int, int]:
    assert isinstance(result, Receipt), result
    return result.applied, result.duplicate, result.stale, result.rejected
