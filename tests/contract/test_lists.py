"""Lists: what a filter takes, in which order, window by window; compared with plain Python over all rows."""

from itertools import pairwise

import pytest

from callboard.clock import MINUTE
from callboard.store.questions import UNKNOWN, CallFilter, Position, Scope, TaskFilter, Window
from tests.contract.population import populate
from tests.events import call, send
from tests.stores import NOW, dump, make_store

ALL = Window(limit=10_000)
QUARTER_HOUR = 15 * MINUTE
LATER = NOW + 200 * MINUTE

CALL_FILTERS = {
    "everything": (CallFilter(), lambda call: True),
    "type": (CallFilter(call_type="outbound"), lambda call: call.call_type == "outbound"),
    "no type": (CallFilter(call_type=UNKNOWN), lambda call: call.call_type is None),
    "status": (CallFilter(call_status="missed"), lambda call: call.call_status == "missed"),
    "end reason": (CallFilter(end_reason="busy"), lambda call: call.end_reason == "busy"),
    "end reason named unknown": (
        CallFilter(end_reason="unknown"),
        lambda call: call.end_reason == "unknown",
    ),
    "no end reason": (CallFilter(end_reason=UNKNOWN), lambda call: call.end_reason in (None, "unknown")),
    "agent": (CallFilter(agent="ann"), lambda call: call.agent == "ann"),
    "no agent": (CallFilter(agent=UNKNOWN), lambda call: call.agent is None),
    "an agent nobody is": (CallFilter(agent="zoe"), lambda call: False),
    "of a task": (CallFilter(task_id="t1"), lambda call: call.task_id == "t1"),
    "of no task": (CallFilter(task_id=UNKNOWN), lambda call: call.task_id is None),
    "answered by": (CallFilter(answered_by="human"), lambda call: call.answered_by == "human"),
    "answered by nobody knows": (CallFilter(answered_by=UNKNOWN), lambda call: call.answered_by is None),
    "outcome": (CallFilter(outcome="interested"), lambda call: call.outcome == "interested"),
    "no outcome": (CallFilter(outcome=UNKNOWN), lambda call: call.outcome in (None, "unknown")),
    "source": (
        CallFilter(source_number="+12025550123"),
        lambda call: call.source_number == "+12025550123",
    ),
    "no source": (CallFilter(source_number=UNKNOWN), lambda call: call.source_number is None),
    "destination": (
        CallFilter(destination_number="+12025550125"),
        lambda call: call.destination_number == "+12025550125",
    ),
    "no destination": (
        CallFilter(destination_number=UNKNOWN),
        lambda call: call.destination_number is None,
    ),
    "answered": (CallFilter(answered=True), lambda call: call.answered),
    "not answered": (CallFilter(answered=False), lambda call: not call.answered),
    "made": (CallFilter(made=True), lambda call: call.call_status != "queued"),
    "not made": (CallFilter(made=False), lambda call: call.call_status == "queued"),
    "at least": (CallFilter(min_duration_ms=999), lambda call: (call.duration_ms or -1) >= 999),
    "at least nothing": (CallFilter(min_duration_ms=0), lambda call: call.duration_ms is not None),
    "at most": (
        CallFilter(max_duration_ms=999),
        lambda call: call.duration_ms is not None and call.duration_ms <= 999,
    ),
    "from": (CallFilter(start=NOW + QUARTER_HOUR), lambda call: call.creation_time >= NOW + QUARTER_HOUR),
    "until": (CallFilter(end=NOW + QUARTER_HOUR), lambda call: call.creation_time < NOW + QUARTER_HOUR),
    "an odd span": (
        CallFilter(start=NOW + 1, end=NOW + QUARTER_HOUR + 1),
        lambda call: NOW + 1 <= call.creation_time < NOW + QUARTER_HOUR + 1,
    ),
    "a span of nothing": (CallFilter(start=LATER, end=NOW), lambda call: False),
    "made, by type, in a span": (
        CallFilter(made=True, call_type="web", start=NOW + QUARTER_HOUR, end=LATER),
        lambda call: (
            call.call_status != "queued"
            and call.call_type == "web"
            and NOW + QUARTER_HOUR <= call.creation_time < LATER
        ),
    ),
    "made, yet queued": (CallFilter(made=True, call_status="queued"), lambda call: False),
    "by reason and agent": (
        CallFilter(end_reason="busy", agent="ben"),
        lambda call: call.end_reason == "busy" and call.agent == "ben",
    ),
    "by all there is": (
        CallFilter(
            call_type="outbound",
            call_status="completed",
            end_reason=UNKNOWN,
            answered=True,
            made=True,
            min_duration_ms=0,
            max_duration_ms=60_000,
            start=NOW,
            end=LATER,
        ),
        lambda call: (
            call.call_type == "outbound"
            and call.call_status == "completed"
            and call.end_reason in (None, "unknown")
            and call.answered
            and call.duration_ms is not None
            and call.creation_time < LATER
        ),
    ),
}

TASK_FILTERS = {
    "everything": (TaskFilter(), lambda task: True),
    "run": (TaskFilter(run_id="r1"), lambda task: task.run_id == "r1"),
    "no run": (TaskFilter(run_id=UNKNOWN), lambda task: task.run_id is None),
    "status": (TaskFilter(status="running"), lambda task: task.status == "running"),
    "failure": (
        TaskFilter(failure_reason="cancelled"),
        lambda task: task.failure_reason == "cancelled",
    ),
    "no failure": (TaskFilter(failure_reason=UNKNOWN), lambda task: task.failure_reason is None),
    "assignee": (TaskFilter(assignee="ann"), lambda task: task.assignee == "ann"),
    "no assignee": (TaskFilter(assignee=UNKNOWN), lambda task: task.assignee is None),
    "attempt": (TaskFilter(attempt=2), lambda task: task.attempt == 2),
    "created from": (
        TaskFilter(created_from=NOW + QUARTER_HOUR),
        lambda task: task.created >= NOW + QUARTER_HOUR,
    ),
    "created to": (TaskFilter(created_to=NOW + QUARTER_HOUR), lambda task: task.created < NOW + QUARTER_HOUR),
    "an odd span": (
        TaskFilter(created_from=NOW + 1, created_to=NOW + QUARTER_HOUR + 1),
        lambda task: NOW + 1 <= task.created < NOW + QUARTER_HOUR + 1,
    ),
    "a status in a span": (
        TaskFilter(status="failed", created_from=NOW + QUARTER_HOUR, created_to=LATER),
        lambda task: task.status == "failed" and NOW + QUARTER_HOUR <= task.created < LATER,
    ),
    "updated before": (
        TaskFilter(updated_before=NOW + 20 * MINUTE),
        lambda task: task.modified < NOW + 20 * MINUTE,
    ),
    "by all there is": (
        TaskFilter(run_id="r1", status="failed", assignee="ann", attempt=1),
        lambda task: (task.run_id, task.status, task.assignee, task.attempt) == ("r1", "failed", "ann", 1),
    ),
}


@pytest.fixture(scope="module")
def populations(tmp_path_factory):
    """The same few hundred calls and tasks in every store, made once: nothing here changes them."""
    made = {}

    def population(kind):
        if kind not in made:
            from tests.stores import make_organization

            store = make_store(kind, tmp_path_factory.mktemp(kind))
            organization = make_organization(store)
            made[kind] = (store, organization, populate(store, organization))
        return made[kind]

    yield population
    for store, *_ in made.values():
        store.close()


@pytest.fixture(params=["memory", "sqlite"])
def population(request, populations):
    return populations(request.param)


@pytest.fixture(params=["one space", "contact spaces", "all spaces", "a space of e-mail"])
def scope(request, population):
    """(the scope, the ids of its spaces)"""
    _, acme, (spring, summer, letters) = population
    return {
        "one space": (Scope(acme.id, spring.id), {spring.id}),
        "contact spaces": (Scope(acme.id), {spring.id, summer.id}),
        "all spaces": (Scope(acme.id, all_content=True), {spring.id, summer.id, letters.id}),
        "a space of e-mail": (Scope(acme.id, letters.id), {letters.id}),
    }[request.param]


def in_order(found):
    """Newest first, ties by id, then by space."""
    return sorted(found, key=lambda each: (-each[0], each[1], each[2]))


@pytest.mark.parametrize("name", CALL_FILTERS)
def test_a_filter_of_calls_takes_what_it_says_and_counts_it(population, scope, name):
    """The list, its order, and its count: whether it is counted from rows or from counters."""
    store, acme, _ = population
    where, takes = CALL_FILTERS[name]
    expected = in_order(
        (call.creation_time, call.call_id, space_id)
        for (space_id, _), call in dump(store, acme.id)["calls"].items()
        if space_id in scope[1] and not call.void and takes(call)
    )
    found = store.calls(scope[0], where, ALL)
    assert [(each.call.creation_time, each.call.call_id, each.space_id) for each in found] == expected
    assert all(takes(each.call) for each in found)
    assert store.count_calls(scope[0], where) == len(expected)


@pytest.mark.parametrize("name", TASK_FILTERS)
def test_a_filter_of_tasks_takes_what_it_says_and_counts_it(population, scope, name):
    """The list, its order, and its count."""
    store, acme, _ = population
    where, takes = TASK_FILTERS[name]
    expected = in_order(
        (task.created, task.task_id, space_id)
        for (space_id, _), task in dump(store, acme.id)["tasks"].items()
        if space_id in scope[1] and not task.void and takes(task)
    )
    found = store.tasks(scope[0], where, ALL)
    assert [(each.task.created, each.task.task_id, each.space_id) for each in found] == expected
    assert store.count_tasks(scope[0], where) == len(expected)


@pytest.mark.parametrize("stuck", [True, False])
@pytest.mark.parametrize("minutes", [0, 10, 11, 120, 1000])
def test_stuck_tasks_are_judged_by_their_own_spaces_limits(population, scope, stuck, minutes):
    """Longer than the limit, not as long."""
    store, acme, spaces = population
    now = NOW + minutes * MINUTE
    limits = {
        space.id: {
            "running": space.settings.stuck_running_after,
            "pending": space.settings.stuck_pending_after,
        }
        for space in spaces
    }
    expected = in_order(
        (task.created, task.task_id, space_id)
        for (space_id, _), task in dump(store, acme.id)["tasks"].items()
        if space_id in scope[1]
        and not task.void
        and stuck
        == (
            task.waiting_since is not None
            and now - task.waiting_since > limits[space_id][task.status] * 1_000_000
        )
    )
    where = TaskFilter(stuck=stuck, now=now)
    found = store.tasks(scope[0], where, ALL)
    assert [(each.task.created, each.task.task_id, each.space_id) for each in found] == expected
    assert store.count_tasks(scope[0], where) == len(expected)


def test_stuck_and_a_status_are_asked_together(population, scope):
    """Every filter holds, or the task is not among them."""
    store, _, _ = population
    now = NOW + 1000 * MINUTE
    both = store.tasks(scope[0], TaskFilter(stuck=True, status="running", now=now), ALL)
    assert both == [
        each
        for each in store.tasks(scope[0], TaskFilter(stuck=True, now=now), ALL)
        if each.task.status == "running"
    ]


@pytest.mark.parametrize("limit", [1, 7, 59, 1000])
def test_pages_and_positions_walk_the_whole_list_once(population, scope, limit):
    """In its order, whatever the page's length; a page past the end is empty."""
    store, _, _ = population
    whole = store.calls(scope[0], CallFilter(made=True), ALL)
    pages, walked, offset = [], [], 0
    while page := store.calls(scope[0], CallFilter(made=True), Window(limit=limit, offset=offset)):
        pages += page
        offset += limit
    after = None
    while page := store.calls(scope[0], CallFilter(made=True), Window(limit=limit, after=after)):
        walked += page
        last = page[-1]
        after = Position(last.call.creation_time, last.call.call_id, last.space_id)
    assert pages == walked == whole


def test_pages_are_counted_from_a_position_where_there_is_one(population, scope):
    """So that a walk may skip."""
    store, _, _ = population
    whole = store.calls(scope[0], CallFilter(), ALL)
    fifth = whole[4]
    after = Position(fifth.call.creation_time, fifth.call.call_id, fifth.space_id)
    assert store.calls(scope[0], CallFilter(), Window(limit=3, offset=2, after=after)) == whole[7:10]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_tasks_too_are_walked_by_pages_and_positions(population, scope, limit):
    """The same for tasks."""
    store, _, _ = population
    whole = store.tasks(scope[0], TaskFilter(), ALL)
    pages, walked, offset, after = [], [], 0, None
    while page := store.tasks(scope[0], TaskFilter(), Window(limit=limit, offset=offset)):
        pages += page
        offset += limit
    while page := store.tasks(scope[0], TaskFilter(), Window(limit=limit, after=after)):
        walked += page
        last = page[-1]
        after = Position(last.task.created, last.task.task_id, last.space_id)
    assert pages == walked == whole


def test_a_list_has_ties_or_these_tests_prove_little(population):
    """Equal times, and equal ids at equal times in two spaces."""
    store, acme, _ = population
    whole = store.calls(Scope(acme.id, all_content=True), CallFilter(), ALL)
    pairs = list(pairwise(whole))
    assert any(one.call.creation_time == other.call.creation_time for one, other in pairs)


def test_the_same_id_at_the_same_time_in_two_spaces_is_ordered_by_space(store, acme, space, other_space):
    """The order is total, and a position falls between the two."""
    for each in (other_space, space):
        send(store, each, call("c1"), call("c0", at=5))
    whole = store.calls(Scope(acme.id), CallFilter(), ALL)
    assert [(each.call.call_id, each.space_id) for each in whole] == [
        ("c0", space.id),
        ("c0", other_space.id),
        ("c1", space.id),
        ("c1", other_space.id),
    ]
    for number, each in enumerate(whole):
        after = Position(each.call.creation_time, each.call.call_id, each.space_id)
        assert store.calls(Scope(acme.id), CallFilter(), Window(limit=9, after=after)) == whole[number + 1 :]


def test_a_position_that_is_no_calls_falls_where_it_would_be(store, acme, space):
    """The next page starts after the cursor's position, also when that row no longer exists."""
    send(store, space, call("c1", at=1), call("c3", at=1), call("c2", at=0))
    after = Position(NOW + 1_000_000, "c2", space.id)
    found = store.calls(Scope(acme.id), CallFilter(), Window(limit=9, after=after))
    assert [each.call.call_id for each in found] == ["c3", "c2"]


def test_ids_are_compared_as_code_points(store, acme, space):
    """Not by case or language, so that every store and every client sorts alike."""
    names = ["Z", "a", "é", "z", "ß", "😀", "\uffee", "A", "10", "9"]
    send(store, space, *[call(name, at=0) for name in names])
    found = store.calls(Scope(acme.id), CallFilter(), ALL)
    assert [each.call.call_id for each in found] == sorted(names)
