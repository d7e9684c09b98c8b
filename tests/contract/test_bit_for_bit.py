"""Rows are a function of their events to the last bit, also where two values count as equal."""

from itertools import permutations

import msgspec
import pytest

from tests.events import call, send, task
from tests.stores import dump, make_space

encode = msgspec.msgpack.Encoder(order="deterministic").encode

VALUES = {"one": 1, "one as a float": 1.0, "true": True}


@pytest.mark.parametrize("order", list(permutations(VALUES)), ids="-".join)
def test_equal_values_of_different_kinds_do_not_depend_on_the_order_of_arrival(store, acme, order):
    """`1`, `1.0` and `true` in somebody's metadata are three values: the latest word's stays."""
    space = make_space(store, acme)
    for name in order:
        at, value = [*VALUES].index(name), VALUES[name]
        send(store, space, call("c1", "ringing", at=at, creation_time=1, metadata={"a": [value]}))
        send(store, space, task("t1", "running", at=at, input={"a": value}))
    content = dump(store, acme.id)
    assert encode(content["calls"][space.id, "c1"].metadata) == encode({"a": [True]})
    assert encode(content["tasks"][space.id, "t1"].input) == encode({"a": True})
    assert store.verify(deep=True).drift == 0


def test_the_order_of_keys_in_a_document_says_nothing(store, acme, space):
    """Two events that differ only in it are one event."""
    send(store, space, call("c1", metadata={"a": {"x": 1, "y": 2}, "b": 0}))
    assert send(store, space, call("c1", metadata={"b": 0, "a": {"y": 2, "x": 1}})).duplicate == 1
