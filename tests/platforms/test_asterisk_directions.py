"""Directions of calls of telephone exchanges, whose records do not tell them."""

from __future__ import annotations

import json

import pytest

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED


def direction(platform: str, body: dict, *contexts: str) -> str | None:
    delivery = Delivery(body=json.dumps(body).encode(), received_at=RECEIVED)
    (event,) = PLATFORMS[platform].translate(delivery, HookSettings(inbound_contexts=contexts)).events
    return event.get("call_type")


def record(context: str, channel: str = "PJSIP/1001-00000001", other: str = "") -> dict:
    return {
        "uniqueid": "1772712000.1", "disposition": "BUSY", "dcontext": context, "channel": channel,
        "dstchannel": other,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "contexts", "found"),
    [
        (record("from-trunk"), (), "inbound"),
        (record("from-pstn-toheader"), (), "inbound"),
        (record("from-trunkish"), (), None),
        (record("from-internal"), (), None),
        (record("from-internal", other="PJSIP/trunk-00000002"), (), "outbound"),
        (record("default", "PJSIP/trunk-00000002", "PJSIP/1001-00000003"), (), "inbound"),
        (record("from-internal", other="PJSIP/trunk-00000002"), ("carrier",), None),
        (record("from-internal", other="PJSIP/carrier-00000002"), ("carrier",), "outbound"),
        (record("default", "PJSIP/carrier-00000001"), ("carrier",), "inbound"),
        (record("default", "SIP/carrier-00000001"), ("PJSIP/carrier",), None),
        (record("default", "PJSIP/incoming-00000001"), (), None),
        (record("from-trunk"), ("doorbell",), None),
        (record("doorbell"), ("doorbell",), "inbound"),
    ],
)
def test_the_context_or_the_trunk_tells_the_direction_of_asterisk(told, contexts, found):
    assert direction("asterisk", told, *contexts) == found


@pytest.mark.parametrize(
    ("context", "contexts", "found"),
    [
        ("public", (), "inbound"),
        ("default", (), None),
        ("public", ("carrier",), None),
        ("carrier", ("carrier",), "inbound"),
    ],
)
def test_the_context_tells_the_direction_of_freeswitch(context, contexts, found):
    body = {
        "channel_data": {"direction": "inbound"},
        "variables": {"uuid": "u", "hangup_cause": "USER_BUSY"},
        "callflow": [{"caller_profile": {"context": context}}],
    }
    assert direction("freeswitch", body, *contexts) == found
