"""A word of a closed list that no table has: a status is quarantined, any other is counted, and neither moves
a number that it does not decide. Nothing is guessed, and nothing vanishes.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.ingest.sources.platforms.delivery import Delivery, Translation
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.reading.bodies import claims_of
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import counted_words
from callboard.model.words import FINAL_CALL
from tests.platforms.manifests import OWN, Sent, scenarios_of

Step = str | int
Path = tuple[Step, ...]

STATUS: dict[str, tuple[str, ...]] = {
    "twilio": ("CallStatus", "status"),
    "vapi": ("message.status",),
    "livekit": ("participant.kind", "state.status", "sip.callStatus"),
    "elevenlabs": ("data.status", "conversations.status"),
    "vonage": ("status",),
    "aircall": ("event",),
    "dialpad": ("state",),
    "amazon_connect": ("Channel",),
    "asterisk": ("channel.state",),
    "kamailio": ("event",),
    "unpod": ("call_status", "status"),
}
"""Platform → where the words lie that say where a call stands, as the ends of their paths."""
OTHERS: dict[str, tuple[str, ...]] = {
    "twilio": ("Direction", "direction", "AnsweredBy"),
    "vapi": ("endedReason", "call.type", "phoneCallProvider"),
    "retell": ("call_status", "disconnection_reason", "call_type", "call.direction"),
    "livekit": ("sip.callStatus", "disconnectReason"),
    "elevenlabs": ("call_result", "termination_reason", "failure_reason", "direction", "Direction"),
    "bland": ("answered_by", "status", "queue_status", "call_ended_by"),
    "plivo": (
        "CallStatus", "HangupCauseCode", "HangupSource", "Direction", "Machine", "call_state",
        "call_direction", "hangup_source",
    ),
    "telnyx": ("hangup_cause", "hangup_source", "direction", "result", "state"),
    "vonage": ("direction",),
    "aircall": ("missed_call_reason", "direction"),
    "dialpad": ("direction", "target.type"),
    "amazon_connect": ("InitiationMethod", "AnsweringMachineDetectionStatus", "DisconnectReason"),
    "asterisk": ("disposition", "channel.state"),
    "freeswitch": ("hangup_cause", "cc_cause", "cc_cancel_reason", "variables.direction"),
    "kamailio": ("hangup_by", "rang", "sip_code"),
    "vicidial": ("dispo", "status", "term_reason"),
    "unpod": ("end_reason", "call_end_reason", "call_type", "direction"),
}  # fmt: skip
"""Platform → where words lie that may be left out. Those that are in both lists are counted or set apart."""
DECIDED = {
    "end_reason", "source_end_reason", "rough", "call_type", "answered_by", "agent", "outcome", "group_id",
    "external_ids", "source_number", "destination_number", "failure_reason", "metadata",
    "input", "output",
}  # fmt: skip
"""Fields that a word may decide without deciding how a call ended, or when."""
ENDINGS = {
    "vapi": ("endedReason",),
    "retell": ("disconnection_reason", "call_status"),
    "livekit": ("disconnectReason",),
    "elevenlabs": ("call_result", "termination_reason", "failure_reason"),
    "bland": OTHERS["bland"],
    "plivo": ("HangupCauseCode", "hangup_cause_code", "CallStatus", "call_state"),
    "telnyx": ("hangup_cause", "state"),
    "aircall": ("missed_call_reason",),
    "amazon_connect": ("AnsweringMachineDetectionStatus", "DisconnectReason"),
    "asterisk": ("disposition",),
    "freeswitch": ("hangup_cause", "cc_cause", "cc_cancel_reason"),
    "kamailio": ("sip_code", "rang", "hangup_by"),
    "vicidial": ("dispo", "status"),
    "unpod": ("end_reason", "call_end_reason"),
}
"""Platform → of these, the words that decide how a call ended: without them it is over all the same."""
OF_AN_END = {
    "call_status", "standing", "start_time", "end_time", "call_duration", "occurred_at", "creation_time",
}  # fmt: skip
FREE = {"outcome", "metadata", "input", "output", "failure_reason"}
"""Fields that hold the sender's own texts."""
MORE = {
    # A call of ours that is parked has not been made yet.
    ("telnyx", "direction"): {"call_status"},
    ("telnyx", "state"): {"call_status"},
    # Who is called answers; who calls is taken by an agent.
    ("amazon_connect", "InitiationMethod"): {"start_time", "standing"},
}
"""What else a word decides, by what the platform says of it."""
STRANGE = st.text("qxzQXZ", min_size=1, max_size=12).map(lambda text: f"qx{text}")
"""No table has a pattern that fits it."""


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def records(sent: Sent) -> Any:
    """The content of a delivery as one value; None for a table."""
    body = claims_of(sent.delivery.body) or sent.delivery.body
    if sent.platform == "amazon_connect" and is_json(body):
        value = json.loads(body)
        packed = value.get("records") if isinstance(value, dict) else None
        if packed and all(is_json(base64.b64decode(each["data"])) for each in packed):
            return {"records": [json.loads(base64.b64decode(each["data"])) for each in packed]}
        return None
    if is_json(body):
        return json.loads(body)
    if sent.delivery.method == "GET":
        return dict(parse_qsl(sent.delivery.query, keep_blank_values=True))
    if b"=" in body and b"\n" not in body.strip():
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    return None


def packed(sent: Sent, value: Any) -> Delivery:
    body = claims_of(sent.delivery.body) or sent.delivery.body
    if sent.platform == "amazon_connect":
        told = [{"data": base64.b64encode(json.dumps(each).encode()).decode()} for each in value["records"]]
        return structs.replace(sent.delivery, body=json.dumps({"records": told}).encode())
    if is_json(body):
        return structs.replace(sent.delivery, body=json.dumps(value).encode())
    if sent.delivery.method == "GET":
        return structs.replace(sent.delivery, query=urlencode(value))
    return structs.replace(sent.delivery, body=urlencode(value).encode())


def words(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    keys = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in keys:
        if isinstance(inside, str) and inside:
            yield (*path, key), inside
        yield from words(inside, (*path, key))


def ends_with(path: Path, name: str) -> bool:
    return f".{'.'.join(str(step) for step in path if isinstance(step, str))}".endswith(f".{name}")


def read(sent: Sent, delivery: Delivery) -> Translation:
    return translated(PLATFORMS[sent.platform], delivery, sent.settings)


CASES = sorted(
    {
        (scenario.name, place, path, name)
        for scenario in scenarios_of(OWN)
        for place, sent in enumerate(scenario.sent)
        if (value := records(sent)) is not None and read(sent, sent.delivery).events
        for path, _ in words(value)
        for name in (*STATUS.get(sent.platform, ()), *OTHERS.get(sent.platform, ()))
        if ends_with(path, name)
    },
    key=repr,
)
SENT = {
    (scenario.name, place): sent for scenario in scenarios_of(OWN) for place, sent in enumerate(scenario.sent)
}
BY_NAME: dict[tuple[str, str], list[tuple[Sent, Path]]] = {}
for scenario_name, place, path, name in CASES:
    each = SENT[scenario_name, place]
    BY_NAME.setdefault((each.platform, name), []).append((each, path))


def test_each_of_these_words_is_in_a_delivery_of_the_scenarios():
    """A name of which no delivery has a word would be tested nowhere."""
    named = {(platform, name) for table in (STATUS, OTHERS) for platform in table for name in table[platform]}
    assert named - BY_NAME.keys() == set()


@pytest.mark.parametrize("key", BY_NAME, ids="/".join)
@given(data=st.data(), strange=STRANGE)
def test_a_word_that_no_table_has_is_counted_or_set_apart(key, data, strange):
    platform, name = key
    sent, path = data.draw(st.sampled_from(BY_NAME[key]))
    value = copy.deepcopy(records(sent))
    inside = value
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = strange
    before, after = read(sent, packed(sent, records(sent))), read(sent, packed(sent, value))
    apart = [each for each in after.quarantined if each.reason == "unknown_status"]
    if len(apart) > sum(each.reason == "unknown_status" for each in before.quarantined):
        assert any(strange in (each.word or "") for each in apart)
        assert name in STATUS.get(platform, ()) or platform in ("bland", "plivo", "retell")
        assert len(after.events) < len(before.events)
        return
    assert placed(after) == placed(before)
    counted = [word for _, word, _ in counted_words(after.unknown_words)]
    is_counted = any(strange.lower() in word.lower() for word in counted)
    if is_move(sent, path):
        assert is_counted
        return  # a call that was not over is, by a word that is not known
    for one, other in zip(before.events, after.events, strict=True):
        moved = {field for field in one.keys() | other.keys() if one.get(field) != other.get(field)}
        if not is_counted:
            assert moved <= FREE, (moved, one, other)  # nothing reads it, or it is no word of a list
        elif name in ENDINGS.get(platform, ()) and other.get("call_status") in FINAL_CALL:
            assert moved <= DECIDED | OF_AN_END, (moved, one, other)
        else:
            assert moved <= DECIDED | MORE.get(key, set()), (moved, one, other)


def is_move(sent: Sent, path: Path) -> bool:
    return dict(words(records(sent))).get(path) in ("MIGRATION", "DUPLICATE_IDENTITY")


def placed(found: Translation) -> list[tuple[str, int]]:
    return [(each.reason, each.part) for each in found.quarantined]
