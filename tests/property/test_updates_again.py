"""An update of a task that is sent again is the same update, whatever came in between.

What is drawn: what the update says and leaves out, the task before it, what else comes meanwhile. What is
sent is read by the edge each time, a while later, as a client's second try is.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import SECOND
from callboard.ingest.parse import event_from_mapping, task_event
from callboard.model.event import Entry
from callboard.store.interface import Batch, Store
from tests.events import ended, send
from tests.property.lengths import examples_on
from tests.stores import NOW, STORES, make_organization, make_space, make_store

WORDS = ("pending", "hold", "running", "processing", "completed", "failed", "cancelled")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:10:00.5Z")

sent = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(WORDS),
        "attempt": st.sampled_from([None, 1, 2, 3]),
        "occurred_at": st.sampled_from([None, *TIMES]),
        "sequence": st.sampled_from([None, 0, 7]),
        "assignee": st.sampled_from([None, "ann", "ben"]),
        "failure_reason": st.sampled_from([None, "busy"]),
        "output": st.sampled_from([None, {}, {"a": 1.0}]),
        "void": st.booleans(),
    },
)
others = st.lists(
    st.fixed_dictionaries(
        {"status": st.sampled_from(WORDS), "attempt": st.sampled_from([1, 2, 3])},
        optional={
            "occurred_at": st.sampled_from(TIMES),
            "void": st.booleans(),
            "sequence": st.integers(0, 3),
        },
    ),
    max_size=4,
)


class Tasks:
    """New tasks of one store, one after the other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.acme = make_organization(store)
        self.space = make_space(store, self.acme)
        self._numbers = count()
        self._now = NOW

    def new(self) -> str:
        return f"t{next(self._numbers)}"

    def _later(self) -> int:
        self._now += 3 * SECOND
        return self._now

    def update(self, task_id: str, fields: dict[str, Any]) -> Entry:
        """As a PATCH is read."""
        return task_event(dict(fields), task_id=task_id, now=self._later())

    def told(self, task_id: str, fields: dict[str, Any]) -> Entry:
        """As `events/` reads it."""
        sent = {"type": "task", "task_id": task_id, **fields}
        return event_from_mapping(sent, now=self._later(), source="events")

    def row(self, task_id: str) -> Any:
        """The task as it stands (none: withdrawn), and how much is kept of it."""
        where = (self.acme.id, self.space.id, task_id)
        return self.store.task(*where), len(self.store.task_entries(*where))


def _with_tasks(kind: str, folder: Path, holds: Callable[[Tasks, Any], None]) -> None:
    store = make_store(kind, folder)
    try:
        tasks = Tasks(store)

        @examples_on(kind, 1)
        @given(st.data())
        def drawn(data: Any) -> None:
            holds(tasks, data)

        drawn()
    finally:
        store.close()


@pytest.mark.parametrize("kind", STORES)
def test_an_update_sent_again_is_known_whatever_came_meanwhile(kind: str, tmp_path: Path) -> None:
    """By its `event_id`: a duplicate, and the task stands as it stood. With one field different, or one more
    or less of what may be left out: a conflict.
    """

    def holds(tasks: Tasks, data: Any) -> None:
        task_id = tasks.new()
        fields = {**data.draw(sent), "event_id": f"e-{task_id}"}
        send(tasks.store, tasks.space, tasks.told(task_id, {"status": data.draw(st.sampled_from(WORDS))}))
        first = send(tasks.store, tasks.space, tasks.update(task_id, fields))
        assert first.rejected == first.duplicate == 0
        for other in data.draw(others):
            send(tasks.store, tasks.space, tasks.told(task_id, other))
        before = tasks.row(task_id)
        assert ended(send(tasks.store, tasks.space, tasks.update(task_id, fields))) == (0, 1, 0, 0)
        different = {**data.draw(sent), "event_id": fields["event_id"]}
        receipt = send(tasks.store, tasks.space, tasks.update(task_id, different))
        if meaning(different) == meaning(fields):
            assert receipt.duplicate == 1
        else:
            assert [each.reason for each in receipt.rejections] == ["event_id_conflict"]
        assert tasks.row(task_id) == before

    _with_tasks(kind, tmp_path, holds)


FULL = {"status": "running", "attempt": 1, "occurred_at": TIMES[0]}


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("left_out", [{"status"}, {"attempt"}, {"occurred_at"}, set(FULL)], ids=sorted)
def test_an_update_that_leaves_out_other_fields_is_in_conflict(
    kind: str, left_out: set[str], tmp_path: Path
) -> None:
    """Also where one of the two states everything, and the other agrees in all that it states."""
    store = make_store(kind, tmp_path)
    try:
        tasks = Tasks(store)
        part = {name: value for name, value in FULL.items() if name not in left_out}
        for first, second in ((FULL, part), (part, FULL)):
            task_id = tasks.new()
            send(store, tasks.space, tasks.told(task_id, {"status": "running"}))
            send(store, tasks.space, tasks.update(task_id, {**first, "event_id": f"e-{task_id}"}))
            again = send(store, tasks.space, tasks.update(task_id, {**first, "event_id": f"e-{task_id}"}))
            assert again.duplicate == 1
            other = send(store, tasks.space, tasks.update(task_id, {**second, "event_id": f"e-{task_id}"}))
            assert [each.reason for each in other.rejections] == ["event_id_conflict"]
            # An event cannot leave these fields out: it is the update if that agrees with it.
            if first is FULL:
                sent = tasks.told(task_id, {**FULL, "event_id": f"e-{task_id}"})
                assert send(store, tasks.space, sent).duplicate == 1
    finally:
        store.close()


def meaning(fields: dict[str, Any]) -> dict[str, Any]:
    """What two updates that say the same agree in. Of some fields `null` says what leaving them out says."""
    return {
        name: repr(value)
        for name, value in fields.items()
        if value is not None or name not in ("attempt", "occurred_at", "sequence")
    }


@pytest.mark.parametrize("kind", STORES)
def test_an_update_that_says_when_is_known_without_an_id(kind: str, tmp_path: Path) -> None:
    """Otherwise a second try would end the attempt that has begun in between."""

    def holds(tasks: Tasks, data: Any) -> None:
        task_id = tasks.new()
        fields = {**data.draw(sent), "occurred_at": data.draw(st.sampled_from(TIMES)), "assignee": "dora"}
        send(tasks.store, tasks.space, tasks.told(task_id, {"status": "running"}))
        send(tasks.store, tasks.space, tasks.update(task_id, fields))
        for other in data.draw(others):
            send(tasks.store, tasks.space, tasks.told(task_id, other))
        before = tasks.row(task_id)
        assert ended(send(tasks.store, tasks.space, tasks.update(task_id, fields))) == (0, 1, 0, 0)
        assert tasks.row(task_id) == before

    _with_tasks(kind, tmp_path, holds)


@pytest.mark.parametrize("kind", STORES)
def test_the_same_word_by_either_way_in_is_one_word(kind: str, tmp_path: Path) -> None:
    """A runner that tries `events/` after an update that it saw no answer to, or the other way round."""

    def holds(tasks: Tasks, data: Any) -> None:
        task_id = tasks.new()
        word = {"status": data.draw(st.sampled_from(WORDS)), "event_id": f"e-{task_id}", "assignee": "ann"}
        if data.draw(st.booleans()):
            word["occurred_at"] = TIMES[0]
        send(tasks.store, tasks.space, tasks.told(task_id, {"status": "pending"}))
        ways = data.draw(st.permutations([tasks.update, tasks.told]))
        assert send(tasks.store, tasks.space, ways[0](task_id, word)).rejected == 0
        assert ended(send(tasks.store, tasks.space, ways[1](task_id, word))) == (0, 1, 0, 0)
        assert ended(send(tasks.store, tasks.space, ways[0](task_id, word))) == (0, 1, 0, 0)

    _with_tasks(kind, tmp_path, holds)


@pytest.mark.parametrize("kind", STORES)
def test_a_second_try_in_the_same_commit_is_known(kind: str, tmp_path: Path) -> None:
    """Two workers took it in, or the client was quick: under the lock one is first."""
    store = make_store(kind, tmp_path)
    tasks = Tasks(store)
    send(store, tasks.space, tasks.told("t", {"status": "running", "attempt": 2}))
    fields = {"event_id": "e", "failure_reason": "busy", "status": "failed"}
    batches = [
        Batch(
            org_id=tasks.acme.id,
            space_id=tasks.space.id,
            entries=[tasks.update("t", fields)],
            received_at=NOW,
        )
        for _ in range(3)
    ]
    receipts = store.ingest(batches)
    assert [ended(each) for each in receipts] == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]  # type: ignore[arg-type]
    assert store.verify(deep=True).drift == 0
    store.close()
