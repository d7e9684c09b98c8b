"""The contact spaces together are counted as one more space, whichever they are at the moment."""

import pytest

from callboard.fold.catalogue import CATALOGUE
from callboard.fold.grain import Grain
from callboard.store.questions import CONTACT_SPACES, Aggregate, CallFilter, Scan, Scope, TaskFilter
from tests.events import call, send, task
from tests.stores import compact_at, make_space

EVER = ((-(2**40), 2**40),)


@pytest.fixture(params=[1, 4_000], ids=["compacted", "left as deltas"], autouse=True)
def compacted_at(request, monkeypatch):
    """Whether differences are in the cells already, or not yet, makes no difference."""
    compact_at(monkeypatch, request.param)


def together(store, acme, counter, grain):
    """How many items the contact spaces together have."""
    where = CallFilter() if counter.of == "call" else TaskFilter()
    aggregate = Aggregate(spaces=(CONTACT_SPACES,), where=where, counter=counter.name)
    scan = Scan(aggregate=aggregate, grain=grain, ranges=EVER)
    return sum(row[1] for row in store.sums(acme.id, [scan])[0])


def check(store, acme, calls, tasks):
    """In every counter at every grain, in the lists, and by verification."""
    for counter in CATALOGUE:
        for grain in counter.grains:
            expected = calls if counter.of == "call" else tasks
            assert together(store, acme, counter, Grain(grain)) == expected, (counter.name, grain)
    assert store.count_calls(Scope(acme.id), CallFilter()) == calls
    assert store.verify(deep=True).drift == 0


def test_a_space_whose_content_type_changes_moves_its_numbers_at_once(store, acme, space):
    """Out of the contact spaces, into them again, and what comes in between with it."""
    letters = make_space(store, acme, "Letters", content_type="email")
    send(store, space, call("c1"), call("c2", "failed"), task("t1"))
    send(store, letters, call("c3"), task("t2", "failed"), task("t3"))
    check(store, acme, 2, 1)
    store.update_space(acme.id, letters.id, {"content_type": "contact"})
    check(store, acme, 3, 3)
    store.update_space(acme.id, space.id, {"content_type": "table"})
    check(store, acme, 1, 2)
    send(store, space, call("c4"), call("c1", "failed", at=99))
    send(store, letters, call("c5"))
    check(store, acme, 2, 2)
    store.update_space(acme.id, space.id, {"content_type": "contact"})
    check(store, acme, 5, 3)
    store.update_space(acme.id, space.id, {"content_type": "general"})
    store.update_space(acme.id, letters.id, {"content_type": "email"})
    check(store, acme, 0, 0)
