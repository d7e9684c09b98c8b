"""Of what stands around an event only what is signed counts, and the content type says what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED

DEFAULTS = HookSettings()
OWN = {"call_id": "own-1", "call_status": "ringing"}
EVENT = {"specversion": "1.0", "id": "e-1", "source": "/pbx", "type": "call", "time": "2026-03-05T10:00:00Z"}


def read(body: Any, settings: HookSettings = DEFAULTS, **headers: str) -> Translation:
    sent = {"content-type": "application/json"} | {
        name.replace("_", "-"): each for name, each in headers.items()
    }
    delivery = Delivery(body=json.dumps(body).encode(), headers=sent, received_at=RECEIVED)
    return translated(PLATFORMS["generic"], delivery, settings)


@pytest.mark.parametrize(
    "body",
    [
        OWN,
        [OWN, OWN],
        {"events": [OWN]},
        {"type": "call", "timestamp": "2026-03-05T09:00:00Z", "data": OWN},
        EVENT | {"data": OWN},
        {"data": {"call": {"id": "x"}}},
    ],
)
@pytest.mark.parametrize("settings", [DEFAULTS, HookSettings(envelope_ids=True)])
def test_headers_that_no_signature_is_over_change_nothing(body, settings):
    """A delivery that was seen can be sent again with others beside the same signature."""
    alone = read(body, settings)
    beside = read(
        body, settings, ce_id="e-9", ce_time="2021-04-05T10:00:00Z", ce_specversion="1.0", ce_type="call"
    )
    assert (beside.events, beside.ignored) == (alone.events, alone.ignored)
    assert [each.reason for each in beside.quarantined] == [each.reason for each in alone.quarantined]


@pytest.mark.parametrize("name", ["call_id", "task_id", "group_id"])
@pytest.mark.parametrize("batch", [False, True])
def test_an_attribute_of_a_cloud_event_may_be_named_as_a_field_of_ours(name, batch):
    event = EVENT | {name: "another", "data": OWN}
    kind = "application/cloudevents-batch+json" if batch else "application/cloudevents+json; charset=utf-8"
    found = read([event, event] if batch else event, content_type=kind)
    assert found.quarantined == []
    assert [each["call_id"] for each in found.events] == ["own-1"] * (2 if batch else 1)
    assert {each["occurred_at"] for each in found.events} == {"2026-03-05T10:00:00Z"}
