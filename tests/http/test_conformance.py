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


def _never_answered(outcomes: dict[str, Counter[int]]) -> set[str]:
    """Operations of which only errors were seen: the walk did not get to them."""
    return {each.operation for each in DOCUMENTED if not outcomes[each.operation][each.status]}


UNMADE = {"create_hook"}
"""Its body names a space that there is, and a platform: values that no schema makes up."""
BOUNDARIES = "examples,coverage"
WALKS = "fuzzing,stateful"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_boundary_of_the_document_holds(walk: Walk):
    """Each parameter and field at, within and beyond its bounds; methods and headers made up and left out."""
    outcomes = _finds_nothing(walk, BOUNDARIES, EXAMPLES)
    assert _never_answered(outcomes) <= UNMADE
    assert all({400, 401} <= set(outcomes[each.operation]) for each in DOCUMENTED if each.needs_handle)
    bodies = {each.operation: each.body for each in DOCUMENTED if each.body}
    # The bytes of a file have no schema to break but their length.
    schemas = [name for name, body in bodies.items() if "application/json" in body.media]
    assert [name for name in schemas if 422 not in outcomes[name]] == []
    assert [name for name, body in bodies.items() if body.required and 400 not in outcomes[name]] == []


@pytest.mark.timeout(600)
def test_drawn_requests_and_walks_from_answer_to_answer_find_nothing(walk: Walk):
    """Requests drawn from the document, good and bad; then what was made is read, changed and taken away."""
    _finds_nothing(walk, WALKS, EXAMPLES)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_many_drawn_requests_find_nothing(walk: Walk):
    """The same at length."""
    # A drawn part has the length that the file's part must have by chance only; the boundaries have it.
    assert _never_answered(_finds_nothing(walk, WALKS, LONG_EXAMPLES)) <= {"put_import_part", *UNMADE}
