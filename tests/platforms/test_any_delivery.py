"""Whatever a platform sends, its translation gives events or a reason why not, and raises nothing.

`make fuzz` draws a million; `make test` a hundred of each platform.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.delivery import (
    QUARANTINE_REASONS,
    Delivery,
    HookSettings,
    Translation,
)
from callboard.ingest.sources.platforms.reading.bodies import claims_of, documents
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import OWN, RECEIVED, Sent, scenarios_of
from tests.platforms.plain_calls import FOLDED

SAMPLES: dict[str, list[Sent]] = {}
for scenario in scenarios_of(OWN):
    for each in scenario.sent:
        SAMPLES.setdefault(each.platform, []).append(each)

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=12),
    st.sampled_from(
        [
            "", " ", "None", "null", "{{x}}", "${x}", "0", "-1", "NaN", "9" * 40, "1e999", "\x00", "\ud800",
            "2026-03-02T09:30:00", "Mon, 02 Mar 2026 09:31:35 +9999", "9999-12-31T23:59:59Z", "completed",
            "é" * 300, "x" * 70_000, [], {}, [[]], {"a": {}}, ["a", 1], 10**18, 1e308, -0.0,
        ]
    ),
)  # fmt: skip
SETTINGS = st.builds(
    HookSettings,
    timezone=st.sampled_from(["UTC", "Asia/Kathmandu"]),
    keep_recordings=st.booleans(),
    metadata_keys=st.sampled_from([(), ("task_id", "space")]),
    id_prefix=st.sampled_from([None, "mine:"]),
    inbound_contexts=st.sampled_from([(), ("trunk",)]),
    template=st.sampled_from([None, None, {"call_id": "call_id", "call_status": "call_status|data.type"}]),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each container with each of its keys or indexes, at any depth."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


def bent_json(data: st.DataObject, body: bytes) -> bytes:
    """A body of which some values are others, or gone; of packed records maybe some inside one of them."""
    return b"".join(bent_document(data, each) for each in documents(body))


def bent_document(data: st.DataObject, body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    sent = [each for each in value.get("records", ()) if "data" in each] if isinstance(value, dict) else None
    if sent and data.draw(st.booleans()):
        record = data.draw(st.sampled_from(sent))
        packed = bent_json(data, base64.b64decode(record["data"]))
        record["data"] = base64.b64encode(packed * data.draw(st.integers(0, 2))).decode()
    for _ in range(data.draw(st.integers(0, 4))):
        if not (found := places(value)):
            break
        container, key = data.draw(st.sampled_from(found))
        if data.draw(st.booleans()) or isinstance(container, list):
            container[key] = copy.deepcopy(data.draw(ODD))
        else:
            del container[key]
    return json.dumps(value).encode("utf-8", "surrogatepass")


def bent_form(data: st.DataObject, text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(pairs) - 1)) if pairs else 0
        value = str(data.draw(ODD)).encode("utf-8", "replace").decode()
        change = data.draw(st.integers(0, 2))
        if pairs and change == 0:
            pairs[place] = (pairs[place][0], value)
        elif pairs and change == 1:
            pairs.insert(place, pairs[place])
        elif pairs:
            del pairs[place]
    return urlencode(pairs)


def bent_text(data: st.DataObject, text: str) -> str:
    """A table, or lines, of which some cells are others."""
    cells = re.split(r"([\t,;:\n])", text)
    for _ in range(data.draw(st.integers(0, 4))):
        cells[data.draw(st.integers(0, len(cells) - 1))] = str(data.draw(ODD))
    return "".join(cells).encode("utf-8", "replace").decode()


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def drawn(data: st.DataObject, sent: Sent) -> Delivery:
    """A delivery near one of the scenarios', or any bytes."""
    delivery, query = sent.delivery, sent.delivery.query
    if data.draw(st.integers(0, 9)) == 0:
        body = data.draw(st.binary(max_size=200))
    elif is_json(delivery.body):
        body = bent_json(data, delivery.body)
    elif b"\n" in delivery.body or b"{" in delivery.body:
        body = bent_text(data, delivery.body.decode()).encode()
    elif (plain := claims_of(delivery.body) or delivery.body).lstrip()[:1] in (b"{", b"["):
        body = bent_json(data, plain)
    else:
        body = bent_form(data, delivery.body.decode()).encode()
        query = bent_form(data, query) if query else query
    return Delivery(
        method=delivery.method, url=delivery.url, query=query, headers=delivery.headers, body=body,
        received_at=RECEIVED,
    )  # fmt: skip


def check(found: Translation, *, own: bool = False) -> None:
    """What a translation promises of whatever it gives. `own`: its events are the sender's, as they came."""
    assert isinstance(found, Translation)
    for event in found.events:
        assert event["type"] in ("call", "task")
        assert event.get("call_id") or event.get("task_id") or event.get("group_id")
        if "call_id" in event and event.get("call_status"):
            known = {field: value for field, value in event.items() if field in FOLDED}
            try:
                event_from_mapping(known, now=RECEIVED, source="hook:test")
            except RejectedEvent as rejected:
                # Bounds of single values are those of the API; the hook quarantines what breaks them.
                assert own or rejected.reason in (  # noqa: PT017 - most events are taken
                    "invalid_id", "invalid_value", "too_large", "time_out_of_range", "invalid_duration",
                )  # fmt: skip
    for verdict in found.quarantined:
        assert verdict.reason in QUARANTINE_REASONS
        assert verdict.message
        assert (verdict.word is not None) == (verdict.reason == "unknown_status")


@pytest.mark.parametrize("platform", PLATFORMS)
@given(data=st.data())
def test_any_delivery_is_translated(platform, data):
    """And the same one again to the same: nothing but the delivery decides."""
    samples = SAMPLES.get(platform) or SAMPLES["twilio"]
    delivery, chosen = drawn(data, data.draw(st.sampled_from(samples))), data.draw(SETTINGS)
    found = PLATFORMS[platform].translate(delivery, chosen)
    own = platform == "generic"
    check(found, own=own)
    assert PLATFORMS[platform].translate(delivery, chosen) == found
    kept = redacted(delivery, PLATFORMS[platform].redact)
    check(PLATFORMS[platform].translate(kept, chosen), own=own)
    assert redacted(kept, PLATFORMS[platform].redact) == kept


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"{", b"[]", b"{}", b"null", b"a", b"\xff" * 9, b"=&=", b"[" * 9_999]
)
def test_a_body_that_says_nothing_is_quarantined_or_ignored(platform, body):
    """It never counts, and never vanishes."""
    found = PLATFORMS[platform].translate(Delivery(body=body, received_at=RECEIVED), HookSettings())
    assert found.events == []
    assert len(found.quarantined) + len(found.ignored) == 1
