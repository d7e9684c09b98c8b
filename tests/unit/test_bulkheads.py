"""When a node of a cluster counts as sick."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest

from callboard.store.postgres.bulkheads import SICK_AFTER_S, SLOWER, Bulkheads
from callboard.store.postgres.nodes import Node, NodeQuestions, NodeSettings

FINE = NodeSettings(False, "on", "on", "on", "")
NODE = Node("one:5432", "one", 5432, False, True)


class Answers:
    """A coordinator and its node, which each take their time."""

    def __init__(self, coordinator_s: float, node_s: float) -> None:
        self._coordinator_s = coordinator_s
        self._node_s = node_s

    def ask_coordinator(self, query: Callable[..., Any]) -> list[Node]:
        time.sleep(self._coordinator_s)
        return [NODE]

    def settings(self, nodes: Sequence[Node], within_s: float) -> dict[str, NodeSettings | None]:
        return {each.name: FINE if self._node_s <= within_s else None for each in nodes}


@contextmanager
def asked(answers: Answers) -> Iterator[Bulkheads]:
    """After a statement has waited for long, and all were asked."""
    bulkheads = Bulkheads(cast(NodeQuestions, answers))
    try:
        bulkheads._is_suspected = True
        bulkheads._ask()
        yield bulkheads
    finally:
        bulkheads.close()


@pytest.mark.parametrize(
    ("coordinator_s", "node_s", "sick"),
    [
        (0.0, SICK_AFTER_S - 0.1, set()),
        (0.0, SICK_AFTER_S + 0.5, {NODE.name}),
        (0.4, SICK_AFTER_S + 0.5, set()),
        (0.4, 60, {NODE.name}),
    ],
)
def test_a_node_is_sick_that_is_silent_and_not_one_that_is_as_slow_as_its_coordinator(
    coordinator_s: float, node_s: float, sick: set[str]
) -> None:
    """On a machine without a moment to spare every answer is late: nobody would be served by giving up."""
    assert SLOWER * 0.4 > SICK_AFTER_S + 0.5
    with asked(Answers(coordinator_s, node_s)) as bulkheads:
        assert bulkheads.sick == sick
