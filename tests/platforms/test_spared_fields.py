"""A field that a call can do without, and that cannot be read, costs that field alone and is counted: the
call has the status, times and length that it had.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from callboard.fold.call import fold_call
from callboard.fold.facts import own_facts
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.reading.bodies import json_value
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import Taken, take
from callboard.model.event import CallEvent, Entry
from callboard.store.hooks import Hook
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Sent, scenarios_of
from tests.platforms.parts import Parts, Path, name_of, parts_of
from tests.platforms.saying import said

NONSENSE = st.one_of(
    st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        [
            "$0.045", "0,05", "about a minute", "a b\tc", "é" * 300, "x" * 3000, "nul\x00", "half \ud83d",
            "1999-01-01T00:00:00Z", "2199-01-01T00:00:00Z", 915148800, {"total": 1}, [1], {}, [], {"a": [{}]},
            "\x07+1555", 10**18, "1e7",
        ]
    ),
)  # fmt: skip
NOTHING: tuple[Any, ...] = (None, "", "None", [], {})
NEEDED = re.compile(
    r"(.*(time|stamp|date|unix_secs|Ms|_at|At|Time|Timestamp|epoch|stamp|start|end|answer|duration|Duration|length))"
    r"|(.*(status|Status|state|reason|Reason|cause|Cause|type|event|Event|resource|dispo|disposition|attempt|length))"
    r"|(.*(_?id|Id|ID|[Ss]id|uuid|UUID|sid|sequence|name|kind|completed|talk_time|bill.?sec|billmsec|_code|code))"
    r"|(answered_by|queue_status|call_ended_by|failure_reason|call_result|hangup_by|rang|eventname|[Cc]hannel|method|date_.*|.*_ms|last_.*)"
    r"|(.*(Detection.*|voicemail|Data|error|origin.*|direction|text_only|modified))"
)
"""Names of what tells when, how and of which call: without these a delivery says something else, or they
stand in for one another.
"""
CREATIONS = {
    "vapi": ("createdAt",), "bland": ("created_at",), "dialpad": ("date_started",),
    "aircall": ("started_at",),
    "amazon_connect": ("InitiationTimestamp", "LastUpdateTimestamp"), "plivo": ("StartTime",),
    "telnyx": ("payload.start_time",), "twilio": ("SequenceNumber",), "unpod": ("created",),
}  # fmt: skip
"""Platform → what tells when a call was made, or which of its events came first."""
USERS_OWN = ("task_id",)


def taken(sent: Sent, delivery: Delivery) -> Taken:
    """What a hook takes of a delivery."""
    settings = json.dumps({"timezone": sent.settings.timezone})
    hook = Hook(
        id=1, org_id=1, space_id=1, platform=sent.platform, prefix="p", settings=settings, created_at=0
    )
    return take(PLATFORMS[sent.platform], delivery, hook, 1_000)


def calls_of(found: Taken) -> list[Any]:
    """Of each call its id, status, times and length."""
    by_call: dict[str, list[Entry]] = {}
    for entry in found.entries:
        if isinstance(entry.event, CallEvent) and entry.event.call_status:
            by_call.setdefault(entry.event.item_id, []).append(entry)
    calls = [fold_call(entries) for entries in by_call.values()]
    return [
        (each.call_id, each.call_status, each.start_time, each.end_time, each.duration_ms) for each in calls
    ]


def can_go(parts: Parts, path: Path) -> bool:
    """Whether a call can do without this part: it says the same of its status, times and length."""
    name = name_of(path)
    own = (*CREATIONS.get(parts.sent.platform, ()), *USERS_OWN)
    if NEEDED.fullmatch(name.rpartition(".")[2]) and not any(
        name == each or name.endswith(f".{each}") for each in own
    ):
        return False
    less = taken(parts.sent, parts.without([path]))
    return less.quarantined is None and calls_of(less) == calls_of(taken(parts.sent, parts.sent.delivery))


def samples() -> dict[str, list[tuple[Parts, Path]]]:
    """Platform → parts that tell something, and that their calls can do without."""
    found: dict[str, list[tuple[Parts, Path]]] = {}
    for scenario in [*scenarios_of(OWN), *scenarios_of(OTHERS)]:
        for sent in scenario.sent:
            if sent.delivery.method not in ("POST", "GET") or PLATFORMS[sent.platform].sends_events:
                continue
            parts = parts_of(sent)
            if parts is not None and taken(sent, sent.delivery).entries:
                told = [
                    path for path in parts.leaves() if parts.value(path) not in (None, "", "None", [], {})
                ]
                found.setdefault(sent.platform, []).extend(
                    (parts, path) for path in told if can_go(parts, path)
                )
    return {platform: each for platform, each in found.items() if each}


SAMPLES = samples()


@pytest.mark.parametrize("platform", sorted(SAMPLES))
@given(data=st.data())
def test_a_field_that_cannot_be_read_costs_that_field_alone(platform, data):
    parts, path = data.draw(st.sampled_from(SAMPLES[platform]))
    nonsense = data.draw(NONSENSE)
    found = taken(parts.sent, parts.written(path, nonsense))
    before = taken(parts.sent, parts.sent.delivery)
    assert [each.message for each in found.at_fault] == [each.message for each in before.at_fault]
    assert calls_of(found) == calls_of(before), (parts.content, path, nonsense)


@pytest.mark.parametrize(
    ("price", "shape"), [("$0.045", "$9.9"), ("0,05", "9,9"), ({"total": 1}, "an object"), (True, "true")]
)
def test_what_is_left_out_is_counted_by_its_shape(price, shape):
    """And by nothing of what it says: it may be anybody's."""
    found = said("bland", {"call_id": "b", "completed": True, "status": "completed", "price": price})
    assert [(each.field, each.word) for each in found.unknown_words] == [("cost", shape)]
    assert "cost" not in found.events[0]


def test_of_metadata_only_the_key_that_cannot_be_taken_is_left_out():
    analysis = {"call_summary": "nul\x00", "user_sentiment": "Positive"}
    call = {"call_id": "r", "end_timestamp": 1772719270000, "metadata": {"task_id": "a b\tc" * 99}}
    body = json.dumps({"event": "call_ended", "call": call | {"call_analysis": analysis}}).encode()
    sent = Sent("retell", Delivery(body=body, received_at=RECEIVED), signed=False)
    found = taken(sent, sent.delivery)
    (entry,) = found.entries
    assert isinstance(entry.event, CallEvent)
    assert entry.event.task_id is UNSET
    assert own_facts(entry.event.metadata) == {"sentiment": "Positive"}
    assert {field for field, _, _ in found.unknown_words} == {"metadata", "task_id"}


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\udc00 x", rb"\ud83d\ud83d"])
def test_half_a_character_in_a_text_costs_that_character(half):
    body = b'{"call_id": "b", "completed": true, "status": "busy", "summary": "They \\\\ ' + half + b'"}'
    sent = Sent("bland", Delivery(body=body, received_at=RECEIVED), signed=False)
    (entry,) = taken(sent, sent.delivery).entries
    assert isinstance(entry.event, CallEvent)
    assert entry.event.call_status == "missed"


@pytest.mark.parametrize("text", [rb"\ud83d\ude00", rb"\\ud83d", rb"\n\u00e9"])
def test_whole_characters_are_read_as_they_are(text):
    body = b'["' + text + b'"]'
    assert json_value(b'["\\ud800", ' + body[1:])[1] == json.loads(body)[0]
