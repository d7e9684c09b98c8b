"""Runs: registered by a request, or named by tasks; their numbers are those of their tasks."""

from callboard.clock import SECOND
from callboard.store.interface import NewRun
from callboard.store.questions import Position, Window
from tests.events import call, send, task
from tests.stores import NOW

ALL = Window(limit=1000)


def test_a_registered_run_is_there_from_its_own_time(store, acme, space):
    """With what was registered of it, and its tasks counted."""
    send(
        store,
        space,
        task("t1", "pending", at=5, run_id="r1"),
        task("t2", "pending", at=5, run_id="r1"),
        run=NewRun("r1", NOW + SECOND, "documents", "now"),
    )
    run = store.run(acme.id, space.id, "r1")
    assert (run.created, run.modified) == (NOW + SECOND, NOW + 5 * SECOND)
    assert (run.collection_ref, run.run_mode, run.batch_count) == ("documents", "now", 1)
    assert run.task_status_breakdown == {"pending": 2, "running": 0, "completed": 0, "failed": 0}
    assert run.status == "pending"


def test_a_registered_run_without_tasks_stands(store, acme, space):
    """Nobody has to name it."""
    send(store, space, run=NewRun("r1", NOW, None, None))
    run = store.run(acme.id, space.id, "r1")
    assert (run.total_tasks, run.created, run.modified, run.status) == (0, NOW, NOW, "pending")
    assert store.count_runs(acme.id, space.id) == 1


def test_a_run_that_tasks_name_is_there_without_being_registered(store, acme, space):
    """Created when its first task was, modified when its last was."""
    send(
        store,
        space,
        task("t1", "completed", at=30, created=NOW + 10 * SECOND, run_id="r1"),
        task("t2", "failed", at=20, created=NOW + 5 * SECOND, run_id="r1"),
    )
    run = store.run(acme.id, space.id, "r1")
    assert (run.created, run.modified) == (NOW + 5 * SECOND, NOW + 30 * SECOND)
    assert (run.batch_count, run.collection_ref, run.run_mode) == (0, None, None)
    assert (run.completed, run.failed, run.status) == (1, 1, "completed")


def test_a_run_registered_after_its_tasks_takes_its_own_time(store, acme, space):
    """Events of tasks may arrive before their run is registered."""
    send(store, space, task("t1", "running", at=-60, run_id="r1"))
    send(store, space, run=NewRun("r1", NOW, "documents", None))
    run = store.run(acme.id, space.id, "r1")
    assert (run.created, run.modified, run.running) == (NOW, NOW, 1)
    assert store.verify(deep=True).drift == 0


def test_a_run_registered_twice_counts_its_requests(store, acme, space):
    """`batch_count`: how many requests registered tasks under it. It was created by the first."""
    for at in (5, 1, 9):
        send(store, space, run=NewRun("r1", NOW + at * SECOND, None, None))
    run = store.run(acme.id, space.id, "r1")
    assert (run.batch_count, run.created) == (3, NOW + 5 * SECOND)
    assert store.verify(deep=True).drift == 0


def test_a_run_goes_when_its_last_task_leaves(store, acme, space):
    """A task may turn out to belong to another run."""
    send(store, space, task("t1", "running", run_id="r1"))
    send(store, space, task("t1", "running", at=5, run_id="r2"))
    assert store.run(acme.id, space.id, "r1") is None
    assert store.run(acme.id, space.id, "r2").running == 1
    assert store.count_runs(acme.id, space.id) == 1


def test_a_runs_times_follow_when_the_task_they_rested_on_leaves(store, acme, space):
    """Void tasks count for nothing, also not for the times of their run."""
    early = task("t1", "running", at=1, created=NOW - 100 * SECOND, run_id="r1")
    late = task("t2", "running", at=500, run_id="r1")
    stays = task("t3", "running", at=50, run_id="r1")
    send(store, space, early, late, stays)
    assert store.run(acme.id, space.id, "r1").created == NOW - 100 * SECOND
    send(store, space, task("t1", "running", at=1000, void=True), task("t2", "running", at=1000, void=True))
    run = store.run(acme.id, space.id, "r1")
    assert (run.created, run.modified, run.total_tasks) == (NOW + 50 * SECOND, NOW + 50 * SECOND, 1)


def test_a_run_whose_tasks_are_void_goes_and_comes_back_with_them(store, acme, space):
    """As if they had never been; until they have."""
    send(store, space, task("t1", "running", run_id="r1"))
    send(store, space, task("t1", "running", at=1, void=True))
    assert store.run(acme.id, space.id, "r1") is None
    send(store, space, task("t1", "running", at=2, void=False))
    assert store.run(acme.id, space.id, "r1").running == 1


def test_runs_are_listed_newest_first_and_walked_by_pages_and_positions(store, acme, space):
    """Ties by id: the order is total."""
    for name, at in (("r3", 10), ("r1", 10), ("r2", 30), ("r4", 5)):
        send(store, space, task(f"t-{name}", at=at, run_id=name))
    in_order = ["r2", "r1", "r3", "r4"]
    assert [run.run_id for run in store.runs(acme.id, space.id, ALL)] == in_order
    assert store.count_runs(acme.id, space.id) == 4
    pages = [store.runs(acme.id, space.id, Window(limit=3, offset=offset)) for offset in (0, 3, 6)]
    assert [[run.run_id for run in page] for page in pages] == [in_order[:3], in_order[3:], []]
    walked, after = [], None
    while page := store.runs(acme.id, space.id, Window(limit=1, after=after)):
        walked += [run.run_id for run in page]
        after = Position(page[-1].created, page[-1].run_id, space.id)
    assert walked == in_order


def test_runs_are_of_their_space(store, acme, globex, space, other_space):
    """Not of another space, nor of another tenant that knows the space's id."""
    send(store, space, task("t1", run_id="r1"), call("c1"))
    assert store.run(acme.id, other_space.id, "r1") is None
    assert store.runs(acme.id, other_space.id, ALL) == []
    assert store.run(globex.id, space.id, "r1") is None
    assert store.runs(globex.id, space.id, ALL) == []
    assert store.count_runs(globex.id, space.id) == 0
