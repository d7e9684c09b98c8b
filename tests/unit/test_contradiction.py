"""Which events of two readings say different things of one call or task."""

from __future__ import annotations

from typing import Any

import pytest

from callboard.fold.contradiction import contradict
from tests.events import call, task
from tests.stores import NOW


def said(*words: Any, **more: Any) -> Any:
    return call("c1", *words, **more).event


@pytest.mark.parametrize(
    ("one", "other", "read_otherwise", "alike"),
    [
        (said(duration_ms=1), said(duration_ms=60), True, True),
        (said("missed"), said("completed"), True, False),
        (said(duration_ms=1), said(agent="ann"), False, False),
        (said(metadata={"a": 1}), said(metadata={"b": 2}), False, False),
        (said(metadata={"a": 1}), said(metadata={"a": 2}), True, True),
        (said("ringing"), said(at=5, duration_ms=5), False, False),
        (said(creation_time=NOW), said(at=5, creation_time=NOW + 5), True, False),
        (said(creation_time=NOW), said(at=5, creation_time=NOW, duration_ms=5), False, False),
        (said("ringing", creation_time=NOW), said(at=5, end_time=NOW + 5), False, False),
        (said(), said(at=5), True, False),
        (said(sequence=1, duration_ms=1), said(sequence=2, duration_ms=2), True, False),
        (said(event_id="a"), said(event_id="b"), False, False),
        (task("t", "failed", attempt=1).event, task("t", "failed", attempt=2).event, False, False),
        (task("t", run_id="r").event, task("t", run_id="s").event, True, True),
    ],
)
def test_what_contradicts(one: Any, other: Any, *, read_otherwise: bool, alike: bool) -> None:
    """By other options any value of one moment, and the creation, start and end of any; by the same options
    only what the order of events does not decide. Which of the two came first makes no difference.
    """
    for pair in ((one, other), (other, one)):
        assert contradict(*pair, alike=False) is read_otherwise
        assert contradict(*pair, alike=True) is alike
