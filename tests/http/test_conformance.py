"""The served OpenAPI document holds: schemathesis, all checks on, finds nothing against a real server.

By default it goes through every phase with few drawn requests; `make test-long`, or CALLBOARD_EXAMPLES, draws
more.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from callboard.http.endpoints import DOCUMENTED
from tests.http.walk import SEED, Walk

EXAMPLES = int(os.environ.get("CALLBOARD_EXAMPLES", "5"))
LONG_EXAMPLES = int(os.environ.get("N") or (20 if os.environ.get("SHORT") else 200))


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    walk = Walk(tmp_path)
    try:
        yield walk
    finally:
        walk.end()


def _finds_nothing(walk: Walk, phases: str, examples: int) -> dict[str, Counter[int]]:
    print(f"schemathesis: phases {phases}, {examples} examples an operation, seed {SEED}")
    found = walk.run(phases, examples)
    assert found.returncode == 0, found.stdout[-12_000:] + found.stderr[-3_000:]
    assert f"Selected: {len(DOCUMENTED)}/{len(DOCUMENTED)}" in found.stdout, found.stdout
    assert "ERROR" not in walk.log(), walk.log()[-3_000:]
    outcomes = walk.outcomes()
    for operation, statuses in outcomes.items():
        print(operation, dict(sorted(statuses.items())))
    return outcomes


def _never_answered(outcomes: dict[str, Counter[int]]) -> list[str]:
    """Operations of which only errors were seen: the walk did not get to them."""
    return [each.operation for each in DOCUMENTED if not outcomes[each.operation][each.status]]


BOUNDARIES = "examples,coverage"
WALKS = "fuzzing,stateful"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_boundary_of_the_document_holds(walk: Walk):
    """Each parameter and field at, within and beyond its bounds; methods and headers made up and left out."""
    outcomes = _finds_nothing(walk, BOUNDARIES, EXAMPLES)
    assert _never_answered(outcomes) == []
    assert all({400, 401} <= set(outcomes[each.operation]) for each in DOCUMENTED if each.needs_handle)
    assert all({400, 422} <= set(outcomes[each.operation]) for each in DOCUMENTED if each.body)


@pytest.mark.timeout(600)
def test_drawn_requests_and_walks_from_answer_to_answer_find_nothing(walk: Walk):
    """Requests drawn from the document, good and bad; then what was made is read, changed and taken away."""
    _finds_nothing(walk, WALKS, EXAMPLES)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_many_drawn_requests_find_nothing(walk: Walk):
    """The same at length."""
    assert _never_answered(_finds_nothing(walk, WALKS, LONG_EXAMPLES)) == []
