"""A delivery that comes again, however much later, is known: no row, no counter and no event more.

Also one that tells no time of its call: what it says may not depend on when it was received.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from msgspec import structs

from callboard.clock import DAY, HOUR, SECOND
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.model.words import FINAL_CALL
from callboard.store.hooks import Hook
from callboard.store.interface import Receipt, Store
from tests.platforms.hooked import Hooked, hooked
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Scenario, Sent, scenarios_of
from tests.stores import STORES, bits, dump, make_store

SCENARIOS = [*scenarios_of(OWN), *scenarios_of(OTHERS)]
LATER = (HOUR, 40 * DAY)
"""How long after its first receipt a delivery comes again."""
_OF_A_TIME = re.compile(
    r".*(time|stamp|date|unix_secs|_at|At|created|started|ended|answered|modified|start|end)(_?stamp)?",
    re.IGNORECASE,
)
"""Names of fields that tell times. Of a form's `Duration` and the like nothing follows without them."""
_WORDS = re.compile(r".*(status|state|reason|event|event_?type|legs?)", re.IGNORECASE)


def is_time(name: str, value: Any) -> bool:
    return bool(_OF_A_TIME.fullmatch(name)) and not _WORDS.fullmatch(name) and not isinstance(value, dict)


def untimed(value: Any) -> Any:
    """A body without whatever tells a time, at any depth; of batches also in what is packed."""
    if isinstance(value, list):
        return [untimed(each) for each in value]
    if not isinstance(value, dict):
        return value
    left = {name: untimed(each) for name, each in value.items() if not is_time(name, each)}
    if isinstance(left.get("data"), str) and left.keys() == {"data"}:
        try:
            record = json.loads(base64.b64decode(left["data"], validate=True))
        except (binascii.Error, ValueError):
            return left
        left["data"] = base64.b64encode(json.dumps(untimed(record)).encode()).decode()
    return left


def without_its_times(sent: Sent) -> Delivery | None:
    """The same delivery, telling no times; None for one that is neither JSON nor a form."""
    body = sent.delivery.body
    if sent.delivery.content_type == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        left = urlencode([(name, value) for name, value in pairs if not is_time(name, value)])
        return structs.replace(sent.delivery, body=left.encode())
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return structs.replace(sent.delivery, body=json.dumps(untimed(value)).encode())


def deliveries_of(scenario: Scenario) -> list[tuple[Sent, Delivery]]:
    """Its deliveries that are posted, as they are and without their times."""
    posted = [each for each in scenario.sent if each.delivery.method in ("POST", "GET")]
    changed = [(each, less) for each in posted if (less := without_its_times(each)) is not None]
    return [(each, each.delivery) for each in posted] + changed


def receive(store: Store, hook: Hook, sent: Sent, delivery: Delivery, after: int) -> Receipt:
    """What is kept of a delivery that is received so long after all others began to come."""
    again = structs.replace(delivery, received_at=RECEIVED + after)
    mine = structs.replace(hook, platform=sent.platform)
    taken = take(PLATFORMS[sent.platform], again, mine, 1_000)
    batch = structs.replace(batch_of(mine, taken, RECEIVED + after), delivery=None)
    [receipt] = store.ingest([batch])
    assert not isinstance(receipt, Exception), receipt
    return receipt


def events_of(world: Hooked) -> int:
    """How many events its calls have."""
    org, space = world.space.org_id, world.space.id
    return sum(len(world.store.call_entries(org, space, each)) for each in world.rows())


@pytest.fixture(scope="module", params=STORES)
def store(request, tmp_path_factory):
    found = make_store(request.param, tmp_path_factory.mktemp("repeats"))
    yield found
    found.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_delivery_that_comes_again_changes_nothing(store, scenario):
    """Each by itself, an hour later and forty days later, is a duplicate to its last event."""
    sent = deliveries_of(scenario)
    if not sent:
        pytest.skip("nothing of it is delivered")
    world = hooked(store, sent[0][0].platform, now=RECEIVED)
    for place, (each, delivery) in enumerate(sent):
        receive(store, world.hook, each, delivery, place * SECOND)
    before, count = bits(dump(store, world.space.org_id)), events_of(world)
    for later in LATER:
        for each, delivery in sent:
            receipt = receive(store, world.hook, each, delivery, later)
            assert (receipt.applied, receipt.stale) == (0, 0), (delivery.body, later)
    assert bits(dump(store, world.space.org_id)) == before
    assert events_of(world) == count


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_a_delivery_says_does_not_depend_on_when_it_was_received(scenario):
    """But what is asked for or read of a file, which has the time of the question in its `sequence`."""
    for sent, delivery in deliveries_of(scenario):
        first, again = (
            translated(
                PLATFORMS[sent.platform], structs.replace(delivery, received_at=RECEIVED + at), sent.settings
            )
            for at in (0, 400 * DAY)
        )
        assert first == again


@pytest.mark.parametrize("platform", ["retell", "amazon_connect"])
def test_an_end_that_tells_no_time_did_not_end_when_it_was_received(store, platform):
    """It is placed at its first receipt, and how long it lasted stays unknown."""
    contact = {"ContactId": "a", "Channel": "VOICE", "InitiationMethod": "INBOUND", "DisconnectReason": "API"}
    packed = base64.b64encode(json.dumps(contact).encode()).decode()
    body = {
        "retell": {"event": "call_ended", "call": {"call_id": "a", "disconnection_reason": "user_hangup"}},
        "amazon_connect": {"requestId": "r", "timestamp": 1, "records": [{"data": packed}]},
    }[platform]
    world = hooked(store, platform, now=RECEIVED)
    delivery = Delivery(body=json.dumps(body).encode(), received_at=RECEIVED)
    sent = Sent(platform, delivery, signed=False)
    counted = [receive(store, world.hook, sent, delivery, after) for after in (0, HOUR, DAY)]
    assert [(each.applied, each.duplicate) for each in counted] == [(1, 0), (0, 1), (0, 1)]
    [call] = world.rows().values()
    assert call.call_status in FINAL_CALL
    assert (call.creation_time, call.end_time) == (RECEIVED, None)


def test_a_call_that_is_planned_says_the_same_before_its_time_and_after():
    """What is due at a time and was received before it, or after it, is one delivery."""
    body = {"call_id": "a", "status": "scheduled", "scheduled_at": "2026-03-09T00:00:00Z"}
    before, after = (
        translated(
            PLATFORMS["unpod"],
            Delivery(body=json.dumps(body).encode(), received_at=RECEIVED + at),
            HookSettings(),
        )
        for at in (0, 2 * DAY)
    )
    assert before == after
    assert [each["call_status"] for each in before.events] == ["queued"]
