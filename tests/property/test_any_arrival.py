"""Promise 2: state is a function of the set of events, however they arrive.

What is compared: every row, cell, total and run, bit for bit, with folding the set once and counting from
nothing by `plain_fold`, which shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.property.histories import History, Shares, histories
from tests.property.lengths import examples, examples_on, long_examples
from tests.property.worlds import World, Worlds
from tests.property.writers import WRITERS, by_processes, by_threads, writing_processes
from tests.stores import DATABASES, STORES

EIGHT = 8
"""Writing processes on a database."""

Send = Callable[[World, History], None]


def _hold(worlds: Worlds, kind: str, tell: Send, length: settings) -> Shares:
    """Draw histories, have them told, compare; and say what they held."""
    shares = Shares()

    @length
    @given(histories())
    def holds(history: History) -> None:
        shares.count(history)
        world = worlds.make(kind, history.zones)
        tell(world, history)
        assert world.content() == world.expected(history)
        worlds.end(world)

    holds()
    return shares


def _one_by_one(world: World, history: History) -> None:
    world.told(history)


def _by_threads(world: World, history: History) -> None:
    by_threads(world.store, world.shares(history, WRITERS))


@pytest.mark.parametrize("kind", STORES)
def test_any_order_repetition_and_batching_ends_in_the_same_rows_and_counters(
    worlds: Worlds, kind: str, record_property: Callable[[str, object], None]
) -> None:
    """One writer: shuffled, repeated and cut into batches at random. At least a tenth of the histories hold a
    repeat, a tenth a reorder across a final event, a tenth a retry.
    """
    shares = _hold(worlds, kind, _one_by_one, examples_on(kind, 1))
    record_property("drawn", str(shares))
    print(shares)
    shares.check()


@pytest.mark.parametrize("kind", STORES)
def test_four_threads_at_once_end_in_the_same_rows_and_counters(worlds: Worlds, kind: str) -> None:
    """Four threads of one process write a quarter of the batches each, at once."""
    _hold(worlds, kind, _by_threads, examples_on(kind, 0.4))


def test_four_processes_at_once_end_in_the_same_rows_and_counters(worlds: Worlds) -> None:
    """Four processes write a quarter of the batches each to one file, at once."""
    with writing_processes() as processes:
        _hold(
            worlds,
            "sqlite",
            lambda world, history: by_processes(processes, world.path, world.shares(history, WRITERS)),
            examples(0.15),
        )


@pytest.mark.parametrize("kind", DATABASES)
def test_eight_processes_at_once_end_in_the_same_rows_and_counters(worlds: Worlds, kind: str) -> None:
    """Eight processes write an eighth of the batches each to one database, at once; nothing drifts."""

    def tell(world: World, history: History) -> None:
        by_processes(processes, world.path, world.shares(history, EIGHT))
        assert world.store.verify(deep=True).drift == 0

    with writing_processes(EIGHT) as processes:
        _hold(worlds, kind, tell, examples_on(kind, 0.4))


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("tell", [_one_by_one, _by_threads])
def test_any_arrival_at_length(worlds: Worlds, kind: str, tell: Send) -> None:
    """The same, on many more histories."""
    _hold(worlds, kind, tell, long_examples(kind)).check()
