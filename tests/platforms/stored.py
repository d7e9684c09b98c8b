"""What a store shows of the calls of a scenario."""

from __future__ import annotations

from typing import Any

from callboard.model.directory import Space
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window
from tests.platforms.manifests import Scenario
from tests.platforms.plain_calls import row_of
from tests.platforms.test_scenarios import differences


def stored_calls(store: Store, space: Space) -> dict[str, dict[str, Any]]:
    """The calls that count, by id, each with its `legs`, as manifests tell them."""
    scope = Scope(space.org_id, space.id)
    found = store.calls(scope, CallFilter(), Window(limit=100))
    return {
        each.call.call_id: row_of(each.call)
        | {"legs": [row_of(leg) for leg in store.legs(space.org_id, space.id, each.call.call_id)]}
        for each in found
    }


def assert_calls_stand(store: Store, space: Space, scenario: Scenario) -> None:
    """Exactly the calls that the manifest expects, and their legs, are in the store and in its counters."""
    calls = stored_calls(store, space)
    wanted = scenario.expect.get("calls", [])
    if not any(call["call_id"] == "synth" for call in wanted):
        assert calls.keys() == {call["call_id"] for call in wanted}
    for call in wanted:
        found = calls[call["call_id"]] if call["call_id"] in calls else next(iter(calls.values()))
        assert differences(call, found) == {}, call["call_id"]
    counted = sum(call["call_status"] != "queued" for call in calls.values())
    assert counted == scenario.expect.get("total_calls", counted)
    assert store.changes_since(space.org_id, -1).totals[space.id].total_calls == counted
