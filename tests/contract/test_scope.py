"""Which spaces a question is about: one, the contact spaces, or all."""

from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from tests.events import call, send, task
from tests.stores import make_space

ALL = Window(limit=100)


def ids(found):
    return sorted(each.call.call_id for each in found)


def test_an_organizations_lists_cover_its_contact_spaces(store, acme, space, other_space):
    """Unless all content is asked for; one space is answered for whatever its content type."""
    letters = make_space(store, acme, "Letters", content_type="email")
    for where, call_id in ((space, "c1"), (other_space, "c2"), (letters, "c3")):
        send(store, where, call(call_id), task(call_id))
    for scope, expected in (
        (Scope(acme.id), ["c1", "c2"]),
        (Scope(acme.id, all_content=True), ["c1", "c2", "c3"]),
        (Scope(acme.id, letters.id), ["c3"]),
        (Scope(acme.id, space.id, all_content=True), ["c1"]),
        (Scope(acme.id, 999), []),
    ):
        assert ids(store.calls(scope, CallFilter(), ALL)) == expected
        assert store.count_calls(scope, CallFilter()) == len(expected)
        assert store.count_tasks(scope, TaskFilter()) == len(expected)


def test_a_new_content_type_moves_a_spaces_rows_in_and_out_at_once(store, acme, space, other_space):
    """Its own numbers stay; who asks for the organization's asks for other spaces."""
    send(store, space, call("c1"))
    send(store, other_space, call("c2"))
    before = store.changes_since(acme.id, -1)
    store.update_space(acme.id, space.id, {"content_type": "general"})
    after = store.changes_since(acme.id, -1)
    assert after.directory_version != before.directory_version
    assert after.totals == before.totals
    assert ids(store.calls(Scope(acme.id), CallFilter(), ALL)) == ["c2"]
    assert store.count_calls(Scope(acme.id), CallFilter()) == 1
    assert ids(store.calls(Scope(acme.id, space.id), CallFilter(), ALL)) == ["c1"]
    store.update_space(acme.id, space.id, {"content_type": "contact"})
    assert ids(store.calls(Scope(acme.id), CallFilter(), ALL)) == ["c1", "c2"]
    assert store.count_calls(Scope(acme.id), CallFilter()) == 2
