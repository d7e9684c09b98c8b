"""Which rows are one call: legs, legs of legs, and two platforms that tell of the same call."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.platforms.saying import CHILD, GRANDCHILD, SID, calls, said, twilio

LIVEKIT = (
    "livekit",
    {
        "event": "participant_left",
        "createdAt": "1772719260",
        "room": {"sid": "RM_1"},
        "participant": {
            "kind": "SIP",
            "joinedAt": "1772719200",
            "attributes": {"sip.callID": "SCL_1", "sip.ruleID": "r", "sip.twilio.callSid": CHILD},
            "disconnectReason": "CLIENT_INITIATED",
        },
    },
)


VAPI = (
    "vapi",
    {
        "message": {
            "type": "status-update",
            "status": "in-progress",
            "call": {
                "id": "v-1",
                "startedAt": "2026-03-05T14:00:10Z",
                "phoneCallProvider": "twilio",
                "phoneCallProviderId": CHILD,
            },
        }
    },
)


RETELL = (
    "retell",
    {
        "event": "call_started",
        "call": {
            "call_id": "r-1",
            "start_timestamp": 1772719210000,
            "telephony_identifier": {"twilio_call_sid": CHILD},
        },
    },
)


ELEVENLABS = (
    "elevenlabs",
    {
        "type": "post_call_transcription",
        "data": {
            "conversation_id": "conv_1",
            "status": "done",
            "metadata": {
                "start_time_unix_secs": 1772719210,
                "call_duration_secs": 9,
                "phone_call": {"type": "twilio", "call_sid": CHILD},
            },
        },
    },
)


AIRCALL = (
    "aircall",
    {
        "event": "call.answered",
        "timestamp": 1772719210,
        "data": {"id": 1, "answered_at": 1772719210, "call_uuid": CHILD},
    },
)


@pytest.mark.parametrize("other", [LIVEKIT, VAPI, RETELL, ELEVENLABS, AIRCALL], ids=lambda other: other[0])
def test_a_platform_that_names_a_leg_of_twilio_is_of_its_call(other):
    """Twilio dials an agent's platform by a child call, and that is the one that the platform names."""
    for order in ([twilio(SID), twilio(CHILD, SID), other], [other, twilio(CHILD, SID), twilio(SID)]):
        (call,) = calls(*order)
        assert len(call["legs"]) == 2
        assert call["call_id"] in ("SCL_1", "v-1", "r-1", "conv_1", "aircall:1")


def test_a_leg_of_a_leg_is_of_the_same_call():
    (call,) = calls(twilio(GRANDCHILD, CHILD), twilio(CHILD, SID), twilio(SID))
    assert (call["call_id"], len(call["legs"])) == (SID, 2)


def test_plivo_names_the_call_above_a_leg_in_one_of_two_fields():
    """`ParentCallUUID` where `ALegUUID` is left out; and a leg may have legs."""

    def plivo(call_id: str, **fields: str) -> tuple[str, dict[str, Any]]:
        told = {"CallUUID": call_id, "CallStatus": "completed", "HangupCauseCode": "4000"}
        return "plivo", told | {"StartTime": "2026-03-05 14:00:00", "EndTime": "2026-03-05 14:00:30"} | fields

    (call,) = calls(plivo("p-3", ALegUUID="p-2"), plivo("p-2", ParentCallUUID="p-1"), plivo("p-1"))
    assert (call["call_id"], len(call["legs"])) == ("p-1", 2)


def test_livekit_over_telnyx_is_one_call():
    left = json.loads(json.dumps(LIVEKIT[1]))
    left["participant"]["attributes"] = {
        "sip.callID": "SCL_2",
        "sip.ruleID": "r",
        "sip.telnyx.callLegID": "leg-1",
    }
    payload = {"call_leg_id": "leg-1", "call_session_id": "s-1", "hangup_cause": "normal_clearing"}
    hangup = {
        "data": {"event_type": "call.hangup", "occurred_at": "2026-03-05T14:01:00Z", "payload": payload}
    }
    (call,) = calls(("telnyx", hangup), ("livekit", left))
    assert (call["call_id"], len(call["legs"])) == ("SCL_2", 1)


def test_vapi_may_keep_the_name_of_the_carrier_to_itself():
    """A number of Vapi's own is one of Twilio's, and its id has their shape."""
    body = json.loads(json.dumps(VAPI[1]))
    body["message"]["call"]["phoneCallProvider"] = "vapi"
    (event,) = said("vapi", body).events
    assert event["group_id"] == f"twilio:{CHILD}"
    assert event["external_ids"] == {"vapi": "v-1", "twilio": CHILD}


def test_an_agent_who_listens_in_does_not_end_or_answer_the_call_of_the_other():
    """A supervisor's leg of Amazon Connect, told before the call itself."""
    record = {"Channel": "VOICE", "DisconnectReason": "OTHER", "InitiationTimestamp": "2026-03-05T14:00:20Z"}
    listening = record | {"ContactId": "a-2", "InitialContactId": "a-1", "InitiationMethod": "MONITOR"}
    missed = record | {"ContactId": "a-1", "InitiationMethod": "API", "DisconnectReason": "TELECOM_TIMEOUT"}
    packed = [{"data": base64.b64encode(json.dumps(each).encode()).decode()} for each in (listening, missed)]
    (call,) = calls(("amazon_connect", {"records": packed}))
    assert (call["call_id"], call["end_reason"], len(call["legs"])) == ("a-1", "no_answer", 1)
