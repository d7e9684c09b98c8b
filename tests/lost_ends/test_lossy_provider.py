"""A platform that loses, doubles and shuffles its deliveries is counted as it counts itself."""

from __future__ import annotations

import pytest

from callboard.clock import HOUR
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.lost_ends.list_apis import STANDS
from tests.lost_ends.provider import Provider, serving
from tests.lost_ends.true_calls import drawn_calls
from tests.lost_ends.worlds import BEHIND, FIRST, lossy, make_world, truth
from tests.stores import STORES, bits, dump, make_store

SHOWN = [name for name in STANDS if name in PLATFORMS]


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    found = make_store(request.param, tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("platform", SHOWN)
def test_after_one_reconciliation_ids_and_totals_are_the_platforms_own(store, platform):
    calls = drawn_calls(60)
    provider = Provider(STANDS[platform].api, calls, page_rows=13)
    with serving(provider) as base_url:
        world = make_world(store, platform, base_url, rows=13)
        world.deliver(lossy(platform, calls, seed=7))
        first = world.reconcile(base_url)
        wanted = truth(platform, calls)
        assert provider.complaints == []
        assert [each.fault for each in first.hooks] == [None]
        assert world.calls() == wanted
        completed = sum(status == "completed" for status, _ in wanted.values())
        assert world.totals() == (60, completed, 0)
        assert first.still_open == 0
        assert first.missing > 0

        before = dump(store, world.space.org_id)
        # Asked for all of it again, and later: each row has another sequence then.
        second = world.reconcile(base_url, now=BEHIND + HOUR, since=FIRST - HOUR)
        assert (second.healed, second.missing, second.updated) == (0, 0, 0)
        assert bits(dump(store, world.space.org_id)) == bits(before)
        assert store.verify(deep=True).drift == 0
        assert provider.complaints == []
