"""Scenarios of platforms through translation and store, in any order of arrival."""

from __future__ import annotations

import pytest

from callboard.ingest.parse import event_from_mapping
from callboard.store.postgres.store import PostgresStore
from tests.events import send
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, scenarios_of
from tests.platforms.stored import assert_calls_stand
from tests.platforms.test_scenarios import told_by
from tests.stores import STORES, make_organization, make_space, make_store

FEW_ORDERS = 3


@pytest.fixture(scope="module", params=STORES)
def tenant(request, tmp_path_factory):
    store = make_store(request.param, tmp_path_factory.mktemp("stored"))
    yield store, make_organization(store, now=RECEIVED)
    store.close()


@pytest.mark.parametrize(
    "scenario", [*scenarios_of(OWN), *scenarios_of(OTHERS)], ids=lambda scenario: scenario.name
)
def test_a_scenario_stands_in_the_store_in_every_order_of_arrival(tenant, scenario):
    """Each delivery is committed by itself; the last order has every delivery twice."""
    store, organization = tenant
    # The product's own go through every order on one engine in a file; a database answers too slowly for all.
    orders = list(scenario.orders())
    if OTHERS is None and isinstance(store, PostgresStore):
        orders = [*orders[:FEW_ORDERS], orders[-1]]
    for place, order in enumerate(orders):
        space = make_space(store, organization, f"{scenario.name}-{place}", now=RECEIVED)
        for event, at in told_by(order):
            send(store, space, event_from_mapping(event, now=at, source="hook:test"), received_at=at)
        assert_calls_stand(store, space, scenario)
