"""A tenant sees only itself, at the store as well as at the edge."""

from callboard.errors import NotFoundError
from callboard.store.interface import Batch, NewRun
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from tests.events import call, send, task
from tests.stores import NOW, bits, dump

ALL = Window(limit=100)


def test_nothing_of_another_tenant_is_answered_even_when_its_space_is_known(
    store, acme, globex, space, foreign_space
):
    """The organization is a condition of every question."""
    send(
        store,
        foreign_space,
        call("c1", duration_ms=1),
        task("t1", run_id="r1"),
        run=NewRun("r2", NOW, None, None),
    )
    for scope in (
        Scope(acme.id, foreign_space.id),
        Scope(acme.id, foreign_space.id, all_content=True),
        Scope(acme.id),
        Scope(acme.id, all_content=True),
    ):
        assert store.calls(scope, CallFilter(), ALL) == []
        assert store.count_calls(scope, CallFilter()) == 0
        assert store.count_calls(scope, CallFilter(answered=True)) == 0
        assert store.tasks(scope, TaskFilter(), ALL) == []
        assert store.count_tasks(scope, TaskFilter()) == 0
        assert store.count_tasks(scope, TaskFilter(assignee="ann")) == 0
    assert store.call(acme.id, foreign_space.id, "c1") is None
    assert store.task(acme.id, foreign_space.id, "t1") is None
    assert store.run(acme.id, foreign_space.id, "r1") is None
    assert store.runs(acme.id, foreign_space.id, ALL) == []
    assert store.changes_since(acme.id, -1).totals.keys() == {space.id}
    assert dump(store, acme.id)["calls"] == {}


def test_events_for_a_space_that_is_not_the_tenants_are_refused_and_their_neighbours_stand(
    store, acme, globex, space, foreign_space
):
    """`NotFoundError` in the batch's place; nothing of it is kept, in either organization."""
    before = bits(dump(store, globex.id))

    def batch(org, where, call_id):
        return Batch(org_id=org, space_id=where, entries=[call(call_id)], received_at=NOW)

    good, foreign, nobody, also_good = store.ingest(
        [
            batch(acme.id, space.id, "c1"),
            batch(acme.id, foreign_space.id, "c2"),
            batch(acme.id, 999, "c3"),
            batch(globex.id, foreign_space.id, "c4"),
        ]
    )
    assert (good.applied, also_good.applied) == (1, 1)
    assert isinstance(foreign, NotFoundError)
    assert isinstance(nobody, NotFoundError)
    assert dump(store, acme.id)["calls"].keys() == {(space.id, "c1")}
    assert dump(store, globex.id)["calls"].keys() == {(foreign_space.id, "c4")}
    assert before != bits(dump(store, globex.id))
    assert store.verify(deep=True).drift == 0


def test_events_of_an_organization_that_is_not_there_are_refused(store, acme, space):
    """Also beside good ones."""
    nobody, good = store.ingest(
        [
            Batch(org_id=999, space_id=space.id, entries=[call("c1")], received_at=NOW),
            Batch(org_id=acme.id, space_id=space.id, entries=[call("c2")], received_at=NOW),
        ]
    )
    assert isinstance(nobody, NotFoundError)
    assert good.applied == 1


def test_the_same_ids_in_two_tenants_never_meet(store, acme, globex, space, foreign_space):
    """Calls, tasks, runs, event ids: each tenant's are its own."""
    for where, agent in ((space, "ann"), (foreign_space, "ben")):
        receipt = send(
            store, where, call("c1", event_id="e1", agent=agent), task("t1", event_id="e2", run_id="r1")
        )
        assert receipt.applied == 2
    assert store.call(acme.id, space.id, "c1").agent == "ann"
    assert store.call(globex.id, foreign_space.id, "c1").agent == "ben"
    assert store.run(acme.id, space.id, "r1").total_tasks == 1
    receipt = send(store, space, call("c1", at=9, void=True))
    assert receipt.applied == 1
    assert store.call(globex.id, foreign_space.id, "c1") is not None
