"""Scenarios of platforms over the real HTTP server, each delivery with its real signature: as given,
reversed, and each delivery twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import chain

import httpx
import pytest

from callboard.clock import system_clock
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.model.directory import Space
from tests.platforms.gate import SECRETS, Gate, request_of
from tests.platforms.manifests import OTHERS, OWN, Scenario, Sent, scenarios_of
from tests.platforms.stored import assert_calls_stand

SCENARIOS = [
    each
    for each in (*scenarios_of(OWN), *scenarios_of(OTHERS))
    if each.is_posted and "settings" not in each.expect  # hooks here have none
]
ORDERS = ("as_given", "reversed", "doubled")


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    gate = Gate(tmp_path_factory.mktemp("gate"))
    try:
        yield gate
        assert "ERROR" not in gate.server.log, gate.server.log
        assert ("was refused" in gate.server.log) == gate.has_refused
        assert [one for one in (*SECRETS, *gate.tokens) if one in gate.server.log] == []
    finally:
        gate.close()


def in_order(sent: Sequence[Sent], order: str) -> list[Sent]:
    if order == "reversed":
        return list(reversed(sent))
    return [each for each in sent for _ in range(1 + (order == "doubled"))]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_gives_its_calls_over_http(gate, scenario, order):
    space = gate.tenant()
    urls = {each.platform: gate.hook(space, each.platform) for each in scenario.sent}
    sent = scenario.sent_to(urls, system_clock())
    answers = [gate.post(each).status_code for each in in_order(sent, order)]
    times = 1 + (order == "doubled")
    assert answers.count(401) == scenario.expect.get("refused", 0) * times
    assert set(answers) <= {200, 401}
    assert_stands(gate, space, scenario)
    counts = gate.store.hook_counts(space.org_id).values()
    assert sum(each.accepted for each in counts) == answers.count(200)
    assert (sum(each.refused for each in counts) > 0) == (401 in answers)


def assert_stands(gate: Gate, space: Space, scenario: Scenario) -> None:
    """What the manifest expects is in the store: calls, and what is in quarantine."""
    assert_calls_stand(gate.store, space, scenario)
    kept = [json.loads(each.faults) for each in gate.store.quarantine(space.org_id)]
    reasons = sorted(record["reason"] for each in kept for record in each["records"])
    assert reasons == sorted(each["reason"] for each in scenario.expect.get("quarantined", []))


def test_the_same_delivery_many_times_at_once_is_one_call(gate):
    """A thousand equal deliveries, a hundred at a time."""
    space = gate.tenant()
    [scenario] = [each for each in scenarios_of(OWN, "twilio") if each.name.endswith("/a_whole_call")]
    [*_, last] = scenario.sent_to({"twilio": gate.hook(space, "twilio")}, system_clock())

    async def post_all() -> list[int]:
        async with httpx.AsyncClient(
            base_url=gate.server.url,
            trust_env=False,
            timeout=120,
            limits=httpx.Limits(max_connections=100),
        ) as client:
            method, path = request_of(last)
            headers, body = last.delivery.headers, last.delivery.body

            async def post_ten() -> list[int]:  # in turn: the client looks through all that wait, each time
                return [
                    (await client.request(method, path, headers=headers, content=body)).status_code
                    for _ in range(10)
                ]

            return [*chain(*await asyncio.gather(*(post_ten() for _ in range(100))))]

    answers = asyncio.run(post_all())
    assert answers == [200] * 1_000
    assert gate.store.outcomes(space.org_id) == {("applied", ""): 1, ("duplicate", ""): 999}
    [counts] = gate.store.hook_counts(space.org_id).values()
    assert counts.accepted == 1_000


def test_a_stale_delivery_is_told_apart_from_a_wrong_one(gate):
    space = gate.tenant()
    url = gate.hook(space, "telnyx")
    scenario = next(each for each in scenarios_of(OWN, "telnyx") if each.is_posted)
    old = scenario.sent_to({"telnyx": url}, system_clock() - 3_600_000_000)[0]
    answer = gate.post(old)
    assert answer.status_code == 401
    assert answer.json()["message"].endswith(": stale.")
    ahead = scenario.sent_to({"telnyx": url}, system_clock() + 3_600_000_000)[0]
    assert gate.post(ahead).json()["message"].endswith(": future.")


def test_no_secret_is_in_the_clear_in_the_file_of_the_store(gate):
    """Nor in what is exported or copied from it, which is the same rows."""
    space = gate.tenant()
    for platform in PLATFORMS:
        gate.hook(space, platform)
    stored = b"".join(path.read_bytes() for path in gate.db.parent.glob("calls.db*") if path.suffix != ".key")
    assert [one for one in (*SECRETS, *gate.tokens) if one.encode() in stored] == []
