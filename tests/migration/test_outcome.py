"""Calls of before have no outcome, and take one like any other."""

from __future__ import annotations

from contextlib import closing

from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.questions import UNKNOWN, CallFilter, Scope, Window
from callboard.store.sql.store import SqlStore
from tests.events import call, send
from tests.migration.older import tables
from tests.stores import behind

ALL = Window(limit=1_000)


def bodies_of_before() -> list[bytes]:
    """The events of the older store, in their order."""
    columns, rows = next((columns, rows) for name, columns, rows in tables() if name == "event")
    order = [columns.index(name) for name in ("org_id", "seq", "body")]
    return [row[2] for row in sorted([row[at] for at in order] for row in rows)]


def bodies(store: SqlStore) -> list[bytes]:
    with behind(store) as db:
        return [bytes(body) for (body,) in db.select("SELECT body FROM event ORDER BY org_id, seq", {})]


def test_an_older_store_takes_outcomes_and_keeps_its_events(older: str) -> None:
    """Not one byte of its events changes; none of its calls has an outcome until one is told."""
    with closing(open_store(Settings(db=older), upgrade=True)) as store:
        assert bodies(store) == bodies_of_before()
        organization = store.organizations()[0]
        scope = Scope(organization.id, all_content=True)
        before = store.calls(scope, CallFilter(), ALL)
        assert before == store.calls(scope, CallFilter(outcome=UNKNOWN), ALL)
        assert {each.call.outcome for each in before} == {None}
        first = before[0]
        space = next(each for each in store.spaces(organization.id) if each.id == first.space_id)
        send(store, space, call(first.call.call_id, first.call.call_status, outcome="call_back"))
        found = store.calls(scope, CallFilter(outcome="call_back"), ALL)
        assert [(each.space_id, each.call.call_id) for each in found] == [(space.id, first.call.call_id)]
        assert store.verify(deep=True).differences == []
