"""Promise 2: state is a function of the set of events, however they arrive."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings

from tests.property.histories import History, Shares, histories
from tests.property.worlds import World, Worlds
from tests.stores import STORES

WRITERS = 4


@pytest.mark.parametrize("kind", STORES)
def test_any_order_repetition_and_batching_ends_in_the_same_rows_and_counters(
    worlds: Worlds, kind: str, record_property: Callable[[str, object], None]
) -> None:
    """Rows, cells, totals and runs are, bit for bit, what folding the set once and counting from nothing gives."""
    shares = Shares()

    @given(histories())
    def holds(history: History) -> None:
        shares.count(history)
        world = worlds.make(kind, history.zones)
        assert world.told(history).content() == world.expected(history)
        worlds.end(world)

    holds()
    record_property("drawn", str(shares))
    print(shares)
    shares.check()
